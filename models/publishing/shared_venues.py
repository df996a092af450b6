"""Venues are shared: whoever corrects one changes what calendars tell of events that he never opened.

Those events change with it: LAST-MODIFIED and SEQUENCE of their sittings rise, past ones too, and their history says so.
Done once before the commit, whatever a file of a thousand rows said of one venue on its way."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Integer, and_, case, event, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from models.db import Instant, db
from models.events.draft import VenueDraft
from models.events.tables import Event, EventChange, EventVenue, Occurrence
from models.ics import vevent
from models.organizations.tables import Account
from models.places.tables import Venue

# In an event's history; no field of a draft, so that an import does not take it for work done by hand.
FIELD = "venue"
_CORRECTED = "openweek.venues_corrected"


@dataclass
class _Correction:
    before: tuple
    now: datetime
    account_id: int | None
    events: set[int]  # whose own change it was: their verb has raised and noted what is theirs


def keep(
    mine: Event, draft: VenueDraft, region: str | None, now: datetime, by: Account | None = None
) -> Venue:
    """The venue of this name in this region, made if it is new, as one event tells of it. What is told fills what was
    not known. region: where the draft names none. Inside the caller's transaction."""
    region = draft.region_code or region
    found = db.session.scalar(
        select(Venue).where(Venue.name == draft.name, Venue.region_code.is_not_distinct_from(region))
    )
    if found is None:
        found = Venue(name=draft.name, region_code=region, address="")
        db.session.add(found)
    before, new = vevent.told(found), found.id is None
    found.address = draft.address or found.address
    if draft.latitude is not None:
        found.latitude, found.longitude = draft.latitude, draft.longitude
    db.session.flush()
    if not new and vevent.told(found) != before:
        corrected = db.session.info.setdefault(_CORRECTED, {})
        first = _Correction(before, now, by.id if by else None, set())
        corrected.setdefault(found.id, first).events.add(mine.id)
    return found


def spread(session: Session) -> dict[int, datetime]:
    """Before the commit: bring the other events of every corrected venue up to it. When they changed, by event."""
    moved: dict[int, datetime] = {}
    for venue_id, correction in session.info.pop(_CORRECTED, {}).items():
        if vevent.told(session.get_one(Venue, venue_id)) != correction.before:
            moved |= dict.fromkeys(_spread(session, venue_id, correction), correction.now)
    return moved


def _spread(session: Session, venue_id: int, correction: _Correction) -> list[int]:
    now, listing = correction.now, select(EventVenue.event_id).where(EventVenue.venue_id == venue_id)
    sitting = select(Occurrence.event_id).where(Occurrence.venue_id == venue_id)
    here = and_(Event.withdrawn_at.is_(None), or_(Event.id.in_(listing), Event.id.in_(sitting)))
    ids = list(session.scalars(select(Event.id).where(here)))
    if len(correction.events) == 1 and correction.events.issuperset(ids):
        return ids
    # The events first: who changes one holds its row, and its sittings are written after he is done.
    session.execute(update(Event).where(here).values(changed_at=now))
    # What was made in this transaction was never seen otherwise.
    others = and_(here, Event.id.not_in(sorted(correction.events)), Event.created_at != now)
    rise = case((Occurrence.event_id.in_(select(Event.id).where(others)), 1), else_=0)
    told = and_(Occurrence.event_id.in_(select(Event.id).where(here)), _tells(venue_id))
    new = {"vevent_stamp": None, "changed_at": now, "sequence": Occurrence.sequence + rise}
    session.execute(update(Occurrence).where(told).values(new))
    line = (literal(now, Instant), literal(correction.account_id, Integer), literal("changed"))
    lines = select(Event.id, *line, literal([FIELD], JSON)).where(others)
    names = ["event_id", "at", "account_id", "verb", "fields"]
    session.execute(insert(EventChange).from_select(names, lines))
    return ids


def _tells(venue_id: int):
    """The sittings whose entry tells where this venue is: their own, or else the only one of their event."""
    mine = EventVenue.event_id == Occurrence.event_id
    sole = and_(
        Occurrence.venue_id.is_(None),
        select(EventVenue.event_id).where(mine, EventVenue.venue_id == venue_id).exists(),
        ~select(EventVenue.event_id).where(mine, EventVenue.venue_id != venue_id).exists(),
    )
    return or_(Occurrence.venue_id == venue_id, sole)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, _previous) -> None:
    session.info.pop(_CORRECTED, None)
