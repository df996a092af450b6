"""A day as a grid: time down, venues or regions across, each session a block. It stands beside the list on wide screens;
keyboard and screen reader get the list.

The grid is a table, so that rows and columns need no style of their own: each session is one cell over its rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import Event, EventStatus, Mode, Occurrence, OccurrenceStatus
from models.places import regions
from models.places.regions import RegionLevel
from models.public import queries
from models.public.filters import Filters
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


@dataclass(frozen=True)
class Block:
    """One session in the grid: its rows from first (included) to last (excluded), counted from midnight."""

    event: Event
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
    rows = _sessions(campaign, filters)
    timed = [row for row in rows if not _is_all_day(campaign, row, day)]
    if not timed:
        return None
    columns = _columns(campaign, filters, timed, day)
    all_day = [_block(campaign, row, day) for row in rows if _is_all_day(campaign, row, day)]
    return DayGrid(
        columns=columns,
        all_day=all_day[:MOST_ALL_DAY],
        more_all_day=max(len(all_day) - MOST_ALL_DAY, 0),
        slots=_slots(campaign, columns, day, now),
    )


def _sessions(campaign: Campaign, filters: Filters) -> list[Occurrence]:
    query = queries.occurrences(campaign, filters).options(
        contains_eager(Occurrence.event).selectinload(Event.venues),
        joinedload(Occurrence.venue),
        contains_eager(Occurrence.event).selectinload(Event.audiences),
    )
    return list(db.session.scalars(query))


def _minutes(campaign: Campaign, row: Occurrence, day: date) -> tuple[int, int]:
    """The minutes of the day between which a session with a clock time is held."""
    begin, end = clock.day_bounds(day, day, campaign.zone)
    start = row.start_at or begin
    first = max((start - begin).total_seconds() / 60, 0)
    last = DAY if row.end_at is None or row.end_at >= end else (row.end_at - begin).total_seconds() / 60
    if row.end_at is None and row.start_at is not None:
        last = first + 60
    return int(first), min(int(last), DAY)


def _is_all_day(campaign: Campaign, row: Occurrence, day: date) -> bool:
    return row.start_at is None or _minutes(campaign, row, day) == (0, DAY)


def _block(campaign: Campaign, row: Occurrence, day: date) -> Block:
    minutes = _minutes(campaign, row, day)
    first = min(minutes[0] // MINUTES, DAY // MINUTES - SHORTEST)
    last = max(-(-minutes[1] // MINUTES), first + SHORTEST)
    cancelled = row.status == OccurrenceStatus.CANCELLED or row.event.status == EventStatus.CANCELLED
    return Block(row.event, terms.hours(row), first, last, cancelled)


Naming = Callable[
    [Occurrence], tuple[str, str | None]
]  # what a session's column is called, and the code of its region


def _columns(campaign: Campaign, filters: Filters, rows: Sequence[Occurrence], day: date) -> list[Column]:
    """Venues where there are few of them, else counties, prefectures or provinces. The busiest ones have a column."""
    namings: list[Naming] = [_venue, *(partial(_region, levels=levels) for levels in _LEVELS)]
    naming = next((one for one in namings if len({one(row) for row in rows}) <= MOST_COLUMNS), namings[-1])
    counts = Counter(naming(row) for row in rows)
    fitting = len(counts) <= MOST_COLUMNS
    kept = {key for key, _count in counts.most_common(MOST_COLUMNS if fitting else MOST_COLUMNS - 1)}
    most_lanes = max(MOST_LANES // min(len(counts), MOST_COLUMNS), FEWEST_LANES)
    columns: dict[tuple[str, str | None], Column] = {}
    list_path = f"/{campaign.id}/events"
    for row in rows:
        key = naming(row) if naming(row) in kept else (_("Elsewhere"), None)
        url = address(list_path, filters.replace(region=(key[1],))) if key[1] else None
        column = columns.setdefault(key, Column(key[0], url))
        _add(column, _block(campaign, row, day), most_lanes)
    return sorted(
        columns.values(), key=lambda column: (column.name == _("Elsewhere"), column.url or "", column.name)
    )


def _add(column: Column, block: Block, most_lanes: int) -> None:
    for lane in column.lanes:
        if lane[-1].last <= block.first:
            lane.append(block)
            return
    if len(column.lanes) < most_lanes:
        column.lanes.append([block])
    else:
        column.more += 1


def _venue(row: Occurrence) -> tuple[str, str | None]:
    venues = [row.venue] if row.venue else [one.venue for one in row.event.venues]
    if venues:
        return venues[0].name, None
    if row.event.mode == Mode.ONLINE:
        return terms.mode_name(Mode.ONLINE), None
    return row.event.venue_text or _("Elsewhere"), None


def _region(row: Occurrence, levels: tuple[RegionLevel, ...]) -> tuple[str, str | None]:
    code = row.event.region_code
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
