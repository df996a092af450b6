"""Scans whose time or number nobody can believe are kept, and count only once a person accepts them; and sessions that abut."""

from datetime import timedelta

import pytest

from models.corrections import scan_review
from models.db import db
from models.figures.visits import visits_of
from models.ledger.tables import Scan
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, session


@pytest.fixture
def event(app):
    return make_event(load_week())


@pytest.mark.parametrize("heads", [20, 21, 999])
def test_a_touch_is_one_finger_s_worth_of_people(event, heads):
    answer = make_device(event).touch("youth", headcount=heads)
    assert (answer.verdict, answer.flags.names) == ("stored", [] if heads == 20 else ["set_aside"])
    assert visits_of([event.id]) == ({event.id: 20} if heads == 20 else {})


def test_a_tally_may_be_large(event):
    assert make_device(event).tally("youth", headcount=999).flags.names == []
    assert visits_of([event.id]) == {event.id: 999}


@pytest.mark.parametrize("days", [3, 200, 54 * 365])
def test_a_time_far_from_the_hours_is_held(event, days):
    device = make_device(event)
    answer = device.touch("youth", NINE - timedelta(days=days), now=NINE, shown="stored")
    assert answer.verdict == "stored"
    assert "set_aside" in answer.flags.names
    assert visits_of([event.id]) == {}
    scan_review.decide(answer.id, "accept", "The steward wrote it down", None, NINE)
    assert visits_of([event.id]) == {event.id: 1}


def test_a_time_before_the_pairing_is_held(event):
    device = make_device(event)  # paired three hours before nine
    answer = device.touch("youth", NINE - timedelta(hours=5), now=NINE, shown="stored")
    assert answer.flags.names == ["late", "outside_hours", "set_aside"]


def test_who_is_there_at_half_past_eleven_belongs_to_the_session_that_runs(app):
    """A fair around the clock: from 23:00 on the next day's session is open too."""
    midnight = NINE - timedelta(hours=9)
    days = [session(midnight + timedelta(days=n), hours=24, day=DAY + timedelta(days=n)) for n in range(2)]
    event = make_event(load_week(), occurrences=tuple(days))
    today, tomorrow = (occurrence.id for occurrence in event.occurrences)
    device = make_device(event)
    wanted = {22: today, 23.5: today, 24.5: tomorrow}
    for hour, occurrence in wanted.items():
        answer = device.touch("youth", midnight + timedelta(hours=hour))
        row = db.session.query(Scan).filter_by(id=answer.id).one()
        assert (hour, row.occurrence_id) == (hour, occurrence)
