"""The migrations from empty make exactly what the models say, on both databases, and can be taken back."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

import models
from models.db import db
from models.events.draft import EventDraft, OccurrenceDraft
from models.operations import schema
from models.publishing.lifecycle import create
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, session
from tests.support.servers.watchers import wait_until

VERSIONS = Path(models.__file__).parent / "migrations" / "versions"
LANDED, NAMES = 39, "b42ea94619611f00"  # how many of the first, and a digest of their names


def test_they_make_what_the_models_say(app):
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_they_can_be_taken_back(app):
    db.session.remove()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]


def test_events_that_are_there_get_their_place_in_the_calendar(app):
    campaign = load_week()
    for occurrences in (
        (session(),),
        (OccurrenceDraft(date(2024, 4, 19), date(2024, 4, 22)), OccurrenceDraft(date(2024, 4, 26), date(2024, 5, 6))),
        (OccurrenceDraft(date(2024, 5, 1), date(2024, 5, 1)),),
        (),
    ):  # fmt: skip
        create(campaign, EventDraft(title="讲座", occurrences=occurrences), NINE)
    asked = text("SELECT id, calendar_place, on_days, session_count FROM event ORDER BY id")
    before = db.session.execute(asked).all()
    assert [row.on_days for row in before] == [0b100, 0b1000111, 0, 0]
    assert [row.session_count for row in before] == [1, 2, 1, 0]
    db.session.remove()
    downgrade(revision="0010")
    upgrade()
    assert db.session.execute(asked).all() == before


def test_a_week_with_people_and_scans_is_taken_along(app):
    people = make_people(load_week())
    make_device(people.lecture).tally("public", headcount=7)
    tables = ("organization", "account", "event", "occurrence", "scan", "counter", "figure_sum")

    def rows() -> list[int]:
        counts = [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]
        db.session.remove()
        return counts

    before = rows()
    assert 0 not in before
    downgrade(revision="0016")
    upgrade()
    assert rows() == before


def test_they_are_numbered_one_after_the_other():
    numbers = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_those_that_have_landed_keep_their_names():
    """Databases know them by these. One that is added changes nothing here; raise LANDED now and then."""
    names = sorted(path.stem for path in VERSIONS.glob("[0-9]*.py"))[:LANDED]
    assert hashlib.sha256("\n".join(names).encode()).hexdigest()[:16] == NAMES


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_they_give_way_to_others_who_wait_behind_a_long_reader(app):
    """A change of a table waits for who reads it, and everybody else waits behind the change."""
    db.session.remove()
    downgrade(revision="0038")
    read = text("SELECT count(*) FROM registration_settings")
    with db.engine.connect() as long_reader, ThreadPoolExecutor(1) as pool:
        long_reader.execute(read)
        migration = pool.submit(_upgrade, app)
        with db.engine.connect() as watcher:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
                         "(SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
            assert wait_until(lambda: watcher.scalar(waits), 30)
        with db.engine.connect() as other:
            other.execute(text("SET statement_timeout = '20s'"))
            assert other.scalar(read) == 0
        assert not migration.done()
        long_reader.rollback()
        migration.result()
    assert schema.is_newest()


def _upgrade(app):
    with app.app_context():
        upgrade()
