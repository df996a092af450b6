"""Two nodes behind nginx, PgBouncer in transaction mode, a primary and its synchronous standby, as docs/scaling.md has them:
one after the other ends while simulated kiosks scan. What a kiosk was told is stored, once."""

import os
import signal
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trustme
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from kiosk.simulator.fleet import rehearse
from kiosk.simulator.network import Reply, Request, ServerConnection
from models import clock
from models.db import db, transaction
from models.ledger.tables import Scan
from tests.support.proxies.nginx import nginx
from tests.support.proxies.pgbouncer import PgBouncer
from tests.support.servers.databases import Postgres, migrate
from tests.support.servers.processes import workers
from tests.support.servers.programs import started
from tests.support.servers.rehearsals import Rehearsals
from tests.support.servers.served_application import Server, free_port
from tests.support.servers.watchers import wait_until

DEVICES, SCANS = 12, 480
PART = 24  # scans between two steps
LONG = 40  # seconds until something must have happened, on a busy machine
DATABASE = "week"
READERS = (
    f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{DATABASE}' AND backend_type = 'client backend'"
)


class Visitors:
    """Lets simulated visitors in, so many at a time, and counts the scans that were made."""

    def __init__(self) -> None:
        self.made, self._allowed, self._changed = 0, 0, threading.Condition()

    def enter(self) -> None:
        with self._changed:
            self.made += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.made < self._allowed)

    def let_in(self, count: int) -> None:
        with self._changed:
            self._allowed = self.made + count
            self._changed.notify_all()

    def wait_for(self, count: int, rehearsal: Future) -> None:
        """Let so many in, and wait until they have scanned."""
        self.let_in(count)
        wanted = self.made + count
        assert wait_until(lambda: self.made >= wanted or rehearsal.done(), LONG)
        assert not rehearsal.done(), rehearsal.result()


@dataclass
class Answers:
    """What all kiosks were answered. acknowledged: ids of scans. statuses: how often which; 0: no answer came. unbounded: 503
    that did not say when to come again."""

    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    unbounded: int = 0

    def note(self, request: Request, reply: Reply) -> None:
        self.statuses[reply.status] += 1
        self.unbounded += reply.status == 503 and not reply.retry_after
        if reply.status == 200 and request.path == "/api/v1/scans":
            results = reply.body["results"]
            self.acknowledged |= {result["id"] for result in results if result["verdict"] != "retry"}


class NotedConnection(ServerConnection):
    def __init__(self, url: str, answers: Answers) -> None:
        super().__init__(url)
        self._answers = answers

    def send(self, request: Request) -> Reply:
        try:
            reply = super().send(request)
        except (OSError, HTTPException):
            self._answers.statuses[0] += 1
            raise
        self._answers.note(request, reply)
        return reply


class Installation:
    """All of it, started. What it starts ends with the stack."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        for name in ("primary", "standby", "nginx", "one", "two", "direct"):
            (folder / name).mkdir()
        self.primary = stack.enter_context(Postgres(folder / "primary"))
        migrate(self.primary.make(None, DATABASE), folder / "instance")
        self.standby = self._follow()
        self.pgbouncer = PgBouncer(folder, DATABASE)
        stack.enter_context(self.pgbouncer.run(self.primary.sockets))
        hosts = f"{self.standby.sockets},{self.primary.sockets}"
        read_url = f"postgresql://postgres@/{DATABASE}?host={hosts}&target_session_attrs=prefer-standby"
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        settings = {"OPENWEEK_DATABASE_READ_URL": read_url, "OPENWEEK_TRUSTED_PROXIES": "1"}
        self.nodes = [
            Server(self.pgbouncer.url, folder / name, 1, self.url, settings=settings)
            for name in ("one", "two")
        ]
        # Without PgBouncer, by the addresses of both.
        both = f"postgresql://postgres@/{DATABASE}?host={hosts}"
        self.direct = Server(both, folder / "direct", 1, self.url)
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(folder / "authority.pem")

    def _follow(self) -> Postgres:
        """A commit is acknowledged once the standby has it, too."""
        self.primary.copy_to(self.folder / "standby", "standby")
        standby = self._stack.enter_context(Postgres(self.folder / "standby"))
        for setting in ("synchronous_standby_names = 'standby'", "synchronous_commit = on"):
            self.primary.execute(f"ALTER SYSTEM SET {setting}")
        self.primary.execute("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication"
        assert wait_until(lambda: self.primary.execute(state) == [("sync",)], LONG)
        standby.execute("ALTER SYSTEM RESET synchronous_commit")  # databases.py turns it off
        standby.execute("SELECT pg_reload_conf()")
        return standby

    def start(self) -> None:
        for node in (*self.nodes, self.direct):
            self._stack.callback(node.close)
        self.rehearsals = Rehearsals(self.nodes[0], DEVICES)
        self.nodes[0].openweek("init")
        for node in self.nodes:
            node.start()
        self.start_nginx()

    def start_nginx(self) -> None:
        ports = [node.port for node in self.nodes]
        command = nginx(self.folder / "nginx", self.port, ports, self._authority)
        self.nginx = self._stack.enter_context(started(command, self.port, self.folder / "nginx"))

    def kill_nginx(self) -> None:
        for process in (self.nginx.pid, *workers(self.nginx.pid)):
            os.kill(process, signal.SIGKILL)
        self.nginx.wait()

    def public_pages(self) -> list[int]:
        return [node.get("/ip-2024/events")[0] for node in self.nodes]

    def writes_directly(self) -> bool:
        with self.direct.app.app_context():
            try:
                with transaction():
                    db.session.execute(text("UPDATE setting SET value = value"))
            except OperationalError:
                return False
            finally:
                db.session.remove()
        return True

    def fail_over(self) -> None:
        assert self.standby.execute("SELECT pg_promote(true, 60)") == [(True,)]
        self.pgbouncer.lead_to(self.standby.sockets)


@pytest.fixture
def installation(monkeypatch):
    with (
        TemporaryDirectory(prefix="openweek-failover-", ignore_cleanup_errors=True) as name,
        ExitStack() as stack,
    ):
        installation = Installation(Path(name), stack)
        monkeypatch.setenv("SSL_CERT_FILE", str(installation.folder / "authority.pem"))
        installation.start()
        yield installation


def break_one_after_the_other(installation, visitors, rehearsal, answers):
    one, _two = installation.nodes
    visitors.wait_for(PART, rehearsal)
    one.kill()
    visitors.wait_for(PART, rehearsal)
    one.start()
    visitors.wait_for(PART, rehearsal)
    installation.primary.kill()
    visitors.let_in(PART)
    assert wait_until(lambda: answers.statuses[503], LONG), answers
    installation.fail_over()
    visitors.wait_for(PART, rehearsal)
    installation.kill_nginx()
    visitors.wait_for(DEVICES // 2, rehearsal)
    installation.start_nginx()
    visitors.wait_for(PART, rehearsal)


def test_kiosks_notice_no_more_than_a_wait(installation):
    answers, visitors = Answers(), Visitors()
    plan = installation.rehearsals.plan(
        SCANS, installation.url, lambda: NotedConnection(installation.url, answers)
    )
    assert installation.public_pages() == [200, 200]
    assert installation.writes_directly()
    assert installation.standby.execute(READERS)[0][0] >= 2  # the nodes
    visitors.let_in(PART)
    with ThreadPoolExecutor(1) as pool:
        rehearsal = pool.submit(rehearse, plan, clock.now(), visitors.enter)
        try:
            break_one_after_the_other(installation, visitors, rehearsal, answers)
        finally:
            visitors.let_in(SCANS)
        report = rehearsal.result()
    installation.rehearsals.check(report, SCANS)
    with installation.nodes[0].app.app_context():
        stored = [str(scan_id) for scan_id in db.session.scalars(select(Scan.id))]
        db.session.remove()
    assert (len(stored), set(stored)) == (SCANS, answers.acknowledged)
    assert answers.statuses.keys() <= {0, 200, 502, 503, 504}, answers.statuses
    assert answers.unbounded == 0
    assert installation.public_pages() == [200, 200]  # from the promoted one
    assert wait_until(installation.writes_directly, LONG)
    installation.nodes[1].openweek("verify", "--campaign", "ip-2024")
