"""Signing in: the password is checked, a session begins. With a second factor that session waits for it first."""

from dataclasses import dataclass
from datetime import datetime

from models.accounts import sessions, throttle
from models.accounts.directory_identities import Identity, bind
from models.accounts.passwords import LONGEST_PASSWORD, check_password
from models.accounts.second_factor import factors
from models.accounts.sessions import Browser
from models.accounts.tables import AccountSession
from models.accounts.throttle import Guess
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import db, transaction
from models.errors import N_, Mistake, TooMany
from models.organizations.tables import Account, authenticate, find_account, hash_password
from models.security import security_log

# Ways to prove an account after which no second step follows.
COMPLETE_METHODS = ("code", "passkey")


class WrongCredentials(Mistake):
    """The address and the password do not match."""

    status = 422


@dataclass(frozen=True)
class Started:
    """A session that has begun. token: for its cookie."""

    session: AccountSession
    token: str


def check_credentials(
    email: str, password: str, browser: Browser, now: datetime, *, device: str = ""
) -> Account:
    """The account of this address and password. device: the id of a device that this account is known on.

    Raises WrongCredentials, or TooMany after too many wrong guesses."""
    email = throttle.normalized_address(email)
    try:
        guess_id = throttle.count_guess(Guess(email, browser.network, device), now)
    except TooMany:
        owner = find_account(email)
        security_log.slowed_down("Sign-in", owner.id if owner is not None else None, browser.network)
        raise
    password = password[:LONGEST_PASSWORD]
    account = authenticate(email, password)
    stronger = hash_password(password) if account is not None and account.has_weaker_hash else None
    with transaction():
        if account is not None:
            throttle.take_back(guess_id)
            account.password_hash = stronger or account.password_hash
            return account
        # Of an address without an account nothing is kept: it may be a password in the wrong field.
        record(AuditVerb.SIGN_IN_FAILED, now, Actor(None, browser.network), find_account(email))
    raise WrongCredentials(
        N_("The e-mail address and password do not match. Please check both and try again.")
    )


def begin_session(
    account: Account,
    now: datetime,
    browser: Browser,
    method: str,
    replaced: AccountSession | None = None,
    identity: Identity | None = None,
) -> Started:
    """A new session of this account, after which the one before in this browser is over. method: how it was proved.
    identity: who the directory says it is; the account is bound to it once nothing more is to be proved.

    Where the account has a second factor that the method is not, the session waits for it. Raises OtherPerson."""
    awaits = method not in COMPLETE_METHODS and factors.has_factor(account)
    with transaction():
        if replaced is not None:
            sessions.end_session(replaced, now)
        row, token = sessions.new_session(account, now, browser, awaits_second_factor=awaits)
        if awaits:
            return Started(row, token)
        if identity is not None:
            bind(account, identity, now, Actor(account, browser.network))
        record(
            AuditVerb.SIGNED_IN,
            now,
            Actor(account, browser.network),
            account,
            session=row.id,
            browser=browser.name,
            method=method,
        )
    return Started(row, token)


def change_password(session: AccountSession, current: str, new: str, browser: Browser, now: datetime) -> None:
    """The owner sets another password; all other sessions end. Raises Mistake where the current one is wrong."""
    account = session.account
    check_credentials(account.email, current, browser, now, device=f"session {session.id}")
    check_password(new, account.email, account.organization.name)
    with transaction():
        account.set_password(new)
        db.session.add(account)
        sessions.end_sessions(account, now, but=session.id)
        record(AuditVerb.PASSWORD_SET, now, Actor(account, browser.network), account)
