"""Which devices an account reaches: those that serve, or served, an event within its reach."""

from sqlalchemy import ColumnElement, select

from models.db import LARGEST_ID, db
from models.devices.kiosks import Kiosk, KioskService
from models.errors import N_, NotFound
from models.events.scope import reachable_event_ids
from models.events.tables import Event
from models.organizations.tables import Account


def kiosk_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Kiosk: it serves or has served an event that the account reaches, also one that was withdrawn."""
    served = select(KioskService.kiosk_id).where(KioskService.event_id.in_(reachable_event_ids(account)))
    return Kiosk.id.in_(served)


def kiosk_for(account: Account, kiosk_id: int) -> Kiosk | None:
    """A device of an account's desk; None for any other."""
    if not 0 < kiosk_id <= LARGEST_ID:
        return None
    return db.session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id, kiosk_in_reach(account)))


def kiosk_serving(event: Event, kiosk_id: int) -> Kiosk:
    """One device that serves an event, or did when it was ended. Raises Unknown: also for one that went elsewhere."""
    found = None
    if 0 < kiosk_id <= LARGEST_ID:
        serves = select(KioskService.kiosk_id).where(
            KioskService.event_id == event.id, KioskService.until.is_(None)
        )
        found = db.session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id, Kiosk.id.in_(serves)))
    if found is None:
        raise NotFound(N_("There is no kiosk %(id)s."), id=kiosk_id)
    return found
