"""The present state of an event's devices, as the desk shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from models.db import db
from models.devices.kiosks import Kiosk, KioskService
from models.events.merges import merged_ids, standing_event
from models.events.tables import Event


class DeviceState(StrEnum):
    SERVING = "serving"
    LOCKED = "locked"  # by the desk
    EXPIRED = "expired"  # its time is over
    ENDED = "ended"  # revoked by the desk


SILENT_AFTER = timedelta(minutes=5)  # ten heartbeats: a device that slept for a moment is not reported
LOW_BATTERY = 20  # percent


@dataclass(frozen=True)
class DeviceStatus:
    """A device at a moment, seen from an event. serves_event: it serves that event now; events: all that it serves now.

    heard_at: when the server last heard of it. waiting: undelivered scans by its last heartbeat, oldest: when the first
    of them was made. aside: scans that the server could not read. These and version, battery are None before the first
    heartbeat.
    """

    kiosk: Kiosk
    state: DeviceState
    serves_event: bool
    events: list[Event]
    heard_at: datetime | None
    silent: bool
    waiting: int | None
    aside: int | None
    oldest: datetime | None
    version: str | None
    battery: int | None

    @property
    def serving(self) -> bool:
        return self.state in (DeviceState.SERVING, DeviceState.LOCKED)

    @property
    def charging(self) -> bool:
        return bool(self.kiosk.heartbeat and self.kiosk.heartbeat.charging)

    @property
    def battery_low(self) -> bool:
        return self.battery is not None and self.battery <= LOW_BATTERY and not self.charging


def statuses_of(event: Event, now: datetime) -> list[DeviceStatus]:
    """Every device that serves or served an event: those in service first, newest first. Four queries."""
    at_event = or_(KioskService.event_id == event.id, KioskService.event_id.in_(merged_ids([event.id])))
    services = select(KioskService.kiosk_id).where(at_event)
    rows = db.session.scalars(
        select(Kiosk)
        .where(Kiosk.id.in_(services))
        .options(selectinload(Kiosk.services).joinedload(KioskService.event), joinedload(Kiosk.heartbeat))
        .order_by(Kiosk.id.desc())
        .execution_options(populate_existing=True)
    )
    statuses = [status_of(kiosk, event, now) for kiosk in rows]
    return sorted(statuses, key=lambda status: (not status.serves_event, not status.serving))


def status_of(kiosk: Kiosk, event: Event, now: datetime) -> DeviceStatus:
    """The status of one device, seen from an event."""
    heartbeat = kiosk.heartbeat
    events = [standing_event(service.event) for service in kiosk.services if service.until is None]
    heard = heard_at(kiosk)
    state = state_of(kiosk, now)
    in_service = state in (DeviceState.SERVING, DeviceState.LOCKED)
    return DeviceStatus(
        kiosk=kiosk,
        state=state,
        serves_event=any(served.id == event.id for served in events),
        events=events,
        heard_at=heard,
        silent=in_service and now - (heard or kiosk.paired_at) > SILENT_AFTER,
        waiting=heartbeat.waiting if heartbeat else None,
        aside=heartbeat.aside if heartbeat else None,
        oldest=heartbeat.oldest_at if heartbeat and heartbeat.waiting else None,
        version=heartbeat.version if heartbeat and heartbeat.version else None,
        battery=heartbeat.battery if heartbeat else None,
    )


def heard_at(kiosk: Kiosk) -> datetime | None:
    """When the server last heard of it, by a scan or a heartbeat."""
    heartbeat = kiosk.heartbeat
    instants = [at for at in (kiosk.seen_at, heartbeat.at if heartbeat else None) if at is not None]
    return max(instants, default=None)


def state_of(kiosk: Kiosk, now: datetime) -> DeviceState:
    if kiosk.revoked_at is not None:
        return DeviceState.ENDED
    if kiosk.ended_at(now) is not None:
        return DeviceState.EXPIRED
    return DeviceState.LOCKED if kiosk.locked_at is not None else DeviceState.SERVING
