"""Organizations (单位), accounts and API tokens as rows. What an account reaches: models.events.scope."""

import secrets
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, case, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates
from werkzeug.security import check_password_hash, generate_password_hash

from models.bearer import secret_digest
from models.config import SHORTEST_PASSWORD
from models.db import Base, Instant, db, enumeration
from models.errors import N_, Mistake
from models.places.tables import Region
from models.text.bare_text import bare_text, without_controls

# OWASP's cheat sheet on storing passwords: the row of scrypt with 32 MiB.
_PASSWORD_METHOD, _WEAKER_METHOD = "scrypt:32768:8:3", "scrypt:32768:8:1$"


class Role(StrEnum):
    ORGANIZER = "organizer"
    OFFICE = "office"
    COMMITTEE = "committee"
    VIEWER = "viewer"  # reads and exports what an office of its organization reaches, changes nothing
    OPERATOR = "operator"  # runs check-in at its organization's events, writes none


ROLES = tuple(Role)


class TokenScope(StrEnum):
    """What a personal token is good for, within what its account may do.

    read: reads everything. events: reads events, occurrences, venues and organizations. figures: reads figures. write: creates
    and changes events, issues and revokes passes."""

    READ = "read"
    WRITE = "write"
    EVENTS = "events"
    FIGURES = "figures"


def hash_password(password: str) -> str:
    return generate_password_hash(password, _PASSWORD_METHOD)


class Organization(Base):
    """An organization (单位) that hosts events. It has one region (块) and one line of government (条)."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("name", "region_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    plain_name: Mapped[str] = mapped_column(
        default="", server_default="", index=True
    )  # of name, see validates
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    line: Mapped[str | None] = mapped_column(String(60))  # key of a line; None: not known
    # Whether its organizers publish without a review. Offices and the committee always may.
    publishes: Mapped[bool] = mapped_column(default=False, server_default=false())

    # Whether its offices and viewers see only what organizations of its line lead: a court, a customs house.
    line_limited: Mapped[bool] = mapped_column(default=False, server_default=false())

    # Merged into another one: its id stays valid in addresses, and its name leads to that one.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))

    region: Mapped[Region | None] = relationship()
    merged_into: Mapped["Organization | None"] = relationship(remote_side="Organization.id")

    @validates("name")
    def _write_plain_name(self, _key: str, name: str) -> str:
        self.plain_name = bare_text(name)
        return without_controls(name)

    @property
    def standing(self) -> "Organization":
        """The organization that stands for this one: itself, unless it was merged."""
        return self.merged_into.standing if self.merged_into is not None else self


class PublishingRegion(Base):
    """A region whose organizations publish by themselves, those below it too."""

    __tablename__ = "publishing_region"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who set it
    at: Mapped[datetime] = mapped_column(Instant)


class Account(Base):
    """A person who signs in for an organization. role: a Role, see models.events.scope."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(enumeration(Role, 12))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    password_hash: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    organization: Mapped[Organization] = relationship(lazy="joined")

    # The interface of flask-login.
    is_authenticated, is_anonymous = True, False

    @property
    def is_active(self) -> bool:
        return self.closed_at is None

    @property
    def may_publish(self) -> bool:
        """Whether what this account writes is public at once. Else an office reviews it first (rule 1)."""
        if self.role == Role.ORGANIZER:
            return self.organization.publishes or region_publishes(self.organization.region_code)
        return self.reviews

    @property
    def reviews(self) -> bool:
        """Whether this account judges what others submit, in its reach."""
        return self.role in (Role.OFFICE, Role.COMMITTEE)

    @property
    def writes(self) -> bool:
        """Whether this account writes events at all."""
        return self.role not in (Role.VIEWER, Role.OPERATOR)

    @property
    def runs_check_in(self) -> bool:
        """Whether this account pairs kiosks and screens, prints codes and enters counts."""
        return self.role != Role.VIEWER

    @property
    def oversees(self) -> bool:
        """Whether this account looks at a region or the country and not at its own organization."""
        return self.role in (Role.OFFICE, Role.COMMITTEE, Role.VIEWER)

    def get_id(self) -> str:
        return str(self.id)

    def set_password(self, password: str) -> None:
        if len(password) < SHORTEST_PASSWORD:
            raise Mistake(N_("A password needs at least 8 characters."))
        self.password_hash = hash_password(password)

    @property
    def has_weaker_hash(self) -> bool:
        """Whether the password was stored by an earlier version."""
        return self.password_hash.startswith(_WEAKER_METHOD)


class ApiToken(Base):
    """A personal token for scripts, stored as a digest. name: what its owner calls it, may be empty. scopes: each a
    TokenScope; tokens made before there were scopes read the figures."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default='["figures"]')
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(lazy="joined")

    def allows(self, *scopes: TokenScope) -> bool:
        """Whether it has one of these scopes."""
        return any(scope in self.scopes for scope in scopes)


def region_publishes(code: str | None) -> bool:
    """Whether the organizations of this region, or of one above it, publish by themselves."""
    if code is None:
        return False
    above = (code, code[:4] + "00", code[:2] + "0000")
    rows = select(PublishingRegion.region_code).where(PublishingRegion.region_code.in_(above)).limit(1)
    return db.session.scalar(rows) is not None


def find_or_create_organization(name: str, region_code: str | None, line: str | None) -> Organization:
    """The organization with this name and region, also where it is written in another way; a new one gets this line.

    Runs inside the caller's transaction."""
    here = Organization.region_code.is_not_distinct_from(region_code)
    query = select(Organization).where(here, Organization.plain_name == bare_text(name))
    query = query.order_by(case((Organization.name == name, 0), else_=1), Organization.id).limit(1)
    organization = db.session.scalar(query)
    if organization is None:
        organization = Organization(name=name, region_code=region_code, line=line)
        db.session.add(organization)
        db.session.flush()
    return organization.standing


def add_account(email: str, organization: Organization, role: str, password: str, now: datetime) -> Account:
    """A new account. Raises Mistake for an invalid address, role or password, or an address in use.

    Runs inside the caller's transaction."""
    email = check_address(email)
    if role not in ROLES:
        raise Mistake(N_("The role must be one of %(roles)s."), roles=", ".join(ROLES))
    account = Account(email=email, organization=organization, role=role, created_at=now)
    account.set_password(password)
    db.session.add(account)
    db.session.flush()
    return account


def check_address(email: str) -> str:
    """An e-mail address in the form in which it is stored. Raises Mistake for an invalid one, and for one in use."""
    email = email.strip().lower()
    if "@" not in email.strip("@") or len(email) > 254 or not email.isprintable() or " " in email:
        raise Mistake(N_("“%(email)s” is not an e-mail address."), email=email[:80])
    if find_account(email) is not None:
        raise Mistake(N_("There is already an account for %(email)s."), email=email)
    return email


def find_account(email: str) -> Account | None:
    if "\0" in email:  # PostgreSQL refuses a NUL character in a parameter
        return None
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))


@cache
def _dummy_hash() -> str:
    """Checked where there is no account, so that the response time does not reveal which accounts exist."""
    return hash_password(secrets.token_hex(16))


def authenticate(email: str, password: str) -> Account | None:
    """The active account with this address and password, or None."""
    account = find_account(email)
    password_hash = account.password_hash if account and account.password_hash else _dummy_hash()
    matches = check_password_hash(password_hash, password)
    return account if account and matches and account.is_active else None


def find_token(token: str) -> ApiToken | None:
    """The valid token of an open account with this text."""
    row = db.session.scalar(
        select(ApiToken).where(ApiToken.digest == secret_digest(token), ApiToken.revoked_at.is_(None))
    )
    return row if row and row.account.is_active else None
