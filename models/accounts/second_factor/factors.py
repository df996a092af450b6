"""Which second factors an account has; adding and removing them; the second step of a sign-in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from models.accounts import sessions, throttle
from models.accounts.second_factor import authenticator, passkeys, recovery_codes
from models.accounts.second_factor.tables import AuthenticatorApp, Passkey
from models.accounts.sessions import Browser
from models.accounts.throttle import Guess
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import db, transaction
from models.errors import N_, Conflict, Mistake, NotFound, TooMany
from models.organizations.tables import Account
from models.security import security_log

APP, PASSKEY = "app", "passkey"  # kinds, as the audit log names them


WRONG_RECOVERY_CODE = N_(
    "This recovery code is not right, or was used already. Please compare it with your list, character by character."
)


class WrongCode(Mistake):
    """Neither a one-time code of the app nor a recovery code."""

    status = 422


@dataclass(frozen=True)
class Factors:
    """What an account can prove itself with. codes: recovery codes that are left."""

    app: bool
    passkeys: int
    codes: int

    @property
    def some(self) -> bool:
        return self.app or self.passkeys > 0


def factors_of(account: Account) -> Factors:
    return Factors(
        app=db.session.get(AuthenticatorApp, account.id) is not None,
        passkeys=len(passkeys.passkeys_of(account)),
        codes=recovery_codes.codes_left(account),
    )


def has_factor(account: Account) -> bool:
    """One query."""
    return bool(
        db.session.scalar(
            select(
                exists().where(AuthenticatorApp.account_id == account.id)
                | exists().where(Passkey.account_id == account.id)
            )
        )
    )


def add_app(account: Account, secret: str, code: str, now: datetime, by: Actor) -> list[str]:
    """Add the app that shows this code. Returns recovery codes where this is the first factor, else nothing.

    Raises WrongCode."""
    # None where another page of this browser has added it meanwhile.
    step = authenticator.step_of(secret, code, now) if secret else None
    if step is None:
        raise _wrong_code()
    with transaction():
        first = not has_factor(account)
        db.session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.account_id == account.id))
        db.session.add(AuthenticatorApp(account_id=account.id, secret=secret, used_step=step, created_at=now))
        codes = recovery_codes.new_codes(account) if first else []
        record(AuditVerb.SECOND_FACTOR_ADDED, now, by, account, kind=APP)
    return codes


def add_passkey(
    account: Account, challenge: str, answer: str, name: str, now: datetime, by: Actor
) -> list[str]:
    """Add a passkey. Returns recovery codes where this is the first factor, else nothing. Raises WrongPasskey."""
    with transaction():
        first = not has_factor(account)
        row = passkeys.new_passkey(account, challenge, answer, name, now)
        codes = recovery_codes.new_codes(account) if first else []
        record(AuditVerb.SECOND_FACTOR_ADDED, now, by, account, kind=PASSKEY, name=row.name)
    return codes


def new_recovery_codes(account: Account, now: datetime, by: Actor) -> list[str]:
    """Raises Conflict for an account without a second factor."""
    with transaction():
        if not has_factor(account):
            raise Conflict(N_("Add a second factor first."))
        codes = recovery_codes.new_codes(account)
        record(AuditVerb.RECOVERY_CODES_CREATED, now, by, account)
    return codes


def remove_app(account: Account, now: datetime, by: Actor, *, required: bool) -> None:
    """required: one factor has to stay, or Conflict is raised."""
    with transaction():
        removed = delete(AuthenticatorApp).where(AuthenticatorApp.account_id == account.id)
        if db.session.scalar(removed.returning(AuthenticatorApp.account_id)) is None:
            raise NotFound(N_("This is removed already. Reload the page."))
        _end_removal(account, now, by, required=required, kind=APP)


def remove_passkey(account: Account, passkey_id: int, now: datetime, by: Actor, *, required: bool) -> None:
    with transaction():
        removed = delete(Passkey).where(Passkey.account_id == account.id, Passkey.id == passkey_id)
        if db.session.scalar(removed.returning(Passkey.id)) is None:
            raise NotFound(N_("This is removed already. Reload the page."))
        _end_removal(account, now, by, required=required, kind=PASSKEY)


def _end_removal(account: Account, now: datetime, by: Actor, *, required: bool, kind: str) -> None:
    if not has_factor(account):
        if required:
            raise Conflict(
                N_("A second factor is required here. Add another one before you remove the last.")
            )
        recovery_codes.delete_codes(account)
    record(AuditVerb.SECOND_FACTOR_REMOVED, now, by, account, kind=kind)


def remove_all(account: Account, now: datetime, by: Actor) -> None:
    """For somebody who has lost phone and codes, by whoever manages the account; its sessions end.

    Raises Conflict where there is nothing to remove."""
    with transaction():
        if not has_factor(account):
            raise Conflict(N_("This account has no second factor. Reload the page."))
        for table in (AuthenticatorApp, Passkey):
            db.session.execute(delete(table).where(table.account_id == account.id))
        recovery_codes.delete_codes(account)
        sessions.end_sessions(account, now)
        record(AuditVerb.SECOND_FACTOR_REMOVED, now, by, account, kind="all")


def check_code(account: Account, code: str, browser: Browser, now: datetime, *, device: str = "") -> None:
    """A one-time code of the app, or a recovery code. Raises WrongCode, or TooMany after too many wrong ones."""
    try:
        guess_id = throttle.count_guess(Guess(f"code {account.id}", browser.network, device), now)
    except TooMany:
        security_log.slowed_down("Second factor", account.id, browser.network)
        raise
    with transaction():
        right = authenticator.use_code(account, code, now) or recovery_codes.use_code(account, code, now)
        if right:
            throttle.take_back(guess_id)
        else:
            record(AuditVerb.SECOND_FACTOR_FAILED, now, Actor(None, browser.network), account)
    if not right:
        raise WrongCode(WRONG_RECOVERY_CODE) if is_long(code) else _wrong_code()


def is_long(code: str) -> bool:
    """Whether it was typed from the list of recovery codes: those of apps have six digits."""
    return sum(character.isalnum() for character in code) > 8


def _wrong_code() -> WrongCode:
    return WrongCode(
        N_(
            "This code is not right, is over or was used already. Wait for the next one and type it while the app shows it. "
            "If that fails too, set the phone's clock to automatic."
        )
    )
