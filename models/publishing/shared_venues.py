"""Venues are shared by events: a correction of one changes the calendar entries of all events that use it.

LAST-MODIFIED and SEQUENCE of their occurrences rise, past ones included, and each event's history has a row for it. This is
done once, at the end of the transaction, because an imported file may correct the same venue in many rows.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ColumnElement, Integer, and_, insert, literal, or_, select, update

from models.db import Instant, db
from models.events.draft import VenueDraft
from models.events.tables import Event, EventChange, EventVenue, Occurrence
from models.ics import vevent
from models.organizations.tables import Account
from models.places.tables import Venue
from models.publishing import sequence

# The changed field in an event's history. Not a field of EventDraft: an import must not take it for an edit by hand.
FIELD = "venue"


@dataclass
class Correction:
    """A venue corrected in this transaction.

    old_lines: vevent.venue_lines() before the correction. events: ids of the events whose own change corrected it; their
    history and SEQUENCE are written by that change."""

    old_lines: tuple[str, tuple[float, float] | None]
    now: datetime
    account_id: int | None
    events: set[int]


def correct(
    venue: Venue,
    draft: VenueDraft,
    event: Event,
    now: datetime,
    by: Account | None,
    corrections: dict[int, Correction] | None,
) -> None:
    """Give a venue the address and point of a draft. corrections: gets an entry, by venue id, where that changed it; None
    for a venue that no entry shows yet."""
    old_lines = vevent.venue_lines(venue)
    write_fields(venue, draft)
    if corrections is not None and vevent.venue_lines(venue) != old_lines:
        correction = Correction(old_lines, now, by.id if by else None, set())
        event_ids = corrections.setdefault(venue.id, correction).events
        if event.id is not None:
            event_ids.add(event.id)


def write_fields(venue: Venue, draft: VenueDraft) -> None:
    """What a draft says of a venue; it empties nothing."""
    venue.address = draft.address or venue.address
    venue.name_en = draft.name_en or venue.name_en
    if draft.latitude is not None:
        venue.latitude, venue.longitude = draft.latitude, draft.longitude


def spread(corrections: dict[int, Correction]) -> dict[int, datetime]:
    """Write every correction to the events that use the venue; the time of their change, by event id."""
    changed: dict[int, datetime] = {}
    for venue_id, correction in corrections.items():
        if vevent.venue_lines(db.session.get_one(Venue, venue_id)) != correction.old_lines:
            changed |= dict.fromkeys(_spread(venue_id, correction), correction.now)
    return changed


def _spread(venue_id: int, correction: Correction) -> list[int]:
    now = correction.now
    events_there = select(EventVenue.event_id).where(EventVenue.venue_id == venue_id)
    occurrences_there = select(Occurrence.event_id).where(Occurrence.venue_id == venue_id)
    uses_venue = and_(
        Event.withdrawn_at.is_(None), or_(Event.id.in_(events_there), Event.id.in_(occurrences_there))
    )
    ids = list(db.session.scalars(select(Event.id).where(uses_venue)))
    if len(correction.events) == 1 and correction.events.issuperset(ids):
        return ids
    # Events before occurrences: a concurrent change locks its event first and then writes the occurrences.
    db.session.execute(update(Event).where(uses_venue).values(changed_at=now))
    # Events created in this transaction have no older version that anybody could have read.
    others = and_(uses_venue, Event.id.not_in(sorted(correction.events)), Event.created_at != now)
    affected = and_(Occurrence.event_id.in_(select(Event.id).where(uses_venue)), _is_located_at(venue_id))
    new_values = {
        "vevent_stamp": None,
        "changed_at": now,
        "sequence": sequence.raised_for(select(Event.id).where(others)),
    }
    db.session.execute(update(Occurrence).where(affected).values(new_values))
    constants = (literal(now, Instant), literal(correction.account_id, Integer), literal("changed"))
    history = select(Event.id, *constants, literal([FIELD], JSON)).where(others)
    names = ["event_id", "at", "account_id", "verb", "fields"]
    db.session.execute(insert(EventChange).from_select(names, history))
    return ids


def _is_located_at(venue_id: int) -> ColumnElement[bool]:
    """Occurrences whose entry names this venue: their own, or the only venue of their event."""
    same_event = EventVenue.event_id == Occurrence.event_id
    only_venue = and_(
        Occurrence.venue_id.is_(None),
        select(EventVenue.event_id).where(same_event, EventVenue.venue_id == venue_id).exists(),
        ~select(EventVenue.event_id).where(same_event, EventVenue.venue_id != venue_id).exists(),
    )
    return or_(Occurrence.venue_id == venue_id, only_venue)
