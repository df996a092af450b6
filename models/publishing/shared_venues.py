"""Venues are shared by events: a correction of one changes the calendar entries of all events that use it.

LAST-MODIFIED and SEQUENCE of their sessions rise, past ones too, and their history says so. This happens once, at the end
of the transaction: a file of a thousand rows may correct one venue many times."""

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

# In an event's history; no field of a draft, so that an import does not take it for work done by hand.
FIELD = "venue"


@dataclass
class Correction:
    """A venue corrected in this transaction. before: what entries told of it; events: those whose own change it was, so
    that their history and SEQUENCE are written already."""

    before: tuple
    now: datetime
    account_id: int | None
    events: set[int]


def find_or_create(
    event: Event,
    draft: VenueDraft,
    region: str | None,
    now: datetime,
    by: Account | None,
    corrections: dict[int, Correction],
) -> Venue:
    """The venue of this name in this region, created if it is new, corrected by what the draft says of it.

    region: where the draft names none. corrections: gets an entry, by venue id, where an existing venue changed."""
    region = draft.region_code or region
    venue = db.session.scalar(
        select(Venue).where(Venue.name == draft.name, Venue.region_code.is_not_distinct_from(region))
    )
    new = venue is None
    if venue is None:
        venue = Venue(name=draft.name, region_code=region, address="")
        db.session.add(venue)
    before = vevent.told(venue)
    venue.address = draft.address or venue.address
    if draft.latitude is not None:
        venue.latitude, venue.longitude = draft.latitude, draft.longitude
    db.session.flush()
    if not new and vevent.told(venue) != before:
        correction = Correction(before, now, by.id if by else None, set())
        own = corrections.setdefault(venue.id, correction).events
        if event.id is not None:
            own.add(event.id)
    return venue


def spread(corrections: dict[int, Correction]) -> dict[int, datetime]:
    """Bring all events of every corrected venue up to it: the time of their change, by event id."""
    changed: dict[int, datetime] = {}
    for venue_id, correction in corrections.items():
        if vevent.told(db.session.get_one(Venue, venue_id)) != correction.before:
            changed |= dict.fromkeys(_spread(venue_id, correction), correction.now)
    return changed


def _spread(venue_id: int, correction: Correction) -> list[int]:
    now, listing = correction.now, select(EventVenue.event_id).where(EventVenue.venue_id == venue_id)
    sitting = select(Occurrence.event_id).where(Occurrence.venue_id == venue_id)
    here = and_(Event.withdrawn_at.is_(None), or_(Event.id.in_(listing), Event.id.in_(sitting)))
    ids = list(db.session.scalars(select(Event.id).where(here)))
    if len(correction.events) == 1 and correction.events.issuperset(ids):
        return ids
    # The events first: who changes one holds its row, and its sittings are written after he is done.
    db.session.execute(update(Event).where(here).values(changed_at=now))
    # What was made in this transaction was never seen otherwise.
    others = and_(here, Event.id.not_in(sorted(correction.events)), Event.created_at != now)
    told = and_(Occurrence.event_id.in_(select(Event.id).where(here)), _tells(venue_id))
    new = {
        "vevent_stamp": None,
        "changed_at": now,
        "sequence": sequence.raised_for(select(Event.id).where(others)),
    }
    db.session.execute(update(Occurrence).where(told).values(new))
    line = (literal(now, Instant), literal(correction.account_id, Integer), literal("changed"))
    lines = select(Event.id, *line, literal([FIELD], JSON)).where(others)
    names = ["event_id", "at", "account_id", "verb", "fields"]
    db.session.execute(insert(EventChange).from_select(names, lines))
    return ids


def _tells(venue_id: int) -> ColumnElement[bool]:
    """The sittings whose entry tells where this venue is: their own, or else the only one of their event."""
    mine = EventVenue.event_id == Occurrence.event_id
    sole = and_(
        Occurrence.venue_id.is_(None),
        select(EventVenue.event_id).where(mine, EventVenue.venue_id == venue_id).exists(),
        ~select(EventVenue.event_id).where(mine, EventVenue.venue_id != venue_id).exists(),
    )
    return or_(Occurrence.venue_id == venue_id, sole)
