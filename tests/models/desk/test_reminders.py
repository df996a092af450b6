"""Reminders: one row an event and kind, not repeated, gone when it is mended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.desk import reminders
from models.events.draft import draft_of
from models.publishing import lifecycle
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device


@pytest.fixture
def people(app):
    return make_people(load_week())


def due() -> list[tuple[str, str]]:
    return sorted((one.event.title, str(one.kind)) for one in reminders.unsent())


def test_written_once_and_ended(people):
    for event in people.everything[1:]:
        lifecycle.withdraw(event, NINE)
    assert reminders.remind(NINE) == 1
    assert due() == [("专题讲座", "place")]
    lifecycle.change(people.lecture, replace(draft_of(people.lecture), venue_text="广场"), NINE)
    assert reminders.remind(NINE + timedelta(minutes=1)) == 0
    assert due() == []
    tomorrow = NINE + timedelta(days=1)
    assert (reminders.remind(tomorrow), due()) == (1, [("专题讲座", "figures")])
    assert (reminders.remind(tomorrow + timedelta(days=1)), due()) == (0, [("专题讲座", "figures")])
    reminders.note_sent(reminders.unsent(), tomorrow)
    assert (reminders.remind(tomorrow + timedelta(days=2)), due()) == (0, [])
    make_device(people.lecture).tally("public", headcount=3)
    assert (reminders.remind(tomorrow + timedelta(days=3)), due()) == (0, [])


def test_a_week_that_is_long_over_is_asked_for_nothing(people):
    assert reminders.remind(NINE + timedelta(days=60)) == 0
