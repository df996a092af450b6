"""Which rows of one holder count (rule 7), whatever the order in which they arrived. Pure.

Of all accepted, not undone entries of one holder at one occurrence on one day, the earliest by corrected time (tie:
lowest id) is the visit; the largest headcount confirmed there is its weight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.ledger.tables import Direction


@dataclass
class Entry:
    """A kept row (stored or repeat) of a pass, browser, touch or tally. effective: not undone, and not held back."""

    id: UUID
    at: datetime
    direction: str
    headcount: int
    group: str
    method: str
    hour: int
    effective: bool = True
    taken: bool = False  # by a pass that the visitor took

    @property
    def order(self) -> tuple[datetime, UUID]:
        return self.at, self.id


@dataclass(frozen=True)
class State:
    """What one holder's rows come to: the visit, its weight, and how many of it are inside now."""

    visit: Entry | None = None
    weight: int = 0
    inside: int = 0
    cell: tuple[int, str, str] | None = None  # hour, group, method: where weight and inside are counted

    @property
    def taken(self) -> bool:
        return self.visit is not None and self.visit.taken


NOTHING = State()


def derive(entries: Iterable[Entry], identified: bool) -> State:
    """The state that these rows amount to. identified: the holder is a pass or a browser, so rows are one person's
    (or one group's) comings and goings; else each row stands alone, and an "out" takes heads out of the room."""
    rows = sorted((entry for entry in entries if entry.effective), key=lambda entry: entry.order)
    arrivals = [entry for entry in rows if entry.direction == Direction.IN]
    if not arrivals:
        if identified or not rows:
            return NOTHING
        left = rows[-1]
        return State(inside=-left.headcount, cell=(left.hour, left.group, left.method))
    first = arrivals[0]
    weight = max(entry.headcount for entry in arrivals)
    inside = 0 if rows[-1].direction == Direction.OUT else weight
    return State(first, weight, inside, (first.hour, first.group, first.method))


def came_back(entries: Iterable[Entry], entry: Entry) -> bool:
    """Whether this arrival follows an exit of the same holder: a re-entry."""
    earlier = [row for row in entries if row.effective and row.order < entry.order]
    return bool(earlier) and max(earlier, key=lambda row: row.order).direction == Direction.OUT
