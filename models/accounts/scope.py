"""Which accounts an account sees and manages (rule 14). What it does not reach answers as if it did not exist.

committee: everybody. office: accounts of organizations in its region or below, of its line alone where it is limited to that;
never those of the committee's organization, nor offices and viewers that look beyond the line. Others: nobody.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from models.accounts.tables import AccountInvitation
from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.organizations.tables import Account, Organization, Role
from models.places import regions

NO_PAGE = N_("There is no page at this address. Check the address, or start from the week.")
# Roles that an office may give and manage: none of them reaches further than itself.
_BELOW_OFFICE = (Role.ORGANIZER, Role.OFFICE, Role.VIEWER, Role.OPERATOR)
OVERSEERS = (Role.OFFICE, Role.VIEWER)  # they look at a region, whatever organization leads there


def grantable_roles(account: Account) -> tuple[Role, ...]:
    """The roles that an account may give to others; none where it manages no other account."""
    if account.role == Role.COMMITTEE:
        return tuple(Role)
    return _BELOW_OFFICE if account.role == Role.OFFICE else ()


def organization_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Organization that an account may manage accounts of it."""
    if account.role == Role.COMMITTEE:
        return true()
    if account.role != Role.OFFICE:
        return false()
    own = account.organization
    of_committee = select(Account.organization_id).where(Account.role == Role.COMMITTEE)
    area = regions.within(Organization.region_code, own.region_code) & Organization.id.not_in(of_committee)
    return area & (Organization.line == own.line) if own.line_limited else area


def account_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Account that an account manages it."""
    return _of(account, Account.organization_id, Account.role)


def invitation_in_reach(account: Account) -> ColumnElement[bool]:
    return _of(account, AccountInvitation.organization_id, AccountInvitation.role)


def _of(
    account: Account, organization_id: InstrumentedAttribute[int], role: InstrumentedAttribute[Role]
) -> ColumnElement[bool]:
    """Organization and role of an account or invitation lie in the reach of this account."""
    organizations = select(Organization.id).where(organization_in_reach(account))
    reached = organization_id.in_(organizations) & role.in_(grantable_roles(account))
    if account.role == Role.COMMITTEE or not account.organization.line_limited:
        return reached
    limited = organizations.where(Organization.line_limited)
    return reached & (role.not_in(OVERSEERS) | organization_id.in_(limited))


def require_manager(account: Account) -> None:
    """Raises NotFound for an account that manages no other."""
    if not grantable_roles(account):
        raise NotFound(NO_PAGE)


def accounts_for(account: Account, text: str, most: int) -> tuple[Sequence[Account], int]:
    """The first accounts that an account manages, by organization, and the number of all. text: part of an address or of
    the name of an organization. Raises NotFound for somebody who manages nobody."""
    require_manager(account)
    query = select(Account).join(Account.organization).where(account_in_reach(account))
    if text:
        address = Account.email.contains(text.lower(), autoescape=True)
        query = query.where(address | Organization.name.contains(text, autoescape=True))
    total = db.session.scalars(select(func.count()).select_from(query.subquery())).one()
    query = query.order_by(Organization.name, Account.email).limit(most)
    return db.session.scalars(query).unique().all(), total


def account_for(account: Account, account_id: int) -> Account:
    """One account that an account manages. Raises NotFound."""
    other = None
    if 0 < account_id <= LARGEST_ID:
        other = db.session.scalar(select(Account).where(account_in_reach(account), Account.id == account_id))
    if other is None:
        raise NotFound(NO_PAGE)
    return other
