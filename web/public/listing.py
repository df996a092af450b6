"""What the list of events shows: the events in sections by day, the choices to filter by, the links around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select

from models.campaigns.tables import OTHER_FORMAT, UNKNOWN_GROUP, Campaign, TermKind
from models.db import db
from models.errors import Mistake
from models.events.tables import MODES, Event, Occurrence
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.public import queries
from models.public.filters import Arguments, Filters, parse
from web.public.week_strip import events_by_day
from web.query_cache import QueryCache
from web.urls import address
from web.words import terms

PAGE_SIZE = 50
FIELDS = ("region", "day", "audience", "focus", "format", "line", "organization", "venue", "mode", "q")


@dataclass(frozen=True)
class Section:
    """The events that begin on one day, or those of one chosen day; day None: those without a date."""

    day: date | None
    events: list[Event]


@dataclass(frozen=True)
class Listing:
    """One page of the list. total counts the events of all pages."""

    total: int
    page: int
    pages: int
    sections: list[Section]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class ActiveFilter:
    """One value that the reader filters by: its words, and the address of the list without it."""

    name: str
    without: str


def listing(
    campaign: Campaign,
    filters: Filters,
    path: str,
    page_number: int,
    cache: QueryCache,
    extra: dict[str, str] | None = None,
) -> Listing:
    """A page of the events of a choice. A page beyond the last is the last. extra: goes along into its links."""
    query = queries.events(campaign, filters).with_only_columns(Event.id)
    total = cache.get(("total", filters), lambda: _count(campaign, filters, cache))
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page_number, 1), pages)
    page_query = query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ids = cache.get(("page", filters, page), lambda: db.session.scalars(page_query).all())
    return Listing(
        total=total,
        page=page,
        pages=pages,
        sections=_sections(_load_events(ids), filters),
        newer=_page_address(path, filters, page - 1, extra or {}) if page > 1 else None,
        older=_page_address(path, filters, page + 1, extra or {}) if page < pages else None,
    )


def all_events(campaign: Campaign, filters: Filters, most: int) -> tuple[int, list[Section]]:
    """How many events a choice has, and all of them in sections, up to a number of events."""
    query = queries.events(campaign, filters)
    events = db.session.scalars(query.options(*queries.load_options()).limit(most)).all()
    total = len(events) if len(events) < most else _count(campaign, filters, QueryCache(campaign.id))
    return total, _sections(events, filters)


def _count(campaign: Campaign, filters: Filters, cache: QueryCache) -> int:
    return queries.event_count(campaign, filters, events_by_day(campaign, filters.replace(day=()), cache))


def _load_events(ids: Sequence[int]) -> list[Event]:
    """The events with these ids, in this order."""
    rows = db.session.scalars(select(Event).where(Event.id.in_(ids)).options(*queries.load_options()))
    return sorted(rows, key=lambda event: ids.index(event.id))


def _page_address(path: str, filters: Filters, page: int, extra: dict[str, str]) -> str:
    return address(path, filters, **extra, **({"page": page} if page > 1 else {}))


def _sections(events: Iterable[Event], filters: Filters) -> list[Section]:
    def section_day(event: Event) -> date | None:
        """An event of many days stands under the chosen one, not under the day on which it began."""
        covered = [d for d in filters.day for o in event.occurrences if o.start_day <= d <= o.end_day]
        return min(covered, default=first_day(event))

    ordered = sorted(events, key=lambda event: section_day(event) or date.max) if filters.day else events
    return [Section(key, list(group)) for key, group in groupby(ordered, key=section_day)]


def first_day(event: Event) -> date | None:
    """The day on which an event begins, None where nobody told a date."""
    return min((occurrence.start_day for occurrence in event.occurrences), default=None)


def outside_week(campaign: Campaign, first: date, last: date) -> bool:
    """Whether these days have none in common with the week."""
    return last < campaign.starts or first > campaign.ends


def matching_occurrences(event: Event, filters: Filters) -> list[Occurrence]:
    """The occurrences of an event that a choice of days asks for; all where it asks for none."""
    if not filters.day:
        return list(event.occurrences)
    return [o for o in event.occurrences if any(o.start_day <= day <= o.end_day for day in filters.day)]


def active_filters(campaign: Campaign, filters: Filters, path: str) -> list[ActiveFilter]:
    """Every value filtered by, in words, each with a way to let go of it."""
    active = []
    for name, value in filters.query():
        values = getattr(filters, name)
        rest = filters.replace(**{name: "" if name == "q" else tuple(v for v in values if str(v) != value)})
        active.append(ActiveFilter(value_name(campaign, name, value), address(path, rest)))
    return active


def value_name(campaign: Campaign, name: str, value: str) -> str:
    """One value of a filter in the reader's words."""
    kinds = {"focus": TermKind.FOCUS, "line": TermKind.LINE}
    if name in kinds:
        return terms.t(campaign.term(kinds[name], value))
    rows: dict[str, type[Organization] | type[Venue]] = {"organization": Organization, "venue": Venue}
    if name in rows:
        return db.session.scalar(select(rows[name].name).where(rows[name].id == int(value))) or value
    words = {
        "region": terms.region_label,
        "day": lambda day: terms.day_label(date.fromisoformat(day)),
        "audience": lambda key: terms.group_name(campaign, key),
        "format": lambda key: terms.format_name(campaign, key),
        "mode": terms.mode_name,
    }
    return words[name](value) if name in words else f"“{value}”"


def checkbox_values(campaign: Campaign) -> dict[str, list[str]]:
    """The values of the filters that the form offers as boxes to tick."""
    return {
        "audience": [term.key for term in campaign.terms_of(TermKind.AUDIENCE)] + [UNKNOWN_GROUP],
        "format": [term.key for term in campaign.terms_of(TermKind.FORMAT)] + [OTHER_FORMAT],
        "mode": list(MODES),
    }


def hidden_fields(filters: Filters) -> list[tuple[str, str]]:
    """What the form has no control for and carries along unseen."""
    shown = {"audience", "format", "mode", "q"} | ({"region"} if len(filters.region) < 2 else set())
    return [(name, value) for name, value in filters.query() if name not in shown]


def usable_part(campaign: Campaign, args: Arguments) -> Filters:
    """The choice without the values that cannot be used, for the way back from a mistake."""
    usable: dict[str, list[str]] = {}
    for name in FIELDS:
        for value in args.getlist(name):
            try:
                parse(campaign, _Values({name: [value]}))
            except Mistake:
                continue
            usable.setdefault(name, []).append(value)
    try:
        return parse(campaign, _Values(usable))
    except Mistake:  # several searches that are too long only together
        return parse(campaign, _Values({name: values for name, values in usable.items() if name != "q"}))


class _Values(dict[str, list[str]]):
    """A query in the form that parse() reads."""

    def getlist(self, key: str, /) -> list[str]:
        return self.get(key, [])
