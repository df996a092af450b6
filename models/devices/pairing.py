"""Pairing: a code that a person types, or a camera reads, turns a device into a kiosk."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, Instant, db, transaction
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict, Mistake
from models.events import check_in_window
from models.events.tables import Event

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=10)


class PairingCode(Base):
    """Eight characters for a person to type, good for ten minutes and one device; only a keyed hash is kept. It says
    what the device will be allowed, and until when (expires), and afterwards which device it became."""

    __tablename__ = "pairing_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    may_scan: Mapped[bool] = mapped_column(default=True)
    may_tally: Mapped[bool] = mapped_column(default=True)
    supervisor: Mapped[bool] = mapped_column(default=False)
    with_event: Mapped[bool] = mapped_column(default=False)  # the device's time ends with the event
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))

    event: Mapped[Event] = relationship()
    kiosk: Mapped[Kiosk | None] = relationship()


def _digest(code: str, secret_key: str) -> str:
    # Short enough to search: without the secret key a stolen table tells nothing.
    return hmac.digest(secret_key.encode(), b"openweek-pairing\x01" + code.encode(), hashlib.sha256).hex()


def create_code(event: Event, secret_key: str, now: datetime, **what) -> str:
    """A fresh pairing code for an event. Raises Conflict for an event that has no dated occurrence, or for a device
    that goes with an event which is over.

    what: may_scan, may_tally, supervisor, with_event of the PairingCode."""
    kiosks.check_has_dates(event)
    if what.get("with_event") and check_in_window.closing_time(event) <= now:
        raise Conflict(N_("This event is over, so a staff phone would be out of service at once."))
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction():
        made = PairingCode(
            digest=_digest(code, secret_key), event_id=event.id, expires_at=now + CODE_LIFE, **what
        )
        db.session.add(made)
    return code


def find_code(code: str, secret_key: str) -> PairingCode | None:
    """What was offered under a code, whatever became of it."""
    return db.session.get(PairingCode, _digest(code, secret_key))


def find_usable_code(code: str, secret_key: str, now: datetime) -> PairingCode | None:
    """The offer behind a pairing code while a device can still use it."""
    offer = find_code(code, secret_key)
    return offer if offer is not None and offer.used_at is None and now < offer.expires_at else None


def pair(code: str, secret_key: str, now: datetime) -> tuple[Kiosk, str]:
    """Turn a pairing code into a device and its token. Raises Mistake when the code is wrong, used or too old."""
    digest = _digest("".join(c for c in code.upper() if c.isalnum()), secret_key)
    with transaction():
        # The update is the lock: of two devices that type the same code, one finds it unused.
        taken = db.session.execute(
            update(PairingCode)
            .where(PairingCode.digest == digest, PairingCode.used_at.is_(None), PairingCode.expires_at > now)
            .values(used_at=now)
        )
        if not taken.rowcount:
            raise Mistake(
                N_("This pairing code is wrong, used or older than 10 minutes. Please get a new one.")
            )
        offer = db.session.get_one(PairingCode, digest, populate_existing=True)
        kiosk, token = kiosks.insert_kiosk(
            offer.event,
            now,
            may_scan=offer.may_scan,
            may_tally=offer.may_tally,
            supervisor=offer.supervisor,
            expires_at=check_in_window.closing_time(offer.event) if offer.with_event else None,
        )
        offer.kiosk_id = kiosk.id
    return kiosk, token
