"""PgBouncer in transaction mode: each transaction on another connection of PostgreSQL."""

import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from models.db import db
from models.operations import startup
from tests.support.proxies.pgbouncer import PgBouncer
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.clients import Runner
from tests.support.servers.watchers import wait_until

ROUND_ROBIN = "server_round_robin = 1\n"
LOCKS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")


@pytest.fixture
def app(postgresql_databases, tmp_path):
    with postgresql_databases.fresh() as url, TemporaryDirectory(prefix="openweek-pool-") as folder:
        Path(folder).chmod(0o755)
        parts = urlsplit(url)
        pgbouncer = PgBouncer(Path(folder), parts.path.strip("/"), ROUND_ROBIN)
        with (
            pgbouncer.run(Path(parse_qs(parts.query)["host"][0])),
            application(settings_for(pgbouncer.url, tmp_path)) as app,
        ):
            yield app


def test_statements_are_not_prepared(app):
    """A prepared one is unknown to the next connection, or known there as another one."""
    answering, statement = Counter(), text("SELECT pg_backend_pid(), CAST(:number AS integer)")
    with db.engine.connect() as one, db.engine.connect() as two:
        for connection in (one, two):  # at the same time, so on a connection of PostgreSQL each
            connection.execute(statement, {"number": 0})
        for number in range(20):
            for connection in (one, two):
                connection.commit()
                process, same = connection.execute(statement, {"number": number}).one()
                assert same == number
                answering[process] += 1
    assert len(answering) > 1


def test_a_start_at_a_time_and_no_lock_is_left(app):
    inside, most, barrier = [], [], threading.Barrier(4)

    def start():
        with app.app_context():
            barrier.wait()
            with startup.alone():
                inside.append(1)
                most.append(len(inside))
                db.session.execute(text("SELECT 1"))
                db.session.commit()
                inside.pop()
            db.session.remove()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]
    assert wait_until(lambda: db.session.scalar(LOCKS) == 0)


def test_commands_and_pages(app, tmp_path):
    runner = Runner(app)
    for _ in range(2):
        for command in (["init"], ["tick"], ["verify", "--campaign", "ip-2024"]):
            result = runner.invoke(args=command)
            assert result.exit_code == 0, (command, result.output)
    make_event(load_week(), "讲座")
    for number in range(12):
        for path in ("/ip-2024/", "/ip-2024/events", "/ip-2024/events.ics", "/ip-2024/events.json?q=讲"):
            assert app.test_client().get(path).status_code == 200, (path, number)
    backup = runner.invoke(args=["backup", str(tmp_path / "week.openweek")])
    assert backup.exit_code == 0, backup.output
