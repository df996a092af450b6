"""Accounts for every role, and passes to check in with."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from werkzeug.security import check_password_hash

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.codes import passes
from models.codes.passes import Pass
from models.codes.signatures import Purpose
from models.db import db, transaction
from models.demo import week
from models.errors import N_
from models.events.draft import OrganizationDraft
from models.organizations.tables import Account, Role, add_account, find_account, find_or_create_organization

OFFICE_NAME = "宣传周办公室（演练）"


@dataclass(frozen=True)
class DemoAccount:
    """One demo account. description: for the list that is printed."""

    email: str
    role: str
    organization: OrganizationDraft
    description: str
    line_limited: bool = False


def roles() -> tuple[DemoAccount, ...]:
    court = OrganizationDraft("浙江省高级人民法院（演练）", "330000", "courts")
    host, school = week.host_of("xihu"), week.host_of("school")
    return (
        _account("organizer", Role.ORGANIZER, host, N_("organizer")),
        _account("school", Role.ORGANIZER, school, N_("organizer from another organization")),
        _account("county", Role.OFFICE, _office("西湖区", "330106"), N_("county office")),
        _account("city", Role.OFFICE, _office("杭州市", "330100"), N_("city office")),
        _account("court", Role.OFFICE, court, N_("provincial court office, sees the courts alone"), True),
        _account("viewer", Role.VIEWER, _office("浙江省", "330000"), N_("viewer of the provincial office")),
        _account("operator", Role.OPERATOR, host, N_("operator at the entrances of the organizer's events")),
        _account("province", Role.OFFICE, _office("浙江省", "330000"), N_("provincial office")),
        _account(
            "committee", Role.COMMITTEE, OrganizationDraft("组委会办公室（演练）"), N_("committee office")
        ),
    )


def _account(
    name: str, role: str, organization: OrganizationDraft, description: str, line_limited: bool = False
) -> DemoAccount:
    return DemoAccount(f"{name}@example.org", role, organization, description, line_limited)


def _office(region: str, code: str) -> OrganizationDraft:
    return OrganizationDraft(f"{region}{OFFICE_NAME}", code)


def ensure_accounts(password: str | None, now: datetime) -> str | None:
    """Create the demo accounts. Returns their password; None where an earlier start printed it.

    password: set for all of them. None: existing accounts keep theirs; if one is missing, all get a new random one.
    Raises Mistake for a password that is too short."""
    stored = {role.email: find_account(role.email) for role in roles()}
    new_password = password or (secrets.token_urlsafe(16) if None in stored.values() else None)
    if new_password is None or all(_has_password(account, new_password) for account in stored.values()):
        return new_password
    with transaction():
        for role in roles():
            account = stored[role.email]
            if account is None:
                draft = role.organization
                organization = find_or_create_organization(draft.name, draft.region_code, draft.line)
                organization.line_limited = role.line_limited or organization.line_limited
                add_account(role.email, organization, role.role, new_password, now)
            else:
                account.set_password(new_password)
    return new_password


def _has_password(account: Account | None, password: str) -> bool:
    return account is not None and check_password_hash(account.password_hash, password)


def example_passes(campaign: Campaign, now: datetime) -> list[Pass]:
    """A pass for one person of each group, one of unknown group, and one for a class of 45; made once."""
    kinds: list[tuple[str, int | None]] = [(group.key, None) for group in campaign.groups]
    kinds += [(UNKNOWN_GROUP, None), ("youth", 45)]
    return [
        _existing(campaign, group, headcount) or _issue(campaign, group, headcount, now)
        for group, headcount in kinds
    ]


def _existing(campaign: Campaign, group: str, headcount: int | None) -> Pass | None:
    query = select(Pass).where(
        Pass.campaign_id == campaign.id,
        Pass.group == group,
        Pass.purpose == (Purpose.GROUP if headcount else Purpose.SINGLE),
        Pass.headcount == (headcount or 1),
        Pass.revoked_at.is_(None),
    )
    return db.session.scalar(query.order_by(Pass.id).limit(1))


def _issue(campaign: Campaign, group: str, headcount: int | None, now: datetime) -> Pass:
    return passes.issue(campaign, group, now, headcount=headcount)[0]
