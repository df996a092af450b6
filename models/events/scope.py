"""Which events an account reaches (rule 14). Every lookup of a signed-in account goes through here.

organizer: the events that its organization leads. office: those, and all in its region or below.
committee: every event. event_in_reach() includes withdrawn events, whose attendance stays in the figures; events_for()
and event_for() do not.
"""

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events.tables import Event
from models.organizations.tables import Account, Role
from models.places import regions


def event_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Event that an account reaches it, withdrawn or not."""
    leads = Event.lead_id == account.organization_id
    if account.role == Role.COMMITTEE:
        return true()
    if account.role == Role.OFFICE:
        return or_(leads, regions.within(Event.region_code, account.organization.region_code))
    return leads if account.role == Role.ORGANIZER else false()


def reachable_event_ids(account: Account) -> Select[tuple[int]]:
    """The ids of all events whose figures an account may see."""
    return select(Event.id).where(event_in_reach(account))


def events_for(account: Account) -> Select[tuple[Event]]:
    """The events that an account sees and changes, in no particular order."""
    return select(Event).where(event_in_reach(account), Event.withdrawn_at.is_(None))


def event_for(account: Account, event_id: int) -> Event:
    """One event that an account sees and changes. Raises NotFound."""
    event = None
    if 0 < event_id <= LARGEST_ID:
        event = db.session.scalar(events_for(account).where(Event.id == event_id))
    if event is None:
        raise NotFound(N_("You have no event %(id)s."), id=event_id)
    return event
