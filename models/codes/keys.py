"""The keys that sign codes: rows, shared by all nodes and part of every backup."""

import secrets
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db

PASS, VENUE, BROWSER = "pass", "venue", "browser"
ED25519, HMAC_SHA256 = "ed25519", "hmac-sha256"
_ALGORITHM = {PASS: ED25519, VENUE: HMAC_SHA256, BROWSER: HMAC_SHA256}


class SigningKey(Base):
    """id is the key id in code payloads (1-255) and so also names the algorithm. A retired key still verifies."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    algorithm: Mapped[str] = mapped_column(String(20))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


def make_key(purpose: str, now: datetime) -> SigningKey:
    """A new key for a purpose. Runs inside the caller's transaction."""
    algorithm = _ALGORITHM[purpose]
    if algorithm == ED25519:
        private = Ed25519PrivateKey.generate()
        secret, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
    else:
        secret, public = secrets.token_bytes(32), None
    key = SigningKey(purpose=purpose, algorithm=algorithm, secret=secret, public=public, created_at=now)
    db.session.add(key)
    db.session.flush()
    return key


def ensure_keys(now: datetime) -> None:
    """One key in use for each purpose. Runs inside the caller's transaction."""
    for purpose in (PASS, VENUE, BROWSER):
        if db.session.scalar(select(SigningKey.id).where(SigningKey.purpose == purpose).limit(1)) is None:
            make_key(purpose, now)


def current_key(purpose: str) -> SigningKey:
    """The newest key of a purpose that is not retired: new codes are signed with it."""
    return db.session.scalars(
        select(SigningKey)
        .where(SigningKey.purpose == purpose, SigningKey.retired_at.is_(None))
        .order_by(SigningKey.id.desc())
        .limit(1)
    ).one()


def find_key(purpose: str, key_id: int) -> SigningKey | None:
    """The key with this id, when it is for this purpose: a code made for one thing opens nothing else."""
    key = db.session.get(SigningKey, key_id)
    return key if key is not None and key.purpose == purpose else None


def public_keys() -> list[SigningKey]:
    """Every key that passes may be signed with, for devices that verify offline."""
    return list(
        db.session.scalars(select(SigningKey).where(SigningKey.purpose == PASS).order_by(SigningKey.id))
    )
