"""Exports as rows: what is asked for, how far it is, and the finished file in parts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, Instant, enumeration
from models.organizations.tables import Account


class ExportKind(StrEnum):
    EVENTS = "events"
    OCCURRENCES = "occurrences"
    PASSES = "passes"
    SCANS = "scans"
    FIGURES = "figures"
    OUTCOMES = "outcomes"
    KIOSKS = "kiosks"
    ORGANIZATIONS = "organization"  # the column holds twelve letters
    ACCOUNTS = "accounts"
    AUDIT = "audit"
    PASS_SHEETS = "pass_sheets"  # of one batch: choice has event, batch, sheet


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"  # of sheets alone


class Export(Base):
    """One file that an account asked for. choice: campaign, event and the like by name. lease_until: until when the process
    that writes it is taken to be alive. failed_at: it could not be written."""

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[ExportKind] = mapped_column(enumeration(ExportKind, 12))
    format: Mapped[ExportFormat] = mapped_column(enumeration(ExportFormat, 4))
    choice: Mapped[dict] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)  # rows
    total: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # bytes
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0


class ExportPart(Base):
    """A piece of a file, in order: no process holds a whole one in memory, and every node can hand it out."""

    __tablename__ = "export_part"

    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
