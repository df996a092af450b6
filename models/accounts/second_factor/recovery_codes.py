"""Recovery codes: ten for the day when the phone is gone, each works once. Shown once, stored as digests."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update

from models.accounts.second_factor.tables import RecoveryCode
from models.bearer import secret_digest
from models.db import db
from models.organizations.tables import Account

COUNT = 10
_BYTES, _GROUP = 16, 4  # 128 random bits: a plain digest cannot be reversed by trying


def new_codes(account: Account) -> list[str]:
    """Ten codes in place of all earlier ones. Runs inside the caller's transaction."""
    delete_codes(account)
    codes = [_code() for _number in range(COUNT)]
    db.session.add_all(RecoveryCode(account_id=account.id, digest=_digest(code)) for code in codes)
    db.session.flush()
    return codes


def _code() -> str:
    text = base64.b32encode(secrets.token_bytes(_BYTES)).decode().rstrip("=").lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(code: str) -> str:
    """However it was typed: upper case, spaces, without hyphens."""
    return secret_digest("".join(character for character in code.lower() if character.isalnum()))


def use_code(account: Account, code: str, now: datetime) -> bool:
    """Whether this code is one of the account's that was not used before. Runs inside the caller's transaction."""
    used = update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.digest == _digest(code),
        RecoveryCode.used_at.is_(None),
    )
    return db.session.scalar(used.values(used_at=now).returning(RecoveryCode.id)) is not None


def codes_left(account: Account) -> int:
    query = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return db.session.scalars(query).one()


def delete_codes(account: Account) -> None:
    """Runs inside the caller's transaction."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
