"""Public pages and feeds read from the standby, the desk from the primary. The standby here has other rows, to be seen."""

import pytest
from sqlalchemy import select

from models.db import STANDBY, db, public_engine, read_from_standby, transaction
from models.events.tables import Event
from models.transactions import nodes
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.databases import Postgres, migrate
from web.feeds import cached_answers

WEEK = "/ip-2024"


@pytest.fixture
def app(postgresql_databases, tmp_path):
    with postgresql_databases.fresh() as primary, postgresql_databases.fresh() as standby:
        with application(settings_for(standby, tmp_path)):
            make_event(load_week(), "在备库")
        both = settings_for(primary, tmp_path) | {"OPENWEEK_DATABASE_READ_URL": standby}
        with application(both) as app:
            make_event(load_week(), "在主库")
            yield app


@pytest.mark.parametrize("path", ["/events", "/events.ics", "/events.json", "/events/1"])
def test_public_pages_and_feeds_come_from_the_standby(app, path):
    for _ in range(2):  # built, then kept
        assert "在备库" in app.test_client().get(WEEK + path).text


@pytest.mark.parametrize("path", ["/events", "/events.json", "/events/1"])
def test_who_works_at_the_desk_reads_what_was_written(app, path):
    client = app.test_client()
    assert "在备库" in client.get(WEEK + path).text
    client.set_cookie("__Host-openweek_desk", "any")
    assert "在主库" in client.get(WEEK + path).text


def test_what_writes_goes_to_the_primary_and_reads_there_from_then_on(app):
    title = select(Event.title)
    db.session.commit()
    read_from_standby()
    assert db.session.scalar(title) == "在备库"
    with transaction():
        assert db.session.scalar(title) == "在主库"
    assert db.session.scalar(title) == "在主库"


PATHS = ("/events", "/events.ics", "/events.json", "/events/1")


def test_a_standby_that_ends_is_read_no_more_until_it_is_back(
    postgresql_databases, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(nodes, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(cached_answers, "VERSION_SECONDS", 0.0)
    with Postgres(tmp_path) as server, postgresql_databases.fresh() as primary:
        standby = server.make(None, "standby")
        migrate(standby, tmp_path / "instance")
        with application(settings_for(standby, tmp_path)):
            make_event(load_week(), "在备库")
        both = settings_for(primary, tmp_path) | {"OPENWEEK_DATABASE_READ_URL": standby}
        with application(both) as app:
            make_event(load_week(), "在主库")

            def everywhere(title):
                return [title in app.test_client().get(WEEK + path).text for path in PATHS]

            assert (everywhere("在备库"), caplog.text) == ([True] * 4, "")
            server.execute("CHECKPOINT")  # its commits do not wait for the disk: databases.py
            server.kill()
            db.session.remove()
            db.engines[
                STANDBY
            ].dispose()  # else the first reader is told 503: its connection has just been lost
            for _ in range(2):  # the second time from what is kept
                assert everywhere("在主库") == [True] * 4
            assert caplog.text.count("The standby cannot be reached") == 1
            server.start_again()
            assert everywhere("在备库") == [True] * 4
            # Where connecting takes seconds, not everybody tries.
            monkeypatch.setattr(nodes, "AWAY_SECONDS", 60.0)
            server.kill()
            db.engines[STANDBY].dispose()
            assert everywhere("在主库") == [True] * 4
            monkeypatch.setattr(db.engines[STANDBY], "raw_connection", None)
            assert public_engine().current() is db.engine
