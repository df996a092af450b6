"""Sessions moved to other days: ids, times and places stay, SEQUENCE rises."""

from datetime import date

import pytest

from models.db import db
from models.errors import Conflict, Mistake
from models.events.draft import EventDraft, OccurrenceDraft, VenueDraft, draft_of
from models.publishing import lifecycle, proposals, session_moves
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, minutes, session

LATER = NINE + minutes(60)


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def daily(people):
    """Three days in a row, the first with clock times."""
    whole = [OccurrenceDraft(date(2024, 4, day), date(2024, 4, day), capacity=day) for day in (23, 24)]
    draft = EventDraft(
        title="展览", region_code="320723", occurrences=(session(), *whole), venues=(VenueDraft("文化馆"),)
    )
    return lifecycle.create(load_week(), draft, NINE, people.su)


def rows(event) -> list[tuple]:
    db.session.expire_all()
    ordered = sorted(event.occurrences, key=lambda row: row.id)
    return [(row.id, row.start_day.day, row.end_day.day, row.sequence, row.status) for row in ordered]


def test_every_session_keeps_its_id(daily, people):
    first, second, third = [row.id for row in daily.occurrences]
    start = daily.occurrences[0].start_at
    assert session_moves.move(daily, {first: 1, second: 1, third: 1}, LATER, people.su) is True
    assert rows(daily) == [
        (first, 23, 23, 1, "scheduled"),
        (second, 24, 24, 1, "scheduled"),
        (third, 25, 25, 1, "scheduled"),
    ]
    assert (daily.occurrences[0].start_at - start).days == 1
    assert [(change.verb, change.fields) for change in daily.changes][-1] == ("changed", ["occurrences"])
    entry = daily.occurrences[0].vevent.decode()
    assert ("SEQUENCE:1" in entry, "STATUS:CONFIRMED" in entry) == (True, True)


def test_one_session_alone(daily, people):
    first, second, third = [row.id for row in daily.occurrences]
    session_moves.move(daily, {third: -4}, LATER, people.su)
    assert [(row[0], row[1], row[3]) for row in rows(daily)] == [
        (first, 22, 0),
        (second, 23, 0),
        (third, 20, 1),
    ]
    assert daily.calendar_place // 10_000 == 20240420


def test_who_may_not_publish_proposes(daily, people):
    first = daily.occurrences[0].id
    assert session_moves.move(daily, {first: 2}, LATER, people.gu) is False
    assert [row[1] for row in rows(daily)] == [22, 23, 24]
    [proposal] = proposals.open_of(daily)
    assert (proposal.fields, sorted(one.start_day.day for one in proposal.draft.occurrences)) == (
        ["occurrences"],
        [23, 24, 24],
    )


def test_an_accepted_move_keeps_the_ids_of_daily_sessions(daily, people):
    first, second, third = [row.id for row in daily.occurrences]
    assert session_moves.move(daily, {first: 1, second: 1, third: 1}, LATER, people.gu) is False
    [proposal] = proposals.open_of(daily)
    proposals.accept(proposal.id, LATER, people.su)
    assert rows(daily) == [
        (first, 23, 23, 1, "scheduled"),
        (second, 24, 24, 1, "scheduled"),
        (third, 25, 25, 1, "scheduled"),
    ]


@pytest.mark.parametrize("days", [0, 400])
def test_what_cannot_be_moved_is_said(daily, people, days):
    with pytest.raises(Mistake):
        session_moves.move(daily, {daily.occurrences[0].id: days}, LATER, people.su)
    assert [row[1] for row in rows(daily)] == [22, 23, 24]


def test_a_cancelled_event_stays_where_it_was(daily, people):
    lifecycle.cancel(daily, LATER, people.su, "停电")
    before = draft_of(daily)
    with pytest.raises(Conflict):
        session_moves.move(daily, {row.id: 1 for row in daily.occurrences}, LATER, people.su)
    assert draft_of(daily) == before


def test_to_a_day(daily):
    assert session_moves.days_until(daily, None, date(2024, 4, 26)) == 4
    assert session_moves.days_until(daily, daily.occurrences[2].id, date(2024, 4, 20)) == -4
