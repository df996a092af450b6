"""The served application: what `make run` starts, on a port of its own and a database that nobody else has."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.support.run.compile_cache import STATEMENTS
from tests.support.run.temporary_files import shared_folder
from tests.support.servers import compressed_files
from tests.support.servers.applications import SECRET
from tests.support.servers.databases import Databases
from tests.support.servers.server_template import Forked, Template

ROOT = Path(__file__).resolve().parents[3]
OPENWEEK = Path(sys.executable).with_name("openweek")
_LOGS: list[Path] = []  # of the servers that run
GRACE = 5  # seconds for streams that are still open
START = 60  # seconds until the first answer, on a busy machine


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def launch(command: list, folder: Path, environment: dict[str, str], log: Path) -> subprocess.Popen:
    with log.open("a") as opened:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=opened, stderr=opened, start_new_session=True
        )


class Server:
    """`openweek serve` over one database. `url` has no slash at its end.

    base_url: what feeds print, where it is not to be `url`: entries rendered for one address are stale at another.
    host: the name of this machine in `url`. settings: further ones.
    launch: how it is started; tests fork it from a process that has loaded the program."""

    launch: Callable[..., subprocess.Popen | Forked] = staticmethod(launch)

    def __init__(
        self,
        database_url: str,
        folder: Path,
        workers: int = 2,
        base_url: str | None = None,
        host: str = "127.0.0.1",
        settings: dict[str, str] | None = None,
    ):
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self.folder, self.log = folder, folder / "server.log"
        self.settings = {
            "OPENWEEK_DATABASE_URL": database_url,
            "OPENWEEK_INSTANCE": str(folder / "instance"),
            "OPENWEEK_SECRET_KEY": SECRET,
            "OPENWEEK_BASE_URL": base_url or self.url,
            "OPENWEEK_UID_DOMAIN": "openweek.test",
            "OPENWEEK_DEMO_PASSWORD": "demo-password-for-tests",
            "OPENWEEK_METRICS_TOKEN": "a-token-for-tests-only",
            **(settings or {}),
        }
        self._environment = {**os.environ, **self.settings, "WEB_CONCURRENCY": str(workers)}
        self._app: Flask | None = None
        self._process: subprocess.Popen | Forked | None = None

    @property
    def process_id(self) -> int:
        """Of gunicorn's master."""
        assert self._process, "it does not run"
        return self._process.pid

    @property
    def app(self) -> Flask:
        """The same application in this process, to add rows or to count them: `with live_server.app.app_context():`"""
        if self._app is None:
            from models.db import db
            from wsgi import create_app

            self._app = create_app(self.settings)
            with self._app.app_context():
                db.engine.update_execution_options(compiled_cache=STATEMENTS)
        return self._app

    def openweek(self, *args: str) -> str:
        """Run a command on the server's database, answer what it printed; a failure shows what it said. In this process:
        most of a command's time goes into loading the modules that are loaded here."""
        from wsgi import cli

        told = Context().run(FlaskCliRunner(self.app).invoke, cli, args, catch_exceptions=False)
        assert told.exit_code == 0, told.stderr
        return told.stdout

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body of a plain GET, whatever the status."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read()

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [OPENWEEK, "serve", "--port", str(self.port)]
        _LOGS.append(self.log)
        self.log.touch()
        self._process = self.launch(command, ROOT, self._environment, self.log)
        pause = threading.Event()
        for _ in range(START * 10):
            if self._process.poll() is not None:
                break
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            pause.wait(0.1)
        self.stop()
        raise AssertionError(f"the server did not start: {self.log.read_text()}")

    def stop(self) -> None:
        """Stop this server alone; `start()` may follow."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would: gunicorn and its workers, which are a process group of their own."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._ended()

    def kill_master(self) -> None:
        """End gunicorn's master and leave its workers alone; `start()` may follow once they have ended."""
        assert self._process, "it does not run"
        self._process.kill()
        self._ended()

    def _ended(self) -> None:
        assert self._process
        self._process.wait()
        self._process = None
        with suppress(ValueError):  # a bench starts its yardsticks in its own way
            _LOGS.remove(self.log)

    def close(self) -> None:
        """End it, and let go of the database; nobody needs either again."""
        self.kill()
        if self._app:
            from models.db import db

            with self._app.app_context():
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()


@contextmanager
def served(databases: Databases, folder: Path, *commands: str) -> Iterator[Server]:
    """A started server over a fresh database; each command is run before it starts."""
    with databases.fresh() as url, started(url, folder, *commands) as server:
        yield server


@contextmanager
def started(database_url: str, folder: Path, *commands: str) -> Iterator[Server]:
    server = Server(database_url, folder)
    try:
        for command in commands:
            server.openweek(command)
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session", autouse=True)
def _server_template(_compressed_files: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    templates = shared_folder(tmp_path_factory) / "templates"
    templates.mkdir(exist_ok=True)
    template, alone = Template(templates), Server.launch

    def start(command: list, folder: Path, environment: dict[str, str], log: Path) -> Forked:
        compressed_files.share(Path(environment["OPENWEEK_INSTANCE"]))
        return template.start(command, folder, environment, log)

    Server.launch = staticmethod(start)
    yield
    Server.launch = staticmethod(alone)
    template.close()


@pytest.fixture
def live_server(sqlite_databases: Databases, tmp_path: Path) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path) as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the last lines of the servers that run."""
    report = yield
    if report.failed:
        for log in _LOGS:
            report.sections.append((f"{log.parent.name}/{log.name}", log.read_text()[-4000:]))
    return report
