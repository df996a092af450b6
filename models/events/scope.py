"""What an account reaches (rule 14): the lookup is the permission. What it does not reach does not exist for it.

organizer: the events that its organization leads. office: those, and all that happen in its region or below it.
committee: every event. A withdrawn event is in no list and has no page, but its attendance stays in the figures, so
`reach` lets it through and `events_for` does not.
"""

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events.tables import Event
from models.organizations.tables import Account, Role
from models.places import regions


def event_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Event that says which events an account reaches, withdrawn ones too."""
    led = Event.lead_id == account.organization_id
    if account.role == Role.COMMITTEE:
        return true()
    if account.role == Role.OFFICE:
        return or_(led, _in_region(account.organization.region_code))
    return led if account.role == Role.ORGANIZER else false()


def _in_region(code: str | None) -> ColumnElement[bool]:
    """The event happens in this region or below: its code has the same first digits (660000 is not below 650000)."""
    if not code:
        return false()
    digits = regions.code_prefix(code)
    return Event.region_code.between(digits.ljust(6, "0"), digits.ljust(6, "9"))


def reachable_event_ids(account: Account) -> Select[tuple[int]]:
    """The ids of all events whose figures an account may ask for."""
    return select(Event.id).where(event_in_reach(account))


def events_for(account: Account) -> Select[tuple[Event]]:
    """The events that an account sees and changes, in no particular order."""
    return select(Event).where(event_in_reach(account), Event.withdrawn_at.is_(None))


def event_for(account: Account, event_id: int) -> Event:
    """One event that an account sees and changes. Raises Unknown for any other."""
    found = None
    if 0 < event_id <= LARGEST_ID:
        found = db.session.scalar(events_for(account).where(Event.id == event_id))
    if found is None:
        raise NotFound(N_("You have no event %(id)s."), id=event_id)
    return found
