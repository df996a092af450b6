"""The queries behind every public page and feed.

The values of one filter are alternatives; different filters narrow each other. `day` and `venue` also select among the
occurrences of an event, so that a page, its JSON and its calendar feed show the same occurrences.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import LARGEST_ID, db, on_postgresql
from models.errors import N_, MergedEvent, NotFound
from models.events import calendar_order
from models.events.merges import kept_ids
from models.events.tables import PUBLIC, Event, EventAudience, EventFormat, EventHost, EventVenue, Occurrence
from models.organizations.tables import Organization
from models.places import regions
from models.public import search
from models.public.filters import EVERYTHING, Filters, parse

__all__ = [
    "EVERYTHING",
    "DaySets",
    "Filters",
    "day_counts",
    "day_set_counts",
    "day_sets",
    "event_conditions",
    "events",
    "find_event",
    "load_options",
    "occurrence_conditions",
    "occurrences",
    "parse",
    "region_counts",
]

# A number of events by the days of the campaign on which they take place (bits as in Event.on_days) and how many sessions
# they have.
DaySets: TypeAlias = Mapping[tuple[int, int], int]


def load_options() -> list[ORMOption]:
    """Loads what a page of many events shows, in a fixed number of queries."""
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
    """The public events that match, in calendar order; those without a date come last."""
    return (
        select(Event)
        .where(*_public(campaign), *event_conditions(filters), *_occurrence_matches(campaign, filters))
        .order_by(Event.calendar_place, Event.id)
    )


def occurrences(campaign: Campaign, filters: Filters = EVERYTHING) -> Select[tuple[Occurrence]]:
    """The public occurrences that match, cancelled ones too, in calendar order."""
    return (
        select(Occurrence)
        .join(Occurrence.event)
        .where(
            *_public(campaign, by_region=bool(filters.region)),
            *event_conditions(filters),
            *occurrence_conditions(filters),
        )
        .order_by(Occurrence.start_day, Occurrence.start_at.nulls_first(), Occurrence.id)
    )


def find_event(campaign: Campaign, event_id: int) -> Event:
    """One public event of a campaign. Raises MergedEvent for one that was public and was merged into a public one,
    NotFound for any other."""
    not_found = N_("There is no public event %(id)s here.")
    if not 0 < event_id <= LARGEST_ID:
        raise NotFound(not_found, id=str(event_id)[:40])
    query = select(Event).where(Event.id == event_id, *_public(campaign)).options(*load_options())
    event = db.session.scalar(query)
    if event is not None:
        return event
    kept_id = db.session.scalar(_public_event_standing_for(campaign, event_id))
    if kept_id is not None:
        raise MergedEvent(not_found, event_id, kept_id)
    raise NotFound(not_found, id=event_id)


def _public_event_standing_for(campaign: Campaign, event_id: int) -> Select[tuple[int]]:
    """The id of the public event into which one that was public was merged."""
    merged = aliased(Event)
    was_public = exists().where(merged.id == event_id, merged.published_at.is_not(None))
    return select(Event.id).where(Event.id.in_(kept_ids([event_id])), was_public, *_public(campaign))


def day_sets(campaign: Campaign, filters: Filters = EVERYTHING) -> DaySets:
    """How many matching events there are of each kind.

    The day filter is ignored: this one count answers day_counts() for any days. With a venue filter,
    only the days and numbers of the occurrences at that venue."""
    any_day = filters.replace(day=())
    matching = (
        *_public(campaign),
        *event_conditions(any_day),
        *_occurrence_matches(campaign, any_day),
    )
    if not filters.venue:
        columns = Event.on_days, Event.session_count
        grouped = select(*columns, func.count()).where(*matching).group_by(*columns)
        return {(days, sessions): count for days, sessions, count in db.session.execute(grouped)}
    at_venue = and_(Occurrence.event_id == Event.id, *occurrence_conditions(any_day))
    sessions_there = (
        select(Event.id, Occurrence.start_day, Occurrence.end_day)
        .outerjoin(Occurrence, at_venue)
        .where(*matching)
    )
    of_event: dict[int, tuple[int, int]] = {}
    for event_id, start, end in db.session.execute(sessions_there):
        days, sessions = of_event.get(event_id, (0, 0))
        if start:
            days, sessions = days | calendar_order.bits_between(campaign, start, end), sessions + 1
        of_event[event_id] = days, sessions
    return dict(Counter(of_event.values()))


def day_set_counts(sets: DaySets) -> dict[int, int]:
    """How many events take place on each set of days, whatever the number of sessions. sets: of day_sets()."""
    counts = Counter[int]()
    for (days, _sessions), count in sets.items():
        counts[days] += count
    return dict(counts)


def day_counts(campaign: Campaign, set_counts: Mapping[int, int]) -> dict[date, int]:
    """How many events take place on each day of the campaign. set_counts: of day_set_counts().

    An event of several days counts on each of them, so the counts do not add up to the number of events."""
    return {
        day: sum(count for days, count in set_counts.items() if days >> number & 1)
        for number, day in enumerate(campaign.days)
    }


def region_counts(campaign: Campaign, filters: Filters = EVERYTHING) -> dict[str | None, int]:
    """How many matching events have each region as their own; None: those without a region."""
    matching = (
        *_public(campaign),
        *event_conditions(filters),
        *_occurrence_matches(campaign, filters),
    )
    grouped = select(Event.region_code, func.count()).where(*matching).group_by(Event.region_code)
    return dict(db.session.execute(grouped).tuples().all())


def _public(campaign: Campaign, by_region: bool = False) -> list[ColumnElement[bool]]:
    """by_region: SQLite finds the events by the index of regions. Without statistics it prefers that of campaigns, and looks at
    each event of the campaign; a column that is put together with nothing is in no index."""
    own = Event.campaign_id.concat("") if by_region and not on_postgresql() else Event.campaign_id
    return [own == campaign.id, Event.status.in_(PUBLIC), Event.withdrawn_at.is_(None)]


def event_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions on the event as a whole."""
    conditions: list[ColumnElement[bool]] = []
    if filters.region:
        conditions.append(or_(*(regions.within(Event.region_code, code) for code in filters.region)))
    if filters.audience:
        conditions.append(_for_audience(filters.audience))
    if filters.focus:
        conditions.append(Event.main_focus.in_(filters.focus))
    if filters.format:
        any_format = select(EventFormat.event_id).where(EventFormat.format.in_(filters.format))
        conditions.append(or_(Event.main_format.in_(filters.format), Event.id.in_(any_format)))
    if filters.line:
        leads = select(Organization.id).where(Organization.line.in_(filters.line))
        conditions.append(Event.lead_id.in_(leads))
    if filters.organization:
        hosted = select(EventHost.event_id).where(EventHost.organization_id.in_(filters.organization))
        conditions.append(or_(Event.lead_id.in_(filters.organization), Event.id.in_(hosted)))
    if filters.mode:
        conditions.append(Event.mode.in_(filters.mode))
    if filters.q:
        conditions.append(search.matches(filters.q))
    return conditions


def _for_audience(groups: tuple[str, ...]) -> ColumnElement[bool]:
    """Events for one of the groups. An event without any group counts as unknown."""
    for_groups = Event.id.in_(select(EventAudience.event_id).where(EventAudience.group.in_(groups)))
    if UNKNOWN_GROUP not in groups:
        return for_groups
    return or_(for_groups, Event.id.not_in(select(EventAudience.event_id)))


def _on(day: date) -> ColumnElement[bool]:
    return and_(Occurrence.start_day <= day, Occurrence.end_day >= day)


def occurrence_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that select among an event's occurrences.

    An occurrence without a venue is at the venues of its event. Where an event lists the venue but none of its
    occurrences names it, all of them match, because it is not known which are held there."""
    conditions: list[ColumnElement[bool]] = []
    if filters.day:
        conditions.append(or_(*(_on(day) for day in filters.day)))
    if filters.venue:
        listed = Occurrence.event_id.in_(_events_listing(filters.venue))
        other = aliased(Occurrence)
        named_by_occurrence = select(other.event_id).where(other.venue_id.in_(filters.venue))
        not_known = or_(Occurrence.venue_id.is_(None), Occurrence.event_id.not_in(named_by_occurrence))
        conditions.append(or_(Occurrence.venue_id.in_(filters.venue), and_(listed, not_known)))
    return conditions


def _occurrence_matches(campaign: Campaign, filters: Filters) -> list[ColumnElement[bool]]:
    """The condition on Event that one of its occurrences matches. An event without a date matches no day, but may
    match a venue."""
    conditions = occurrence_conditions(filters)
    if not conditions:
        return []
    days = calendar_order.bits_of_days(campaign, filters.day)
    if days is not None and not filters.venue:
        return [Event.on_days.bitwise_and(days) != 0]
    # Its own occurrences, also inside a query that has joined them.
    matching = Event.id.in_(select(Occurrence.event_id).where(*conditions).correlate(None))
    return [matching if filters.day else or_(matching, Event.id.in_(_events_listing(filters.venue)))]


def _events_listing(venues: tuple[int, ...]) -> Select[tuple[int]]:
    return select(EventVenue.event_id).where(EventVenue.venue_id.in_(venues))
