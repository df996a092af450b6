"""The schedule: on which days an event stands in the list, and in what order on each of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from models import clock
from models.campaigns.tables import Campaign
from models.db import Instant, db
from models.events import calendar_order
from models.events.tables import Event, Occurrence
from models.public import queries, search
from models.public.card_events import CardEvent, CardSession
from models.public.filters import Filters

_RUNS_ON = -1  # the place on a day of a session that began on an earlier one: before all that begin


class Entry(NamedTuple):
    """One event on one of its days; day None: the event has no date. by_initials: found by initials of pinyin alone."""

    day: date | None
    event_id: int
    by_initials: bool = False


class Schedule(NamedTuple):
    """The entries in order, and how many sessions stand behind them."""

    entries: list[Entry]
    sessions: int


def schedule(campaign: Campaign, filters: Filters) -> Schedule:
    """The public events that match, each under every day it takes place on, each day in the order of its own sessions.

    Outside the campaign an event stands under its first day only. Those without a date come last, and after everything
    what a search finds by initials alone."""
    rows = db.session.execute(_sessions(campaign, filters)).tuples().all()
    return Schedule(
        _entries(campaign, filters, rows), sum(start is not None for _id, start, _end, _at in rows)
    )


class SessionCounts(NamedTuple):
    """The sessions of schedule(), and those on no day of the week whose event has others: they are looked for one by one."""

    all: int
    outside: int


def session_counts(campaign: Campaign, filters: Filters, sets: queries.DaySets) -> SessionCounts:
    """For a choice without a search, of days of the week. sets: of day_sets() with these filters."""
    if filters.venue:
        return SessionCounts._make(db.session.execute(_session_counts(campaign, filters)).one())
    chosen = calendar_order.bits_of_days(campaign, filters.day) if filters.day else None
    known = sum(
        count
        for (days, sessions), count in sets.items()
        if sessions == 1 and (chosen is None or days & chosen)
    )
    if all(sessions == 1 or (days, sessions) == (0, 0) for days, sessions in sets):
        return SessionCounts(known, 0)
    several = _session_counts(campaign, filters).where(Event.session_count != 1)
    others, outside_count = db.session.execute(several).one()
    return SessionCounts(known + others, outside_count)


def _session_counts(campaign: Campaign, filters: Filters) -> Select[tuple[int, int]]:
    outside = case((_outside(campaign), 1))
    return _sessions(campaign, filters).with_only_columns(func.count(Occurrence.id), func.count(outside))


def outside_entries(campaign: Campaign, filters: Filters, undated: bool) -> list[Entry]:
    """The part of schedule() that is on no day of the week, for a choice without days and without a search. undated: only
    of events that are on no day of the week at all."""
    query = _sessions(campaign, filters).where(or_(Occurrence.id.is_(None), _outside(campaign)))
    if undated and not filters.venue:
        query = query.where(Event.on_days == 0)  # few, and told from the index
    return _entries(campaign, filters, db.session.execute(query).tuples().all())


def _outside(campaign: Campaign) -> ColumnElement[bool]:
    return or_(Occurrence.end_day < campaign.starts, Occurrence.start_day > campaign.ends)


def day_entries(
    campaign: Campaign, filters: Filters, day: date, sets: queries.DaySets, first: int, most: int
) -> list[Entry]:
    """The part of schedule() that a day of the week has, for a choice without a search: from number first on, at most so
    many. sets: of day_sets() with these filters. The database orders and cuts off: a day of a big week has thousands."""
    if filters.venue:
        chosen = _rows_of_day(campaign, filters, day).offset(first).limit(most)
        found = db.session.execute(chosen).tuples()
        return [Entry(day, event_id) for event_id, _begins in found]
    # One session, which begins on this day and is on no other day of the week: its index has these in order.
    bit, begin = 1 << (day - campaign.starts).days, calendar_order.first_place(day)
    alone = and_(Event.on_days == bit, Event.session_count == 1, Event.calendar_place >= begin)
    ordered = queries.events(campaign, filters.replace(day=())).where(alone)
    if day != campaign.starts and all(key == (bit, 1) for key in sets if key[0] & bit):
        ids = db.session.scalars(ordered.with_only_columns(Event.id).offset(first).limit(most))
        return [Entry(day, event_id) for event_id in ids]
    rows, last = _rows_of_day(campaign, filters, day), first + most
    no_time, no_place = cast(null(), Instant()), cast(null(), BigInteger)
    parts = (
        ordered.with_only_columns(Event.id, no_time, Event.calendar_place - begin).limit(last).subquery(),
        rows.where(not_(alone)).add_columns(no_place).limit(last).subquery(),
    )
    untimed = _before(campaign, day)
    placed = sorted(
        (_place(campaign, begins, untimed) if place is None else place, event_id)
        for event_id, begins, place in db.session.execute(union_all(*(select(*part.c) for part in parts)))
    )
    return [Entry(day, event_id) for _at, event_id in placed[first:last]]


def _rows_of_day(campaign: Campaign, filters: Filters, day: date) -> Select[tuple[int, datetime | None]]:
    """The events of a day in order, and when the first of their sessions that begin on it begins."""
    untimed = literal(_before(campaign, day), Instant())
    begins = func.min(case((Occurrence.start_day == day, func.coalesce(Occurrence.start_at, untimed))))
    query = _sessions(campaign, filters.replace(day=(day,))).with_only_columns(Event.id, begins)
    # What runs on since an earlier day has no beginning here.
    return query.group_by(Event.id).order_by(begins.nulls_first(), Event.id)


def _place(campaign: Campaign, begins: datetime | None, untimed: datetime) -> int:
    """The place on a day of an event whose first session there begins so. untimed: _before() this day."""
    return _RUNS_ON if begins is None else _minute(campaign, None if begins == untimed else begins)


def _before(campaign: Campaign, day: date) -> datetime:
    """A time before all of a day, by which a session without a clock time is sorted."""
    return clock.day_bounds(day, day, campaign.zone)[0] - timedelta(minutes=1)


def _entries(
    campaign: Campaign, filters: Filters, rows: Sequence[tuple[int, date, date, datetime | None]]
) -> list[Entry]:
    in_full = _found_in_full(campaign, filters)
    places: dict[tuple[bool, date | None, int], int] = {}
    # Thousands of sessions have the same days and the same clock times.
    days_of: dict[tuple[date, date], Sequence[date | None]] = {}
    minutes: dict[datetime | None, int] = {}
    for event_id, start, end, at in rows:
        days = days_of.get((start, end))
        if days is None:
            days = days_of[start, end] = _days(campaign, filters, start, end) if start else [None]
        minute = minutes.get(at)
        if minute is None:
            minute = minutes[at] = _minute(campaign, at)
        by_initials = in_full is not None and event_id not in in_full
        for day in days:
            place, key = minute if day == start else _RUNS_ON, (by_initials, day, event_id)
            known = places.get(key, _RUNS_ON)
            places[key] = max(place, known) if _RUNS_ON in (place, known) else min(place, known)
    ordered = sorted(
        (by_initials, day or date.max, place, event_id, day)
        for (by_initials, day, event_id), place in places.items()
    )
    return [Entry(day, event_id, by_initials) for by_initials, _sort, _place, event_id, day in ordered]


def sessions_on(event: Event | CardEvent, day: date | None) -> list[Occurrence | CardSession]:
    """The sessions of an event that a day shows: those that begin on it, else those that run on into it; all without a
    day."""
    rows: list[Occurrence | CardSession] = list(event.occurrences)
    if day is None:
        return rows
    begin = [row for row in rows if row.start_day == day]
    return begin or [row for row in rows if row.start_day <= day <= row.end_day]


def _found_in_full(campaign: Campaign, filters: Filters) -> set[int] | None:
    """The events that have what is searched as a word or in pinyin; None without a search word."""
    if not search.may_be_initials(filters.q):
        return None
    ids = queries.events(campaign, filters).where(search.matches_in_full(filters.q))
    return set(db.session.scalars(ids.with_only_columns(Event.id).order_by(None)))


def _sessions(campaign: Campaign, filters: Filters) -> Select[tuple[int, date, date, datetime | None]]:
    matching = and_(Occurrence.event_id == Event.id, *queries.occurrence_conditions(filters))
    columns = (Event.id, Occurrence.start_day, Occurrence.end_day, Occurrence.start_at)
    chosen = queries.events(campaign, filters).order_by(None).with_only_columns(*columns)
    return chosen.select_from(Event).outerjoin(Occurrence, matching)


def _days(campaign: Campaign, filters: Filters, start: date, end: date) -> Sequence[date]:
    if filters.day:
        return [day for day in filters.day if start <= day <= end]
    first, last = max(start, campaign.starts), min(end, campaign.ends)
    return clock.days(first, last) if first <= last else [start]


def _minute(campaign: Campaign, at: datetime | None) -> int:
    """The minute of the day at which a session begins. One without a clock time comes first."""
    if at is None:
        return 0
    local = at.astimezone(clock.zone(campaign.zone))
    return local.hour * 60 + local.minute + 1
