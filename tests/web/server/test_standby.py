"""Public pages and feeds read from the standby, the desk from the primary. The standby here has other rows, to be seen."""

import pytest
from sqlalchemy import select

from models.db import db, read_from_standby, transaction
from models.events.tables import Event
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for

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
