"""What the public sees of a campaign: the queries behind every page and feed.

A filter's values are alternatives; different filters narrow each other. `day` and `venue` also choose among the
occurrences of an event, so that a page, its JSON and its calendar feed tell of the same sittings.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import LARGEST_ID, db
from models.errors import N_, MergedEvent, NotFound
from models.events import calendar_order
from models.events.merges import EventMerge
from models.events.tables import PUBLIC, Event, EventAudience, EventFormat, EventHost, EventVenue, Occurrence
from models.organizations.tables import Organization
from models.places import regions
from models.public import search
from models.public.filters import EVERYTHING, Filters, parse

__all__ = [
    "EVERYTHING",
    "Filters",
    "day_counts",
    "day_set_counts",
    "event_conditions",
    "event_count",
    "events",
    "find_event",
    "load_options",
    "occurrence_conditions",
    "occurrences",
    "parse",
    "region_counts",
]


def load_options() -> list[ORMOption]:
    """What a page of many events needs, loaded in a number of queries that does not grow with their number."""
    return [
        joinedload(Event.region),
        joinedload(Event.lead),
        selectinload(Event.occurrences).joinedload(Occurrence.venue),
        selectinload(Event.hosts),
        selectinload(Event.audiences),
        selectinload(Event.formats),
        selectinload(Event.venues),
        selectinload(Event.report),
    ]


def events(campaign: Campaign, filters: Filters = EVERYTHING) -> Select[tuple[Event]]:
    """The public events of a choice in calendar order; those without a date come last."""
    return (
        select(Event)
        .where(*_public(campaign), *event_conditions(filters), *_has_sitting(campaign, filters))
        .order_by(Event.calendar_place, Event.id)
    )


def occurrences(campaign: Campaign, filters: Filters = EVERYTHING) -> Select[tuple[Occurrence]]:
    """The public occurrences of a choice, cancelled ones too, in calendar order."""
    return (
        select(Occurrence)
        .join(Occurrence.event)
        .where(*_public(campaign), *event_conditions(filters), *occurrence_conditions(filters))
        .order_by(Occurrence.start_day, Occurrence.start_at.nulls_first(), Occurrence.id)
    )


def find_event(campaign: Campaign, event_id: int) -> Event:
    """One public event of a campaign. Raises NotFound, for a draft or a withdrawn one too, and Merged for one that was
    public and that another public one stands for."""
    unknown = N_("There is no public event %(id)s here.")
    if not 0 < event_id <= LARGEST_ID:
        raise NotFound(unknown, id=str(event_id)[:40])
    asked = select(Event).where(Event.id == event_id, *_public(campaign)).options(*load_options())
    event = db.session.scalar(asked)
    if event is not None:
        return event
    kept_id = db.session.scalar(_standing_for(campaign, event_id))
    if kept_id is not None:
        raise MergedEvent(unknown, event_id, kept_id)
    raise NotFound(unknown, id=event_id)


def _standing_for(campaign: Campaign, event_id: int) -> Select[tuple[int]]:
    """The id of the public event that one which was public was merged into."""
    gone = aliased(Event)
    merged = and_(EventMerge.kept_id == Event.id, EventMerge.event_id == event_id)
    return (
        select(Event.id)
        .join(EventMerge, merged)
        .join(gone, gone.id == EventMerge.event_id)
        .where(gone.published_at.is_not(None), *_public(campaign))
    )


def day_set_counts(campaign: Campaign, filters: Filters = EVERYTHING) -> dict[int, int]:
    """How many events of a choice take place on each set of the campaign's days (the bits of Event.on_days), whatever
    days the choice itself names. One count for all that the strip and the list ask for.

    Where the choice names a venue, only the sittings there count."""
    any_day = filters.replace(day=())
    chosen = (*_public(campaign), *event_conditions(any_day), *_has_sitting(campaign, any_day))
    if not filters.venue:
        asked = select(Event.on_days, func.count()).where(*chosen).group_by(Event.on_days)
        return dict(db.session.execute(asked).all())
    there = and_(Occurrence.event_id == Event.id, *occurrence_conditions(any_day))
    asked = (
        select(Event.id, Occurrence.start_day, Occurrence.end_day).outerjoin(Occurrence, there).where(*chosen)
    )
    found: dict[int, int] = {}
    for event_id, start, end in db.session.execute(asked):
        found[event_id] = found.get(event_id, 0) | (
            calendar_order.bits_between(campaign, start, end) if start else 0
        )
    return dict(Counter(found.values()))


def day_counts(campaign: Campaign, spread: Mapping[int, int]) -> dict[date, int]:
    """How many events of a spread take place on each day of the week.

    An event of several days counts on each of them; so the counts do not add up to the number of events."""
    return {
        day: sum(count for days, count in spread.items() if days >> number & 1)
        for number, day in enumerate(campaign.days)
    }


def event_count(campaign: Campaign, filters: Filters, spread: Mapping[int, int]) -> int:
    """How many events a choice has. spread: that of the same choice."""
    days = calendar_order.bits_of_days(campaign, filters.day)
    if days is not None:
        return sum(count for on, count in spread.items() if on & days or not filters.day)
    found = events(campaign, filters).with_only_columns(Event.id).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def region_counts(campaign: Campaign, filters: Filters = EVERYTHING) -> dict[str | None, int]:
    """How many events of a choice stand under each region's own code; None: those for which no place was told."""
    chosen = (*_public(campaign), *event_conditions(filters), *_has_sitting(campaign, filters))
    asked = select(Event.region_code, func.count()).where(*chosen).group_by(Event.region_code)
    return dict(db.session.execute(asked).all())


def _public(campaign: Campaign) -> list[ColumnElement[bool]]:
    return [Event.campaign_id == campaign.id, Event.status.in_(PUBLIC), Event.withdrawn_at.is_(None)]


def event_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that speak of the event as a whole."""
    found = []
    if filters.region:
        found.append(or_(*(_inside(code) for code in filters.region)))
    if filters.audience:
        found.append(_for_audience(filters.audience))
    if filters.focus:
        found.append(Event.main_focus.in_(filters.focus))
    if filters.format:
        also = select(EventFormat.event_id).where(EventFormat.format.in_(filters.format))
        found.append(or_(Event.main_format.in_(filters.format), Event.id.in_(also)))
    if filters.line:
        found.append(Event.lead_id.in_(select(Organization.id).where(Organization.line.in_(filters.line))))
    if filters.organization:
        hosted = select(EventHost.event_id).where(EventHost.organization_id.in_(filters.organization))
        found.append(or_(Event.lead_id.in_(filters.organization), Event.id.in_(hosted)))
    if filters.mode:
        found.append(Event.mode.in_(filters.mode))
    if filters.q:
        found.append(search.matches(filters.q))
    return found


def _inside(code: str) -> ColumnElement[bool]:
    """A region and all below it share their first digits; a range uses the index on both databases."""
    digits = regions.code_prefix(code)
    return Event.region_code.between(digits.ljust(6, "0"), digits.ljust(6, "9"))


def _for_audience(groups: tuple[str, ...]) -> ColumnElement[bool]:
    """Events for one of the groups; an event for which nobody named a group is unknown."""
    found = Event.id.in_(select(EventAudience.event_id).where(EventAudience.group.in_(groups)))
    if UNKNOWN_GROUP not in groups:
        return found
    return or_(found, Event.id.not_in(select(EventAudience.event_id)))


def _on(day: date) -> ColumnElement[bool]:
    return and_(Occurrence.start_day <= day, Occurrence.end_day >= day)


def occurrence_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that choose among an event's occurrences.

    An occurrence without a venue of its own is at the venues of its event; where an event lists a venue and pins
    no occurrence to it, nobody told which sitting is where, so all are shown."""
    found = []
    if filters.day:
        found.append(or_(*(_on(day) for day in filters.day)))
    if filters.venue:
        listed = Occurrence.event_id.in_(_listing(filters.venue))
        other = aliased(Occurrence)
        pinned = select(other.event_id).where(other.venue_id.in_(filters.venue))
        loose = or_(Occurrence.venue_id.is_(None), Occurrence.event_id.not_in(pinned))
        found.append(or_(Occurrence.venue_id.in_(filters.venue), and_(listed, loose)))
    return found


def _has_sitting(campaign: Campaign, filters: Filters) -> list[ColumnElement[bool]]:
    """The same choice seen from the event, which may have no date: then no day fits, but a venue may."""
    sittings = occurrence_conditions(filters)
    if not sittings:
        return []
    days = calendar_order.bits_of_days(campaign, filters.day)
    if days is not None and not filters.venue:
        return [Event.on_days.bitwise_and(days) != 0]
    found = Event.id.in_(select(Occurrence.event_id).where(*sittings))
    return [found if filters.day else or_(found, Event.id.in_(_listing(filters.venue)))]


def _listing(venues: tuple[int, ...]) -> Select[tuple[int]]:
    return select(EventVenue.event_id).where(EventVenue.venue_id.in_(venues))
