"""Venue codes (现场码): the code on a poster, or the one that changes on a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.codes import keys, signatures
from models.db import Base, Instant, db, transaction
from models.errors import N_, Conflict
from models.events.tables import Event
from models.places.tables import Venue

PRINTED, ROTATING = "printed", "rotating"
LAST_ISSUE = 255  # one byte in the payload
NO_DATE = N_("This event has no date yet. Add one before printing its venue code.")
_PURPOSE = {PRINTED: signatures.PRINTED, ROTATING: signatures.ROTATING}


class VenueCode(Base):
    """A row per poster or display. number is its place in the code's payload; a reissue ends the older print."""

    __tablename__ = "venue_code"

    number: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    method: Mapped[str] = mapped_column(String(10))  # printed, rotating
    issue: Mapped[int] = mapped_column(default=1)
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    key: Mapped[keys.SigningKey] = relationship()
    event: Mapped[Event] = relationship()
    venue: Mapped[Venue | None] = relationship()

    def token(self, now: datetime) -> str:
        """The text of the code: of this print, or of this moment."""
        step = signatures.step_at(now.timestamp())
        return signatures.sign_venue(
            _PURPOSE[self.method], self.key_id, self.number, self.key.secret, issue=self.issue, step=step
        )


def code_for_event(event: Event, now: datetime, method: str = PRINTED) -> VenueCode:
    """The event's code of this method, made at the first asking. Raises Conflict for an event without a date."""
    if not event.occurrences:
        raise Conflict(NO_DATE)
    return codes_for_events([event.id], now, method)[event.id]


def codes_for_events(event_ids: Sequence[int], now: datetime, method: str = PRINTED) -> dict[int, VenueCode]:
    """The codes of dated events, by event id; missing ones are made in one transaction."""
    found = _standing(event_ids, method)
    if len(found) == len(set(event_ids)):
        return found
    with transaction():
        _take_turns(event_ids)
        found = _standing(event_ids, method)
        for event_id in sorted(set(event_ids) - found.keys()):
            found[event_id] = make_code(event_id, method, now)
    return found


def reissue(event: Event, now: datetime) -> VenueCode:
    """A new print of the event's code: from now on the older prints open nothing, what they counted stays."""
    with transaction():
        _take_turns([event.id])
        code = _standing([event.id], PRINTED).get(event.id)
        if code is None:
            return make_code(event.id, PRINTED, now)
        # Locked and read anew: two who reissue at once each get a print of their own.
        db.session.refresh(code, with_for_update=True)
        if code.issue < LAST_ISSUE:
            code.issue += 1
            return code
        code.revoked_at = now
        return make_code(event.id, PRINTED, now)


def make_code(event_id: int, method: str, now: datetime) -> VenueCode:
    """A new code. Runs inside the caller's transaction."""
    code = VenueCode(event_id=event_id, method=method, key_id=keys.current_key(keys.VENUE).id, created_at=now)
    db.session.add(code)
    return code


def revoke(event: Event, now: datetime) -> None:
    """End every print of the event's code at once; printing again makes a new one. Nothing to end is fine."""
    with transaction():
        _take_turns([event.id])
        for code in _standing([event.id], PRINTED).values():
            code.revoked_at = now


def _take_turns(event_ids: Sequence[int]) -> None:
    """Two who ask for the first poster of an event at once must not get a code each: ending one would leave the other
    good. (SQLite has one writer at a time anyway.)"""
    asked = select(Event.id).where(Event.id.in_(set(event_ids))).order_by(Event.id)
    db.session.execute(asked.with_for_update(key_share=True))


def printed_code(event: Event) -> VenueCode | None:
    """The event's printed code as it stands now, if it has been made."""
    return _standing([event.id], PRINTED).get(event.id)


def _standing(event_ids: Sequence[int], method: str) -> dict[int, VenueCode]:
    """The codes that are not revoked; of several for one event, the oldest."""
    rows = db.session.scalars(
        select(VenueCode)
        .where(
            VenueCode.event_id.in_(set(event_ids)),
            VenueCode.method == method,
            VenueCode.revoked_at.is_(None),
        )
        .order_by(VenueCode.number.desc())
    )
    return {row.event_id: row for row in rows}


@dataclass(frozen=True)
class CodeReading:
    """What became of a venue code that somebody opened. reason: None, or why it opens nothing."""

    code: VenueCode | None
    reason: str | None = None


def read_code(text: str, now: datetime) -> CodeReading:
    """Read and verify a venue code. reason: unknown_code, bad_signature, revoked, expired (a rotating step passed)."""
    try:
        sealed = signatures.parse_code(text)
    except signatures.UnknownCodeError:
        return CodeReading(None, "unknown_code")
    if not isinstance(sealed.payload, signatures.VenuePayload):
        return CodeReading(None, "unknown_code")
    key = keys.find_key(keys.VENUE, sealed.payload.key_id)
    answer = signatures.verify_venue(sealed, key.secret, now.timestamp()) if key else "bad"
    code = db.session.get(VenueCode, sealed.payload.number) if answer != "bad" else None
    if code is None or _PURPOSE[code.method] != sealed.payload.purpose:
        return CodeReading(None, "bad_signature")
    if code.revoked_at is not None or (code.method == PRINTED and code.issue != sealed.payload.issue_or_step):
        return CodeReading(code, "revoked")
    return CodeReading(code, "expired" if answer == "old" else None)
