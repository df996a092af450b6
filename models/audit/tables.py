"""Entries of the audit log as rows, and who acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Dialect, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from models.db import Base, BigId, Instant
from models.organizations.tables import Account


class AuditVerb(StrEnum):
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    PASSWORD_SET = "password_set"
    RESET_LINK_CREATED = "reset_link_created"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    RECOVERY_CODES_CREATED = "recovery_codes_created"
    DIRECTORY_BOUND = "directory_bound"
    DIRECTORY_RELEASED = "directory_released"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    ORGANIZATION_CHANGED = "organization_changed"
    ORGANIZATIONS_MERGED = "organizations_merged"
    REGION_CHANGED = "region_changed"
    PASS_REVOKED = "pass_revoked"
    PASS_REPLACED = "pass_replaced"
    VENUE_CODE_REPLACED = "venue_code_replaced"
    KIOSK_REVOKED = "kiosk_revoked"
    PAIRING_REVOKED = "pairing_revoked"
    SCREEN_REVOKED = "screen_revoked"
    ENTRANCE_CHANGED = "entrance_changed"
    SCANS_DECIDED = "scans_decided"
    SCANS_MOVED = "scans_moved"
    MOVE_UNDONE = "move_undone"
    ESTIMATE_STATED = "estimate_stated"
    ESTIMATE_WITHDRAWN = "estimate_withdrawn"
    HEADCOUNT_NOTED = "headcount_noted"
    HEADCOUNT_REMOVED = "headcount_removed"
    PAPER_COUNT_ENTERED = "paper_count_entered"
    CONTACTS_EXPORTED = "contacts_exported"
    REGISTRATION_CANCELLED = "registration_cancelled"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_REMOVED = "webhook_removed"


class AuditSubject(StrEnum):
    ACCOUNT = "account"
    INVITATION = "invitation"
    ORGANIZATION = "organization"
    REGION = "region"  # its code as a number
    EVENT = "event"
    PASS = "pass"
    KIOSK = "kiosk"


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where. account: None for the operator, and for somebody who is not signed in.

    network: the address that the request came from; empty on the command line."""

    account: Account | None = None
    network: str = ""


OPERATOR = Actor()


class _Word(TypeDecorator[str]):
    """A text of a StrEnum. One that this version does not know stays a text: during an upgrade a newer node writes into the log
    what an older one has to show."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum], length: int) -> None:
        super().__init__(length)
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return self.words(value) if value in set(self.words) else value


class AuditEntry(Base):
    """One act. Entries are only ever added: the id counts them without a gap, and each hash covers the one before.

    verb and subject: a text where a newer version wrote one that this one does not know. detail: JSON as text, exactly as it was
    hashed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    verb: Mapped[AuditVerb | str] = mapped_column(_Word(AuditVerb, 24))
    subject: Mapped[AuditSubject | str | None] = mapped_column(_Word(AuditSubject, 12))
    subject_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str]
    network: Mapped[str] = mapped_column(String(45))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    account: Mapped[Account | None] = relationship()
