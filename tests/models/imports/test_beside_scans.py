"""A large file is taken in whole or not at all, and scans do not wait for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.db import db
from models.errors import Mistake
from models.events.tables import Event, EventChange
from models.figures.recount.comparison import verify
from models.imports.apply import apply
from models.imports.beforehand.hidden_events import AT_LEAST, HiddenEvents, delete_left
from models.imports.read_file import read_file
from models.imports.source import Source
from models.operations import tick
from models.publishing import lifecycle
from tests.models.imports.test_statements import plan
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes

ROWS = AT_LEAST + 10


def count(*conditions):
    return db.session.scalar(select(func.count()).select_from(Event).where(*conditions))


def test_scans_are_admitted_while_a_file_is_written(app):
    campaign = load_week()
    device, seen, rows = make_device(make_event(campaign)), [], iter(range(ROWS))

    def tally():
        with app.app_context():
            verdict = device.tally("public", headcount=1).verdict
            return verdict, count(Event.withdrawn_at.is_(None))

    def on_row():
        if next(rows) % 100 == 99:
            seen.append(pool.submit(tally).result(timeout=10))

    with ThreadPoolExecutor(1) as pool:
        outcomes = apply(campaign, read_file(plan(ROWS)), Source(origin="file:a"), NINE, on_row=on_row)
    assert seen == [("stored", 1)] * (ROWS // 100)
    ids = [one.event for one in outcomes]
    assert (len(set(ids)), ids, {one.verdict for one in outcomes}) == (ROWS, sorted(ids), {"new"})
    assert count(Event.withdrawn_at.is_(None), Event.origin == "file:a") == ROWS
    to_announce = select(func.count()).select_from(EventChange).where(EventChange.announced.is_(False))
    assert db.session.scalar(to_announce.where(EventChange.event_id.in_(ids))) == ROWS
    again = apply(campaign, read_file(plan(ROWS)), Source(origin="file:a"), NINE + minutes(1))
    assert [(one.verdict, one.event) for one in again] == [("same", event_id) for event_id in ids]


@pytest.fixture
def fails_at_the_end(app, monkeypatch):
    def fail(_self, _drafts):
        raise OperationalError("UPDATE", {}, Exception("disk full"))

    monkeypatch.setattr(HiddenEvents, "show", fail)


def take_in(campaign):
    with pytest.raises(Mistake):
        apply(campaign, read_file(plan(ROWS)), Source(origin="file:a"), NINE)
    db.session.expire_all()


def test_one_that_fails_leaves_nothing(app, fails_at_the_end):
    campaign = load_week()
    event = make_event(campaign)
    take_in(campaign)
    assert db.session.scalars(select(Event.id)).all() == [event.id]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_killed_one_left_is_deleted_a_day_later(app, fails_at_the_end, monkeypatch):
    campaign = load_week()
    deleted = make_event(campaign)
    lifecycle.withdraw(deleted, deleted.created_at)
    monkeypatch.setattr(HiddenEvents, "delete_rest", lambda *_, **__: None)
    take_in(campaign)
    assert (count(Event.withdrawn_at.is_(None)), verify(campaign).differences) == (0, [])
    assert (count(), delete_left(NINE + timedelta(hours=23))) == (ROWS + 1, 0)
    tick.tick(NINE + timedelta(days=2))
    assert db.session.scalars(select(Event.id)).all() == [deleted.id]
