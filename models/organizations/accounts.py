"""The verb that lets a person in: an account for an organization that is there already or is made with it."""

from datetime import datetime

from sqlalchemy import select

from models.campaigns.tables import Term, TermKind
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Mistake, NotFound
from models.organizations.tables import (
    Account,
    Organization,
    Role,
    add_account,
    find_or_create_organization,
    issue_api_token,
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
    """A new account. organization: a number or a name; a new name makes an organization in this region and line.

    Raises Mistake for anything that does not fit, NotFound for a number that there is not."""
    with transaction():
        found = _organization(organization.strip(), region, line)
        if role == Role.OFFICE and found.region_code is None:
            raise Mistake(N_("An office needs a region. Add it with --region, for example --region 320700."))
        return add_account(email, found, role, password, now)


def _organization(asked: str, region: str | None, line: str | None) -> Organization:
    if not asked:
        raise Mistake(N_("Please name the organization."))
    if asked.isdecimal():
        found = db.session.get(Organization, int(asked)) if int(asked) <= LARGEST_ID else None
        if found is None:
            raise NotFound(N_("There is no organization with the number “%(value)s”."), value=asked[:40])
        return found
    if region is not None and (len(region) != 6 or db.session.get(Region, region) is None):
        raise Mistake(N_("There is no region with the code “%(value)s”."), value=region[:40])
    if line is not None and db.session.scalar(_line(line)) is None:
        raise Mistake(N_("There is no sector “%(value)s” in this week."), value=line[:40])
    return _named(asked, region) or find_or_create_organization(asked, region, line)


def _line(key: str):
    return select(Term.id).where(Term.kind == TermKind.LINE, Term.key == key).limit(1)


def _named(name: str, region: str | None) -> Organization | None:
    """The organization of this name; with a region, the one there. Raises Mistake where the name fits several."""
    asked = select(Organization).where(Organization.name == name).order_by(Organization.id)
    if region is not None:
        asked = asked.where(Organization.region_code == region)
    found = db.session.scalars(asked).all()
    if len(found) > 1:
        numbers = ", ".join(str(one.id) for one in found)
        raise Mistake(
            N_("Several organizations are called “%(name)s”. Use a number instead: %(known)s."),
            name=name[:40],
            known=numbers,
        )
    return found[0] if found else None


def new_token(email: str, now: datetime) -> str:
    """A personal API token, shown this once. Raises NotFound for an address without an account."""
    with transaction():
        return issue_api_token(email, now)
