"""Accounts for every role, and passes to try the door with."""

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
    """One demo account. what: who that is, for the list that is printed."""

    email: str
    role: str
    organization: OrganizationDraft
    what: str


def roles() -> tuple[DemoAccount, ...]:
    return (
        DemoAccount("organizer@example.org", Role.ORGANIZER, week.host_of("xihu"), N_("organizer")),
        DemoAccount(
            "school@example.org",
            Role.ORGANIZER,
            week.host_of("school"),
            N_("organizer from another organization"),
        ),
        DemoAccount(
            "county@example.org",
            Role.OFFICE,
            OrganizationDraft(f"西湖区{OFFICE_NAME}", "330106"),
            N_("county office"),
        ),
        DemoAccount(
            "province@example.org",
            Role.OFFICE,
            OrganizationDraft(f"浙江省{OFFICE_NAME}", "330000"),
            N_("provincial office"),
        ),
        DemoAccount(
            "committee@example.org",
            Role.COMMITTEE,
            OrganizationDraft("组委会办公室（演练）"),
            N_("committee office"),
        ),
    )


def ensure_accounts(password: str | None, now: datetime) -> str | None:
    """The demo accounts; the password that opens them, None where it is one that was printed at an earlier start.

    password: the one that is asked for; then it is theirs from now on. None: they keep the one they have, and new ones
    get a random one. Raises Mistake for a password that is too short."""
    known = {role.email: find_account(role.email) for role in roles()}
    fresh = password or (secrets.token_urlsafe(9) if None in known.values() else None)
    if fresh is None or (all(known.values()) and all(_opens(account, fresh) for account in known.values())):
        return fresh
    with transaction():
        for role in roles():
            account = known[role.email]
            if account is None:
                seat = role.organization
                organization = find_or_create_organization(seat.name, seat.region_code, seat.line)
                add_account(role.email, organization, role.role, fresh, now)
            else:
                account.set_password(fresh)
    return fresh


def _opens(account: Account, password: str) -> bool:
    return check_password_hash(account.password_hash, password)


def example_passes(campaign: Campaign, now: datetime) -> list[Pass]:
    """A pass for one person of each group, one of no known group, and one for a class of 45; made at the first asking."""
    wanted = [(group.key, None) for group in campaign.groups] + [(UNKNOWN_GROUP, None), ("youth", 45)]
    return [
        _first(campaign, group, headcount) or _make(campaign, group, headcount, now)
        for group, headcount in wanted
    ]


def _first(campaign: Campaign, group: str, headcount: int | None) -> Pass | None:
    asked = select(Pass).where(
        Pass.campaign_id == campaign.id,
        Pass.group == group,
        Pass.purpose == (Purpose.GROUP if headcount else Purpose.SINGLE),
        Pass.headcount == (headcount or 1),
        Pass.revoked_at.is_(None),
    )
    return db.session.scalar(asked.order_by(Pass.id).limit(1))


def _make(campaign: Campaign, group: str, headcount: int | None, now: datetime) -> Pass:
    return passes.issue(campaign, group, now, headcount=headcount)[0]
