"""Venue codes (现场码): printed on a poster, or changing on a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.codes import keys, signatures
from models.codes.signatures import Purpose, VenueSignature
from models.db import LARGEST_ID, Base, Instant, db, enumeration, transaction
from models.errors import N_, Conflict
from models.events.tables import Event
from models.places.tables import Venue


class CodeMethod(StrEnum):
    PRINTED = "printed"
    ROTATING = "rotating"


class CodeProblem(StrEnum):
    """Why a venue code does not open its event."""

    UNKNOWN_CODE = "unknown_code"
    BAD_SIGNATURE = "bad_signature"
    REVOKED = "revoked"
    EXPIRED = "expired"  # a step of a rotating code that has passed


LAST_ISSUE = 255  # one byte in the payload
NO_DATE = N_("This event has no date yet. Add one before printing its venue code.")
_PURPOSES = {CodeMethod.PRINTED: Purpose.PRINTED, CodeMethod.ROTATING: Purpose.ROTATING}


class VenueCode(Base):
    """The code of one poster or screen. number is in its payload; a new issue makes older prints invalid."""

    __tablename__ = "venue_code"

    number: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    method: Mapped[CodeMethod] = mapped_column(enumeration(CodeMethod, 10))
    issue: Mapped[int] = mapped_column(default=1)
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    key: Mapped[keys.SigningKey] = relationship()
    event: Mapped[Event] = relationship()
    venue: Mapped[Venue | None] = relationship()

    @property
    def purpose(self) -> Purpose:
        return _PURPOSES[CodeMethod(self.method)]

    def token(self, now: datetime) -> str:
        """The text of the code: of its present issue, or of this moment."""
        step = signatures.step_at(now.timestamp())
        return signatures.sign_venue(
            self.purpose,
            self.key_id,
            self.number,
            self.key.secret,
            issue=self.issue,
            step=step,
            mac_bytes=self.key.mac_bytes,
        )


def code_for_event(event: Event, now: datetime, method: CodeMethod = CodeMethod.PRINTED) -> VenueCode:
    """The event's code of this method, made if there is none. Raises Conflict for an event without a date."""
    if not event.occurrences:
        raise Conflict(NO_DATE)
    return codes_for_events([event.id], now, method)[event.id]


def codes_for_events(
    event_ids: Sequence[int], now: datetime, method: CodeMethod = CodeMethod.PRINTED
) -> dict[int, VenueCode]:
    """The codes of dated events, by event id. Missing ones are made in one transaction."""
    codes = _valid_codes(event_ids, method)
    if len(codes) == len(set(event_ids)):
        return codes
    with transaction():
        _lock_events(event_ids)
        codes = _valid_codes(event_ids, method)
        for event_id in sorted(set(event_ids) - codes.keys()):
            codes[event_id] = make_code(event_id, method, now)
    return codes


def reissue(event: Event, now: datetime) -> VenueCode:
    """A new issue of the event's printed code, signed with the present key. Older prints become invalid; their scans stay."""
    with transaction():
        _lock_events([event.id])
        code = _valid_codes([event.id], CodeMethod.PRINTED).get(event.id)
        if code is None:
            return make_code(event.id, CodeMethod.PRINTED, now)
        # Read again under a lock: two reissues at the same time give two issues.
        db.session.refresh(code, with_for_update=True)
        record_act(AuditVerb.VENUE_CODE_REPLACED, now, AuditSubject.EVENT, event.id, code=code.number)
        if code.issue < LAST_ISSUE:
            code.issue += 1
            code.key = keys.current_key(keys.KeyPurpose.VENUE)
            return code
        code.revoked_at = now
        return make_code(event.id, CodeMethod.PRINTED, now)


def make_code(event_id: int, method: CodeMethod, now: datetime) -> VenueCode:
    """A new code. Runs inside the caller's transaction."""
    key = keys.current_key(keys.KeyPurpose.VENUE)
    code = VenueCode(event_id=event_id, method=method, key_id=key.id, created_at=now)
    db.session.add(code)
    return code


def revoke(event: Event, now: datetime) -> None:
    """Revoke the event's printed code; the next print gets a new one. Does nothing where there is none."""
    with transaction():
        _lock_events([event.id])
        for code in _valid_codes([event.id], CodeMethod.PRINTED).values():
            code.revoked_at = now


def _lock_events(event_ids: Sequence[int]) -> None:
    """Two requests for the first code of an event must not make one each: revoking one would leave the other valid.

    (SQLite has one writer at a time anyway.)"""
    query = select(Event.id).where(Event.id.in_(set(event_ids))).order_by(Event.id)
    db.session.execute(query.with_for_update(key_share=True))


def printed_code(event: Event) -> VenueCode | None:
    """The event's present printed code, None where there is none."""
    return _valid_codes([event.id], CodeMethod.PRINTED).get(event.id)


def _valid_codes(event_ids: Sequence[int], method: CodeMethod) -> dict[int, VenueCode]:
    """The codes that are not revoked, by event id; of several for one event, the oldest."""
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
    """A venue code that was scanned. problem: None, or why it does not open its event. event_id: of the event that it opens,
    or would open with a right signature; None where it names no code of ours."""

    code: VenueCode | None
    problem: CodeProblem | None = None
    event_id: int | None = None


def read_code(text: str, now: datetime) -> CodeReading:
    """Decode and verify the text of a venue code at a moment."""
    try:
        unverified = signatures.parse_code(text)
    except signatures.UnknownCodeError:
        return CodeReading(None, CodeProblem.UNKNOWN_CODE)
    if not isinstance(unverified, signatures.UnverifiedVenueCode):
        return CodeReading(None, CodeProblem.UNKNOWN_CODE)
    payload = unverified.payload
    key = keys.find_key(keys.KeyPurpose.VENUE, payload.key_id)
    signature = VenueSignature.BAD
    if key is not None:
        signature = signatures.verify_venue(unverified, key.secret, now.timestamp(), key.mac_bytes)
    # A forged number may be larger than any row's.
    code = db.session.get(VenueCode, payload.number) if payload.number <= LARGEST_ID else None
    if code is None:
        return CodeReading(None, CodeProblem.BAD_SIGNATURE)
    if signature == VenueSignature.BAD or code.purpose != payload.purpose:
        return CodeReading(None, CodeProblem.BAD_SIGNATURE, code.event_id)
    old_print = code.method == CodeMethod.PRINTED and code.issue != payload.issue_or_step
    # Only the key of its row signs a code: who has another one, or guesses at a shorter MAC, gets nowhere.
    if code.key_id != payload.key_id and not old_print:
        return CodeReading(None, CodeProblem.BAD_SIGNATURE, code.event_id)
    if code.revoked_at is not None or old_print:
        return CodeReading(code, CodeProblem.REVOKED, code.event_id)
    problem = CodeProblem.EXPIRED if signature == VenueSignature.EXPIRED else None
    return CodeReading(code, problem, code.event_id)
