"""What the list of events shows: the events in sections by day, and the links around them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import db
from models.events import calendar_order
from models.events.tables import Event
from models.public import queries, schedule
from models.public.card_events import CardEvent, card_events
from models.public.filters import Filters
from models.public.schedule import Entry
from web.public import week_strip
from web.query_cache import QueryCache
from web.urls import address

PAGE_SIZE = 50


@dataclass(frozen=True)
class Section:
    """The events of one day, in the order of its sessions; day None: those without a date. by_initials: what a search
    found by initials alone.

    Past days of a big week are named with their number of events and a link instead (url)."""

    day: date | None
    events: Sequence[Event | CardEvent]
    count: int = 0
    url: str | None = None
    by_initials: bool = False


@dataclass(frozen=True)
class Listing:
    """One page of the list. total and sessions count
    those of all pages. past: the days before today, which stand folded."""

    total: int
    sessions: int
    page: int
    pages: int
    sections: list[Section]
    newer: str | None
    older: str | None
    past: list[Section]


class _Page(NamedTuple):
    events: int
    sessions: int
    page: int
    pages: int
    entries: list[Entry]
    past: list[Entry]
    past_counts: dict[date, int]


def listing(
    campaign: Campaign,
    filters: Filters,
    path: str,
    page_number: int,
    now: datetime,
    cache: QueryCache,
    extra: dict[str, str] | None = None,
) -> Listing:
    """A page of the events of a choice. A page beyond the last is the last. extra: goes along into its links.

    While the week runs it opens at today, unless days are chosen."""
    page_number, today = max(page_number, 1), campaign.today(now)
    opens = today if campaign.starts <= today <= campaign.ends and not filters.day else None
    shown = cache.get(
        ("page", filters, opens, page_number), lambda: _page(campaign, filters, opens, page_number, cache)
    )
    return Listing(
        total=shown.events,
        sessions=shown.sessions,
        page=shown.page,
        pages=shown.pages,
        sections=_card_sections(campaign, shown.entries),
        newer=_page_address(path, filters, shown.page - 1, extra or {}) if shown.page > 1 else None,
        older=_page_address(path, filters, shown.page + 1, extra or {}) if shown.page < shown.pages else None,
        past=_past_sections(campaign, shown, filters, path, extra or {}),
    )


def _page(campaign: Campaign, filters: Filters, opens: date | None, number: int, cache: QueryCache) -> _Page:
    """A page of the schedule. Only its own entries stay in the cache, not those of a whole big week."""
    parts, events, sessions = _parts(campaign, filters, cache)
    parts.sort(key=lambda part: not _is_past(part.day, opens))
    total, past_counts = sum(part.count for part in parts), Counter[date]()
    for part in parts:
        if part.day and part.count and _is_past(part.day, opens):
            past_counts[part.day] += part.count
    past_count = past_counts.total()
    folded = past_count if past_count < total else 0  # else a choice of which all is over
    pages = max(1, -(-(total - folded) // PAGE_SIZE))
    number = min(number, pages)
    first = folded + (number - 1) * PAGE_SIZE
    return _Page(
        events=events,
        sessions=sessions,
        page=number,
        pages=pages,
        entries=_slice(parts, first, first + PAGE_SIZE),
        past=_slice(parts, 0, folded) if number == 1 and folded <= PAGE_SIZE else [],
        past_counts=dict(past_counts) if folded and number == 1 else {},
    )


def _is_past(day: date | None, opens: date | None) -> bool:
    return bool(day and opens and day < opens)


@dataclass(frozen=True)
class _Part:
    """The entries of one day, read where they are shown: from a number on, up to so many."""

    day: date | None
    count: int
    entries: Callable[[int, int], list[Entry]]


def _parts(campaign: Campaign, filters: Filters, cache: QueryCache) -> tuple[list[_Part], int, int]:
    """The days of a choice in order, its events and its sessions. A page shows one or two of the days of a big week: the
    others are only counted, and for all pages at once."""
    if filters.q or not set(filters.day) <= set(campaign.days):
        entries, sessions = schedule.schedule(campaign, filters)
        return _by_day(entries), len({entry.event_id for entry in entries}), sessions
    sets = week_strip.day_sets(campaign, filters.replace(day=()), cache)
    set_counts = queries.day_set_counts(sets)
    counts = cache.get(("sessions", filters), lambda: schedule.session_counts(campaign, filters, sets))
    parts = []
    if not filters.day and (counts.outside or set_counts.get(0)):
        undated = not counts.outside
        outside = cache.get(
            ("outside", filters), lambda: schedule.outside_entries(campaign, filters, undated)
        )
        parts = _by_day(outside)
    for day, count in queries.day_counts(campaign, set_counts).items():
        if not filters.day or day in filters.day:
            parts.append(_Part(day, count, partial(schedule.day_entries, campaign, filters, day, sets)))
    parts.sort(key=lambda part: part.day or date.max)
    chosen = calendar_order.bits_of_days(campaign, filters.day) if filters.day else None
    events = sum(count for days, count in set_counts.items() if chosen is None or days & chosen)
    return parts, events, counts.all


def _by_day(entries: Sequence[Entry]) -> list[_Part]:
    days = [(day, list(group)) for day, group in groupby(entries, key=lambda entry: entry.day)]
    return [_Part(day, len(group), partial(_cut, group)) for day, group in days]


def _cut(entries: list[Entry], first: int, most: int) -> list[Entry]:
    return entries[first : first + most]


def _slice(parts: Sequence[_Part], first: int, last: int) -> list[Entry]:
    """The entries from number first up to before last, of all parts one after the other."""
    found: list[Entry] = []
    begin = 0
    for part in parts:
        if part.count and begin < last and first < begin + part.count:
            skipped = max(0, first - begin)
            found += part.entries(skipped, last - begin - skipped)
        begin += part.count
    return found


def _past_sections(
    campaign: Campaign, shown: _Page, filters: Filters, path: str, extra: dict[str, str]
) -> list[Section]:
    """The folded days: with their events, or with links where these are more than a page holds."""
    if shown.past:
        return _card_sections(campaign, shown.past)
    return [
        Section(day, [], count, _page_address(path, filters.replace(day=(day,)), 1, extra))
        for day, count in shown.past_counts.items()
    ]


def all_events(campaign: Campaign, filters: Filters, most: int) -> tuple[int, list[Section]]:
    """How many events a choice has, and the first of them in sections, up to a number of events."""
    entries = schedule.schedule(campaign, filters).entries
    ids = list(dict.fromkeys(entry.event_id for entry in entries))
    kept = set(ids[:most])
    return len(ids), _sections([entry for entry in entries if entry.event_id in kept], _whole_events(kept))


def _whole_events(ids: set[int]) -> dict[int, Event]:
    rows = db.session.scalars(select(Event).where(Event.id.in_(ids)).options(*queries.load_options()))
    return {event.id: event for event in rows}


def _page_address(path: str, filters: Filters, page: int, extra: dict[str, str]) -> str:
    return address(path, filters, **extra, **({"page": page} if page > 1 else {}))


def _card_sections(campaign: Campaign, entries: Sequence[Entry]) -> list[Section]:
    return _sections(entries, card_events(campaign, {entry.event_id for entry in entries}))


def _sections(
    entries: Sequence[Entry], events: Mapping[int, Event] | Mapping[int, CardEvent]
) -> list[Section]:
    return [
        Section(
            day,
            [events[entry.event_id] for entry in group if entry.event_id in events],
            by_initials=by_initials,
        )
        for (by_initials, day), group in groupby(entries, key=lambda entry: (entry.by_initials, entry.day))
    ]


def outside_week(campaign: Campaign, first: date, last: date) -> bool:
    """Whether these days have none in common with the week."""
    return last < campaign.starts or first > campaign.ends
