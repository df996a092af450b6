"""Which events an account reaches (rule 14). Every lookup of a signed-in account goes through here.

One function a question, each a condition on Event:

sees         organizer, operator: what its organization leads. office, viewer: that, and all in the organization's region or
             below, limited to its line where the organization says so. committee: everything.
changes      what it sees, unless it is a viewer or an operator.
runs_check_in   what it changes; an operator the events of its organization: kiosks, screens, codes, paper counts.
reviews      what an office or the committee sees.
publishes    what it changes, where it may publish by itself.

sees() and reachable_event_ids() include withdrawn events, whose attendance stays in the figures; the others do not.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events.tables import Event
from models.organizations.tables import Account, Organization, Role
from models.places import regions

Question = Callable[[Account], ColumnElement[bool]]


def sees(account: Account) -> ColumnElement[bool]:
    """The condition on Event that an account reaches it, withdrawn or not."""
    leads = Event.lead_id == account.organization_id
    if account.role == Role.COMMITTEE:
        return true()
    if account.role == Role.OFFICE:
        return or_(leads, _in_area(account.organization))
    if account.role == Role.VIEWER:
        return or_(leads, _in_area(account.organization), _of_committee(account))
    return leads


def changes(account: Account) -> ColumnElement[bool]:
    return sees(account) if account.writes else false()


def runs_check_in(account: Account) -> ColumnElement[bool]:
    return sees(account) if account.runs_check_in else false()


def reviews(account: Account) -> ColumnElement[bool]:
    return sees(account) if account.reviews else false()


def publishes(account: Account) -> ColumnElement[bool]:
    return sees(account) if account.may_publish else false()


def _in_area(organization: Organization) -> ColumnElement[bool]:
    """The region of an office and below; of these what its line leads, where the office is limited to it."""
    area = regions.within(Event.region_code, organization.region_code)
    if not organization.line_limited:
        return area
    of_line = select(Organization.id).where(Organization.line == organization.line)
    return and_(area, Event.lead_id.in_(of_line)) if organization.line else false()


def _of_committee(account: Account) -> ColumnElement[bool]:
    """Whether an account's organization is the committee's: its viewers see the whole country."""
    return exists().where(
        Account.organization_id == account.organization_id,
        Account.role == Role.COMMITTEE,
        Account.closed_at.is_(None),
    )


def sees_everything(account: Account) -> bool:
    return account.role == Role.COMMITTEE


def sees_country(account: Account) -> bool:
    """The same, and the viewers of the committee's organization."""
    is_viewer = account.role == Role.VIEWER
    return sees_everything(account) or (is_viewer and bool(db.session.scalar(select(_of_committee(account)))))


def reachable_event_ids(account: Account) -> Select[tuple[int]]:
    """The ids of all events whose figures an account may see."""
    return select(Event.id).where(sees(account))


def events_for(account: Account, question: Question = sees) -> Select[tuple[Event]]:
    """The events that an account sees, or of which another question is true, in no particular order."""
    return select(Event).where(question(account), Event.withdrawn_at.is_(None))


def event_for(account: Account, event_id: int, question: Question = sees) -> Event:
    """One event that an account sees, or of which another question is true. Raises NotFound."""
    event = None
    if 0 < event_id <= LARGEST_ID:
        event = db.session.scalar(events_for(account, question).where(Event.id == event_id))
    if event is None:
        raise NotFound(N_("You have no event %(id)s."), id=event_id)
    return event
