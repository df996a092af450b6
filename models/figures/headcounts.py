"""Headcounts of everybody in the room, as rows, and the newest one of an event beside its visits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.db import Base, Instant, db
from models.events.tables import Occurrence
from models.figures.visits import of_event


class Headcount(Base):
    """Noted by a person (models.corrections.headcounts). at: when they were counted. undoes: the row that it takes back."""

    __tablename__ = "headcount"

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    heads: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("headcount.id"))


@dataclass(frozen=True)
class RoomCount:
    heads: int
    at: datetime


def latest_headcount(event_id: int) -> RoomCount | None:
    """The last headcount of an event that was not taken back; None: there is none."""
    taken_back = aliased(Headcount)
    row = db.session.execute(
        select(Headcount.heads, Headcount.at)
        .join(Occurrence, Occurrence.id == Headcount.occurrence_id)
        .where(of_event(event_id), Headcount.undoes.is_(None))
        .where(~select(taken_back.id).where(taken_back.undoes == Headcount.id).exists())
        .order_by(Headcount.at.desc(), Headcount.id.desc())
        .limit(1)
    ).first()
    return RoomCount(row.heads, row.at) if row else None
