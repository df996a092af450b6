"""Summaries as rows, only ever added: people's texts, sealed figures, and each step of handing in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, Instant, enumeration
from models.organizations.tables import Account


class Section(StrEnum):
    """What people write, in the order of the document."""

    BASIS = "basis"
    ORGANISATION = "organisation"
    HIGHLIGHTS = "highlights"
    EXPERIENCE = "experience"
    PROBLEMS = "problems"
    NEXT_STEPS = "next_steps"


class StepVerb(StrEnum):
    """HANDED_IN by its office; ACCEPTED or SENT_BACK by one above."""

    HANDED_IN = "handed_in"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


class SummaryText(Base):
    """A text of a summary. The newest of a section is valid; what was written before stays. region_code and line: see Part."""

    __tablename__ = "summary_text"
    __table_args__ = (Index("ix_summary_text_part", "campaign_id", "region_code", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    region_code: Mapped[str] = mapped_column(String(6))
    line: Mapped[str] = mapped_column(String(60))
    section: Mapped[Section] = mapped_column(enumeration(Section, 20))
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class SealedSummary(Base):
    """Figures and texts of a summary as they were handed in. content: the canonical JSON whose bytes are signed."""

    __tablename__ = "sealed_summary"
    __table_args__ = (UniqueConstraint("campaign_id", "region_code", "line", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    region_code: Mapped[str] = mapped_column(String(6))
    line: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]  # 1 for the first of a part, then on
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account] = relationship()
    steps: Mapped[list["SummaryStep"]] = relationship(order_by="SummaryStep.id", lazy="selectin")

    @property
    def state(self) -> StepVerb:
        return self.steps[-1].verb


class SummaryStep(Base):
    """why: the reason of what was sent back."""

    __tablename__ = "summary_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed_id: Mapped[int] = mapped_column(ForeignKey("sealed_summary.id"), index=True)
    verb: Mapped[StepVerb] = mapped_column(enumeration(StepVerb, 10))
    why: Mapped[str] = mapped_column(Text, default="", server_default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account] = relationship()
