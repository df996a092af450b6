"""A day as a grid: time down, venues or regions across, each session a block. It stands beside the list on wide screens;
keyboard and screen reader get the list.

The grid is a table, so that rows and columns need no style of their own: each session is one cell over its rows."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import Select, select

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import (
    Event,
    EventAudience,
    EventStatus,
    EventVenue,
    HalfDay,
    Mode,
    Occurrence,
    OccurrenceStatus,
)
from models.places import regions
from models.places.regions import RegionLevel
from models.places.tables import Venue
from models.public import queries
from models.public.filters import Filters
from models.transactions.bulk import DIALECTS, among
from models.transactions.round_trip import select_together
from web.public.schedule.day_cells import Cell, cells_by_slot
from web.urls import address
from web.words import terms

MINUTES = 15  # of a row
SHORTEST = 3  # rows of a block, so that its title can be read
DAY = 24 * 60
MOST_SESSIONS, MOST_COLUMNS, MOST_ALL_DAY = 400, 8, 8
FEWEST_LANES, MOST_LANES = 3, 12  # a column has at least, all columns together aim at
_LEVELS = (
    (RegionLevel.PROVINCE, RegionLevel.PREFECTURE, RegionLevel.COUNTY),
    (RegionLevel.PROVINCE, RegionLevel.PREFECTURE),
    (RegionLevel.PROVINCE,),
)


@dataclass
class GridEvent:
    """What the grid shows of an event, read as columns. groups: of those with a block."""

    id: int
    title: str
    status: EventStatus
    mode: Mode | None
    region_code: str | None
    venue_text: str
    groups: Sequence[str] = ()


@dataclass(frozen=True)
class GridSession:
    """minutes: of the day between which it is held; None: it has no clock time, or takes the whole day."""

    event: GridEvent
    minutes: tuple[int, int] | None
    start_at: datetime | None
    end_at: datetime | None
    half_day: HalfDay | None
    cancelled: bool
    venue: str | None


@dataclass(frozen=True)
class Block:
    """One session in the grid: its rows from first (included) to last (excluded), counted from midnight."""

    event: GridEvent
    hours: str
    first: int
    last: int
    cancelled: bool


@dataclass
class Column:
    """lanes: sessions side by side that overlap. more: how many have no room; url: the list with them."""

    name: str
    url: str | None
    lanes: list[list[Block]] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class DayGrid:
    """slots: for each row of the grid the hour that begins there (or None), its cells, and whether it is now."""

    columns: list[Column]
    all_day: list[Block]
    more_all_day: int
    slots: list[tuple[int | None, list[Cell[Block]], bool]]


def register(app: Flask) -> None:
    app.jinja_env.globals.update(day_grid=day_grid)


def day_grid(campaign: Campaign, filters: Filters, now: datetime, sessions: int) -> DayGrid | None:
    """The grid of the one day that is chosen; None for other choices, and where no session of it has a clock time.
    sessions: how many there are; of a big week none is loaded."""
    if len(filters.day) != 1 or sessions > MOST_SESSIONS:
        return None
    day = filters.day[0]
    rows = _sessions(campaign, filters, day)
    timed = [row for row in rows if row.minutes]
    if not timed:
        return None
    columns = _columns(campaign, filters, timed)
    all_day = [row for row in rows if not row.minutes]
    blocks = [_block(campaign, row, (0, 0)) for row in all_day[:MOST_ALL_DAY]]
    _fill_groups([*blocks, *(block for column in columns for lane in column.lanes for block in lane)])
    return DayGrid(
        columns=columns,
        all_day=blocks,
        more_all_day=max(len(all_day) - MOST_ALL_DAY, 0),
        slots=_slots(campaign, columns, day, now),
    )


def _sessions(campaign: Campaign, filters: Filters, day: date) -> list[GridSession]:
    times = Occurrence.start_at, Occurrence.end_at, Occurrence.half_day, Occurrence.status, Venue.name
    of_event = Event.id, Event.title, Event.status, Event.mode, Event.region_code, Event.venue_text
    query = queries.occurrences(campaign, filters).outerjoin(Venue, Venue.id == Occurrence.venue_id)
    bounds = clock.day_bounds(day, day, campaign.zone)
    found = []
    for start, end, half_day, status, venue, *columns in db.session.execute(
        query.with_only_columns(*times, *of_event)
    ):
        event = GridEvent(*columns)
        cancelled = status == OccurrenceStatus.CANCELLED or event.status == EventStatus.CANCELLED
        minutes = _minutes(start, end, *bounds)
        found.append(GridSession(event, minutes, start, end, half_day, cancelled, venue))
    return found


def _minutes(
    start: datetime | None, end: datetime | None, begin: datetime, over: datetime
) -> tuple[int, int] | None:
    """The minutes of the day from begin to over between which a session is held; None: of the whole day."""
    if start is None:
        return None
    first = int(max((start - begin).total_seconds() / 60, 0))
    if end is None:
        return first, min(first + 60, DAY)
    last = DAY if end >= over else min(int((end - begin).total_seconds() / 60), DAY)
    return (first, last) if (first, last) != (0, DAY) else None


def _rows(row: GridSession) -> tuple[int, int]:
    """The rows of a block of this session."""
    begins, ends = row.minutes or (0, 0)
    first = min(begins // MINUTES, DAY // MINUTES - SHORTEST)
    return first, max(-(-ends // MINUTES), first + SHORTEST)


def _block(campaign: Campaign, row: GridSession, rows: tuple[int, int]) -> Block:
    zone = campaign.zone
    hours = (
        terms.clock_times(row.start_at, row.end_at, zone)
        if row.start_at
        else terms.half_day_name(row.half_day)
    )
    return Block(row.event, hours, *rows, row.cancelled)


_GROUPS = {
    dialect: select(EventAudience.event_id, EventAudience.group).where(
        among(EventAudience.event_id, "ids", dialect)
    )
    for dialect in DIALECTS
}
_VENUES = {  # of an event the first one last
    dialect: select(EventVenue.event_id, Venue.name)
    .join(Venue, Venue.id == EventVenue.venue_id)
    .where(among(EventVenue.event_id, "ids", dialect))
    .order_by(EventVenue.position.desc())
    for dialect in DIALECTS
}


def _of_events(queries: Mapping[str, Select[Any]], ids: Collection[int]) -> Sequence[Any]:
    if not ids:
        return []
    connection = db.session.connection()
    return select_together(connection, [queries[connection.dialect.name]], {"ids": sorted(ids)})[0]


def _fill_groups(blocks: Sequence[Block]) -> None:
    groups: dict[int, list[str]] = {}
    for event_id, group in _of_events(_GROUPS, {block.event.id for block in blocks}):
        groups.setdefault(event_id, []).append(group)
    for block in blocks:
        block.event.groups = groups.get(block.event.id, ())


Key = tuple[str, str | None]  # what a session's column is called, and the code of its region


def _columns(campaign: Campaign, filters: Filters, rows: Sequence[GridSession]) -> list[Column]:
    """Venues where there are few of them, else counties, prefectures or provinces. The busiest ones have a column."""
    keys = _venue_keys(rows)
    for levels in _LEVELS:
        if len(set(keys)) > MOST_COLUMNS:
            keys = _region_keys(rows, levels)
    counts = Counter(keys)
    fitting = len(counts) <= MOST_COLUMNS
    kept = {key for key, _count in counts.most_common(MOST_COLUMNS if fitting else MOST_COLUMNS - 1)}
    most_lanes = max(MOST_LANES // min(len(counts), MOST_COLUMNS), FEWEST_LANES)
    elsewhere = _("Elsewhere")
    columns: dict[Key, Column] = {}
    for row, own_key in zip(rows, keys, strict=True):
        key = own_key if own_key in kept else (elsewhere, None)
        if key not in columns:
            chosen = filters.replace(region=(key[1],)) if key[1] else None
            columns[key] = Column(key[0], address(f"/{campaign.id}/events", chosen) if chosen else None)
        _add(campaign, columns[key], row, most_lanes)
    return sorted(
        columns.values(), key=lambda column: (column.name == elsewhere, column.url or "", column.name)
    )


def _add(campaign: Campaign, column: Column, row: GridSession, most_lanes: int) -> None:
    rows = _rows(row)
    for lane in column.lanes:
        if lane[-1].last <= rows[0]:
            lane.append(_block(campaign, row, rows))
            return
    if len(column.lanes) < most_lanes:
        column.lanes.append([_block(campaign, row, rows)])
    else:
        column.more += 1


def _venue_keys(rows: Sequence[GridSession]) -> list[Key]:
    of_events = _venues({row.event.id for row in rows if row.venue is None})
    return [(row.venue or of_events.get(row.event.id) or _no_venue(row.event), None) for row in rows]


def _venues(event_ids: Collection[int]) -> dict[int, str]:
    """The first venue of each event."""
    return dict(_of_events(_VENUES, event_ids))


def _no_venue(event: GridEvent) -> str:
    return terms.mode_name(Mode.ONLINE) if event.mode == Mode.ONLINE else event.venue_text or _("Elsewhere")


def _region_keys(rows: Sequence[GridSession], levels: tuple[RegionLevel, ...]) -> list[Key]:
    names = {code: _region_key(code, levels) for code in {row.event.region_code for row in rows}}
    return [names[row.event.region_code] for row in rows]


def _region_key(code: str | None, levels: tuple[RegionLevel, ...]) -> Key:
    path = (*regions.ancestors(code), code) if code else ()
    named = [one for part in path if (one := regions.regions_by_code().get(part)) and one.level in levels]
    named = [one for one in named if not terms.is_grouping(one)]
    return (terms.region_name(named[-1]), named[-1].code) if named else (_("Elsewhere"), None)


def _slots(
    campaign: Campaign, columns: list[Column], day: date, now: datetime
) -> list[tuple[int | None, list[Cell[Block]], bool]]:
    """The rows from the hour of the first session to the hour in which the last one ends."""
    an_hour = 60 // MINUTES
    blocks = [block for column in columns for lane in column.lanes for block in lane]
    first = min(block.first for block in blocks) // an_hour * an_hour
    last = min(-(-max(block.last for block in blocks) // an_hour) * an_hour, DAY // MINUTES)
    begin, end = clock.day_bounds(day, day, campaign.zone)
    current = int((now - begin).total_seconds() // 60 // MINUTES) if begin <= now < end else None
    lanes = [lane for column in columns for lane in column.lanes]
    cells = cells_by_slot(lanes, first, last)
    return [
        (slot // an_hour if slot % an_hour == 0 else None, cells[slot], slot == current)
        for slot in range(first, last)
    ]
