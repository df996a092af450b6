"""Which row of a holder is the visit (rule 7), in whatever order the rows arrived. Pure.

Of the effective entries of one holder at one occurrence on one day, the earliest scan in by corrected time (then the lowest
id) is the visit; the largest headcount of the scans in is its weight.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from models.ledger.tables import Direction


class Entry(Struct):
    """A stored or repeat row of a pass, browser, touch or tally. effective: not undone, and not held back."""

    id: UUID
    at: datetime
    direction: str
    headcount: int
    group: str
    method: str
    hour: int
    effective: bool = True
    taken: bool = False  # by a pass that the visitor took without staff

    @property
    def order(self) -> tuple[datetime, UUID]:
        return self.at, self.id


class State(Struct, frozen=True):
    """The result of one holder's rows: the visit, its weight, and how many people of it are inside."""

    visit: Entry | None = None
    weight: int = 0
    inside: int = 0
    cell: tuple[int, str, str] | None = None  # hour, group, method: where weight and inside are counted

    @property
    def taken(self) -> bool:
        return self.visit is not None and self.visit.taken


NOTHING = State()


def derive(entries: Sequence[Entry], identified: bool) -> State:
    """The state after these rows.

    identified: the holder is a pass or a browser, so that its rows belong to one person or group. Else a holder is one row,
    and an "out" subtracts its headcount from the people inside."""
    if not entries:
        return NOTHING
    if len(entries) == 1 and entries[0].effective and entries[0].direction == Direction.IN:  # nearly always
        only = entries[0]
        return State(only, only.headcount, only.headcount, (only.hour, only.group, only.method))
    rows = [entry for entry in entries if entry.effective]
    if not rows:
        return NOTHING
    if len(rows) > 1:
        rows.sort(key=lambda entry: entry.order)
    arrivals = [entry for entry in rows if entry.direction == Direction.IN]
    if not arrivals:
        if identified:
            return NOTHING
        exit_row = rows[-1]
        return State(inside=-exit_row.headcount, cell=(exit_row.hour, exit_row.group, exit_row.method))
    first = arrivals[0]
    weight = max([entry.headcount for entry in arrivals])
    inside = 0 if rows[-1].direction == Direction.OUT else weight
    return State(first, weight, inside, (first.hour, first.group, first.method))


def came_back(entries: Iterable[Entry], entry: Entry) -> bool:
    """Whether this scan in follows a scan out of the same holder: a re-entry."""
    earlier = [row for row in entries if row.effective and row.order < entry.order]
    return bool(earlier) and max(earlier, key=lambda row: row.order).direction == Direction.OUT
