"""The set-up: locks without addresses, every dependency explained, stamps that tell right from stale."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-test.lock", "requirements-node.lock", "package-lock.json"]


def in_tools(code: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a line of Python inside tools/, as the set-up does."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "tools",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name):
    assert re.findall(r"https?://|--(?:extra-)?index-url|resolved", (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", [name for name in LOCKS if name.endswith(".lock")])
def test_every_locked_python_package_has_a_hash(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_locked_front_end_package_has_a_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_the_test_lock_holds_the_other_one():
    pins = [set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.M)) for name in LOCKS[:2]]
    assert pins[0] - pins[1] == set()


# Licences under which a public office may run and pass on what it got, also changed.
LICENCES = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0",
    "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense",
}  # fmt: skip


def test_the_bill_of_materials_is_that_of_the_locks_and_every_licence_is_allowed():
    bill = json.loads((ROOT / "sbom.cdx.json").read_text())
    listed = {component["purl"] for component in bill["components"]}
    pins = re.findall(r"^(\S+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    expected = {f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}" for name, version in pins}
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    expected |= {
        f"pkg:npm/{path.rpartition('node_modules/')[2].replace('@', '%40')}@{package['version']}"
        for path, package in packages.items()
        if path and not package.get("dev")
    }
    assert listed == expected
    words = {
        component["name"]: set(re.findall(r"[\w.-]+", component["licenses"][0]["expression"])) - {"AND", "OR"}
        for component in bill["components"]
    }
    assert {name: found - LICENCES for name, found in words.items() if found - LICENCES} == {}


def test_every_dependency_is_explained():
    told = (ROOT / "docs" / "dependencies.md").read_text().lower()
    asked = [
        name.lower()
        for file in ROOT.glob("requirements*.in")
        for name in re.findall(r"^[A-Za-z][\w.-]*", file.read_text(), re.M)
    ]
    package = json.loads((ROOT / "package.json").read_text())
    asked += [*package["dependencies"], *package["devDependencies"]]
    assert [name for name in asked if name not in told] == []


def test_the_pages_libraries_are_in_place():
    vendored = {
        str(path.relative_to(ROOT / "static" / "vendor")) for path in ROOT.glob("static/vendor/*/**/*.*")
    }
    assert {
        "zxing/reader/index.js",
        "zxing/share.js",
        "zxing/zxing_reader.wasm",
        "noble-ed25519/index.js",
        "fonts/NotoSansArabic-Bold.ttf",
        "fonts/NotoSerifTibetan-Bold.ttf",
        "fonts/NotoSansMongolian-Regular.ttf",
        "fonts/NotoSansYi-Regular.ttf",
    } <= vendored
    assert all(
        (ROOT / "static" / "vendor" / name / "LICENSE").is_file()
        for name in ("zxing", "noble-ed25519", "fonts")
    )


def test_nothing_of_others_is_tracked():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^(?:static/vendor|node_modules|\.venv|instance)/.*|.*\.mo$", tracked, re.M) == []


def test_the_first_file_parses_on_a_python_that_is_too_old():
    ast.parse((ROOT / "tools" / "prepare.py").read_text(), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en_GB.UTF-8", "There is no set-up 'fly': use run, lint or test.\n"),
        ("zh_CN.UTF-8", "没有“fly”这一级：请用 run、lint 或 test。\n"),
    ],
)
def test_the_set_up_speaks_the_readers_language(lang, sentence):
    told = in_tools("import steps; steps.prepare('fly')", LANG=lang, LC_ALL="", PYTHONIOENCODING="utf-8")
    assert (told.returncode, told.stderr) == (1, sentence)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "Retrying: NewConnectionError('Temporary failure in name resolution')\nERROR: no",
            "A package could not be fetched: check the network or the pip and npm settings, then run the same command "
            "again (details: .venv/openweek/set-up.log).\n",
        ),
        (
            "building\nERROR: disk full\n\n",
            "The set-up stopped: ERROR: disk full (details: .venv/openweek/set-up.log).\n",
        ),
    ],
)
def test_a_failed_download_is_one_sentence(said, sentence):
    told = in_tools(f"import terminal; terminal.give_up({said!r})", LANG="C.UTF-8", LC_ALL="", SUDO_USER="")
    assert (told.returncode, told.stderr) == (1, sentence)


def test_a_stamp_holds_until_what_it_was_made_from_changes(tmp_path):
    code = f"""
from pathlib import Path
from steps import is_current, leave
lock, stamp = Path({str(tmp_path)!r}, "lock"), Path({str(tmp_path)!r}, "made", "stamp")
lock.write_text("one")
print(is_current(stamp, lock))
leave(stamp, lock)
print(is_current(stamp, lock), is_current(stamp, lock, "word"))
lock.write_text("two")
print(is_current(stamp, lock))
"""
    assert in_tools(code).stdout.split() == ["False", "True", "False", "False"]


NPM_UNTRUSTED = """npm error code SELF_SIGNED_CERT_IN_CHAIN
npm error errno SELF_SIGNED_CERT_IN_CHAIN
npm error request to the registry failed, reason: self-signed certificate in certificate chain
npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log
"""


def test_a_proxy_with_its_own_certificate_is_named_and_npms_last_words_are_its_cause():
    def told(said, **environment):
        code = f"import terminal; terminal.give_up({said!r})"
        return in_tools(code, LANG="C.UTF-8", LC_ALL="", **environment).stderr

    assert "NODE_EXTRA_CA_CERTS and PIP_CERT (`sudo -E` keeps them)," in told(NPM_UNTRUSTED, SUDO_USER="wei")
    assert "NODE_EXTRA_CA_CERTS and PIP_CERT," in told(NPM_UNTRUSTED, SUDO_USER="")
    assert "settings (`sudo -E` keeps them)," in told("npm error ENOTFOUND", SUDO_USER="wei")
    cause = "npm error ENOSPC\nnpm error A complete log of this run can be found in: /x\n"
    assert told(cause, SUDO_USER="").startswith("The set-up stopped: npm error ENOSPC (details")


def prepare(**environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "tools/prepare.py", "lint"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_second_call_does_nothing_and_needs_no_network():
    prepare()  # does something only where a lock was changed since
    assert prepare(PIP_NO_INDEX="1", npm_config_offline="true") == (0, "", "")


@pytest.mark.parametrize(
    ("programs", "usable"),
    [
        ({}, False),
        ({"node": "v18.17.1", "npm": "10"}, False),
        ({"node": "v18.18.0"}, False),
        ({"node": "v18.18.0", "npm": "10"}, True),
    ],
)
def test_a_machines_node_is_used_where_it_is_new_enough_and_has_npm(tmp_path, programs, usable):
    for name, version in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    assert (
        in_tools(f"import steps; print(steps.has_node({{'PATH': {str(tmp_path)!r}}}))").stdout
        == f"{usable}\n"
    )
