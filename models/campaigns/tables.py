"""Campaigns (宣传周) as rows: days, zone, theme, and the lists of terms from the campaign file."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.db import Base, db, enumeration
from models.errors import N_, NotFound

UNKNOWN_GROUP = "unknown"


class TermKind(StrEnum):
    """The lists of a campaign file, in its order."""

    AUDIENCE = "audience"
    FOCUS = "focus"
    FORMAT = "format"
    SPOTLIGHT = "spotlight"
    LINE = "line"
    UNIT = "unit"
    ANSWER = "answer"  # to the question after coming


OTHER_FORMAT = "other"


class Campaign(Base):
    __tablename__ = "campaign"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)  # two bytes in every pass: 1-65535
    name_zh: Mapped[str]
    name_en: Mapped[str]
    theme_zh: Mapped[str]
    theme_en: Mapped[str]
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    zone: Mapped[str]
    marked_day: Mapped[date | None] = mapped_column(Date)
    marked_zh: Mapped[str] = mapped_column(default="")
    marked_en: Mapped[str] = mapped_column(default="")
    summary_working_days: Mapped[int]
    question_zh: Mapped[str] = mapped_column(default="", server_default="")  # after coming; "": none
    question_en: Mapped[str] = mapped_column(default="", server_default="")
    rehearsal: Mapped[bool] = mapped_column(default=False)
    figures_released: Mapped[bool] = mapped_column(default=False)

    terms: Mapped[list["Term"]] = relationship(order_by="Term.kind, Term.number", lazy="selectin")
    reported_formats: Mapped[list["ReportedFormat"]] = relationship(lazy="select")
    rewards: Mapped[list["Reward"]] = relationship(order_by="Reward.number", lazy="select")

    def terms_of(self, kind: TermKind) -> list["Term"]:
        """The terms of one kind in the order of the campaign file."""
        return [term for term in self.terms if term.kind == kind]

    def term(self, kind: TermKind, key: str) -> "Term | None":
        return next((term for term in self.terms if term.kind == kind and term.key == key), None)

    def needs_second_reading(self, formats: Collection[str | None]) -> bool:
        """Whether two people read an event of one of these forms of activity before it is public."""
        return any(term.second_reading for term in self.terms_of(TermKind.FORMAT) if term.key in formats)

    @property
    def groups(self) -> list["Term"]:
        return self.terms_of(TermKind.AUDIENCE)

    def group_by_number(self, number: int) -> str:
        """The key of the audience group with this number in code payloads; "unknown" for any other number."""
        return next((term.key for term in self.groups if term.number == number), UNKNOWN_GROUP)

    def group_number(self, key: str) -> int:
        """The number of a group in code payloads; 0 for a key that is not a group."""
        return next((term.number for term in self.groups if term.key == key), 0)

    @property
    def days(self) -> list[date]:
        return clock.days(self.starts, self.ends)

    def today(self, now: datetime) -> date:
        return clock.day_of(now, self.zone)


class Term(Base):
    """One entry of a campaign's lists: an audience group, focus point, format, spotlight, line or committee unit."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("campaign_id", "kind", "key"),
        UniqueConstraint("campaign_id", "kind", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[TermKind] = mapped_column(enumeration(TermKind, 12))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    gist_zh: Mapped[str] = mapped_column(default="")
    gist_en: Mapped[str] = mapped_column(default="")
    icon: Mapped[str] = mapped_column(default="")
    chair: Mapped[bool] = mapped_column(default=False)  # committee units: chair or member
    recognise: Mapped[list[str]] = mapped_column(JSON, default=list)  # lines: parts of organizations' names
    # formats: two persons read such an event before it is published
    second_reading: Mapped[bool] = mapped_column(default=False, server_default=false())

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en

    def gist(self, language: str) -> str:
        return self.gist_zh if language.startswith("zh") else self.gist_en


class ReportedFormat(Base):
    """A reported form of activity, and the format to which the campaign file maps it."""

    __tablename__ = "reported_format"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(60), primary_key=True)
    format: Mapped[str] = mapped_column(String(60))


class Reward(Base):
    """What a stamp card is rewarded with. stamps: events visited; focus_points: how many of the publicity focus among them."""

    __tablename__ = "reward"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    stamps: Mapped[int]
    focus_points: Mapped[int]

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en


def is_line(key: str) -> bool:
    """Whether any campaign has a line with this key."""
    lines = select(Term.id).where(Term.kind == TermKind.LINE, Term.key == key).limit(1)
    return db.session.scalar(lines) is not None


def line_terms() -> dict[str, Term]:
    """The lines of all weeks by their keys; the newest name counts."""
    terms = db.session.scalars(select(Term).where(Term.kind == TermKind.LINE).order_by(Term.id))
    return {term.key: term for term in terms}


def find_campaign(campaign_id: str) -> Campaign:
    """The campaign with this id. Raises NotFound."""
    # PostgreSQL refuses a NUL character in a parameter.
    campaign = db.session.get(Campaign, campaign_id) if "\0" not in campaign_id else None
    if campaign is None:
        raise NotFound(N_("There is no campaign “%(id)s”."), id=campaign_id[:40])
    return campaign


def current_campaign(now: datetime) -> Campaign | None:
    """The campaign that contains today, else the next, else the latest; a real one before a rehearsal."""
    campaigns = db.session.scalars(select(Campaign)).all()

    def rank(campaign: Campaign) -> tuple[int, int, bool]:
        today = campaign.today(now)
        if campaign.starts <= today <= campaign.ends:
            return 0, 0, campaign.rehearsal
        if today < campaign.starts:
            return 1, (campaign.starts - today).days, campaign.rehearsal
        return 2, (today - campaign.ends).days, campaign.rehearsal

    return min(campaigns, key=rank, default=None)
