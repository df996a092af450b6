"""The keys that sign codes: rows, shared by all nodes and part of every backup."""

import secrets
from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from models.codes.signatures import LONG_MAC, SHORT_MAC
from models.db import Base, Instant, db, enumeration
from models.errors import N_, Conflict, NotFound


class KeyPurpose(StrEnum):
    PASS = "pass"
    VENUE = "venue"
    SLIP = "slip"
    BROWSER = "browser"  # tickets and hashes of cookies
    SUMMARY = "summary"  # sealed figures of summaries


class Algorithm(StrEnum):
    ED25519 = "ed25519"
    HMAC_SHA256 = "hmac-sha256"  # of which a venue code carries 64 bits
    HMAC_SHA256_144 = "hmac-sha256-144"  # of which it carries 144


_ALGORITHMS = {
    KeyPurpose.PASS: Algorithm.ED25519,
    KeyPurpose.VENUE: Algorithm.HMAC_SHA256,
    KeyPurpose.SLIP: Algorithm.ED25519,
    KeyPurpose.BROWSER: Algorithm.HMAC_SHA256,
    KeyPurpose.SUMMARY: Algorithm.ED25519,
}


class SigningKey(Base):
    """id is the key id in code payloads (1-255) and also names the algorithm. A retired key still verifies."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[KeyPurpose] = mapped_column(enumeration(KeyPurpose, 10))
    algorithm: Mapped[Algorithm] = mapped_column(enumeration(Algorithm, 20))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[bytes | None] = mapped_column(LargeBinary)  # of Ed25519
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def mac_bytes(self) -> int:
        """How much of its HMAC a venue code carries."""
        return LONG_MAC if self.algorithm == Algorithm.HMAC_SHA256_144 else SHORT_MAC


def make_key(purpose: KeyPurpose, now: datetime, algorithm: Algorithm | None = None) -> SigningKey:
    """A new key for a purpose, of its usual algorithm unless one is named. Runs inside the caller's transaction."""
    algorithm = algorithm or _ALGORITHMS[purpose]
    public = None
    if algorithm == Algorithm.ED25519:
        private = Ed25519PrivateKey.generate()
        secret, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
    else:
        secret = secrets.token_bytes(32)
    key = SigningKey(purpose=purpose, algorithm=algorithm, secret=secret, public=public, created_at=now)
    db.session.add(key)
    db.session.flush()
    return key


def ensure_keys(now: datetime) -> None:
    """At least one key for each purpose. Runs inside the caller's transaction."""
    for purpose in KeyPurpose:
        if db.session.scalar(select(SigningKey.id).where(SigningKey.purpose == purpose).limit(1)) is None:
            make_key(purpose, now)


def all_keys() -> list[SigningKey]:
    return list(db.session.scalars(select(SigningKey).order_by(SigningKey.id)))


def retire_key(key_id: int, now: datetime) -> None:
    """Runs inside the caller's transaction. Raises NotFound, Conflict for the only key of its purpose."""
    key = db.session.get(SigningKey, key_id)
    if key is None:
        raise NotFound(N_("There is no key with the number %(id)s."), id=key_id)
    others = select(SigningKey.id).where(
        SigningKey.purpose == key.purpose, SigningKey.retired_at.is_(None), SigningKey.id != key_id
    )
    if db.session.scalar(others.limit(1)) is None:
        raise Conflict(
            N_("No other key signs these codes. Make one first: openweek key new %(purpose)s"),
            purpose=key.purpose,
        )
    if key.retired_at is None:
        key.retired_at = now


def current_key(purpose: KeyPurpose) -> SigningKey:
    """The newest key of a purpose that is not retired. New codes are signed with it."""
    return db.session.scalars(
        select(SigningKey)
        .where(SigningKey.purpose == purpose, SigningKey.retired_at.is_(None))
        .order_by(SigningKey.id.desc())
        .limit(1)
    ).one()


def find_key(purpose: KeyPurpose, key_id: int) -> SigningKey | None:
    """The key with this id if it is for this purpose; a key of another purpose must not verify the code."""
    key = db.session.get(SigningKey, key_id)
    return key if key is not None and key.purpose == purpose else None


def public_keys(purpose: KeyPurpose = KeyPurpose.PASS) -> list[SigningKey]:
    """Every key that may have signed a pass, for devices that verify offline; or of another purpose with Ed25519."""
    query = select(SigningKey).where(SigningKey.purpose == purpose).order_by(SigningKey.id)
    return list(db.session.scalars(query))
