"""What is due is done, and by one node at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from models import clock
from models.db import db, transaction
from models.devices import pairing
from models.devices.pairing import PairingCode
from models.events.tables import Occurrence
from models.figures import subscribers
from models.ics import version as calendar_version
from models.operations import tick
from tests.support.records.week import NINE, load_week, make_event, minutes
from web.feeds.subscriber_count import write


@pytest.fixture
def event(app):
    return make_event(load_week())


def test_one_node_of_several_has_the_tick(app):
    assert tick.claim(NINE) is True
    assert tick.claim(NINE) is False
    tick.release(NINE)
    assert tick.claim(NINE + timedelta(seconds=54)) is False
    assert tick.claim(NINE + minutes(1)) is True


def test_a_node_that_died_keeps_it_no_longer_than_its_lease(app):
    assert tick.claim(NINE) is True
    assert tick.claim(NINE + minutes(9)) is False
    assert tick.claim(NINE + minutes(10)) is True


def test_a_clock_that_was_a_year_ahead_does_not_stop_it(app):
    assert tick.claim(NINE + timedelta(days=365)) is True
    tick.release(NINE + timedelta(days=365))
    assert tick.due_at() == NINE + timedelta(days=365) + tick.PERIOD
    assert tick.claim(NINE) is True
    assert tick.due_at() == NINE + tick.LEASE


def claimed(now) -> bool:
    """A tick is claimed and done; whether it may destroy."""
    assert tick.claim(now) is True
    tick.release(now)
    return tick.may_destroy(now)


def test_nothing_is_destroyed_for_a_day_after_the_clock_has_jumped(app):
    year = timedelta(days=365)
    assert [claimed(NINE), claimed(NINE + minutes(1)), claimed(NINE + timedelta(hours=47))] == [True] * 3
    ahead = NINE + year
    assert [claimed(ahead + minutes(minute)) for minute in (0, 1, 60, 1439)] == [False] * 4
    # Right again: at once. A clock that stays there is believed after a day.
    assert claimed(NINE + timedelta(hours=48)) is True
    assert [claimed(ahead + wait) for wait in (timedelta(0), timedelta(hours=23), tick.DOUBT)] == [
        False,
        False,
        True,
    ]


def test_readers_of_a_day_that_goes_on_are_counted_once_though_the_clock_was_a_year_ahead(event):
    """Whoever reads before and after it has the same digest: the day's salt stays."""
    campaign, ahead = event.campaign, NINE + timedelta(days=365)
    write([(campaign.id, "a"), (campaign.id, "b")], NINE, NINE)
    tick.tick(ahead, destroy=False)
    write([(campaign.id, "a"), (campaign.id, "c")], NINE + minutes(5), NINE + minutes(5))
    tick.tick(NINE + timedelta(days=1))
    assert subscribers.subscribers_by_day(campaign) == {NINE.date(): 3}


def test_a_pairing_code_is_forgotten_a_day_after_it_ended(event):
    pairing.create_code(event, "secret", NINE)
    pairing.create_code(event, "secret", NINE + minutes(30))
    ended = NINE + pairing.CODE_LIFE
    assert tick.tick(ended + tick.PAIRING_CODES_KEPT).codes == 0
    assert tick.tick(ended + tick.PAIRING_CODES_KEPT + minutes(1)).codes == 1
    assert db.session.scalar(select(func.count()).select_from(PairingCode)) == 1


def test_stale_calendar_entries_are_written_anew(event):
    tick.tick(NINE)
    (occurrence,) = event.occurrences
    with transaction():
        occurrence.vevent_stamp = "of an older form"
        db.session.query(calendar_version.CalendarVersion).update({"stamp": ""})
    assert tick.tick(NINE).entries == 1
    db.session.expire_all()
    assert db.session.get_one(Occurrence, occurrence.id).vevent_stamp != "of an older form"
    assert tick.tick(NINE).entries == 0


def test_entries_of_a_newer_version_are_left_to_it(event):
    with transaction():
        event.occurrences[0].vevent_stamp = "of a newer form"
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert tick.tick(NINE).entries == 0


def test_the_command(event, runner):
    assert runner.invoke(args=["tick"]).exit_code == 0


def test_the_command_by_a_timer_destroys_nothing_for_a_day_after_the_clock_has_jumped(
    event, runner, monkeypatch
):
    seen, tick_once = [], tick.tick
    monkeypatch.setattr(
        tick, "tick", lambda now, destroy: seen.append(destroy) or tick_once(now, destroy=destroy)
    )
    for days in (0, 0.5, 365, 365.5, 366.5):
        now = NINE + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        assert runner.invoke(args=["tick"]).exit_code == 0
        assert tick.due_at() == now + tick.PERIOD
    assert seen == [True, True, False, False, True]


def test_the_command_runs_while_a_server_has_the_tick_and_leaves_it_to_it(event, runner, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    assert tick.claim(NINE) is True
    assert runner.invoke(args=["tick"]).exit_code == 0
    assert tick.due_at() == NINE + tick.LEASE
