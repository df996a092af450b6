"""What an office sets for the organizations below it: who publishes by itself, and which office is limited to its line."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, NotFound
from models.organizations.tables import Account, Organization, PublishingRegion, Role
from models.places import regions
from models.places.tables import Region
from models.publishing.organizations.merges import organizations_in_reach


def may_set(account: Account, organization: Organization) -> bool:
    """Whether an account decides about an organization in its reach: not about its own."""
    return account.reviews and organization.id != account.organization_id


def may_limit(account: Account, organization: Organization) -> bool:
    """Which line an office is limited to is a matter of its scope: it is set from a region above."""
    own = account.organization
    if account.role == Role.COMMITTEE:
        return may_set(account, organization)
    below = organization.region_code != own.region_code and not own.line_limited
    return may_set(account, organization) and below


def set_publishes(account: Account, organization_id: int, publishes: bool, now: datetime) -> Organization:
    """Whether an organization publishes by itself. Raises NotFound for one about which this account does not decide."""
    with transaction():
        organization = _find(account, organization_id, may_set)
        _record(organization, now, "publishes", organization.publishes, publishes)
        organization.publishes = publishes
    return organization


def set_line_limited(account: Account, organization_id: int, limited: bool, now: datetime) -> Organization:
    """Whether the offices and viewers of an organization see only its line. Raises NotFound as set_publishes()."""
    with transaction():
        organization = _find(account, organization_id, may_limit)
        _record(organization, now, "limited", organization.line_limited, limited)
        organization.line_limited = limited
    return organization


def _record(organization: Organization, now: datetime, setting: str, before: bool, after: bool) -> None:
    record_act(
        AuditVerb.ORGANIZATION_CHANGED, now, AuditSubject.ORGANIZATION, organization.id,
        setting=setting, before=before, after=after,
    )  # fmt: skip


def set_region_publishes(account: Account, code: str, publishes: bool, now: datetime) -> None:
    """Whether the organizations of a region and below publish by themselves. Raises NotFound for one out of reach."""
    with transaction():
        if db.session.get(Region, code) is None or not _decides_on_region(account, code):
            raise _no_page()
        row = db.session.get(PublishingRegion, code)
        if publishes and row is None:
            db.session.add(PublishingRegion(region_code=code, account_id=account.id, at=now))
        elif row is not None and not publishes:
            db.session.delete(row)
        record_act(
            AuditVerb.REGION_CHANGED, now, AuditSubject.REGION, int(code),
            setting="publishes", before=row is not None, after=publishes,
        )  # fmt: skip


def _decides_on_region(account: Account, code: str) -> bool:
    own = account.organization
    if account.role == Role.COMMITTEE:
        return True
    if not account.reviews or own.line_limited or own.region_code is None:
        return False
    return code == own.region_code or regions.is_below(code, own.region_code)


def publishing_regions(account: Account) -> list[str]:
    """The codes of the regions in an account's area whose organizations publish by themselves."""
    codes = db.session.scalars(select(PublishingRegion.region_code).order_by(PublishingRegion.region_code))
    return [code for code in codes if _decides_on_region(account, code)]


def decides_on_regions(account: Account) -> bool:
    own = account.organization
    return account.role == Role.COMMITTEE or (
        account.reviews and not own.line_limited and own.region_code is not None
    )


def _find(
    account: Account, organization_id: int, may: Callable[[Account, Organization], bool]
) -> Organization:
    organization = None
    if 0 < organization_id <= LARGEST_ID:
        query = select(Organization).where(
            Organization.id == organization_id,
            organizations_in_reach(account),
            Organization.merged_into_id.is_(None),
        )
        organization = db.session.scalar(query)
    if organization is None or not may(account, organization):
        raise _no_page()
    return organization


def _no_page() -> NotFound:
    return NotFound(N_("There is no page at this address. Check the address, or start from the week."))
