"""Rows of what a visitor keeps. holder: of the ledger, a pass or a browser; never a name."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, Instant
from models.events.tables import Event


class Redemption(Base):
    """A reward that a card was given, once. kiosk_id or account_id: by whom. event_id: where."""

    __tablename__ = "redemption"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    reward: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class OpinionCount(Base):
    """How often an answer was given to the question after coming. Never with a person."""

    __tablename__ = "opinion_count"

    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), primary_key=True)
    group: Mapped[str] = mapped_column("audience", String(60), primary_key=True)
    answer: Mapped[str] = mapped_column(String(60), primary_key=True)
    answers: Mapped[int]


class OpinionMark(Base):
    """That somebody has answered at a session: a keyed hash, without answer, time, session or person."""

    __tablename__ = "opinion_mark"

    digest: Mapped[str] = mapped_column(String(32), primary_key=True)


class Draw(Base):
    """A draw among the check-ins of an event on one day. seed: 64 hex digits, shown once it is drawn; its digest is shown
    from the beginning. entries: the numbers that took part, once it is drawn."""

    __tablename__ = "draw"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    winners: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    entries: Mapped[list[str] | None] = mapped_column(JSON)

    event: Mapped[Event] = relationship()
