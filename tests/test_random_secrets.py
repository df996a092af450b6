"""Every random value that must not be guessed has 128 bits or more of the operating system's generator (ASVS 11.5.1); what has
fewer is named here with the reason."""

import ast
import math
from importlib import import_module
from pathlib import Path

from models.accounts.second_factor.authenticator import new_secret
from models.devices.pairing import ALPHABET

ROOT = Path(__file__).resolve().parents[1]
# Calls of `secrets` with fewer bits, by module: what for.
SHORTER = {
    "models/backup/container.py": {32: "name of a temporary file"},
    "models/config.py": {32: "name of a temporary file"},
    "models/codes/passes.py": {40: "serial of a pass, which is read only with its Ed25519 signature"},
    "models/ics/version.py": {64: "version of a calendar, public"},
    "models/registration/contacts.py": {96: "nonce of AES-256-GCM, no secret"},
    "web/server/json_logs.py": {64: "id of a request in the log"},
}
# By one character after the other: typed within ten minutes (kiosk/api/pairing.py counts wrong ones), else 26 characters.
BY_CHARACTER = {"models/devices/pairing.py"}


def bits_of(call: ast.Call, module: str) -> float:
    name = call.func.attr
    if not call.args:
        return 256  # the default of the standard library
    value = call.args[0]
    size = value.value if isinstance(value, ast.Constant) else getattr(import_module(module), value.id)
    return size if name == "randbits" else 8 * size


def calls() -> list[tuple[str, str, ast.Call]]:
    """File, module and node of each call of the module `secrets`."""
    found = []
    for folder in ("models", "web", "kiosk"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("secrets."):
                    found.append((name, module, node))
    return found


def test_secrets_have_128_bits():
    short: dict[str, dict[float, str]] = {}
    by_character = set()
    for name, module, call in calls():
        if call.func.attr == "choice":
            by_character.add(name)
        elif call.func.attr != "compare_digest" and (bits := bits_of(call, module)) < 128:
            short.setdefault(name, {})[bits] = SHORTER.get(name, {}).get(bits, "not named")
    assert short == SHORTER
    assert by_character == BY_CHARACTER
    assert len(calls()) > 20


def test_seeds_of_apps_have_128_bits():
    assert math.log2(32) * len(new_secret()) >= 128


def test_no_other_generator_makes_a_secret():
    """`random` and `uuid` are used for made-up weeks and for ids that open nothing."""
    users = {
        str(path.relative_to(ROOT))
        for folder in ("models", "web", "kiosk")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
    }
    allowed = ("models/synthetic/", "models/demo/", "kiosk/simulator/", "models/imports/synthetic/")
    assert {name for name in users if not name.startswith(allowed)} == ALSO_RANDOM


# A spread of retries and samples, no secret.
ALSO_RANDOM: set[str] = set()


def test_the_alphabet_of_typed_codes_has_no_look_alikes():
    assert (len(set(ALPHABET)), set("01IOL") & set(ALPHABET)) == (31, set())
