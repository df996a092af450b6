"""The recount: it agrees with the check-ins, and finds whatever was altered in the tables."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from models.checkin import admit
from models.checkin.attempt import Attempt
from models.codes import passes
from models.db import db, transaction
from models.events.tables import Event
from models.figures.recount import comparison as recount
from models.figures.recount.comparison import verify
from models.ics import version
from models.ledger.tables import Counter, Presence, Review, Scan
from models.publishing.session_counts import correct_session_counts
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes, session


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def device(week):
    """A class of 43 that came, left and came back; two touches of which one left; a person who is out again."""
    device = make_device(make_event(week, capacity=100))
    group, single = (
        passes.issue(week, "youth", NINE - timedelta(days=1), headcount=size)[0].token for size in (45, None)
    )
    device.scan(group, headcount=43)
    device.scan(group, NINE + minutes(5), direction="out")
    device.scan(group, NINE + minutes(6), headcount=40)
    device.touch("public", headcount=2)
    device.touch("public", NINE + minutes(1), direction="out")
    device.scan(single)
    device.scan(single, NINE + minutes(2), direction="out")
    assert verify(week).differences == []
    return device


def _class() -> Presence:
    return db.session.scalars(select(Presence).where(Presence.weight == 43)).one()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weight", 42),
        ("inside", 0),
        ("identified", False),
        ("group", "public"),
        ("method", "touch"),
        ("hour", 10),
        ("visit_id", uuid4()),
        ("holder", "p:0000000001"),
    ],
)
def test_an_altered_presence_is_found(week, device, name, value):
    with transaction():
        setattr(_class(), name, value)
    differences = verify(week).differences
    assert {difference.table for difference in differences} == {"presence"}


def test_a_presence_that_hides_a_visit_is_found(week, device):
    """Taken from its holder and emptied, it looks like that of somebody who never came."""
    with transaction():
        row = _class()
        row.holder, row.weight, row.inside, row.visit_id = "p:0000000001", 0, 0, None
        row.group = row.method = row.hour = None
    assert [(row.stored, row.recounted) for row in verify(week).differences] == [(0, 43)]


@pytest.mark.parametrize(("name", "by"), [("visits", 1), ("inside", -1)])
def test_an_altered_counter_is_found(week, device, name, by):
    with transaction():
        row = db.session.scalars(select(Counter).where(Counter.group == "youth")).first()
        setattr(row, name, getattr(row, name) + by)
    differences = verify(week).differences
    assert [(row.table, row.stored - row.recounted) for row in differences] == [("counter", by)]


def test_a_counter_of_nobody_is_found(week, device):
    with transaction():
        row = db.session.scalars(select(Counter)).first()
        db.session.add(
            Counter(
                occurrence_id=row.occurrence_id, day=row.day, hour=3, group="youth", method="pass", visits=7
            )
        )
    assert [(row.stored, row.recounted) for row in verify(week).differences] == [(7, 0)]


def test_a_decision_written_past_the_rules_is_found(week, device):
    """A row in the ledger that nobody counted."""
    with transaction():
        scan_id = db.session.scalar(select(Scan.id).where(Scan.headcount == 2))
        db.session.add(Review(scan_id=scan_id, decision="set_aside", why="-", at=NINE))
    assert not verify(week).agrees


def test_scans_that_arrive_during_the_recount_do_not_disturb_it(app, week, device, monkeypatch):
    source, whole = device.source(), recount._compare_counters

    def hand_in() -> None:
        with app.app_context():
            admit.admit([Attempt(uuid4(), "touch", NINE, group="youth")], source, NINE)
            db.session.remove()

    def compare(*args):
        other = threading.Thread(target=hand_in)
        other.start()
        other.join()
        return whole(*args)

    monkeypatch.setattr(recount, "_compare_counters", compare)
    assert verify(week).differences == []
    monkeypatch.undo()
    assert (verify(week).visits, verify(week).agrees) == (47, True)


def test_an_event_without_a_capacity_is_recounted_too(week):
    device = make_device(make_event(week, occurrences=(session(NINE, 1),)))
    device.touch("youth", direction="out")
    assert (verify(week).visits, verify(week).agrees) == (0, True)


def test_visits_by_passes_that_visitors_took_are_counted_apart_and_checked(week):
    device = make_device(make_event(week))
    self_issued_token = passes.issue(week, "youth", NINE, self_issued=True)[0].token
    staff_token = passes.issue(week, "youth", NINE)[0].token
    first = device.scan(self_issued_token, id=UUID(int=7))
    device.scan(staff_token)
    assert (first.verdict, db.session.query(Counter.visits, Counter.taken).one()) == ("stored", (2, 1))
    assert verify(week).agrees
    device.undo(UUID(int=7))
    assert db.session.query(Counter.visits, Counter.taken).one() == (1, 0)
    assert verify(week).agrees
    with transaction():
        db.session.execute(update(Counter).values(taken=1))
    assert [(row.stored, row.recounted) for row in verify(week).differences] == [(1, 0)]


def test_a_number_of_sessions_that_an_older_server_left_is_found_and_corrected(week):
    tomorrow = NINE + timedelta(days=1)
    event = make_event(week, occurrences=(session(), session(tomorrow, day=tomorrow.date())))
    assert event.session_count == 2
    with transaction():
        db.session.execute(update(Event).values(session_count=0))
    assert [(one.table, one.where, one.stored, one.recounted) for one in verify(week).differences] == [
        ("event", f"{event.id} session_count", 0, 2)
    ]
    before = version.version(week.id)
    assert correct_session_counts(NINE) == 1
    assert verify(week).agrees
    assert version.version(week.id) != before
    assert correct_session_counts(NINE) == 0
