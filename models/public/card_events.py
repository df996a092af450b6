"""What the card of an event shows, read as columns: a page of a list needs no more, and loading fifty events whole takes
longer than all the rest of their page. The names are those of Event and Occurrence, so that templates and words take either."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import Event, EventAudience, EventHost, EventVenue, Occurrence
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.transactions.bulk import DIALECTS, among
from models.transactions.round_trip import select_together


class Named(NamedTuple):
    """A host, a lead or a venue."""

    name: str


class CardVenue(NamedTuple):
    venue: Named


class SessionFacts(NamedTuple):
    """The columns of an occurrence that a card shows or depends on."""

    id: int
    start_day: date
    end_day: date
    open_ended: bool
    start_at: datetime | None
    end_at: datetime | None
    half_day: str | None
    venue_id: int | None
    capacity: int | None
    status: str


class EventFacts(NamedTuple):
    """Everything of an event that its card depends on. Equal facts give equal cards."""

    id: int
    title: str
    title_en: str
    status: str
    region_code: str | None
    region_text: str
    venue_text: str
    time_text: str
    mode: str | None
    lead: str | None
    hosts: tuple[str, ...]
    groups: tuple[str, ...]
    venues: tuple[str, ...]
    sessions: tuple[SessionFacts, ...]


class CardSession:
    def __init__(self, event: "CardEvent", facts: SessionFacts) -> None:
        self.event = event
        self.id, self.venue_id, self.capacity, self.status = facts[0], *facts[7:]
        self.start_day, self.end_day, self.open_ended = facts[1:4]
        self.start_at, self.end_at, self.half_day = facts[4:7]


@dataclass(eq=False)
class CardEvent:
    campaign: Campaign
    facts: EventFacts

    def __getattr__(self, name: str) -> Any:
        """The columns: id, title, status, region_code, region_text, venue_text, time_text, mode."""
        if name in EventFacts._fields:
            return getattr(self.facts, name)
        raise AttributeError(name)

    @property
    def region(self) -> str | None:
        return self.facts.region_code

    @property
    def lead(self) -> Named | None:
        return Named(self.facts.lead) if self.facts.lead is not None else None

    @property
    def hosts(self) -> list[Named]:
        return [Named(name) for name in self.facts.hosts]

    @property
    def venues(self) -> list[CardVenue]:
        return [CardVenue(Named(name)) for name in self.facts.venues]

    @property
    def audiences(self) -> tuple[str, ...]:
        return self.facts.groups

    @cached_property
    def occurrences(self) -> list[CardSession]:
        return [CardSession(self, facts) for facts in self.facts.sessions]


def _queries(dialect: str) -> tuple[Select[Any], ...]:
    """Of events, hosts, groups, venues and sessions."""

    def of_events(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return among(column, "ids", dialect)

    return (
        select(
            Event.id,
            Event.title,
            Event.title_en,
            Event.status,
            Event.region_code,
            Event.region_text,
            Event.venue_text,
            Event.time_text,
            Event.mode,
            Organization.name,
        )
        .outerjoin(Organization, Organization.id == Event.lead_id)
        .where(of_events(Event.id)),
        select(EventHost.event_id, EventHost.name)
        .where(of_events(EventHost.event_id))
        .order_by(EventHost.position),
        select(EventAudience.event_id, EventAudience.group).where(of_events(EventAudience.event_id)),
        select(EventVenue.event_id, Venue.name)
        .join(Venue, Venue.id == EventVenue.venue_id)
        .where(of_events(EventVenue.event_id))
        .order_by(EventVenue.position),
        select(Occurrence.event_id, *(getattr(Occurrence, name) for name in SessionFacts._fields))
        .where(of_events(Occurrence.event_id))
        .order_by(Occurrence.start_day, Occurrence.start_at, Occurrence.id),
    )


# Built once: building them takes as long as running them.
_QUERIES = {dialect: _queries(dialect) for dialect in DIALECTS}


def card_events(campaign: Campaign, ids: Collection[int]) -> dict[int, CardEvent]:
    """The events with these ids, in five queries, on PostgreSQL on one way."""
    if not ids:
        return {}
    connection = db.session.connection()
    queries = _QUERIES[connection.dialect.name]
    events, hosts, groups, venues, sessions = select_together(connection, queries, {"ids": sorted(ids)})
    related = [*map(_names, (hosts, groups, venues)), _sessions(sessions)]
    return {
        row[0]: CardEvent(campaign, EventFacts(*row, *(tuple(part.get(row[0], ())) for part in related)))
        for row in events
    }


def _names(rows: Iterable[Any]) -> dict[int, list[Any]]:
    names: dict[int, list[Any]] = {}
    for event_id, name in rows:
        names.setdefault(event_id, []).append(name)
    return names


def _sessions(rows: Iterable[Any]) -> dict[int, list[Any]]:
    sessions: dict[int, list[Any]] = {}
    for row in rows:
        sessions.setdefault(row[0], []).append(SessionFacts._make(row[1:]))
    return sessions
