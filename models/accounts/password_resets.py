"""A link by which the owner of an account sets the password anew: valid for a day, once, made by somebody with reach."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from models.accounts import sessions, throttle
from models.accounts.passwords import check_password
from models.accounts.tables import PasswordReset
from models.audit.chain import record
from models.audit.tables import OPERATOR, Actor, AuditVerb
from models.bearer import secret_digest
from models.db import db, transaction
from models.errors import N_, Conflict, NotFound
from models.organizations.tables import Account, find_account

LIFE = timedelta(hours=24)
KEPT = timedelta(days=30)  # after they expired
_GONE = N_("This link is no longer valid. Ask for a new one.")


def new_reset_link(account: Account, now: datetime, by: Actor) -> str:
    """The secret of a link, shown once; an earlier link of the account ends. Raises Conflict for a closed account."""
    if not account.is_active:
        raise Conflict(N_("This account is closed. Reopen it first."))
    secret = secrets.token_urlsafe(24)
    with transaction():
        end_reset_links(account, now)
        db.session.add(
            PasswordReset(
                account_id=account.id,
                digest=secret_digest(secret),
                created_by=by.account.id if by.account else None,
                created_at=now,
                expires_at=now + LIFE,
            )
        )
        record(AuditVerb.RESET_LINK_CREATED, now, by, account)
    return secret


def new_reset_link_of(email: str, now: datetime) -> str:
    """The same for the operator. Raises NotFound for an address without an account."""
    account = find_account(email)
    if account is None:
        raise NotFound(N_("There is no account for %(email)s."), email=email)
    return new_reset_link(account, now, OPERATOR)


def end_reset_links(account: Account, now: datetime) -> None:
    """Runs inside the caller's transaction."""
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.account_id == account.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )


def _of_secret(secret: str, now: datetime) -> ColumnElement[bool]:
    return (
        (PasswordReset.digest == secret_digest(secret))
        & PasswordReset.used_at.is_(None)
        & (PasswordReset.expires_at > now)
    )


def account_of_link(secret: str, now: datetime) -> Account:
    """Raises NotFound where the link is over."""
    row = db.session.scalar(select(PasswordReset).where(_of_secret(secret, now)))
    if row is None or not row.account.is_active:
        raise NotFound(_GONE)
    return row.account


def use_reset_link(secret: str, password: str, now: datetime, network: str) -> Account:
    """Set the password of the account; its sessions end. Raises NotFound where the link is over, Mistake for the password."""
    account = account_of_link(secret, now)
    check_password(password, account.email, account.organization.name)
    with transaction():
        used = update(PasswordReset).where(_of_secret(secret, now)).values(used_at=now)
        if db.session.scalar(used.returning(PasswordReset.id)) is None:
            raise NotFound(_GONE)
        account.set_password(password)
        sessions.end_sessions(account, now)
        throttle.forget(account.email)
        record(AuditVerb.PASSWORD_SET, now, Actor(account, network), account, by_link=True)
    return account


def delete_old(now: datetime) -> None:
    """Those that expired KEPT ago; the audit log still tells of them. Reads first: most ticks find none."""
    old = PasswordReset.expires_at < now - KEPT
    if db.session.scalar(select(PasswordReset.id).where(old).limit(1)) is not None:
        with transaction():
            db.session.execute(delete(PasswordReset).where(old))
