"""Organizations and the accounts that act for them. What an account reaches is decided here, once."""

import secrets
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash, generate_password_hash

from models.bearer import secret_digest
from models.config import SHORTEST_PASSWORD
from models.db import Base, Instant, db
from models.errors import N_, Mistake, NotFound
from models.places.tables import Region


class Role(StrEnum):
    ORGANIZER = "organizer"
    OFFICE = "office"
    COMMITTEE = "committee"


ROLES = tuple(Role)


class Organization(Base):
    """A unit (单位) that hosts events: one region (块) and one line of government (条)."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("name", "region_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    line: Mapped[str | None] = mapped_column(String(60))  # key of a line term; None: not known

    region: Mapped[Region | None] = relationship()


class Account(Base):
    """A person who signs in. role: organizer (own organization's events), office (its region and all below it),
    committee (the whole country)."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    password_hash: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    organization: Mapped[Organization] = relationship(lazy="joined")

    # What a sign-in manager asks of an account.
    is_authenticated, is_anonymous = True, False

    @property
    def is_active(self) -> bool:
        return self.closed_at is None

    def get_id(self) -> str:
        return str(self.id)

    def set_password(self, password: str) -> None:
        if len(password) < SHORTEST_PASSWORD:
            raise Mistake(N_("A password needs at least 8 characters."))
        self.password_hash = generate_password_hash(password)


class ApiToken(Base):
    """A personal token for scripts; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(lazy="joined")


def find_or_create_organization(name: str, region_code: str | None, line: str | None) -> Organization:
    """The organization with this name in this region, made if it is new. Runs inside the caller's transaction."""
    found = db.session.scalar(
        select(Organization).where(
            Organization.name == name, Organization.region_code.is_not_distinct_from(region_code)
        )
    )
    if found is None:
        found = Organization(name=name, region_code=region_code, line=line)
        db.session.add(found)
        db.session.flush()
    return found


def add_account(email: str, organization: Organization, role: str, password: str, now: datetime) -> Account:
    """A new account. Raises Mistake for a bad address, role or password, or a known address.

    Runs inside the caller's transaction."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 254 or " " in email:
        raise Mistake(N_("“%(email)s” is not an e-mail address."), email=email[:80])
    if role not in ROLES:
        raise Mistake(N_("The role must be one of %(roles)s."), roles=", ".join(ROLES))
    if find_account(email) is not None:
        raise Mistake(N_("There is already an account for %(email)s."), email=email)
    account = Account(email=email, organization=organization, role=role, created_at=now)
    account.set_password(password)
    db.session.add(account)
    db.session.flush()
    return account


def find_account(email: str) -> Account | None:
    if "\0" in email:  # PostgreSQL does not even look for it
        return None
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))


@cache
def _nobodys_hash() -> str:
    """Checked against when there is no such account, so that the answer takes as long either way."""
    return generate_password_hash(secrets.token_hex(16))


def authenticate(email: str, password: str) -> Account | None:
    """The account whose password this is, or None."""
    account = find_account(email)
    right = check_password_hash(
        account.password_hash if account and account.password_hash else _nobodys_hash(), password
    )
    return account if account and right and account.is_active else None


def issue_api_token(email: str, now: datetime) -> str:
    """A new personal token for an account; shown this once. Runs inside the caller's transaction."""
    account = find_account(email)
    if account is None:
        raise NotFound(N_("There is no account for %(email)s."), email=email)
    token = "owp_" + secrets.token_urlsafe(32)
    db.session.add(ApiToken(account=account, digest=secret_digest(token), created_at=now))
    return token


def account_by_token(token: str) -> Account | None:
    held = db.session.scalar(
        select(ApiToken).where(ApiToken.digest == secret_digest(token), ApiToken.revoked_at.is_(None))
    )
    return held.account if held and held.account.is_active else None
