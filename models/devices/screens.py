"""Screens that show an event's changing code: paired like a kiosk, never holding what signs the codes.

A screen has a code of its own, so that ending the screen ends its codes at once and no other's.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.bearer import secret_digest
from models.codes import signatures, venue_codes
from models.codes.venue_codes import ROTATING, VenueCode
from models.db import Base, Instant, db, transaction
from models.devices.pairing import ALPHABET, CODE_LENGTH, CODE_LIFE
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.tables import Event, EventStatus

DAY = 24 * 60 * 60 // signatures.STEP_SECONDS  # steps that a screen may hold in advance


class Screen(Base):
    """A screen. Until it is paired the row is only an offer: a pairing code, kept as a keyed hash."""

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
    # A purpose of its own: a screen's code pairs no kiosk, and a kiosk's no screen.
    return hmac.digest(secret_key.encode(), b"openweek-display\x01" + code.encode(), hashlib.sha256).hex()


def create_pairing(event: Event, secret_key: str, now: datetime) -> str:
    """A fresh pairing code for a screen of this event. Raises Conflict where there is nothing to check in to."""
    if not event.occurrences or event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event has no date or is cancelled: there is no venue code to show."))
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction():
        db.session.add(
            Screen(event_id=event.id, pairing=_digest(code, secret_key), pairing_until=now + CODE_LIFE)
        )
    return code


def find_pairing(code: str, secret_key: str, now: datetime) -> Screen | None:
    """The offer behind a pairing code while a screen can still use it."""
    found = db.session.scalar(select(Screen).where(Screen.pairing == _digest(code, secret_key)))
    return found if found is not None and found.paired_at is None and now < found.pairing_until else None


def pair(code: str, secret_key: str, now: datetime) -> tuple[Screen, str]:
    """Turn a pairing code into a screen and its token. Raises Mistake when the code is wrong, used or too old."""
    code = "".join(c for c in code.upper() if c.isalnum())
    token = "owd_" + secrets.token_urlsafe(32)
    with transaction():
        # The update is the lock: of two screens on which the same code is typed, one finds it unused.
        taken = db.session.scalar(
            update(Screen)
            .where(
                Screen.pairing == _digest(code, secret_key),
                Screen.paired_at.is_(None),
                Screen.pairing_until > now,
            )
            .values(paired_at=now, digest=secret_digest(token))
            .returning(Screen.id)
        )
        if taken is None:
            raise Mistake(
                N_("This pairing code is wrong, used or older than 10 minutes. Please get a new one.")
            )
        found = db.session.get_one(Screen, taken, populate_existing=True)
        found.code = venue_codes.make_code(found.event_id, ROTATING, now)
    return found, token


def by_token(token: str) -> Screen | None:
    """The screen with this token, while it is in service."""
    return db.session.scalar(
        select(Screen).where(Screen.digest == secret_digest(token), Screen.revoked_at.is_(None))
    )


def mark_seen(display: Screen, now: datetime) -> None:
    with transaction():
        display.seen_at = now


def code_tokens(display: Screen, first: int, count: int) -> list[str]:
    """The tokens of its code for so many steps from `first` on (steps of 30 seconds since 1970)."""
    moments = (
        datetime.fromtimestamp(step * signatures.STEP_SECONDS, UTC) for step in range(first, first + count)
    )
    return [display.code.token(moment) for moment in moments]


def screens_of(event: Event) -> list[Screen]:
    """The screens that were ever paired for an event, those in service first."""
    asked = select(Screen).where(Screen.event_id == event.id, Screen.paired_at.is_not(None))
    return list(db.session.scalars(asked.order_by(Screen.revoked_at.is_not(None), Screen.id.desc())))


def revoke(event: Event, display_id: int, now: datetime) -> None:
    """End a screen of this event and its codes. What they counted stays. Raises Unknown."""
    with transaction():
        found = next((one for one in screens_of(event) if one.id == display_id), None)
        if found is None:
            raise NotFound(N_("There is no screen %(id)s."), id=display_id)
        found.revoked_at = found.revoked_at or now
        found.code.revoked_at = found.code.revoked_at or now
