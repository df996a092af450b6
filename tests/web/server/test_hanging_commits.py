"""While PostgreSQL waits for a standby that is away, commits hang: of check-ins and of the desk a few, and no page waits."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import TimeoutError

from models.checkin import admit
from models.db import db, transaction
from models.devices import heartbeats, kiosks
from models.installation import Setting
from models.ledger.tables import Scan
from models.transactions import writers
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.watchers import wait_until

SHORT = 0.3  # seconds, for those that wait


@pytest.fixture
def server(postgresql_databases):
    return postgresql_databases.server


@pytest.fixture
def app(postgresql_databases, tmp_path, monkeypatch):
    monkeypatch.setattr(admit, "LONGEST", SHORT)
    monkeypatch.setattr(writers, "LONGEST", SHORT)
    with postgresql_databases.fresh() as url, application(settings_for(url, tmp_path)) as app:
        name = db.engine.url.database
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))
        db.engine.dispose()
        yield app


@contextmanager
def standby_away(server):
    """Other databases of this server do not wait: tests turn synchronous_commit off."""
    server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        server.execute("ALTER SYSTEM RESET synchronous_standby_names")
        server.execute("SELECT pg_reload_conf()")


def test_few_threads_hang_and_the_others_are_told(app, server):
    event = make_event(load_week())
    kiosk, token = kiosks.create_kiosk(event, NINE)
    headers = {"Authorization": f"Bearer {token}"}
    db.session.commit()

    def scan():
        one = {"id": str(uuid4()), "at": NINE.isoformat(), "kind": "touch", "group": "youth"}
        with app.app_context():
            return app.test_client().post("/api/v1/scans", json={"scans": [one]}, headers=headers).status_code

    def write(number):
        with app.app_context(), transaction():
            db.session.add(Setting(key=f"desk {number}", value=""))

    def hanging():
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        return server.execute(waits)[0][0]

    with ThreadPoolExecutor(writers.PLACES + 1) as pool:
        with standby_away(server):
            first = pool.submit(scan)
            assert wait_until(lambda: hanging() == 1)
            assert scan() == 503  # it waits as long as it may
            begun = time.monotonic()
            assert [scan() for _ in range(20)] == [503] * 20  # at once
            assert time.monotonic() - begun < 20 * SHORT
            written = [pool.submit(write, number) for number in range(writers.PLACES)]
            assert wait_until(lambda: hanging() == 1 + writers.PLACES)
            with pytest.raises(TimeoutError):
                write(writers.PLACES)
            client = app.test_client()
            assert client.get("/ip-2024/events").status_code == 200
            assert client.get("/api/v1/kiosk", headers=headers).status_code == 200
            heartbeats.save_report(
                kiosk, heartbeats.parse_report({}, NINE), NINE
            )  # what may be lost does not wait
        assert first.result() == 200
        assert [one.result() for one in written] == [None] * writers.PLACES
    assert scan() == 200
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 2
