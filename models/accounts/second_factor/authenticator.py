"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, 30 seconds, one step of the clock either way."""

import hmac
from datetime import datetime

import pyotp
from sqlalchemy import update

from models.accounts.second_factor.tables import AuthenticatorApp
from models.db import db
from models.organizations.tables import Account

STEP = 30  # seconds
_ISSUER = "Openweek"


def new_secret() -> str:
    return pyotp.random_base32()


def address_for_app(secret: str, email: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of the clock that shows this code; None for a wrong one."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    steps = (current, current - 1, current + 1)
    return next(
        (step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())),
        None,
    )


def use_code(account: Account, code: str, now: datetime) -> bool:
    """Whether this code is right and was not used before. Runs inside the caller's transaction."""
    app = db.session.get(AuthenticatorApp, account.id)
    step = step_of(app.secret, code, now) if app is not None else None
    if step is None:
        return False
    used = (
        update(AuthenticatorApp)
        .where(AuthenticatorApp.account_id == account.id, AuthenticatorApp.used_step < step)
        .values(used_step=step)
    )
    return db.session.scalar(used.returning(AuthenticatorApp.account_id)) is not None
