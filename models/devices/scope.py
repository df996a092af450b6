"""Which devices an account reaches: those that serve, or served, an event in its reach."""

from sqlalchemy import ColumnElement, or_, select

from models.db import LARGEST_ID, db
from models.devices.kiosks import Kiosk, KioskService
from models.errors import N_, NotFound
from models.events.merges import merged_ids
from models.events.scope import reachable_event_ids
from models.events.tables import Event
from models.organizations.tables import Account


def kiosk_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Kiosk that it ever served an event in the account's reach, withdrawn or not."""
    services = select(KioskService.kiosk_id).where(KioskService.event_id.in_(reachable_event_ids(account)))
    return Kiosk.id.in_(services)


def kiosk_for(account: Account, kiosk_id: int) -> Kiosk | None:
    """A device in an account's reach; None for any other."""
    if not 0 < kiosk_id <= LARGEST_ID:
        return None
    return db.session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id, kiosk_in_reach(account)))


def kiosk_serving(event: Event, kiosk_id: int) -> Kiosk:
    """A device that serves an event, or served it when it was revoked. Raises NotFound, also for one that was moved."""
    kiosk = None
    if 0 < kiosk_id <= LARGEST_ID:
        services = select(KioskService.kiosk_id).where(
            or_(KioskService.event_id == event.id, KioskService.event_id.in_(merged_ids([event.id]))),
            KioskService.until.is_(None),
        )
        kiosk = db.session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id, Kiosk.id.in_(services)))
    if kiosk is None:
        raise NotFound(N_("There is no kiosk %(id)s."), id=kiosk_id)
    return kiosk
