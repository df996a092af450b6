"""What the database promises: an acknowledged row survives a power cut, no row points nowhere, one transaction a verb."""

import sqlite3
import threading
import time
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

from models import db as database
from models.db import db, transaction
from models.events.tables import Occurrence
from models.installation import Setting
from models.transactions.database_errors import is_busy
from tests.support.records.week import DAY, NINE
from wsgi import create_app


def test_what_was_acknowledged_survives_a_power_cut(sqlite_databases, tmp_path):
    """On SQLite it is ours to say; on PostgreSQL it is the server's own default, and nothing here turns it off."""
    with sqlite_databases.fresh() as url:
        app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path)})
        with app.app_context():
            pragmas = ("journal_mode", "synchronous", "foreign_keys")
            values = [str(db.session.scalar(text(f"PRAGMA {name}"))) for name in pragmas]
            db.session.remove()
            db.engine.dispose()
    assert values == ["wal", "2", "1"]  # 2: FULL


def test_no_row_points_nowhere(app):
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Occurrence(event_id=4711, start_day=DAY, end_day=DAY, changed_at=NINE))


def test_a_verb_that_fails_leaves_nothing(app):
    def verb() -> None:
        with transaction():
            db.session.add(Setting(key="half", value="done"))
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        verb()
    assert db.session.get(Setting, "half") is None


def test_two_writers_wait_for_each_other(app):
    """A reader that turns writer would fail at once on SQLite; a verb takes its turn from the start."""
    start = threading.Barrier(8)

    def write(number: int) -> None:
        with app.app_context():
            db.session.execute(text("SELECT count(*) FROM setting")).scalar()
            start.wait()
            with transaction():
                db.session.add(Setting(key=f"writer {number}", value="here"))
            db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.commit()
    assert db.session.scalar(text("SELECT count(*) FROM setting WHERE value = 'here'")) == 8


def test_a_connection_that_the_server_closed_is_replaced(postgresql_databases, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "REST", 0)
    with postgresql_databases.fresh() as url:
        app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path)})
        with app.app_context():
            with db.engine.connect() as connection:
                closed = connection.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [closed])
            with db.engine.connect() as connection:
                assert connection.scalar(text("SELECT pg_backend_pid()")) != closed
            db.engine.dispose()


def test_refused_writes_do_not_throw_the_pool_away_each(postgresql_databases, tmp_path):
    def write() -> None:
        with transaction():
            db.session.execute(text("SET TRANSACTION READ ONLY"))
            db.session.execute(text("CREATE TABLE refused (number integer)"))

    with postgresql_databases.fresh() as url:
        app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path)})
        with app.app_context():
            pools = [db.engine.pool]
            for _ in range(3):
                with pytest.raises(InternalError):
                    write()
                pools.append(db.engine.pool)
            db.session.remove()
            db.engine.dispose()
    assert [one is other for one, other in pairwise(pools)] == [False, True, True]


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_busy(
    sqlite_databases, tmp_path, monkeypatch
):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with sqlite_databases.fresh() as url:
        app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path)})
        with app.app_context():
            other = sqlite3.connect(db.engine.url.database, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError) as raised, transaction():
                pytest.fail("It began beside another writer.")
            other.execute("COMMIT")
            other.close()
            assert is_busy(raised.value)
            with transaction():
                db.session.add(Setting(key="afterwards", value="here"))
            db.session.remove()
            db.engine.dispose()


def test_readers_do_not_wait_for_writers(app, database_url):
    """Writers that wait for another program hold no connection: 40 of them would hold the whole pool."""
    if not database_url.startswith("sqlite"):
        return
    begun, ended = threading.Semaphore(0), []

    def write(number):
        with app.app_context():
            begun.release()
            with transaction():
                db.session.add(Setting(key=f"key {number}", value="x"))
            ended.append(number)

    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    threads = [threading.Thread(target=write, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for _ in threads:
        begun.acquire()
    began = time.monotonic()
    assert db.session.scalars(select(Setting.key)).all() == []
    assert time.monotonic() - began < 2
    assert db.engine.pool.checkedout() <= 2
    other.execute("ROLLBACK")
    other.close()
    for thread in threads:
        thread.join()
    assert sorted(ended) == list(range(40))


def test_a_connection_that_was_lost_at_the_end_of_a_request_spoils_no_answer(postgresql_databases, tmp_path):
    with postgresql_databases.fresh() as url:
        app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path)})

        @app.get("/answer")
        def answer():
            process = db.session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
            return "ready"

        for _ in range(2):
            assert app.test_client().get("/answer").text == "ready"
        with app.app_context():
            db.engine.dispose()
