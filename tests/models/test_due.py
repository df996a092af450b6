"""What is due is done, and by one node at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import due, ical, pairing
from models.base import db, transaction
from models.events import Occurrence
from models.pairing import PairingCode
from tests.support.week import NINE, load_week, make_event, minutes


@pytest.fixture
def event(app):
    return make_event(load_week())


def test_one_node_of_several_has_the_tick(app):
    assert due.claim(NINE) is True
    assert due.claim(NINE) is False
    due.release(NINE)
    assert due.claim(NINE + timedelta(seconds=54)) is False
    assert due.claim(NINE + minutes(1)) is True


def test_a_node_that_died_keeps_it_no_longer_than_its_lease(app):
    assert due.claim(NINE) is True
    assert due.claim(NINE + minutes(9)) is False
    assert due.claim(NINE + minutes(10)) is True


def test_a_pairing_code_is_forgotten_a_day_after_it_ended(event):
    pairing.offer(event, "secret", NINE)
    pairing.offer(event, "secret", NINE + minutes(30))
    ended = NINE + pairing.CODE_LIFE
    assert due.tick(ended + due.KEPT_PAIRING_CODES).codes == 0
    assert due.tick(ended + due.KEPT_PAIRING_CODES + minutes(1)).codes == 1
    assert db.session.scalar(select(func.count()).select_from(PairingCode)) == 1


def test_stale_calendar_entries_are_written_anew(event):
    due.tick(NINE)
    (occurrence,) = event.occurrences
    with transaction():
        occurrence.vevent_stamp = "of an older form"
        db.session.query(ical.CalendarVersion).update({"stamp": ""})
    assert due.tick(NINE).entries == 1
    db.session.expire_all()
    assert db.session.get_one(Occurrence, occurrence.id).vevent_stamp != "of an older form"
    assert due.tick(NINE).entries == 0


def test_the_command(event, runner):
    assert runner.invoke(args=["tick"]).exit_code == 0
