"""Creating accounts, and their organizations where they are new."""

from datetime import datetime

from sqlalchemy import select

from models.accounts.passwords import check_password
from models.audit.chain import record
from models.audit.tables import OPERATOR, AuditVerb
from models.campaigns.tables import is_line
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Mistake, NotFound
from models.organizations.tables import (
    Account,
    Organization,
    Role,
    add_account,
    find_or_create_organization,
)
from models.places.tables import Region


def create_account(
    email: str,
    organization: str,
    role: str,
    password: str,
    now: datetime,
    *,
    region: str | None = None,
    line: str | None = None,
) -> Account:
    """A new account. organization: an id or a name; a new name creates an organization in this region and line.

    Raises Mistake for invalid values, NotFound for an unknown id."""
    with transaction():
        owner = _organization(organization.strip(), region, line)
        if role == Role.OFFICE and owner.region_code is None:
            raise Mistake(N_("An office needs a region. Add it with --region, for example --region 320700."))
        check_password(password, email, owner.name)
        account = add_account(email, owner, role, password, now)
        record(AuditVerb.ACCOUNT_CREATED, now, OPERATOR, account, role=account.role)
        return account


def _organization(name_or_id: str, region: str | None, line: str | None) -> Organization:
    if not name_or_id:
        raise Mistake(N_("Please name the organization."))
    if name_or_id.isdecimal():
        return _by_id(name_or_id)
    if region is not None and (len(region) != 6 or db.session.get(Region, region) is None):
        raise Mistake(N_("There is no region with the code “%(value)s”."), value=region[:40])
    if line is not None and not is_line(line):
        raise Mistake(N_("There is no sector “%(value)s” in this week."), value=line[:40])
    return _by_name(name_or_id, region) or find_or_create_organization(name_or_id, region, line)


def _by_id(text: str) -> Organization:
    organization = db.session.get(Organization, int(text)) if int(text) <= LARGEST_ID else None
    if organization is None:
        raise NotFound(N_("There is no organization with the number “%(value)s”."), value=text[:40])
    return organization


def _by_name(name: str, region: str | None) -> Organization | None:
    """The organization of this name, in this region if one is given. Raises Mistake where there are several."""
    query = select(Organization).where(Organization.name == name).order_by(Organization.id)
    if region is not None:
        query = query.where(Organization.region_code == region)
    organizations = db.session.scalars(query).all()
    if len(organizations) > 1:
        raise Mistake(
            N_("Several organizations are called “%(name)s”. Use a number instead: %(known)s."),
            name=name[:40],
            known=", ".join(str(organization.id) for organization in organizations),
        )
    return organizations[0] if organizations else None
