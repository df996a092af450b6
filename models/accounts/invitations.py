"""Invitations (邀请): a link by which one person makes an account and sets the password. Valid for a week, once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from models.accounts import scope
from models.accounts.passwords import check_password
from models.accounts.tables import AccountInvitation
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.bearer import secret_digest
from models.db import db, transaction
from models.errors import N_, Mistake, NotFound
from models.organizations.tables import (
    Account,
    Organization,
    Role,
    add_account,
    check_address,
    find_or_create_organization,
)
from models.places import regions

LIFE = timedelta(days=7)
KEPT = timedelta(days=30)  # after they expired
_GONE = N_(
    "This invitation is no longer valid. If you have accepted it, sign in; else ask the person who invited you for a new one."
)


@dataclass(frozen=True)
class Invited:
    """secret: for the link, which is shown once."""

    invitation: AccountInvitation
    secret: str


def invite(
    inviter: Account,
    email: str,
    organization: str,
    region_code: str | None,
    role: str,
    now: datetime,
    by: Actor,
) -> Invited:
    """Invite a person. organization: a name; one that is new is created in the region, or in that of the inviter.

    An earlier open invitation of the same address within the inviter's reach ends. Raises NotFound for somebody who invites
    nobody, Mistake for what does not fit."""
    scope.require_manager(inviter)
    given = _grantable(inviter, role)
    with transaction():
        email = check_address(email)
        row = AccountInvitation(
            email=email,
            organization=_organization(inviter, organization, region_code, given),
            role=given,
            digest="",
            invited_by=inviter.id,
            created_at=now,
            expires_at=now + LIFE,
        )
        db.session.execute(
            update(AccountInvitation)
            .where(AccountInvitation.email == email, _open_at(now), scope.invitation_in_reach(inviter))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
        secret = secrets.token_urlsafe(24)
        row.digest = secret_digest(secret)
        db.session.add(row)
        db.session.flush()
        record(
            AuditVerb.INVITED, now, by, invitation_id=row.id, email=email, role=given,
            organization=row.organization_id,
        )  # fmt: skip
    return Invited(row, secret)


def _grantable(inviter: Account, role: str) -> Role:
    roles = scope.grantable_roles(inviter)
    if role not in roles:
        raise Mistake(N_("The role must be one of %(roles)s."), roles=", ".join(roles))
    return Role(role)


def _organization(inviter: Account, name: str, region_code: str | None, role: Role) -> Organization:
    """The organization of this name in the inviter's reach; a new one where there is none."""
    name = " ".join(name.split())
    if not name:
        raise Mistake(N_("Please name the organization."))
    own = inviter.organization.region_code if inviter.role != Role.COMMITTEE else None
    if region_code is not None and own is not None and not _lies_in(region_code, own):
        raise Mistake(N_("This region is outside your own. Choose one within it."))
    query = select(Organization).where(Organization.name == name, Organization.merged_into_id.is_(None))
    query = query.where(scope.organization_in_reach(inviter)).order_by(Organization.id)
    if region_code is not None:
        query = query.where(Organization.region_code == region_code)
    known = db.session.scalars(query).all()
    if len(known) > 1:
        raise Mistake(
            N_("Several organizations are called “%(name)s”. Please give the region, too."), name=name[:40]
        )
    found = known[0] if known else _new_organization(inviter, name, region_code or own)
    if _looks_beyond_line(inviter, found, role):
        raise Mistake(
            N_("“%(name)s” is not limited to your sector. Ask the committee to invite its offices."),
            name=name[:40],
        )
    if role == Role.OFFICE and found.region_code is None:
        raise Mistake(N_("An office needs a region. Please give the region of its organization."))
    return found


def _new_organization(inviter: Account, name: str, region_code: str | None) -> Organization:
    """Of the line of an office that is limited to it, and limited in the same way. Raises Mistake for a name in the region
    that the inviter does not reach."""
    own = inviter.organization
    limited = inviter.role != Role.COMMITTEE and own.line_limited
    found = find_or_create_organization(name, region_code, own.line if limited else None)
    if found.id not in db.session.scalars(
        select(Organization.id).where(scope.organization_in_reach(inviter))
    ):
        raise Mistake(
            N_("There is an organization called “%(name)s” outside your reach. Choose another name."),
            name=name[:40],
        )
    if limited:
        found.line_limited = True
    return found


def _looks_beyond_line(inviter: Account, organization: Organization, role: Role) -> bool:
    limited = inviter.role != Role.COMMITTEE and inviter.organization.line_limited
    return limited and role in scope.OVERSEERS and not organization.line_limited


def _lies_in(code: str, region_code: str) -> bool:
    return code == region_code or regions.is_below(code, region_code)


def _open_at(now: datetime) -> ColumnElement[bool]:
    return (
        AccountInvitation.accepted_at.is_(None)
        & AccountInvitation.revoked_at.is_(None)
        & (AccountInvitation.expires_at > now)
    )


def invitations_for(account: Account, now: datetime) -> Sequence[AccountInvitation]:
    """The open invitations in an account's reach, the newest first."""
    query = select(AccountInvitation).where(_open_at(now), scope.invitation_in_reach(account))
    return db.session.scalars(query.order_by(AccountInvitation.id.desc())).all()


def revoke_invitation(account: Account, invitation_id: int, now: datetime, by: Actor) -> None:
    """Raises NotFound for one out of reach, or that is over."""
    with transaction():
        row = next((one for one in invitations_for(account, now) if one.id == invitation_id), None)
        if row is None:
            raise NotFound(N_("This invitation is over already. Reload the page."))
        row.revoked_at = now
        record(AuditVerb.INVITATION_REVOKED, now, by, invitation_id=row.id, email=row.email)


def revoke_invitations_by(account: Account, now: datetime) -> None:
    """Those that an account made end with it. Runs inside the caller's transaction."""
    db.session.execute(
        update(AccountInvitation)
        .where(AccountInvitation.invited_by == account.id, _open_at(now))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def open_invitation(secret: str, now: datetime) -> AccountInvitation:
    """The invitation of a link. Raises NotFound where it is over."""
    query = select(AccountInvitation).where(AccountInvitation.digest == secret_digest(secret), _open_at(now))
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(_GONE)
    return row


def accept(secret: str, password: str, now: datetime, network: str) -> Account:
    """Make the account of an invitation. Raises NotFound where it is over, Mistake for the password or an address in use."""
    check_password(
        password, open_invitation(secret, now).email, open_invitation(secret, now).organization.name
    )
    with transaction():
        query = select(AccountInvitation).where(
            AccountInvitation.digest == secret_digest(secret), _open_at(now)
        )
        row = db.session.scalar(query.with_for_update(of=AccountInvitation))
        if row is None:
            raise NotFound(_GONE)
        account = add_account(row.email, row.organization.standing, row.role, password, now)
        row.accepted_at = now
        record(
            AuditVerb.INVITATION_ACCEPTED, now, Actor(account, network), account, invitation=row.id,
            role=account.role,
        )  # fmt: skip
    return account


def delete_old(now: datetime) -> None:
    """Those that expired KEPT ago; the audit log still tells of them. Reads first: most ticks find none."""
    old = AccountInvitation.expires_at < now - KEPT
    if db.session.scalar(select(AccountInvitation.id).where(old).limit(1)) is not None:
        with transaction():
            db.session.execute(delete(AccountInvitation).where(old))
