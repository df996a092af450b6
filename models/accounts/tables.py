"""Sessions, invitations, links to set a password anew and failed sign-ins as rows. Secrets are stored as digests."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, BigId, Instant, enumeration
from models.organizations.tables import Account, Organization, Role


class AccountSession(Base):
    """A browser in which somebody is signed in. digest: of the token in its cookie.

    awaits_second_factor: the password was right, and the second step is still to come."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    browser: Mapped[str] = mapped_column(String(40))
    network: Mapped[str] = mapped_column(String(45))
    awaits_second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    account: Mapped[Account] = relationship(lazy="joined")


class AccountInvitation(Base):
    """A link by which one person makes an account. digest: of the secret in the link."""

    __tablename__ = "account_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[Role] = mapped_column(enumeration(Role, 12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    organization: Mapped[Organization] = relationship(lazy="joined")


class PasswordReset(Base):
    """A link by which the owner of an account sets the password anew, once. digest: of the secret in the link."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(foreign_keys=[account_id], lazy="joined")


class FailedSignIn(Base):
    """A wrong guess. subject: a digest of the address that was typed, also of one without an account.

    device: the known device it came from; empty for any other browser."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        Index("ix_failed_sign_in_subject_device_at", "subject", "device", "at"),
        Index("ix_failed_sign_in_network_device_at", "network", "device", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    subject: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(45))
    device: Mapped[str] = mapped_column(String(64), default="", server_default="")
