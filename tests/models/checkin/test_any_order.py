"""Random scans in any order against an oracle that is written from rule 7 alone (tests/support/records/oracle.py).

What must agree after every batch: each verdict, the room that is left; at the end every figure, and `verify`.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models import clock
from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes
from models.corrections import scan_review
from models.db import db
from models.devices import kiosks as devices
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.recount.comparison import verify
from models.ledger.occupancy import occupancy
from models.ledger.tables import Flag
from tests.support.records.oracle import ZONE, Device, Oracle, Planned
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, minutes

MIDNIGHT = clock.day_bounds(DAY, DAY, ZONE)[1]
LATER = MIDNIGHT + timedelta(days=1)  # when everything is handed in
CAPACITY = 60


@dataclass
class Planner:
    """Draws a morning: passes, groups, browsers, touches and tallies at two events, and undos of some of them."""

    dice: random.Random
    devices: list[Device]
    phones: list[Device]
    tokens: dict[str, tuple[str, str, int | None, datetime | None]]  # name → text, group, size, revoked at

    def moment(self) -> datetime:
        minute = minutes(self.dice.choice([0, 1, 1, 5, 14, 15, 16, 40, 59, 60, 61, 90]))
        return self.dice.choice([NINE, NINE, MIDNIGHT - minutes(45)]) + minute

    def id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128))

    def morning(self, size: int) -> list[Planned]:
        entries = [self.entry() for _ in range(size)]
        undos = [self.undo(self.dice.choice(entries)) for _ in range(size // 3)]
        undos += [self.undo(self.dice.choice(undos)) for _ in range(2)]
        plans = entries + undos
        plans += [self.dice.choice(plans) for _ in range(size // 6)]  # sent again
        self.dice.shuffle(plans)
        return plans

    def entry(self) -> Planned:
        kind = self.dice.choice(["pass", "pass", "pass", "phone", "phone", "touch", "tally"])
        device = self.dice.choice(self.phones if kind == "phone" else self.devices)
        at = self.moment()
        if kind == "pass":
            return self.scan(device, at)
        group, heads = self.dice.choice(["youth", "public", "unknown"]), 1
        if kind == "phone":
            who = self.dice.choice(["b:" + "1" * 32, "b:" + "2" * 32])
            attempt = Attempt(self.id(), "venue", at, group=group, holder=who, method="printed")
            return Planned(attempt, device, who, group, "printed")
        heads = self.dice.choice([1, 1, 3, 20])
        way = self.dice.choice(["in", "in", "in", "out"]) if kind == "touch" else "in"
        attempt = Attempt(
            self.id(), kind, at, group=group, headcount=heads, direction=way, shown=self.shown()
        )
        return Planned(attempt, device, "", group, kind, heads)

    def scan(self, device: Device, at: datetime) -> Planned:
        name = self.dice.choice(list(self.tokens))
        text, group, size, revoked_at = self.tokens[name]
        confirmed = self.dice.choice([None, 30, 43, 45, 47]) if size else None
        way = self.dice.choice(["in", "in", "in", "out"])
        attempt = Attempt(
            self.id(), "pass", at, code=text, headcount=confirmed, direction=way, shown=self.shown()
        )
        late = revoked_at is not None and at >= revoked_at
        return Planned(attempt, device, name, group, "pass", confirmed or size or 1, late)

    def shown(self) -> str | None:
        return self.dice.choice([None, "stored"])

    def undo(self, target: Planned) -> Planned:
        at = target.attempt.at + minutes(self.dice.choice([-1, 0, 2, 15, 16, 30]))
        device = self.dice.choice([target.device, *self.devices])
        if device in self.phones:
            device = self.devices[0]
        return Planned(Attempt(self.id(), "undo", at, undoes=target.attempt.id), device)


@dataclass
class Morning:
    week: object
    events: list
    planner: Planner
    oracle: Oracle
    kiosk_of: dict

    def hand_in(self, plans: list[Planned]) -> None:
        """A batch of one device, judged by both. The device is asked again whether it is revoked."""
        device = plans[0].device
        kiosk = self.kiosk_of.get(device.name)
        source = ScanSource(**{**vars(device.source), "revoked": bool(kiosk and kiosk.revoked_at)})
        again = [plan.attempt.id in self.oracle.rows for plan in plans]
        answers = admit.admit([plan.attempt for plan in plans], source, LATER)
        for plan, answer, before in zip(plans, answers, again, strict=True):
            row = self.oracle.judge(plan)
            assert (answer.verdict, answer.reason) == (row.verdict, row.reason), plan
            assert answer.again or not before
            assert Flag.CONFLICT not in answer.flags
            assert not answer.since or answer.verdict == "repeat"

    def rule(self, dice: random.Random) -> None:
        kept = [row for row in self.oracle.rows.values() if row.verdict != "refused"]
        kept = [row for row in kept if row.plan.attempt.undoes is None or row.verdict == "stored"]
        if kept:
            row = dice.choice([*kept, *(row for row in kept if row.held)])
            row.ruling = dice.choice(["accept", "set_aside"])
            scan_review.decide(row.id, row.ruling, "Asked at the door", None, LATER)

    def compare(self) -> None:
        """Every figure of the two events, cell by cell, and the heads inside."""
        visits, heads, cells = 0, defaultdict(int), Counter()
        for holder in self.oracle.holders():
            first, weight, _inside = self.oracle.visit(holder)
            if first is not None:
                visits += weight
                hour = clock.hour_of(first.at, ZONE)
                cells[(holder[0], holder[1], hour, first.plan.group, first.plan.method)] += weight
                if first.plan.who:
                    heads[holder[2]] = max(heads[holder[2]], weight)
        by = ("event", "day", "hour", "audience", "method")
        found = figures(self.week, LATER, by, FiguresFilter(events=tuple(event.id for event in self.events)))
        assert {tuple(row[name] for name in by): row["visits"] for row in found.rows} == dict(cells)
        assert (found.visits, found.participants) == (visits, sum(heads.values()))
        for event in self.events:
            [occurrence] = event.occurrences
            assert occupancy([occurrence.id]) == {occurrence.id: self.oracle.inside(event.id)}


def _begin(week, dice: random.Random) -> Morning:
    two_days = DAY, DAY + timedelta(days=1)
    limited = make_event(week, occurrences=(OccurrenceDraft(*two_days, capacity=CAPACITY),))
    both_days = make_event(week, "两日", occurrences=(OccurrenceDraft(*two_days),))
    devices = {}
    for name, event, supervisor in (("a", limited, False), ("b", limited, True), ("c", both_days, False),
                                    ("d", both_days, False), ("e", both_days, True)):  # fmt: skip
        devices[name] = (make_device(event, supervisor=supervisor), event)
    scanners = [
        Device(name, event.id, device.source(), device.kiosk.supervisor)
        for name, (device, event) in devices.items()
    ]
    phones = [
        Device(f"phones {event.id}", event.id, ScanSource(week, lambda at, id=event.id: [id]))
        for event in (limited, both_days)
    ]
    tokens = {}
    for name, size, revoked_at in (("one", None, None), ("two", None, None), ("class", 45, None),
                                   ("gone", None, NINE + minutes(15))):  # fmt: skip
        made = passes.issue(week, "innovators", NINE - timedelta(days=3), headcount=size)[0]
        if revoked_at:
            passes.revoke(made.id, revoked_at)
        tokens[name] = (made.token, "innovators", size, revoked_at)
    planner = Planner(dice, scanners, phones, tokens)
    kiosks = {name: device.kiosk for name, (device, _event) in devices.items()}
    return Morning(week, [limited, both_days], planner, Oracle(limited.id, CAPACITY), kiosks)


def _batches(plans: list[Planned], dice: random.Random) -> list[list[Planned]]:
    """The plans in their order, in batches of up to six of one device."""
    waiting, batches = list(plans), []
    while waiting:
        device, size = waiting[0].device, dice.choice([1, 1, 2, 6])
        batch = [plan for plan in waiting if plan.device == device][:size]
        waiting = [plan for plan in waiting if not any(plan is taken for taken in batch)]
        batches.append(batch)
    return batches


@pytest.mark.parametrize("seed", range(3))
def test_random_mornings_agree_with_the_oracle(app, seed):
    week, dice = load_week(), random.Random(seed)
    for _ in range(2):
        morning = _begin(week, dice)
        batches = _batches(morning.planner.morning(24), dice)
        stolen = dice.randrange(len(batches) * 2)
        for number, batch in enumerate(batches):
            if number == stolen:
                devices.revoke(morning.kiosk_of["d"].id, LATER)
                morning.oracle.revoked.add("d")
            morning.hand_in(batch)
            if dice.random() < 0.1:
                morning.rule(dice)
        morning.compare()
    assert verify(week).differences == []
    db.session.commit()
