"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, good for the 30 seconds in which the app shows them."""

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
    """The present step of the clock where the app shows this code in it; None for any other code. Neighbouring steps are not
    taken: a phone whose clock is wrong is told so, and a code that was seen is over within 30 seconds."""
    digits = "".join(code.split())
    step = int(now.timestamp()) // STEP
    shown = pyotp.TOTP(secret).generate_otp(step)
    return step if hmac.compare_digest(shown.encode(), digits.encode()) else None


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
