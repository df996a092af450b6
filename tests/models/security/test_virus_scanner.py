"""What is said to a clamd and what its answers mean, over TCP and a unix socket."""

import logging
import socket
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models.operations import doctor
from models.security import security_log, virus_scanner
from models.security.virus_scanner import HarmfulFile, Scanner, ScannerAway, scanner_of
from tests.support.servers.fake_clamd import HARMFUL, fake_clamd
from tests.support.servers.served_application import free_port

CLEAN = bytes(range(256)) * 1000  # several pieces


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, app):
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(TemporaryDirectory())
        )  # the path of a socket is at most 107 bytes long
        clamd = stack.enter_context(fake_clamd(folder / "clamd" if request.param == "unix" else None))
        app.config["VIRUS_SCANNER"] = scanner_of(clamd.address)
        security_log.refusals.forget()
        yield clamd


def test_addresses():
    assert scanner_of("") is None
    assert scanner_of("unix:/run/clamd.ctl") == Scanner(path="/run/clamd.ctl")
    assert scanner_of("clam.example.cn:3310") == Scanner(host="clam.example.cn", port=3310)
    assert scanner_of("[::1]:3310") == Scanner(host="::1", port=3310)


def test_a_clean_file_arrives_whole(clamd):
    virus_scanner.check(CLEAN, "203.0.113.9")
    virus_scanner.check(b"", "203.0.113.9")
    assert clamd.files == [CLEAN, b""]


def test_what_is_found_stands_in_the_security_log(clamd, caplog):
    with caplog.at_level(logging.WARNING, "openweek.security"), pytest.raises(HarmfulFile):
        virus_scanner.check(CLEAN + HARMFUL, "203.0.113.9")
    line = "file refused: from 203.0.113.9, virus Test-Signature, 1 since the last line"
    assert [record.getMessage() for record in caplog.records] == [line]


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: O", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK?\0"],
)
def test_without_an_answer_nothing_is_clean(clamd, answer):
    clamd.answer = answer
    with pytest.raises(ScannerAway):
        virus_scanner.check(CLEAN, "203.0.113.9")


def test_a_scanner_that_is_away_or_silent(app, monkeypatch):
    monkeypatch.setattr(virus_scanner, "ANSWER_WITHIN", 0.2)
    for address in (f"127.0.0.1:{free_port()}", "unix:/nowhere/clamd", "a..b:1"):
        app.config["VIRUS_SCANNER"] = scanner_of(address)
        with pytest.raises(ScannerAway):
            virus_scanner.check(CLEAN, "203.0.113.9")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app.config["VIRUS_SCANNER"] = scanner_of(f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ScannerAway):
            virus_scanner.check(CLEAN, "203.0.113.9")


def test_the_doctor_asks_it(app, clamd):
    assert list(doctor._virus_scanner()) == []
    app.config["VIRUS_SCANNER"] = Scanner(path="/nowhere/clamd")
    assert ["The virus scanner does not answer" in one.message for one in doctor._virus_scanner()] == [True]
    app.config["VIRUS_SCANNER"] = None
    assert list(doctor._virus_scanner()) == []
