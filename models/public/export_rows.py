"""Public events as plain rows, for exports of many events (JSON, CSV, Atom).

The fields have the names of the ORM classes in models.events, so that the same code writes both. For a whole country the
ORM's bookkeeping would cost many times the reading. Rows are read in batches, so memory does not grow with the number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventReport,
    EventSpotlight,
    EventVenue,
    Occurrence,
)
from models.organizations.tables import Organization
from models.places.tables import Region, Venue
from models.public import queries
from models.public.filters import Filters

BATCH = 1000  # events


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
    name_en: str


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
    """The status of an occurrence's event. A reference to the event itself would be a cycle, costly to collect."""

    status: str


@dataclass(slots=True)
class OccurrenceRow:
    event: StatusRow
    venue: VenueRow | None
    id: int
    start_day: date
    end_day: date
    open_ended: bool
    start_at: datetime | None
    end_at: datetime | None
    half_day: str | None
    status: str


@dataclass(slots=True)
class EventRow:
    """One event with those of its occurrences that match the filters."""

    campaign: Campaign
    region: RegionRow | None
    lead: OrganizationRow | None
    id: int
    campaign_id: str
    title: str
    title_en: str
    description: str
    status: str
    main_focus: str | None
    main_format: str | None
    mode: str | None
    online_url: str
    time_text: str
    venue_text: str
    contact: str
    picture_sha256: str | None
    picture_alt: str
    published_at: datetime | None
    changed_at: datetime
    occurrences: list[OccurrenceRow] = field(default_factory=list)
    hosts: list[HostRow] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    spotlights: list[str] = field(default_factory=list)
    formats: list[FormatRow] = field(default_factory=list)
    venues: list[EventVenueRow] = field(default_factory=list)
    report: ReportRow | None = None


# The columns in the order of the fields from id on.
_EVENT = (
    Event.id, Event.campaign_id, Event.title, Event.title_en, Event.description, Event.status, Event.main_focus,
    Event.main_format, Event.mode, Event.online_url, Event.time_text, Event.venue_text, Event.contact,
    Event.picture_sha256, Event.picture_alt, Event.published_at, Event.changed_at,
)  # fmt: skip
_OCCURRENCE = (
    Occurrence.id, Occurrence.start_day, Occurrence.end_day, Occurrence.open_ended, Occurrence.start_at,
    Occurrence.end_at, Occurrence.half_day, Occurrence.status,
)  # fmt: skip
_VENUE = (Venue.id, Venue.name, Venue.address, Venue.latitude, Venue.longitude, Venue.name_en)
_REPORT = tuple(getattr(EventReport, name) for name in ReportRow._fields)


def read_events(campaign: Campaign, filters: Filters, *, newest_first: bool = False) -> Iterator[EventRow]:
    """The events that match, in calendar order or by last change, each with its matching occurrences."""
    query = queries.events(campaign, filters).with_only_columns(Event.id)
    if newest_first:
        query = query.order_by(None).order_by(Event.changed_at.desc(), Event.id.desc())
    ids = db.session.scalars(query).all()
    conditions = queries.occurrence_conditions(filters)
    for first in range(0, len(ids), BATCH):
        yield from _batch(campaign, ids[first : first + BATCH], conditions)


def _batch(
    campaign: Campaign, ids: Sequence[int], conditions: Sequence[ColumnElement[bool]]
) -> list[EventRow]:
    query = (
        select(*_EVENT, Region.code, Region.name, Organization.id, Organization.name, Organization.line)
        .outerjoin(Event.region)
        .outerjoin(Event.lead)
        .where(Event.id.in_(ids))
    )
    width = len(_EVENT)
    events: dict[int, EventRow] = {}
    for row in _rows(query):
        region = RegionRow(*row[width : width + 2]) if row[width] else None
        lead = OrganizationRow(*row[width + 2 :]) if row[width + 2] else None
        events[row[0]] = EventRow(campaign, region, lead, *row[:width])
    _add_occurrences(events, ids, conditions)
    _add_lists(events, ids)
    return [events[event_id] for event_id in ids]


def _add_occurrences(
    events: dict[int, EventRow], ids: Sequence[int], conditions: Sequence[ColumnElement[bool]]
) -> None:
    query = (
        select(Occurrence.event_id, *_OCCURRENCE, *_VENUE)
        .outerjoin(Occurrence.venue)
        .where(Occurrence.event_id.in_(ids), *conditions)
        .order_by(Occurrence.start_day, Occurrence.start_at.nulls_first(), Occurrence.id)
    )
    width = 1 + len(_OCCURRENCE)
    for row in _rows(query):
        venue = VenueRow(*row[width:]) if row[width] else None
        event = events[row[0]]
        event.occurrences.append(OccurrenceRow(StatusRow(event.status), venue, *row[1:width]))


def _add_lists(events: dict[int, EventRow], ids: Sequence[int]) -> None:
    for event_id, name in _rows(_of(EventHost.event_id, EventHost.position, ids, EventHost.name)):
        events[event_id].hosts.append(HostRow(name))
    for event_id, group in _rows(_of(EventAudience.event_id, EventAudience.group, ids, EventAudience.group)):
        events[event_id].groups.append(group)
    spotlights = _of(EventSpotlight.event_id, EventSpotlight.spotlight, ids, EventSpotlight.spotlight)
    for event_id, key in _rows(spotlights):
        events[event_id].spotlights.append(key)
    formats = _of(EventFormat.event_id, EventFormat.position, ids, EventFormat.format, EventFormat.text)
    for event_id, key, text in _rows(formats):
        events[event_id].formats.append(FormatRow(key, text))
    venues = _of(EventVenue.event_id, EventVenue.position, ids, *_VENUE).join(EventVenue.venue)
    for event_id, *venue in _rows(venues):
        events[event_id].venues.append(EventVenueRow(VenueRow(*venue)))
    reports = select(EventReport.event_id, *_REPORT).where(EventReport.event_id.in_(ids))
    for event_id, *report in _rows(reports):
        events[event_id].report = ReportRow(*report)


def _of(
    event_id: InstrumentedAttribute[int],
    order: InstrumentedAttribute[Any],
    ids: Sequence[int],
    *columns: InstrumentedAttribute[Any],
) -> Select[Any]:
    return select(event_id, *columns).where(event_id.in_(ids)).order_by(event_id, order)


def _rows(query: Select[Any]) -> Sequence[Row[Any]]:
    """Rows straight from the connection, without the session's work on each."""
    return db.session.connection().execute(query).all()
