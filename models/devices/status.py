"""How the devices of an event stand: which serve it, what each last told of itself, which ones need a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models.db import db
from models.devices.kiosks import Kiosk, KioskService
from models.events.tables import Event


class DeviceState(StrEnum):
    SERVING = "serving"
    LOCKED = "locked"
    EXPIRED = "expired"
    ENDED = "ended"


SILENT_AFTER = timedelta(minutes=5)  # several heartbeats: a device that slept for a moment is no trouble
LOW_BATTERY = 20  # percent


@dataclass(frozen=True)
class DeviceStatus:
    """A device as the desk sees it at a moment. serves_event: it does so now; else events says where it went.

    heard_at: when the server last heard of it. waiting: scans that it has not delivered, as it last told, and since when
    the oldest of them waits. aside: those that the server could not read. The last five are None where it never told.
    """

    kiosk: Kiosk
    state: str
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
        """Its battery will not last."""
        return self.battery is not None and self.battery <= LOW_BATTERY and not self.charging


def statuses_of(event: Event, now: datetime) -> list[DeviceStatus]:
    """Every device that serves or has served an event: those in service first, newest first. Four queries."""
    served = select(KioskService.kiosk_id).where(KioskService.event_id == event.id)
    rows = db.session.scalars(
        select(Kiosk)
        .where(Kiosk.id.in_(served))
        .options(selectinload(Kiosk.services).joinedload(KioskService.event), joinedload(Kiosk.heartbeat))
        .order_by(Kiosk.id.desc())
        .execution_options(populate_existing=True)
    )
    found = [status_of(kiosk, event, now) for kiosk in rows]
    return sorted(found, key=lambda device: (not device.serves_event, not device.serving))


def status_of(kiosk: Kiosk, event: Event, now: datetime) -> DeviceStatus:
    """How one device stands, seen from an event."""
    told = kiosk.heartbeat
    present = [service.event for service in kiosk.services if service.until is None]
    heard = max((at for at in (kiosk.seen_at, told.at if told else None) if at), default=None)
    state = state_of(kiosk, now)
    return DeviceStatus(
        kiosk=kiosk,
        state=state,
        serves_event=any(one.id == event.id for one in present),
        events=present,
        heard_at=heard,
        silent=state in (DeviceState.SERVING, DeviceState.LOCKED)
        and now - (heard or kiosk.paired_at) > SILENT_AFTER,
        waiting=told.waiting if told else None,
        aside=told.aside if told else None,
        oldest=told.oldest_at if told and told.waiting else None,
        version=told.version if told and told.version else None,
        battery=told.battery if told else None,
    )


def state_of(kiosk: Kiosk, now: datetime) -> str:
    """serving, locked (by the desk), expired (its time is over) or ended (by the desk)."""
    if kiosk.revoked_at is not None:
        return DeviceState.ENDED
    if kiosk.ended_at(now) is not None:
        return DeviceState.EXPIRED
    return DeviceState.LOCKED if kiosk.locked_at is not None else DeviceState.SERVING
