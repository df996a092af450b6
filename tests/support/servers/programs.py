"""Programs of the system that stand beside the application: started in the foreground, ended afterwards."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.servers.watchers import wait_until

START = 30  # seconds until it listens, on a busy machine
UNPACKED = Path(sys.prefix, "openweek", "proxies")  # tools/steps.py
_VERSION = {"nginx": "-v", "caddy": "version", "pgbouncer": "--version"}


def environment() -> dict[str, str]:
    """For programs that were unpacked: their libraries may be beside them."""
    folders = [*UNPACKED.glob("usr/lib/*-linux-*"), os.environ.get("LD_LIBRARY_PATH", "")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(folder) for folder in folders if str(folder))}


def program(name: str) -> str:
    """Its path. Skips the test where there is none that starts."""
    path = f"{os.environ['PATH']}:/usr/sbin:{UNPACKED}/usr/sbin:{UNPACKED}/usr/bin"
    found = shutil.which(name, path=path)
    # Unpacked alone it may lack a library of the system.
    if found is None or _fails([found, _VERSION[name]]):
        pytest.skip(f"There is no {name} here that starts: install it, or run `make test` on Debian.")
    return found


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, env=environment(), capture_output=True, check=False).returncode != 0


@contextmanager
def started(command: list, port: int, folder: Path) -> Iterator[subprocess.Popen]:
    """A program in the foreground, once it listens; ended afterwards."""
    log = (folder / "program.log").open("a")
    with (
        log,
        subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment()) as process,
    ):
        try:
            assert wait_until(lambda: process.poll() is not None or listens(port), START)
            assert process.poll() is None, (folder / "program.log").read_text()
            yield process
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A configuration file with other words, each of which stands in it."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text
