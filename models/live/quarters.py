"""Visits of a day per quarter hour, on one axis for an area and its busiest events.

The counters know hours; the quarter is in the scan of each visit. So this reads a row for each visit of the day, and of a part
with more than MOST visits the hours are shown instead. Totals that were declared afterwards have no hour and are left out.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Integer, cast, extract, func, select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import db
from models.events.tables import Event
from models.figures.filters import FiguresFilter, apply_filter
from models.figures.visits import visit_rows
from models.ledger.tables import Presence, Scan
from models.live.area import Area

MOST = 100_000  # visits of a day
FIRST_HOUR, LAST_HOUR = 8, 18  # shown at least
EVENTS = 8


@dataclass(frozen=True)
class Course:
    """A row of bars: visits by the number of the quarter (or the hour) of the day."""

    event_id: int | None
    title: str
    visits: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.visits.values())


@dataclass(frozen=True)
class DayCourse:
    """slots: of an hour, 4 or 1. first, last: the slots of the common axis, both included. groups: visits by group and slot."""

    day: date
    slots: int
    first: int
    last: int
    groups: dict[str, dict[int, int]]
    events: list[Course]

    @property
    def tallest(self) -> int:
        """The largest bar of an event: all are drawn by it."""
        return max((visits for event in self.events for visits in event.visits.values()), default=0)

    @property
    def total(self) -> dict[int, int]:
        sums: dict[int, int] = defaultdict(int)
        for visits in self.groups.values():
            for slot, count in visits.items():
                sums[slot] += count
        return dict(sums)


def day_course(campaign: Campaign, area: Area, day: date, visits: int) -> DayCourse:
    """visits: of that day, to choose between quarters and hours."""
    part = replace(area.part, days=(day,))
    slots = 4 if visits <= MOST else 1
    cells = _quarters(campaign, part) if slots == 4 else _hours(campaign, part)
    groups: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    events: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for event_id, group, slot, count in cells:
        groups[group or UNKNOWN_GROUP][slot] += count
        events[event_id][slot] += count
    busiest = sorted(events, key=lambda id: (-sum(events[id].values()), id))[:EVENTS]
    titles = dict(
        db.session.execute(select(Event.id, Event.title).where(Event.id.in_(busiest))).tuples().all()
    )
    used = [slot for counts in groups.values() for slot in counts]
    return DayCourse(
        day=day,
        slots=slots,
        first=min([FIRST_HOUR * slots, *(slot // slots * slots for slot in used)]),
        last=max([LAST_HOUR * slots - 1, *((slot // slots + 1) * slots - 1 for slot in used)]),
        groups={group: dict(counts) for group, counts in groups.items()},
        events=[Course(id, titles[id], dict(events[id])) for id in busiest],
    )


def _quarters(campaign: Campaign, part: FiguresFilter) -> list[tuple[int, str | None, int, int]]:
    # The minutes of an hour are the same in every zone whose offset is a multiple of a quarter.
    quarter = cast(extract("minute", Scan.at), Integer) // 15
    keys = Event.id, Presence.group, Presence.hour, quarter
    query = apply_filter(select(*keys, func.sum(Presence.weight)), Presence, campaign, part)
    query = query.join(Scan, Scan.id == Presence.visit_id).where(Presence.weight > 0)
    rows = db.session.execute(query.group_by(*keys))
    return [(id, group, hour * 4 + place, int(visits)) for id, group, hour, place, visits in rows]


def _hours(campaign: Campaign, part: FiguresFilter) -> list[tuple[int, str | None, int, int]]:
    rows = visit_rows(campaign, ("event", "audience", "hour"), part).values()
    return [(row["event"], row["audience"], row["hour"], row["visits"]) for row in rows]
