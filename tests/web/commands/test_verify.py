"""`openweek verify FILE` where nothing is installed: public keys are enough, and nothing is created for it."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.codes import slips
from wsgi import cli

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SLIP = slips.Slip("ip", "宣传周", 1, "讲座", "图书馆", date(2024, 4, 22), time(9), 1, uuid4())
KEYS = {"slips": {"keys": {"3": b64encode(KEY.public_key().public_bytes_raw()).decode()}}}


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Without an installation, with a slip and its public keys."""
    for name, value in (("INSTANCE", str(tmp_path / "instance")), ("DATABASE_URL", "")):
        monkeypatch.setenv(f"OPENWEEK_{name}", value)
    (tmp_path / "slip").write_text(slips.sign(SLIP, 3, KEY.private_bytes_raw()))
    (tmp_path / "keys.json").write_text(json.dumps(KEYS))
    return tmp_path


@pytest.fixture
def verify(folder, monkeypatch) -> Callable[..., Result]:
    """Runs the command in English; nothing new may be in the folder."""
    monkeypatch.setenv("LC_ALL", "C")
    before = sorted(folder.iterdir())

    def run(*args: object) -> Result:
        result = CliRunner().invoke(cli, ["verify", *map(str, args)])
        assert sorted(folder.iterdir()) == before
        return result

    return run


@pytest.fixture
def address(folder) -> Iterator[str]:
    """Where the folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_public_keys_in_a_file_or_at_an_address_are_enough(folder, verify, address):
    for keys in (folder / "keys.json", f"{address}/keys.json"):
        verified = verify(folder / "slip", "--keys", keys)
        assert verified.exit_code == 0
        assert "the holder was there. 宣传周 · 讲座 · 2024-04-22 09:00 · 图书馆" in verified.output


def test_what_cannot_be_told_is_said(folder, verify, address):
    (folder / "slip").write_text(slips.sign(SLIP, 3, bytes(range(32))))
    assert verify(folder / "slip", "--keys", folder / "keys.json").exit_code == 1
    for args, sentence in (
        ([folder / "slip"], "There is no database here, so the public keys have to be given"),
        ([folder / "keys.json"], "Of a summary, take the file that ends in .seal.json."),
        (["--campaign", "ip-2024"], "There is no database here. Check OPENWEEK_DATABASE_URL"),
        ([folder / "slip", "--keys", folder / "none.json"], "none.json cannot be read: No such file"),
        ([folder / "slip", "--keys", folder / "slip"], "has no public keys as /slip/keys.json gives them"),
        ([folder / "slip", "--keys", f"{address}/none.json"], "404"),
        (["--campaign", "ip-2024", "--keys", folder / "keys.json"], "Name a file, or a week with --campaign"),
    ):
        result = verify(*args)
        assert (result.exit_code, sentence in result.output) == (2, True), result.output
