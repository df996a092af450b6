"""Kiosks (any paired device that scans): what each may do, which events it served when, and how it is doing."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.bearer import secret_digest
from models.db import LARGEST_ID, Base, Instant, db, transaction
from models.errors import N_, Conflict, NotFound
from models.events import check_in_window
from models.events.tables import Event

GRACE_AFTER_END = timedelta(days=7)  # how long a device out of service may still hand in what it holds


class Kiosk(Base):
    """A paired device. Never deleted, only ended: its scans name it for ever. What it may do stays as it was paired, so
    that what it did without a network is judged by what it was allowed then."""

    __tablename__ = "kiosk"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    may_scan: Mapped[bool] = mapped_column(default=True)  # passes and touches
    may_tally: Mapped[bool] = mapped_column(default=True)  # heads that staff counted
    supervisor: Mapped[bool] = mapped_column(default=False)  # both, and may undo others' scans, and late
    paired_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)  # a steward's own phone goes with the event
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    message: Mapped[str] = mapped_column(Text, default="")  # from the desk, shown until it is taken away
    locked_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # by the desk: takes no scans until it is unlocked

    services: Mapped[list["KioskService"]] = relationship(order_by="KioskService.id", lazy="selectin")
    heartbeat: Mapped["Heartbeat | None"] = relationship(viewonly=True)

    @property
    def scopes(self) -> list[str]:
        """What it may do, as its app is told: of scan, tally, supervisor."""
        held = (("scan", self.can_scan), ("tally", self.can_tally), ("supervisor", self.supervisor))
        return [name for name, has in held if has]

    @property
    def can_scan(self) -> bool:
        return self.may_scan or self.supervisor

    @property
    def can_tally(self) -> bool:
        return self.may_tally or self.supervisor

    def ended_at(self, now: datetime) -> datetime | None:
        """Since when it is out of service: revoked, or expired. None while it serves."""
        expired = self.expires_at if self.expires_at is not None and self.expires_at <= now else None
        return min((at for at in (self.revoked_at, expired) if at is not None), default=None)

    def event_ids_at(self, at: datetime) -> list[int]:
        """Ids of the events that the device served at an instant; before its first service, those of the first."""
        then = [s.event_id for s in self.services if s.since <= at and (s.until is None or at < s.until)]
        if not then and self.services:
            first = min(self.services, key=lambda s: s.since)
            then = [s.event_id for s in self.services if s.since == first.since] if at < first.since else []
        return then

    @property
    def all_event_ids(self) -> frozenset[int]:
        """Ids of all the events that it served, whenever."""
        return frozenset(service.event_id for service in self.services)


class KioskService(Base):
    """A device serves an event for a while; moving it ends one row and begins another."""

    __tablename__ = "kiosk_service"

    id: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()


class Heartbeat(Base):
    """What a device last told of itself. One row a device, written over: how it was an hour ago is nobody's concern."""

    __tablename__ = "heartbeat"

    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    waiting: Mapped[int] = mapped_column(default=0)  # scans that it has not delivered
    aside: Mapped[int] = mapped_column(default=0)  # scans that the server could not read
    oldest_at: Mapped[datetime | None] = mapped_column(Instant)  # when the oldest undelivered scan was made
    version: Mapped[str] = mapped_column(String(20), default="")  # of the app
    battery: Mapped[int | None]  # percent, where the browser tells
    charging: Mapped[bool | None]


def create_kiosk(event: Event, now: datetime, **what) -> tuple[Kiosk, str]:
    """A device for a script, without a pairing code: the device and its token, shown this once.

    what: may_scan, may_tally, supervisor, expires_at of the Kiosk. Raises Conflict for an event without a date."""
    check_has_dates(event)
    with transaction():
        return insert_kiosk(event, now, **what)


def check_has_dates(event: Event) -> None:
    """Raises Conflict for an event at which nobody can be checked in."""
    if not event.occurrences:
        raise Conflict(N_("This event has no date yet. Add one before pairing a kiosk."))


def insert_kiosk(event: Event, now: datetime, **what) -> tuple[Kiosk, str]:
    """A new device and its token. Runs inside the caller's transaction."""
    token = "owk_" + secrets.token_urlsafe(32)
    kiosk = Kiosk(
        campaign_id=event.campaign_id,
        name="",
        digest=secret_digest(token),
        paired_at=now,
        services=[KioskService(event_id=event.id, since=now)],
        **what,
    )
    db.session.add(kiosk)
    db.session.flush()
    kiosk.name = f"K{kiosk.id}"
    return kiosk, token


def by_token(token: str, now: datetime) -> Kiosk | None:
    """The device with this token; None when there is none or it ended longer ago than it may hand in scans."""
    kiosk = db.session.scalar(select(Kiosk).where(Kiosk.digest == secret_digest(token)))
    ended = kiosk.ended_at(now) if kiosk else None
    return None if kiosk is None or (ended is not None and now - ended > GRACE_AFTER_END) else kiosk


def revoke(kiosk_id: int, now: datetime) -> Kiosk:
    """End a device. What it scanned stays. Revoking again changes nothing. Raises Unknown."""
    with transaction():
        kiosk = db.session.get(Kiosk, kiosk_id) if 0 < kiosk_id <= LARGEST_ID else None
        if kiosk is None:
            raise NotFound(N_("There is no kiosk %(id)s."), id=kiosk_id)
        kiosk.revoked_at = kiosk.revoked_at or now
    return kiosk


def follow_event_hours(event: Event, now: datetime) -> None:
    """The hours of an event have changed: phones that go with it, and whose time is not over, go with the new ones. Runs
    inside the caller's transaction."""
    if not event.occurrences:
        return
    here = select(KioskService.kiosk_id).where(
        KioskService.event_id == event.id, KioskService.until.is_(None)
    )
    phones = update(Kiosk).where(Kiosk.id.in_(here), Kiosk.expires_at > now)
    # Not before now: what they have scanned until this moment counts.
    db.session.execute(phones.values(expires_at=max(check_in_window.closing_time(event), now)))
