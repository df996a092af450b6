"""The migrations from empty make exactly what the models say, on both databases, and can be taken back."""

from datetime import date
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

import models
from models.db import db
from models.events.draft import EventDraft, OccurrenceDraft
from models.publishing.lifecycle import create
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, session

VERSIONS = Path(models.__file__).parent / "migrations" / "versions"


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
    asked = text("SELECT id, calendar_place, on_days FROM event ORDER BY id")
    before = db.session.execute(asked).all()
    assert [row.on_days for row in before] == [0b100, 0b1000111, 0, 0]
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
