"""Kiosks (any paired device that scans): pairing, tokens, and which events each served when."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, Unknown
from models.events import Event
from models.people import secret_digest

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=10)
HAND_OVER = timedelta(days=7)  # how long a revoked device may still hand in what it holds


class Kiosk(Base):
    """A paired device. Never deleted, only revoked: its scans name it for ever."""

    __tablename__ = "kiosk"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    supervisor: Mapped[bool] = mapped_column(default=False)  # may undo others' scans, and late
    paired_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)

    services: Mapped[list["KioskService"]] = relationship(order_by="KioskService.id", lazy="selectin")

    def served(self, at: datetime) -> list[int]:
        """Ids of the events that the device served at an instant; before its first service, those of the first."""
        then = [s.event_id for s in self.services if s.since <= at and (s.until is None or at < s.until)]
        if not then and self.services:
            first = min(self.services, key=lambda s: s.since)
            then = [s.event_id for s in self.services if s.since == first.since] if at < first.since else []
        return then


class KioskService(Base):
    """A device serves an event for a while; moving it ends one row and begins another."""

    __tablename__ = "kiosk_service"

    id: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()


class PairingCode(Base):
    """Eight characters for a person to type, good for ten minutes and one device; only a keyed hash is kept."""

    __tablename__ = "pairing_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    supervisor: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()


def _code_digest(code: str, secret_key: str) -> str:
    # Short enough to search: without the secret key a stolen table tells nothing.
    return hmac.digest(secret_key.encode(), b"openweek-pairing\x01" + code.encode(), hashlib.sha256).hex()


def offer(event: Event, secret_key: str, now: datetime, *, supervisor: bool = False) -> str:
    """A fresh pairing code for an event. Raises Conflict for an event that has no dated occurrence."""
    _must_have_dates(event)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction():
        db.session.add(
            PairingCode(
                digest=_code_digest(code, secret_key),
                event_id=event.id,
                supervisor=supervisor,
                expires_at=now + CODE_LIFE,
            )
        )
    return code


def _must_have_dates(event: Event) -> None:
    if not event.occurrences:
        raise Conflict(N_("This event has no date yet. Give it one before pairing a device."))


def open_offer(code: str, secret_key: str, now: datetime) -> PairingCode | None:
    """The offer behind a pairing code while a device can still use it."""
    offer = db.session.get(PairingCode, _code_digest(code, secret_key))
    return offer if offer is not None and offer.used_at is None and now < offer.expires_at else None


def pair(code: str, secret_key: str, now: datetime) -> tuple[Kiosk, str]:
    """Turn a pairing code into a device and its token. Raises Mistake when the code is wrong, used or too old."""
    code = "".join(c for c in code.upper() if c.isalnum())
    with transaction():
        # The update is the lock: of two devices that type the same code, one finds it unused.
        taken = db.session.execute(
            update(PairingCode)
            .where(
                PairingCode.digest == _code_digest(code, secret_key),
                PairingCode.used_at.is_(None),
                PairingCode.expires_at > now,
            )
            .values(used_at=now)
            .returning(PairingCode.event_id, PairingCode.supervisor)
        ).first()
        if taken is None:
            raise Mistake(N_("This pairing code is wrong, used or older than 10 minutes. Ask for a new one."))
        return _add(db.session.get_one(Event, taken.event_id), taken.supervisor, now)


def add(event: Event, now: datetime, *, supervisor: bool = False) -> tuple[Kiosk, str]:
    """A device for a script, without a pairing code: the device and its token, shown this once."""
    _must_have_dates(event)
    with transaction():
        return _add(event, supervisor, now)


def _add(event: Event, supervisor: bool, now: datetime) -> tuple[Kiosk, str]:
    token = "owk_" + secrets.token_urlsafe(32)
    kiosk = Kiosk(
        campaign_id=event.campaign_id,
        name="",
        digest=secret_digest(token),
        supervisor=supervisor,
        paired_at=now,
        services=[KioskService(event_id=event.id, since=now)],
    )
    db.session.add(kiosk)
    db.session.flush()
    kiosk.name = f"K{kiosk.id}"
    return kiosk, token


def by_token(token: str, now: datetime) -> Kiosk | None:
    """The device with this token; None when there is none or it was revoked longer ago than it may hand in scans."""
    kiosk = db.session.scalar(select(Kiosk).where(Kiosk.digest == secret_digest(token)))
    if kiosk is None or (kiosk.revoked_at is not None and now - kiosk.revoked_at > HAND_OVER):
        return None
    return kiosk


def revoke(kiosk_id: int, now: datetime) -> Kiosk:
    """End a device. What it scanned stays. Revoking again changes nothing. Raises Unknown."""
    with transaction():
        kiosk = db.session.get(Kiosk, kiosk_id)
        if kiosk is None:
            raise Unknown(N_("There is no kiosk %(id)s."), id=kiosk_id)
        kiosk.revoked_at = kiosk.revoked_at or now
    return kiosk
