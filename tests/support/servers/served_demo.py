"""The demo behind a server. Loading it takes seconds: it is loaded once in a run, by whichever process needs it first."""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.run.temporary_files import shared_folder
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server, started

# Of the instance folder: contacts in the database are sealed with it.
KEY = "contact_key"


@contextmanager
def served_demo(databases: Databases, factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a copy of its own."""
    made, folder = _made(databases, factory), factory.mktemp("demo")
    (folder / "instance").mkdir()
    if (made / KEY).exists():
        shutil.copy(made / KEY, folder / "instance")
    with databases.copy_of(made / "demo.sqlite") as url, started(url, folder) as server:
        yield server


def _made(databases: Databases, factory: pytest.TempPathFactory) -> Path:
    """The folder of the loaded database."""
    folder = shared_folder(factory) / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "demo.sqlite").exists():
            _make(databases, folder)
    return folder


def _make(databases: Databases, folder: Path) -> None:
    with databases.fresh() as url:
        server = Server(url, folder)
        try:
            server.openweek("demo")
        finally:
            server.close()
        part = folder / "demo.part"
        with (
            closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
    if (folder / "instance" / KEY).exists():
        shutil.copy(folder / "instance" / KEY, folder)
    part.rename(folder / "demo.sqlite")


@pytest.fixture(scope="session")
def demo_server(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served_demo(sqlite_databases, tmp_path_factory) as server:
        yield server
