"""Pairing codes for many devices at once: a code for each, or one code for all, with an end. Stored as keyed hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.db import Base, Instant, db, transaction
from models.devices import kiosks
from models.devices.pairing import LONG_CODE_LENGTH, PairingCode, code_digest, random_code
from models.errors import N_, Mistake, NotFound
from models.events.tables import Event
from models.organizations.tables import Account

MAX_DEVICES = 200
LONGEST = timedelta(days=14)

HOW_MANY = N_("Choose from 1 to %(most)s kiosks.")
BAD_END = N_("Choose an end in the next %(days)s days.")
NO_BATCH = N_("There is no such set of pairing codes of this event.")


class PairingBatch(Base):
    """shared: one code for all devices."""

    __tablename__ = "pairing_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    devices: Mapped[int]
    shared: Mapped[bool]
    expires_at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True)
class BatchState:
    """paired: how many devices have used its codes."""

    batch: PairingBatch
    paired: int

    def is_open(self, now: datetime) -> bool:
        ended = self.batch.revoked_at is not None or self.batch.expires_at <= now
        return not ended and self.paired < self.batch.devices


def create_batch(
    event: Event,
    secret_key: str,
    account: Account,
    now: datetime,
    *,
    devices: int,
    shared: bool,
    until: datetime,
    **may: bool,
) -> tuple[PairingBatch, list[str]]:
    """A set and its codes, which cannot be read again. may: as for pairing.create_code(). Raises Mistake, Conflict."""
    kiosks.check_has_dates(event)
    if not 1 <= devices <= MAX_DEVICES:
        raise Mistake(HOW_MANY, most=MAX_DEVICES)
    if not now < until <= now + LONGEST:
        raise Mistake(BAD_END, days=LONGEST.days)
    codes = [random_code(LONG_CODE_LENGTH) for _ in range(1 if shared else devices)]
    with transaction():
        batch = PairingBatch(
            event_id=event.id,
            devices=devices,
            shared=shared,
            expires_at=until,
            account_id=account.id,
            made_at=now,
        )
        db.session.add(batch)
        db.session.flush()
        db.session.add_all(
            PairingCode(
                digest=code_digest(code, secret_key),
                event_id=event.id,
                expires_at=until,
                uses_left=devices if shared else 1,
                batch_id=batch.id,
                **may,
            )
            for code in codes
        )
    return batch, codes


def batches_of(event: Event) -> list[BatchState]:
    """The newest first."""
    left = (
        select(PairingCode.batch_id, func.sum(PairingCode.uses_left).label("left"))
        .group_by(PairingCode.batch_id)
        .subquery()
    )
    query = (
        select(PairingBatch, left.c.left)
        .join(left, left.c.batch_id == PairingBatch.id)
        .where(PairingBatch.event_id == event.id)
        .order_by(PairingBatch.id.desc())
        .execution_options(populate_existing=True)
    )
    return [BatchState(batch, batch.devices - int(unused)) for batch, unused in db.session.execute(query)]


def revoke_batch(event: Event, batch_id: int, now: datetime) -> None:
    """No further device can use its codes; those that are paired stay. Raises NotFound."""
    with transaction():
        batch = db.session.get(PairingBatch, batch_id)
        if batch is None or batch.event_id != event.id:
            raise NotFound(NO_BATCH)
        batch.revoked_at = batch.revoked_at or now
        codes = update(PairingCode).where(PairingCode.batch_id == batch.id, PairingCode.expires_at > now)
        db.session.execute(codes.values(expires_at=now))
        record_act(AuditVerb.PAIRING_REVOKED, now, AuditSubject.EVENT, event.id, batch=batch.id)
