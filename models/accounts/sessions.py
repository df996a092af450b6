"""Sessions (登录会话): a browser in which somebody is signed in, from its start to its end."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from models.accounts.tables import AccountSession
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.bearer import secret_digest
from models.db import commits_without_waiting, db, transaction
from models.errors import N_, NotFound
from models.organizations.tables import Account

LIFE = timedelta(days=7)  # the whole week, and then sign in again
IDLE = timedelta(days=3)  # not used for so long: over earlier; a weekend is shorter
STEP_LIFE = timedelta(minutes=10)  # between the password and the second factor
SEEN_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=30)  # after their end


@dataclass(frozen=True)
class Browser:
    """Where a session is started. name: its family, as people call it."""

    name: str
    network: str


def new_session(
    account: Account, now: datetime, browser: Browser, *, awaits_second_factor: bool = False
) -> tuple[AccountSession, str]:
    """A session, and the token for its cookie. Runs inside the caller's transaction."""
    token = secrets.token_urlsafe(32)
    row = AccountSession(
        account=account,
        digest=secret_digest(token),
        created_at=now,
        seen_at=now,
        browser=browser.name[:40],
        network=browser.network[:45],
        awaits_second_factor=awaits_second_factor,
    )
    db.session.add(row)
    db.session.flush()
    return row, token


def _open_at(now: datetime) -> ColumnElement[bool]:
    return (
        AccountSession.ended_at.is_(None)
        & (AccountSession.created_at > now - LIFE)
        & (AccountSession.seen_at > now - IDLE)
    )


def session_of_token(token: str, now: datetime) -> AccountSession | None:
    """The open session of a cookie; of a closed account there is none. One query."""
    query = select(AccountSession).where(AccountSession.digest == secret_digest(token), _open_at(now))
    row = db.session.scalar(query)
    if row is None or not row.account.is_active:
        return None
    if row.awaits_second_factor and row.created_at <= now - STEP_LIFE:
        return None
    return row


def is_open(session_id: int, now: datetime) -> bool:
    """Whether somebody who opened a page in this session is still signed in."""
    row = db.session.scalar(select(AccountSession).where(AccountSession.id == session_id, _open_at(now)))
    return row is not None and row.account.is_active


def note_seen(row: AccountSession, now: datetime) -> None:
    """Write down that a session is used, at most every SEEN_EVERY."""
    if now - row.seen_at >= SEEN_EVERY:
        seen = update(AccountSession).where(AccountSession.id == row.id, commits_without_waiting())
        with transaction(first=True):
            db.session.execute(seen.values(seen_at=now))


def sessions_of(account: Account, now: datetime) -> Sequence[AccountSession]:
    """The open sessions of an account, the one used last first."""
    query = select(AccountSession).where(
        AccountSession.account_id == account.id, AccountSession.awaits_second_factor.is_(False), _open_at(now)
    )
    return db.session.scalars(query.order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())).all()


def end_session(row: AccountSession, now: datetime) -> None:
    """Runs inside the caller's transaction."""
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.id == row.id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(account: Account, now: datetime, *, but: int | None = None) -> int:
    """End all sessions of an account, or all but one; how many these were. Runs inside the caller's transaction."""
    others = AccountSession.id != but if but is not None else AccountSession.id > 0
    query = update(AccountSession).where(
        AccountSession.account_id == account.id, AccountSession.ended_at.is_(None), others
    )
    return len(db.session.scalars(query.values(ended_at=now).returning(AccountSession.id)).all())


def sign_out(row: AccountSession, now: datetime, by: Actor) -> None:
    with transaction():
        end_session(row, now)
        if not row.awaits_second_factor:
            record(AuditVerb.SIGNED_OUT, now, by, row.account, session=row.id)


def end_one(account: Account, session_id: int, now: datetime, by: Actor) -> None:
    """End one session of the account. Raises NotFound."""
    with transaction():
        row = next((one for one in sessions_of(account, now) if one.id == session_id), None)
        if row is None:
            raise NotFound(N_("This browser is signed out already. Reload the page."))
        end_session(row, now)
        record(AuditVerb.SESSION_ENDED, now, by, account, session=row.id)


def end_all(account: Account, now: datetime, by: Actor) -> None:
    """End all sessions of the account, by who manages it."""
    with transaction():
        ended = end_sessions(account, now)
        if ended:
            record(AuditVerb.SESSION_ENDED, now, by, account, sessions=ended)


def end_others(account: Account, current: AccountSession, now: datetime, by: Actor) -> None:
    """End all sessions of the account but the current one."""
    with transaction():
        ended = end_sessions(account, now, but=current.id)
        if ended:
            record(AuditVerb.SESSION_ENDED, now, by, account, sessions=ended)


def delete_old(now: datetime) -> None:
    """Forget sessions that ended, or were over, a while ago."""
    with transaction():
        db.session.execute(delete(AccountSession).where(AccountSession.created_at < now - LIFE - KEPT))
