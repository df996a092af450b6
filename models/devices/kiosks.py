"""Kiosks (签到终端): the paired devices that scan, what each may do, and which events it served when."""

import secrets
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.bearer import secret_digest
from models.db import LARGEST_ID, Base, Instant, commits_without_waiting, db, transaction
from models.errors import N_, Conflict, NotFound
from models.events import check_in_window
from models.events.tables import Event

SEEN_INTERVAL = timedelta(seconds=30)
GRACE_AFTER_END = timedelta(days=7)  # in which a device out of service may still hand in its scans


class Kiosk(Base):
    """A paired device. Never deleted, because its scans name it. Its permissions stay as they were at pairing, so that
    offline scans are judged by what it was allowed then."""

    __tablename__ = "kiosk"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    may_scan: Mapped[bool] = mapped_column(default=True)  # passes and touches
    may_tally: Mapped[bool] = mapped_column(default=True)  # people counted by staff
    supervisor: Mapped[bool] = mapped_column(
        default=False
    )  # both, and may undo other devices' scans, without the time limit
    paired_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # a steward's own phone: when its event closes
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    message: Mapped[str] = mapped_column(Text, default="")  # from the desk, shown until it is removed
    locked_at: Mapped[datetime | None] = mapped_column(Instant)  # by the desk

    services: Mapped[list["KioskService"]] = relationship(order_by="KioskService.id", lazy="selectin")
    heartbeat: Mapped["Heartbeat | None"] = relationship(viewonly=True)

    @property
    def scopes(self) -> list[str]:
        """Its permissions as the API names them: of scan, tally, supervisor."""
        granted = {"scan": self.can_scan, "tally": self.can_tally, "supervisor": self.supervisor}
        return [name for name, is_granted in granted.items() if is_granted]

    @property
    def can_scan(self) -> bool:
        return self.may_scan or self.supervisor

    @property
    def can_tally(self) -> bool:
        return self.may_tally or self.supervisor

    def ended_at(self, now: datetime) -> datetime | None:
        """Since when it is out of service: revoked or expired. None while it is in service."""
        expired = self.expires_at if self.expires_at is not None and self.expires_at <= now else None
        return min((at for at in (self.revoked_at, expired) if at is not None), default=None)

    def event_ids_at(self, at: datetime) -> list[int]:
        """Ids of the events that the device served at an instant; before its first service, those of the first."""
        if not self.services:
            return []
        first = min(service.since for service in self.services)
        if at < first:
            return [service.event_id for service in self.services if service.since == first]
        return [
            service.event_id
            for service in self.services
            if service.since <= at and (service.until is None or at < service.until)
        ]

    @property
    def all_event_ids(self) -> frozenset[int]:
        """Ids of all events that it ever served."""
        return frozenset(service.event_id for service in self.services)


class KioskService(Base):
    """The time in which a device serves an event. Moving the device ends one row and starts another."""

    __tablename__ = "kiosk_service"

    id: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()


class Heartbeat(Base):
    """The last report of a device: one row for each device, overwritten."""

    __tablename__ = "heartbeat"

    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    waiting: Mapped[int] = mapped_column(default=0)  # undelivered scans
    aside: Mapped[int] = mapped_column(default=0)  # scans that the server could not read
    oldest_at: Mapped[datetime | None] = mapped_column(Instant)  # when the oldest undelivered scan was made
    version: Mapped[str] = mapped_column(String(20), default="")  # of the app
    battery: Mapped[int | None]  # percent; None where the browser does not say
    charging: Mapped[bool | None]


def create_kiosk(
    event: Event,
    now: datetime,
    *,
    may_scan: bool = True,
    may_tally: bool = True,
    supervisor: bool = False,
    expires_at: datetime | None = None,
) -> tuple[Kiosk, str]:
    """A device for a script, without a pairing code: the device and its token, which cannot be read again.

    Raises Conflict for an event without a date."""
    check_has_dates(event)
    with transaction():
        return insert_kiosk(
            event,
            now,
            may_scan=may_scan,
            may_tally=may_tally,
            supervisor=supervisor,
            expires_at=expires_at,
        )


def check_has_dates(event: Event) -> None:
    """Raises Conflict for an event without a date: it has no check-in time."""
    if not event.occurrences:
        raise Conflict(N_("This event has no date yet. Add one before pairing a kiosk."))


def insert_kiosk(
    event: Event,
    now: datetime,
    *,
    may_scan: bool = True,
    may_tally: bool = True,
    supervisor: bool = False,
    expires_at: datetime | None = None,
) -> tuple[Kiosk, str]:
    """create_kiosk() inside the caller's transaction, for any event."""
    token = "owk_" + secrets.token_urlsafe(32)
    kiosk = Kiosk(
        campaign_id=event.campaign_id,
        name="",
        digest=secret_digest(token),
        paired_at=now,
        services=[KioskService(event_id=event.id, since=now)],
        may_scan=may_scan,
        may_tally=may_tally,
        supervisor=supervisor,
        expires_at=expires_at,
    )
    db.session.add(kiosk)
    db.session.flush()
    kiosk.name = f"K{kiosk.id}"
    return kiosk, token


def by_token(token: str, now: datetime) -> Kiosk | None:
    """The device with this token; None if there is none, or if it ended more than GRACE_AFTER_END ago."""
    kiosk = db.session.scalar(select(Kiosk).where(Kiosk.digest == secret_digest(token)))
    return kiosk if kiosk is not None and may_hand_in(kiosk, now) else None


def may_hand_in(kiosk: Kiosk, now: datetime) -> bool:
    """Whether it is in service, or ended at most GRACE_AFTER_END ago."""
    ended_at = kiosk.ended_at(now)
    return ended_at is None or now - ended_at <= GRACE_AFTER_END


_seen: WeakKeyDictionary[Engine, dict[int, datetime]] = WeakKeyDictionary()  # as far as this process wrote it


def update_seen_at(kiosk_id: int | None, now: datetime) -> None:
    """Written at most every SEEN_INTERVAL by one process, not with every request."""
    seen = _seen.setdefault(db.engine, {})
    if kiosk_id is None or (kiosk_id in seen and now - seen[kiosk_id] <= SEEN_INTERVAL):
        return
    seen[kiosk_id] = now
    update_seen = update(Kiosk).where(Kiosk.id == kiosk_id, commits_without_waiting())
    with transaction(first=True):
        db.session.execute(update_seen.values(seen_at=now))


def revoke(kiosk_id: int, now: datetime) -> Kiosk:
    """Take a device out of service; its scans stay. Revoking again changes nothing. Raises NotFound."""
    with transaction():
        kiosk = db.session.get(Kiosk, kiosk_id) if 0 < kiosk_id <= LARGEST_ID else None
        if kiosk is None:
            raise NotFound(N_("There is no kiosk %(id)s."), id=kiosk_id)
        if kiosk.revoked_at is None:
            kiosk.revoked_at = now
            record_act(AuditVerb.KIOSK_REVOKED, now, AuditSubject.KIOSK, kiosk.id, name=kiosk.name)
    return kiosk


def follow_event_hours(event: Event, now: datetime) -> None:
    """The hours of an event changed: stewards' phones that have not expired now expire with the new ones.

    Runs inside the caller's transaction."""
    if not event.occurrences:
        return
    serving = select(KioskService.kiosk_id).where(
        KioskService.event_id == event.id, KioskService.until.is_(None)
    )
    phones = update(Kiosk).where(Kiosk.id.in_(serving), Kiosk.expires_at > now)
    # Not before now: what they scanned until this moment counts.
    db.session.execute(phones.values(expires_at=max(check_in_window.closing_time(event), now)))
