"""Screens that show an event's rotating code. A screen is paired like a kiosk and gets texts of codes, never the key.

Each screen has a venue code of its own, so that revoking the screen ends its codes and no other's.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.bearer import secret_digest
from models.codes import signatures, venue_codes
from models.codes.venue_codes import CodeMethod, VenueCode
from models.db import Base, Instant, db, transaction
from models.devices.pairing import CODE_LIFE, InvalidCodeError, random_code
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event, EventStatus

STEPS_IN_A_DAY = 24 * 60 * 60 // signatures.STEP_SECONDS  # the most that a screen gets in advance


class Screen(Base):
    """A screen. Until it is paired it is only a pairing code, stored as a keyed hash; code is None until then."""

    __tablename__ = "display"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    pairing: Mapped[str] = mapped_column(String(64), unique=True)
    pairing_until: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_number: Mapped[int | None] = mapped_column(ForeignKey("venue_code.number"), unique=True)
    paired_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()
    code: Mapped[VenueCode | None] = relationship()


def _digest(code: str, secret_key: str) -> str:
    # A prefix of its own: a screen's pairing code pairs no kiosk, and a kiosk's no screen.
    return hmac.digest(secret_key.encode(), b"openweek-display\x01" + code.encode(), hashlib.sha256).hex()


def create_pairing(event: Event, secret_key: str, now: datetime) -> str:
    """A new pairing code for a screen of this event. Raises Conflict for an event without a date or cancelled."""
    if not event.occurrences or event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event has no date or is cancelled: there is no venue code to show."))
    code = random_code()
    with transaction():
        db.session.add(
            Screen(event_id=event.id, pairing=_digest(code, secret_key), pairing_until=now + CODE_LIFE)
        )
    return code


def find_pairing(code: str, secret_key: str, now: datetime) -> Screen | None:
    """The row of a pairing code that a screen can still use."""
    screen = db.session.scalar(select(Screen).where(Screen.pairing == _digest(code, secret_key)))
    usable = screen is not None and screen.paired_at is None and now < screen.pairing_until
    return screen if usable else None


def pair(code: str, secret_key: str, now: datetime) -> tuple[Screen, str]:
    """The paired screen and its token. Raises InvalidCodeError."""
    code = "".join(c for c in code.upper() if c.isalnum())
    token = "owd_" + secrets.token_urlsafe(32)
    with transaction():
        # The update locks the row, so of two screens with the same code only one finds it unused.
        screen_id = db.session.scalar(
            update(Screen)
            .where(
                Screen.pairing == _digest(code, secret_key),
                Screen.paired_at.is_(None),
                Screen.pairing_until > now,
            )
            .values(paired_at=now, digest=secret_digest(token))
            .returning(Screen.id)
        )
        if screen_id is None:
            raise InvalidCodeError
        screen = db.session.get_one(Screen, screen_id, populate_existing=True)
        screen.code = venue_codes.make_code(screen.event_id, CodeMethod.ROTATING, now)
    return screen, token


def by_token(token: str) -> Screen | None:
    """The screen with this token, if it is not revoked."""
    return db.session.scalar(
        select(Screen).where(Screen.digest == secret_digest(token), Screen.revoked_at.is_(None))
    )


def mark_seen(screen: Screen, now: datetime) -> None:
    with transaction():
        screen.seen_at = now


def code_tokens(screen: Screen, first: int, count: int) -> list[str]:
    """The texts of a paired screen's code for `count` steps of 30 seconds from step `first` (counted from 1970)."""
    if screen.code is None:
        return []
    moments = (
        datetime.fromtimestamp(step * signatures.STEP_SECONDS, UTC) for step in range(first, first + count)
    )
    return [screen.code.token(moment) for moment in moments]


def screens_of(event: Event) -> list[Screen]:
    """The screens that were ever paired for an event, those in service first."""
    query = select(Screen).where(Screen.event_id == event.id, Screen.paired_at.is_not(None))
    return list(db.session.scalars(query.order_by(Screen.revoked_at.is_not(None), Screen.id.desc())))


def revoke(event: Event, screen_id: int, now: datetime) -> None:
    """Revoke a screen of this event and its code; their scans stay. Raises NotFound."""
    with transaction():
        screen = next((screen for screen in screens_of(event) if screen.id == screen_id), None)
        if screen is None:
            raise NotFound(N_("There is no screen %(id)s."), id=screen_id)
        screen.revoked_at = screen.revoked_at or now
        if screen.code is not None:
            screen.code.revoked_at = screen.code.revoked_at or now
        record_act(AuditVerb.SCREEN_REVOKED, now, AuditSubject.EVENT, event.id, screen=screen.id)
