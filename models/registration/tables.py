"""Registration as rows: the settings of an event or session, registrations without names, and contacts apart from them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.codes.passes import Pass
from models.db import Base, BigId, Instant, enumeration
from models.events.tables import Event, Occurrence

_WHOLE_EVENT = text("occurrence_id IS NULL")
_MAIL_DUE = text("mail_due IS NOT NULL")


class ContactRule(StrEnum):
    """Whether the form has a field for an e-mail address or telephone number."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class RegistrationState(StrEnum):
    REGISTERED = "registered"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class MailKind(StrEnum):
    REGISTERED = "registered"
    WAITING = "waiting"
    MOVED_UP = "moved_up"
    CHANGED = "changed"  # moved or cancelled


class RegistrationSettings(Base):
    """Places to register for. occurrence_id None: one registration for the whole event; an event has either that or settings
    for each of its sessions. opens_at None: open since it is public; closes_at None: until the end of the last session.

    taken: people who have a place. Whoever changes it has locked this row; the constraint is the last guard.
    sequence: of its sessions, as the registered were told last (models.registration.changes). missing: people who did not come,
    kept when the ledger no longer tells (models.operations.holder_links)."""

    __tablename__ = "registration_settings"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places", name="taken_within_places"),
        Index(
            "ix_registration_settings_whole_event",
            "event_id",
            unique=True,
            sqlite_where=_WHOLE_EVENT,
            postgresql_where=_WHOLE_EVENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    # A session of a draft may be deleted with its settings; one that was ever public is only cancelled.
    occurrence_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrence.id", ondelete="CASCADE"), unique=True
    )
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    largest_group: Mapped[int]
    waiting_list: Mapped[bool] = mapped_column(default=True)
    opens_at: Mapped[datetime | None] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    contact: Mapped[ContactRule] = mapped_column(enumeration(ContactRule, 10), default=ContactRule.NONE)
    questions: Mapped[list[str]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    missing: Mapped[int | None]

    event: Mapped[Event] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()

    @property
    def left(self) -> int:
        return self.places - self.taken


class Registration(Base):
    """One person or group. digest: SHA-256 of the secret in the address of its page. pass_id: None while it waits.

    by_mail: its contact is an e-mail address. mail_due: the message that is to be sent. sequence: of its sessions when it was
    made (models.registration.changes)."""

    __tablename__ = "registration"
    __table_args__ = (
        Index("ix_registration_settings_id_state", "settings_id", "state", "id"),
        Index("ix_registration_mail_due", "id", sqlite_where=_MAIL_DUE, postgresql_where=_MAIL_DUE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    settings_id: Mapped[int] = mapped_column(ForeignKey("registration_settings.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    group: Mapped[str] = mapped_column("audience", String(60))
    headcount: Mapped[int]
    state: Mapped[RegistrationState] = mapped_column(enumeration(RegistrationState, 12))
    at: Mapped[datetime] = mapped_column(Instant)
    moved_up_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("pass.id"), index=True)
    by_mail: Mapped[bool] = mapped_column(default=False)
    mail_due: Mapped[MailKind | None] = mapped_column(enumeration(MailKind, 12))
    mail_due_at: Mapped[datetime | None] = mapped_column(Instant)  # of a change; None: since it has its state
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")

    settings: Mapped[RegistrationSettings] = relationship()
    issued: Mapped[Pass | None] = relationship()


class RegistrationContact(Base):
    """What a registration says of a person, encrypted (models.registration.contacts). Deleted 30 days after the event, and
    when the registration is cancelled. key_id: of the key that encrypted it."""

    __tablename__ = "registration_contact"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
