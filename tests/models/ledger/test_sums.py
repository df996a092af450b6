"""The sums behind the figures: after random check-ins, undos, decisions, moves and merges they tell what a naive recount of
the presences tells, and `verify` finds whatever was altered."""

import random
import threading
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes
from models.corrections import scan_review
from models.db import db, transaction
from models.events.draft import OccurrenceDraft, OrganizationDraft, draft_of
from models.events.merges import standing_for
from models.events.tables import Event, Occurrence
from models.figures.count import _counted_rows, figures
from models.figures.filters import FiguresFilter
from models.figures.recount.comparison import verify
from models.ledger.sum_tables import EventPlacement, FigureSum
from models.ledger.tables import Presence
from models.publishing import lifecycle
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, minutes

LATER = NINE + timedelta(days=2)
LEADS = (
    OrganizationDraft("灌云县知识产权局", "320723", "ip-offices"),
    OrganizationDraft("连云港市中级人民法院", "320700", "courts"),
    OrganizationDraft("无条线单位", "320700"),
)
REGIONS = ("320723", "320722", "650100", None)
DIMENSIONS = ("region", "line", "event", "audience", "day")


@pytest.fixture
def week(app):
    return load_week()


def naive(week) -> dict[str, dict]:
    """Visits and participants of each value of each dimension, from the presences and the events as they are."""
    kept = standing_for(list(db.session.scalars(select(Event.id))))
    visits, heads = defaultdict(int), defaultdict(dict)
    rows = db.session.execute(
        select(Presence, Occurrence.event_id).join(Occurrence).execution_options(populate_existing=True)
    )
    for presence, event_id in rows:
        event = db.session.get_one(Event, kept.get(event_id, event_id), populate_existing=True)
        line = event.lead.line if event.lead else None
        values = (event.region_code, line, event.id, presence.group, presence.day)
        for key in ((None, None), *zip(DIMENSIONS, values, strict=True)):
            if presence.weight:
                visits[key] += presence.weight
                if presence.identified:
                    of_value = heads[key]
                    of_value[presence.holder] = max(presence.weight, of_value.get(presence.holder, 0))
    return {key: (count, sum(heads[key].values())) for key, count in visits.items()}


def told(week) -> dict[str, dict]:
    whole = figures(week, NINE)
    sums = {(None, None): (whole.visits, whole.participants)}
    for by in DIMENSIONS:
        for row in figures(week, NINE, (by,)).rows:
            sums[by, row[by]] = (row["visits"], row["participants"])
    return sums


class Season:
    """Draws what may happen at five events of four regions and three lines."""

    def __init__(self, week, seed: int):
        self.week, self.dice = week, random.Random(seed)
        days = (OccurrenceDraft(DAY, DAY), OccurrenceDraft(DAY + timedelta(days=1), DAY + timedelta(days=1)))
        self.events = [
            make_event(week, f"讲座{n}", region_code=REGIONS[n % 4], lead=LEADS[n % 3], occurrences=days)
            for n in range(5)
        ]
        self.tokens = [
            passes.issue(week, "youth", NINE, headcount=size)[0].token for size in (45, 30, None, None)
        ]
        self.ids: list[UUID] = []

    def check_in(self) -> None:
        event = self.dice.choice(self.events)
        source = ScanSource(self.week, lambda at: [event.id])
        attempts = [self._attempt() for _ in range(self.dice.choice([1, 1, 4]))]
        self.ids += [attempt.id for attempt in attempts]
        admit.admit(attempts, source, LATER)

    def _attempt(self) -> Attempt:
        at = NINE + self.dice.choice([timedelta(), minutes(30), timedelta(days=1)])
        id, kind = (
            UUID(int=self.dice.getrandbits(128)),
            self.dice.choice(["pass", "pass", "phone", "touch", "undo"]),
        )
        if kind == "pass":
            heads = self.dice.choice([None, 5, 12, 20])
            token = self.dice.choice(self.tokens)
            return Attempt(id, "pass", at, code=token, headcount=heads if token in self.tokens[:2] else None)
        group = self.dice.choice(["youth", "public", "unknown"])
        if kind == "phone":
            holder = self.dice.choice(["b:" + "1" * 32, "b:" + "2" * 32])
            return Attempt(id, "venue", at, group=group, holder=holder, method="printed")
        if kind == "undo" and self.ids:
            return Attempt(id, "undo", at + minutes(5), undoes=self.dice.choice(self.ids))
        return Attempt(id, "touch", at, group=group, headcount=self.dice.choice([1, 3]))

    def decide(self) -> None:
        held = db.session.scalars(select(Presence.visit_id).where(Presence.visit_id.is_not(None))).all()
        if held:
            decision = self.dice.choice(["accept", "set_aside"])
            scan_review.decide(self.dice.choice(sorted(held)), decision, "Asked", None, LATER)

    def move(self) -> None:
        event = self.dice.choice(self.events)
        draft = draft_of(event)
        changes = {"region_code": self.dice.choice(REGIONS), "lead": self.dice.choice([*LEADS, None])}
        lifecycle.change(event, replace(draft, **changes), LATER)

    def merge(self) -> None:
        if len(self.events) > 2:
            kept, other = self.dice.sample(self.events, 2)
            lifecycle.merge(kept, other, LATER)
            self.events.remove(other)


@pytest.mark.parametrize("seed", range(4))
def test_random_seasons_agree_with_a_naive_recount(week, seed):
    season = Season(week, seed)
    for step in range(30):
        season.check_in()
        if step % 5 == 4:
            season.dice.choice([season.decide, season.move, season.merge])()
            assert told(week) == naive(week)
    assert told(week) == naive(week)
    assert verify(week).differences == []
    for by in DIMENSIONS:
        counted = _counted_rows(week, (by,), FiguresFilter(), True)
        assert figures(week, NINE, (by,)).rows == sorted(
            counted.values(), key=lambda row: (row[by] is not None, str(row[by]))
        )
    _refill()
    assert told(week) == naive(week)
    assert verify(week).differences == []


def _refill() -> None:
    """The sums made anew, as the migration makes them."""
    with transaction():
        db.session.execute(delete(FigureSum))
        db.session.execute(delete(EventPlacement))
        import_module("models.migrations.versions.0016_sums_of_figures").fill(db.session.connection())
    db.session.expire_all()


def test_a_merge_of_a_merge_takes_all_visits_along(week):
    first, second, third = (make_event(week, "同名", region_code=code) for code in REGIONS[:3])
    for event in (first, second, third):
        make_device(event).touch("youth")
    lifecycle.merge(second, first, LATER)
    lifecycle.merge(third, second, LATER)
    assert told(week) == naive(week)
    assert [(row["event"], row["visits"]) for row in figures(week, NINE, ("event",)).rows] == [(third.id, 3)]
    assert verify(week).differences == []
    lifecycle.change(third, replace(draft_of(third), region_code="320722"), LATER)
    assert [(row["region"], row["visits"]) for row in figures(week, NINE, ("region",)).rows] == [
        ("320722", 3)
    ]
    assert verify(week).differences == []


@pytest.mark.parametrize("table", [FigureSum, EventPlacement])
def test_an_altered_sum_is_found(week, table):
    event = make_event(week)
    make_device(event).touch("youth", headcount=3)
    assert verify(week).differences == []
    with transaction():
        if table is FigureSum:
            of_line = FigureSum.kind == "line", FigureSum.value == "ip-offices"
            db.session.execute(update(FigureSum).where(*of_line).values(participants=1))
        else:
            db.session.execute(update(EventPlacement).values(line="courts"))
    expected = {
        FigureSum: ("figure_sum", "line ip-offices participants", 1, 0),
        EventPlacement: ("event_placement", f"{event.id} line", "courts", "ip-offices"),
    }
    assert [tuple(vars(row).values()) for row in verify(week).differences] == [expected[table]]


def test_a_lost_sum_is_found(week):
    make_device(make_event(week)).touch("youth", headcount=3)
    with transaction():
        db.session.execute(delete(FigureSum).where(FigureSum.kind == "day"))
    assert [tuple(vars(row).values()) for row in verify(week).differences] == [
        ("figure_sum", "day 2024-04-22 visits_touch", 0, 3)
    ]


def test_one_holder_let_in_at_many_events_at_once_is_one_participant(app, week):
    events = [make_event(week, f"讲座{n}") for n in range(4)]
    tokens = [made.token for made in passes.issue(week, "youth", NINE, count=30)]
    sources = [make_device(event).source() for event in events]

    def hand_in(source: ScanSource, order: list[str]) -> None:
        with app.app_context():
            for start in range(0, 30, 5):
                part = order[start : start + 5]
                admit.admit([Attempt(uuid4(), "pass", NINE, code=token) for token in part], source, NINE)
            db.session.remove()

    threads = [
        threading.Thread(target=hand_in, args=(source, random.Random(n).sample(tokens, 30)))
        for n, source in enumerate(sources)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # SQLite: the read transaction from before
    whole = figures(week, NINE, ("event",))
    assert (whole.visits, whole.participants) == (120, 30)
    assert [row["participants"] for row in whole.rows] == [30, 30, 30, 30]
    assert verify(week).differences == []


def test_check_ins_while_their_event_moves_are_counted_where_it_is(app, week):
    event = make_event(week)
    source = make_device(event).source()

    def check_in() -> None:
        with app.app_context():
            for _ in range(12):
                admit.admit([Attempt(uuid4(), "touch", NINE, group="youth")], source, NINE)
            db.session.remove()

    thread = threading.Thread(target=check_in)
    thread.start()
    for region in ("320722", "650100", "320722", "320723", "650100"):
        lifecycle.change(event, replace(draft_of(event), region_code=region), LATER)
    thread.join()
    db.session.rollback()
    assert [(row["region"], row["visits"]) for row in figures(week, NINE, ("region",)).rows] == [
        ("650100", 12)
    ]
    assert verify(week).differences == []


def test_a_fresh_pass_costs_few_statements(week, count_queries):
    device = make_device(make_event(week))
    tokens = [made.token for made in passes.issue(week, "youth", NINE, count=3)]
    device.scan(tokens[0])
    with count_queries() as queries:
        device.scan(tokens[1])
    of_sums = [query for query in queries if "figure_sum" in query or "event_placement" in query]
    # On PostgreSQL what is read travels with its locks (models.transactions.round_trip).
    assert len(of_sums) == (1 if db.engine.dialect.name == "postgresql" else 2)


def test_days_are_dates_and_events_numbers(week):
    event = make_event(week)
    make_device(event).touch("youth")
    assert figures(week, NINE, ("day",)).rows[0]["day"] == date(2024, 4, 22)
    assert figures(week, NINE, ("event",)).rows[0]["event"] == event.id
