"""Which accounts an account sees and manages (rule 14). What it does not reach answers as if it did not exist.

committee: everybody. office: organizers and offices of organizations in its region or below. Others: nobody.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, select, true

from models.accounts.tables import AccountInvitation
from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.organizations.tables import Account, Organization, Role
from models.places import regions

NO_PAGE = N_("There is no page at this address. Check the address, or start from the week.")
# Roles that an office may give and manage: never one that reaches further than itself.
_BELOW_OFFICE = tuple(role for role in Role if role.value in ("organizer", "office", "viewer"))


def grantable_roles(account: Account) -> tuple[Role, ...]:
    """The roles that an account may give to others; none where it manages nobody."""
    if account.role == Role.COMMITTEE:
        return tuple(Role)
    return _BELOW_OFFICE if account.role == Role.OFFICE else ()


def organization_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Organization that an account may manage accounts of it."""
    if account.role == Role.COMMITTEE:
        return true()
    if account.role == Role.OFFICE:
        return regions.within(Organization.region_code, account.organization.region_code)
    return false()


def account_in_reach(account: Account) -> ColumnElement[bool]:
    """The condition on Account that an account manages it."""
    organizations = select(Organization.id).where(organization_in_reach(account))
    return Account.organization_id.in_(organizations) & Account.role.in_(grantable_roles(account))


def invitation_in_reach(account: Account) -> ColumnElement[bool]:
    organizations = select(Organization.id).where(organization_in_reach(account))
    return AccountInvitation.organization_id.in_(organizations) & AccountInvitation.role.in_(
        grantable_roles(account)
    )


def require_manager(account: Account) -> None:
    """Raises NotFound for an account that manages nobody."""
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
