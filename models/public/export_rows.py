"""The public events of a choice as plain values, for what tells of all of them at once (JSON, table, Atom).

Under the names of the rows in models.events, but without the ORM's bookkeeping, which for a whole country costs many
times the reading itself. Read in batches: what is in memory at a time does not grow with the choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Row, Select, select

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventReport,
    EventVenue,
    Occurrence,
)
from models.organizations.tables import Organization
from models.places.tables import Region, Venue
from models.public import queries
from models.public.filters import Filters

BATCH = 1000


class RegionRow(NamedTuple):
    code: str
    name: str


class OrganizationRow(NamedTuple):
    id: int
    name: str
    line: str | None


class VenueRow(NamedTuple):
    id: int
    name: str
    address: str
    latitude: float | None
    longitude: float | None


class HostRow(NamedTuple):
    name: str


class FormatRow(NamedTuple):
    format: str
    text: str


class EventVenueRow(NamedTuple):
    venue: VenueRow


class ReportRow(NamedTuple):
    attendance: str
    materials: str
    consultations: str
    views: str
    other: str


class StatusRow(NamedTuple):
    """What a sitting knows of its event; the event itself would make a ring of every two, for the collector to find."""

    status: str


@dataclass(slots=True)
class OccurrenceRow:
    """One occurrence of the choice."""

    event: StatusRow
    id: int
    start_day: date
    end_day: date
    open_ended: bool
    start_at: datetime | None
    end_at: datetime | None
    half_day: str | None
    status: str
    venue: VenueRow | None


@dataclass(slots=True)
class EventRow:
    """One event with the occurrences of the choice."""

    campaign: Campaign
    id: int
    campaign_id: str
    title: str
    description: str
    status: str
    main_focus: str | None
    main_format: str | None
    mode: str | None
    online_url: str
    time_text: str
    venue_text: str
    published_at: datetime | None
    changed_at: datetime
    region: RegionRow | None
    lead: OrganizationRow | None
    occurrences: list[OccurrenceRow] = field(default_factory=list)
    hosts: list[HostRow] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    formats: list[FormatRow] = field(default_factory=list)
    venues: list[EventVenueRow] = field(default_factory=list)
    report: ReportRow | None = None


_EVENT = (
    Event.id, Event.campaign_id, Event.title, Event.description, Event.status, Event.main_focus, Event.main_format,
    Event.mode, Event.online_url, Event.time_text, Event.venue_text, Event.published_at, Event.changed_at,
)  # fmt: skip
_SITTING = (
    Occurrence.id, Occurrence.start_day, Occurrence.end_day, Occurrence.open_ended, Occurrence.start_at,
    Occurrence.end_at, Occurrence.half_day, Occurrence.status,
)  # fmt: skip
_HALL = (Venue.id, Venue.name, Venue.address, Venue.latitude, Venue.longitude)
_REPORT = tuple(getattr(EventReport, name) for name in ReportRow._fields)


def read_events(campaign: Campaign, filters: Filters, *, newest_first: bool = False) -> Iterator[EventRow]:
    """The events of a choice in calendar order, or those changed last first; each with the sittings of the choice."""
    found = queries.events(campaign, filters).with_only_columns(Event.id)
    if newest_first:
        found = found.order_by(None).order_by(Event.changed_at.desc(), Event.id.desc())
    ids = db.session.scalars(found).all()
    of_choice = queries.occurrence_conditions(filters)
    for first in range(0, len(ids), BATCH):
        yield from _batch(campaign, ids[first : first + BATCH], of_choice)


def _batch(campaign: Campaign, ids: Sequence[int], of_choice: list) -> list[EventRow]:
    asked = (
        select(*_EVENT, Region.code, Region.name, Organization.id, Organization.name, Organization.line)
        .outerjoin(Event.region)
        .outerjoin(Event.lead)
        .where(Event.id.in_(ids))
    )
    count, events = len(_EVENT), {}
    for row in _rows(asked):
        place = RegionRow(*row[count : count + 2]) if row[count] else None
        lead = OrganizationRow(*row[count + 2 :]) if row[count + 2] else None
        events[row[0]] = EventRow(campaign, *row[:count], place, lead)
    _add_sittings(events, ids, of_choice)
    _add_parts(events, ids)
    return [events[number] for number in ids]


def _add_sittings(events: dict[int, EventRow], ids: Sequence[int], of_choice: list) -> None:
    asked = (
        select(Occurrence.event_id, *_SITTING, *_HALL)
        .outerjoin(Occurrence.venue)
        .where(Occurrence.event_id.in_(ids), *of_choice)
        .order_by(Occurrence.start_day, Occurrence.start_at.nulls_first(), Occurrence.id)
    )
    count = 1 + len(_SITTING)
    for row in _rows(asked):
        hall = VenueRow(*row[count:]) if row[count] else None
        event = events[row[0]]
        event.occurrences.append(OccurrenceRow(StatusRow(event.status), *row[1:count], hall))


def _add_parts(events: dict[int, EventRow], ids: Sequence[int]) -> None:
    for number, name in _rows(_of(EventHost, ids, EventHost.name)):
        events[number].hosts.append(HostRow(name))
    for number, group in _rows(_of(EventAudience, ids, EventAudience.group)):
        events[number].groups.append(group)
    for number, *form in _rows(_of(EventFormat, ids, EventFormat.format, EventFormat.text)):
        events[number].formats.append(FormatRow(*form))
    for number, *hall in _rows(_of(EventVenue, ids, *_HALL).join(EventVenue.venue)):
        events[number].venues.append(EventVenueRow(VenueRow(*hall)))
    reports = select(EventReport.event_id, *_REPORT).where(EventReport.event_id.in_(ids))
    for number, *report in _rows(reports):
        events[number].report = ReportRow(*report)


def _of(
    table: type[EventHost | EventAudience | EventFormat | EventVenue], ids: Sequence[int], *columns
) -> Select:
    order = table.group if table is EventAudience else table.position
    return select(table.event_id, *columns).where(table.event_id.in_(ids)).order_by(table.event_id, order)


def _rows(asked: Select) -> Sequence[Row]:
    """Rows as the connection gives them, without the session's work on each."""
    return db.session.connection().execute(asked).all()
