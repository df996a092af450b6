"""Pairing: a code that a person types, or a camera reads, turns a device into a kiosk."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, case, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, Instant, db, transaction
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict, Mistake
from models.events import check_in_window
from models.events.tables import Event

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
CODE_LENGTH = 8  # 39.6 bits, to be typed within CODE_LIFE
LONG_CODE_LENGTH = 26  # 128.8 bits: of a printed sheet, which is scanned and good for days
CODE_LIFE = timedelta(minutes=10)
INVALID_CODE = N_("This pairing code is wrong, used or no longer valid. Please get a new one.")


class InvalidCodeError(Mistake):
    """A pairing code that is wrong, used or expired."""

    def __init__(self) -> None:
        super().__init__(INVALID_CODE)


class PairingCode(Base):
    """A pairing code, stored as a keyed hash: good for CODE_LIFE and one device, or as its batch says. may_scan, may_tally
    and supervisor are the permissions of that device. uses_left: for how many devices. kiosk_id: the last one."""

    __tablename__ = "pairing_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    may_scan: Mapped[bool] = mapped_column(default=True)
    may_tally: Mapped[bool] = mapped_column(default=True)
    supervisor: Mapped[bool] = mapped_column(default=False)
    with_event: Mapped[bool] = mapped_column(default=False)  # the device expires with the event
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))
    uses_left: Mapped[int] = mapped_column(default=1, server_default="1")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("pairing_batch.id"), index=True)

    event: Mapped[Event] = relationship()
    kiosk: Mapped[Kiosk | None] = relationship()


def random_code(length: int = CODE_LENGTH) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def code_digest(code: str, secret_key: str) -> str:
    # Keyed, because all codes can be tried.
    return hmac.digest(secret_key.encode(), b"openweek-pairing\x01" + code.encode(), hashlib.sha256).hex()


def create_code(
    event: Event,
    secret_key: str,
    now: datetime,
    *,
    may_scan: bool = True,
    may_tally: bool = True,
    supervisor: bool = False,
    with_event: bool = False,
) -> str:
    """A new pairing code for an event. Raises Conflict for an event without a date, or with_event for one that is over."""
    kiosks.check_has_dates(event)
    if with_event and check_in_window.closing_time(event) <= now:
        raise Conflict(N_("This event is over, so a staff phone would be out of service at once."))
    code = random_code()
    with transaction():
        db.session.add(
            PairingCode(
                digest=code_digest(code, secret_key),
                event_id=event.id,
                may_scan=may_scan,
                may_tally=may_tally,
                supervisor=supervisor,
                with_event=with_event,
                expires_at=now + CODE_LIFE,
            )
        )
    return code


def find_code(code: str, secret_key: str) -> PairingCode | None:
    """The row of a pairing code, used and expired ones too."""
    return db.session.get(PairingCode, code_digest(code, secret_key))


def find_usable_code(code: str, secret_key: str, now: datetime) -> PairingCode | None:
    """The row of a pairing code that a device can still use."""
    row = find_code(code, secret_key)
    return row if row is not None and row.used_at is None and now < row.expires_at else None


def pair(code: str, secret_key: str, now: datetime) -> tuple[Kiosk, str]:
    """The device that a pairing code creates, and its token. Raises InvalidCodeError."""
    digest = code_digest("".join(c for c in code.upper() if c.isalnum()), secret_key)
    with transaction():
        # The update locks the row, so of two devices with the same code only one finds it unused.
        usable = (
            update(PairingCode)
            .where(PairingCode.digest == digest, PairingCode.used_at.is_(None), PairingCode.expires_at > now)
            .values(
                used_at=case((PairingCode.uses_left <= 1, now), else_=None),
                uses_left=PairingCode.uses_left - 1,
            )
            .returning(PairingCode.digest)
        )
        if db.session.scalar(usable) is None:
            raise InvalidCodeError
        row = db.session.get_one(PairingCode, digest, populate_existing=True)
        kiosk, token = kiosks.insert_kiosk(
            row.event,
            now,
            may_scan=row.may_scan,
            may_tally=row.may_tally,
            supervisor=row.supervisor,
            expires_at=check_in_window.closing_time(row.event) if row.with_event else None,
        )
        row.kiosk_id = kiosk.id
    return kiosk, token
