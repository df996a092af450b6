"""Closing an account and handing over what it holds; reopening it. What it did stays under its name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from models.accounts import invitations, password_resets, sessions, tokens
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import db, transaction
from models.errors import N_, Conflict
from models.imports.uploads import UploadedFile
from models.organizations.tables import Account
from models.publishing.review import ReviewClaim


def colleagues_of(account: Account) -> Sequence[Account]:
    """The others of its organization, who can take over its files."""
    query = select(Account).where(
        Account.organization_id == account.organization_id,
        Account.id != account.id,
        Account.closed_at.is_(None),
    )
    return db.session.scalars(query.order_by(Account.email)).all()


def close_account(account: Account, successor_id: int | None, now: datetime, by: Actor) -> None:
    """Nobody signs in with it any more: its sessions end, its tokens, links and invitations are revoked, the reviews that it
    holds are free for others. Files that wait for acceptance go to the successor, a colleague.

    Raises Conflict where it is closed already, is one's own, or the successor is not a colleague."""
    if by.account is not None and by.account.id == account.id:
        raise Conflict(N_("You cannot close your own account. Ask somebody else who manages it."))
    with transaction():
        closed = update(Account).where(Account.id == account.id, Account.closed_at.is_(None))
        if db.session.scalar(closed.values(closed_at=now).returning(Account.id)) is None:
            raise Conflict(N_("This account is closed already. Reload the page."))
        _hand_over(account, successor_id)
        ended = sessions.end_sessions(account, now)
        revoked = tokens.revoke_tokens(account, now)
        password_resets.end_reset_links(account, now)
        invitations.revoke_invitations_by(account, now)
        record(
            AuditVerb.ACCOUNT_CLOSED, now, by, account, sessions=ended, tokens=revoked, successor=successor_id
        )
    db.session.refresh(account)


def _hand_over(account: Account, successor_id: int | None) -> None:
    db.session.execute(delete(ReviewClaim).where(ReviewClaim.account_id == account.id))
    if successor_id is None:
        return
    if successor_id not in {one.id for one in colleagues_of(account)}:
        raise Conflict(N_("This person is not a colleague with an open account. Choose another one."))
    db.session.execute(
        update(UploadedFile).where(UploadedFile.account_id == account.id).values(account_id=successor_id)
    )


def reopen_account(account: Account, now: datetime, by: Actor) -> None:
    """Its password is valid again; sessions and tokens stay ended. Raises Conflict where it is not closed."""
    with transaction():
        reopened = update(Account).where(Account.id == account.id, Account.closed_at.is_not(None))
        if db.session.scalar(reopened.values(closed_at=None).returning(Account.id)) is None:
            raise Conflict(N_("This account is not closed. Reload the page."))
        record(AuditVerb.ACCOUNT_REOPENED, now, by, account)
    db.session.refresh(account)
