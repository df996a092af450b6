"""A draft that was never submitted goes a year after its week, unless something refers to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.codes import passes
from models.db import db
from models.events.tables import Event, EventChange, Occurrence
from models.operations import retention, tick
from models.publishing import lifecycle, old_drafts
from models.publishing.change import event_transaction
from tests.support.records.week import NINE, load_week, make_event

DUE = NINE + timedelta(days=4) + old_drafts.KEPT  # of a week that ends on 26 April


@pytest.fixture
def campaign(app):
    return load_week()


def event_ids() -> list[int]:
    return list(db.session.scalars(select(Event.id).order_by(Event.id)))


def test_only_what_nobody_needs_goes(campaign):
    before = event_ids()
    draft, of_a_pass, submitted = (make_event(campaign, publish=False) for _ in range(3))
    gone, public = draft.id, make_event(campaign).id
    passes.issue(campaign, "youth", NINE, event=of_a_pass)
    with event_transaction():
        lifecycle.write_submitted(submitted, NINE)
    kept = [*before, of_a_pass.id, submitted.id, public]
    assert old_drafts.count_due(DUE - timedelta(days=1)) == 0
    due = [count for rule, count in retention.due(DUE) if rule.count is old_drafts.count_due]
    assert due == [1]  # a dry run
    assert event_ids() == [*before, gone, *kept[len(before) :]]
    tick.tick(DUE)
    assert event_ids() == kept
    rows = [table.event_id == gone for table in (Occurrence, EventChange)]
    assert [db.session.scalars(select(row.left.table).where(row)).all() for row in rows] == [[], []]


def test_some_at_a_time(campaign, monkeypatch):
    monkeypatch.setattr(old_drafts, "MOST", 2)
    for _ in range(3):
        make_event(campaign, publish=False)
    assert [old_drafts.delete_due(DUE) for _ in range(3)] == [2, 1, 0]
