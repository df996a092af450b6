"""Rule 7 of PRODUCT.md written down a second time, for tests: which rows count, counted anew from all of them.

It knows nothing of presences, counters or locks. tests/models/checkin/test_any_order.py compares check-in with it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from models import clock
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource

ZONE = "Asia/Shanghai"
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Device:
    name: str
    event: int
    source: ScanSource
    supervisor: bool = False


@dataclass(frozen=True)
class Planned:
    """An attempt before it is handed in, and what the planner knows of it."""

    attempt: Attempt
    device: Device
    who: str = ""  # a pass or a browser; "" for one that nobody can recognise
    group: str = ""
    method: str = ""
    heads: int = 1
    pass_is_revoked: bool = False


@dataclass
class Row:
    """A kept attempt, as the oracle remembers it."""

    plan: Planned
    verdict: str
    held: bool
    ruling: str | None = None
    reason: str | None = None

    @property
    def id(self) -> UUID:
        return self.plan.attempt.id

    @property
    def at(self) -> datetime:
        return self.plan.attempt.at

    @property
    def comes(self) -> bool:
        return self.plan.attempt.direction == "in"

    @property
    def holder(self) -> tuple[int, date, str]:
        return self.plan.device.event, clock.day_of(self.at, ZONE), self.plan.who or str(self.id)

    def counts(self) -> bool:
        return self.ruling == "accept" if self.ruling else not self.held


@dataclass
class Oracle:
    """Rule 7, counted anew from all rows whenever somebody asks."""

    limited: int  # the event that has a capacity
    capacity: int
    rows: dict[UUID, Row] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)  # names of devices

    def undos(self, row: Row) -> list[Row]:
        """The undos that take this row out, wherever each stands in the order of arrival."""
        found = [undo for undo in self.rows.values() if undo.plan.attempt.undoes == row.id]
        return [u for u in found if u.verdict == "stored" and u.counts() and reaches(u.plan, row)]

    def effective(self, holder) -> list[Row]:
        rows = [row for row in self.rows.values() if row.plan.attempt.undoes is None and row.holder == holder]
        kept = [row for row in rows if row.verdict != "refused" and row.counts() and not self.undos(row)]
        return sorted(kept, key=lambda row: (row.at, row.id))

    def visit(self, holder) -> tuple[Row | None, int, int]:
        """The row that is the visit, its weight, and how many are inside."""
        rows = self.effective(holder)
        came = [row for row in rows if row.comes]
        if not came:
            alone = rows and not rows[-1].plan.who
            return None, 0, -rows[-1].plan.heads if alone else 0
        weight = max(row.plan.heads for row in came)
        return came[0], weight, weight if rows[-1].comes else 0

    def holders(self) -> set:
        return {row.holder for row in self.rows.values() if row.plan.attempt.undoes is None}

    def inside(self, event: int) -> int:
        """Heads in the room: of whoever has an identity the last day with a row that counts says."""
        last = {}
        for holder in sorted(self.holders()):
            if holder[0] == event and self.effective(holder):
                last[holder[2]] = self.visit(holder)[2]
        return sum(last.values())

    def judge(self, plan: Planned) -> Row:
        """What must be answered to this attempt now. Keeps it."""
        known = self.rows.get(plan.attempt.id)
        if known is not None:
            return known
        row = Row(plan, "stored", held=plan.device.name in self.revoked)
        if plan.attempt.undoes is not None:
            self._judge_undo(row)
        else:
            self._judge_entry(row)
        self.rows[row.id] = row
        return row

    def _judge_undo(self, row: Row) -> None:
        target = self.rows.get(row.plan.attempt.undoes)
        if target is None:
            return
        if target.plan.attempt.undoes is not None:
            row.verdict, row.reason = "refused", "bad_scan"
        elif not (reaches(row.plan, target) or (row.plan.device.supervisor and target.reason == "revoked")):
            row.verdict, row.reason = "refused", "not_allowed"
        elif target.verdict == "refused" or self.undos(target):
            row.verdict = "repeat"

    def _judge_entry(self, row: Row) -> None:
        let_in = row.plan.attempt.shown == "stored"
        if row.plan.pass_is_revoked and not let_in:
            row.verdict, row.reason = "refused", "revoked"
            return
        row.held |= row.plan.pass_is_revoked
        event = row.plan.device.event
        before, heads = self.visit(row.holder), self.inside(event)
        self.rows[row.id] = row
        after, taken = self.visit(row.holder), self.inside(event)
        more = taken - heads
        never_full = let_in or row.plan.attempt.kind == "tally" or event != self.limited
        if more > 0 and taken > self.capacity and not never_full:
            row.verdict, row.reason = "refused", "full"
        elif row.plan.who and row.counts() and not self.undos(row) and before[0] is not None:
            adds = before[:2] != after[:2] if row.comes else before[2] > 0
            row.verdict = "stored" if adds else "repeat"


def reaches(undo: Planned, target: Row) -> bool:
    own = undo.device == target.plan.device and undo.attempt.at - target.at <= QUARTER
    supervised = undo.device.supervisor and undo.device.event == target.plan.device.event
    return own or (supervised and target.reason != "revoked")
