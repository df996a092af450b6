"""Estimates: whatever the order of statements, check-ins, undos and decisions, they add what exceeds the other visits."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.checkin import admit
from models.checkin.attempt import Attempt
from models.corrections import estimates, scan_review
from models.db import db, transaction
from models.errors import Conflict, Mistake
from models.events.tables import Occurrence
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.recount.comparison import verify
from models.ledger.estimates import Estimate
from models.ledger.tables import Counter as Cell
from models.ledger.tables import Presence
from models.publishing import lifecycle
from tests.support.records.people import make_people
from tests.support.records.week import NINE, Device, load_week, make_device, make_event, minutes

LATER = NINE + timedelta(days=1)
GROUPS = ("youth", "public")


@pytest.fixture
def people(app):
    return make_people(load_week())


def state(people, event, heads: int, group: str = "public", occurrence: int = 0) -> None:
    estimates.state(event, event.occurrences[occurrence].id, group, heads, "门口目测", people.gu, LATER)


def visits(event) -> dict[str, int]:
    counted = figures(event.campaign, LATER, (), FiguresFilter(events=(event.id,)))
    return {method: number for method, number in counted.methods.items() if number}


def test_an_estimate_adds_only_what_exceeds_the_other_visits(people):
    event, campaign = people.lecture, people.lecture.campaign
    device = make_device(event)
    device.touch("public", headcount=10)
    device.tally("public", headcount=20)
    device.touch("youth", headcount=5)
    state(people, event, 100)
    assert visits(event) == {"touch": 15, "tally": 20, "estimate": 70}
    device.tally("public", headcount=50, now=LATER)
    assert visits(event) == {"touch": 15, "tally": 70, "estimate": 20}
    device.tally("public", headcount=50, now=LATER)
    assert visits(event) == {"touch": 15, "tally": 120}
    assert verify(campaign).differences == []
    (stated,) = estimates.stated_at(event)
    assert (stated.row.heads, stated.added, stated.counted, stated.account) == (100, 0, 130, "gu@example.cn")


def test_it_is_shown_in_every_dimension_and_is_nobodys_participant(people):
    event, campaign = people.lecture, people.lecture.campaign
    state(people, event, 40)
    for by, value in (
        ("region", "320723"),
        ("line", "ip-offices"),
        ("event", event.id),
        ("audience", "public"),
        ("day", event.occurrences[0].start_day),
        ("hour", 9),
        ("method", "estimate"),
    ):
        (row,) = figures(campaign, LATER, (by,)).rows
        assert (row[by], row["visits"], row["methods"]["estimate"]) == (value, 40, 40)
    assert figures(campaign, LATER).participants == 0
    assert verify(campaign).differences == []


def test_it_is_restated_and_withdrawn_by_further_rows(people):
    event = people.lecture
    state(people, event, 40)
    state(people, event, 60)
    assert visits(event) == {"estimate": 60}
    estimates.withdraw(event, event.occurrences[0].id, "public", "重复", people.gu, LATER)
    assert (visits(event), estimates.stated_at(event)) == ({}, [])
    with pytest.raises(Conflict):
        estimates.withdraw(event, event.occurrences[0].id, "public", "重复", people.gu, LATER)
    assert db.session.scalars(select(Estimate.heads).order_by(Estimate.id)).all() == [40, 60, None]
    assert verify(event.campaign).differences == []


def test_it_moves_with_its_event(people):
    campaign = people.lecture.campaign
    state(people, people.lecture, 40)
    lifecycle.merge(people.nanjing, people.lecture, LATER)
    assert visits(people.nanjing) == {"estimate": 40}
    assert [row["region"] for row in figures(campaign, LATER, ("region",)).rows] == ["320102"]
    make_device(people.nanjing).touch("public", headcount=7)
    assert verify(campaign).differences == []


@pytest.mark.parametrize(
    ("group", "heads", "basis"),
    [
        ("public", 0, "x"),
        ("public", 1_000_000, "x"),
        ("martians", 5, "x"),
        ("public", 5, " "),
        ("public", 5, "x" * 301),
    ],
)
def test_what_is_no_estimate_is_refused(people, group, heads, basis):
    with pytest.raises(Mistake):
        estimates.state(
            people.lecture, people.lecture.occurrences[0].id, group, heads, basis, people.gu, LATER
        )
    with pytest.raises(Mistake):  # the session of another event
        estimates.state(people.lecture, people.nanjing.occurrences[0].id, "public", 5, "x", people.gu, LATER)
    with pytest.raises(Mistake):  # before it has begun
        estimates.state(
            people.lecture,
            people.lecture.occurrences[0].id,
            "public",
            5,
            "x",
            people.gu,
            NINE - timedelta(days=1),
        )
    assert db.session.scalars(select(Estimate)).all() == []


def test_an_altered_estimate_is_found(people):
    state(people, people.lecture, 40)
    with transaction():
        db.session.execute(update(Cell).values(visits=41))
    assert [
        (row.table, row.stored, row.recounted) for row in verify(people.lecture.campaign).differences
    ] == [("counter", 41, 40)]


def test_check_ins_at_one_time_each_shrink_it(app, people):
    event = people.lecture
    sources = [make_device(event).source() for _ in range(4)]
    state(people, event, 100)

    def hand_in(source) -> None:
        with app.app_context():
            for _ in range(6):
                admit.admit([Attempt(uuid4(), "touch", NINE, group="public")], source, NINE)
            db.session.remove()

    threads = [threading.Thread(target=hand_in, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # SQLite: the read transaction from before
    assert visits(event) == {"touch": 24, "estimate": 76}
    assert verify(event.campaign).differences == []


heads = st.integers(1, 30)
groups = st.sampled_from(GROUPS)
STEP = st.one_of(
    st.tuples(st.just("touch"), groups, heads),
    st.tuples(st.just("tally"), groups, heads),
    st.tuples(st.just("state"), groups, st.integers(1, 90)),
    st.tuples(st.just("withdraw"), groups, st.just(0)),
    st.tuples(st.just("undo"), groups, st.integers(0, 9)),
    st.tuples(st.just("accept"), groups, st.integers(0, 9)),
    st.tuples(st.just("set_aside"), groups, st.integers(0, 9)),
)


@dataclass
class Evening:
    """Plays steps at one event of one's own, and knows what was stated last."""

    people: object
    device: Device
    ids: list[UUID] = field(default_factory=list)
    stated: dict[str, int] = field(default_factory=dict)

    def play(self, verb: str, group: str, number: int) -> None:
        event = self.event
        if verb in ("touch", "tally"):
            self.ids.append(uuid4())
            getattr(self.device, verb)(group, headcount=number, id=self.ids[-1])
        elif verb == "state":
            estimates.state(event, event.occurrences[0].id, group, number, "目测", self.people.gu, LATER)
            self.stated[group] = number
        elif verb == "withdraw" and group in self.stated:
            estimates.withdraw(event, event.occurrences[0].id, group, "重复", self.people.gu, LATER)
            del self.stated[group]
        elif verb == "undo" and self.ids:
            self.device.undo(self.ids[number % len(self.ids)], NINE + minutes(1))
        elif verb in ("accept", "set_aside") and self.ids:
            scan_review.decide(self.ids[number % len(self.ids)], verb, "核对", self.people.gu.id, LATER)

    @property
    def event(self):
        return self._event

    def __post_init__(self) -> None:
        self._event = db.session.get_one(Occurrence, _occurrence_of(self.device)).event

    def naive(self) -> dict[str, int]:
        """Visits by group, from the presences and the last statements."""
        query = select(Presence.group, Presence.weight).where(
            Presence.occurrence_id == self.event.occurrences[0].id, Presence.weight > 0
        )
        counted = Counter()
        for group, weight in db.session.execute(query):
            counted[group] += weight
        return {group: max(counted[group], self.stated.get(group, 0)) for group in {*counted, *self.stated}}


def _occurrence_of(device: Device) -> int:
    (service,) = device.kiosk.services
    return db.session.scalars(select(Occurrence.id).where(Occurrence.event_id == service.event_id)).one()


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=16))
def test_in_any_order_it_agrees_with_a_naive_recount(people, steps):
    evening = Evening(people, make_device(make_event(people.lecture.campaign, "晚场")))
    for step in steps:
        evening.play(*step)
        part = FiguresFilter(events=(evening.event.id,))
        rows = figures(evening.event.campaign, LATER, ("audience",), part).rows
        assert {row["audience"]: row["visits"] for row in rows} == evening.naive()
    assert verify(evening.event.campaign).differences == []
