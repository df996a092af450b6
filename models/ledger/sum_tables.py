"""The sums behind the figures: few rows, whatever the number of scans. Derived; models.figures.recount checks them."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, enumeration
from models.ledger.tables import METHODS


class SumKind(StrEnum):
    """What a sum is of: everything, or one value of a dimension."""

    TOTAL = "total"
    REGION = "region"
    LINE = "line"
    EVENT = "event"
    AUDIENCE = "audience"
    DAY = "day"


# They follow the event: see EventPlacement.
PLACED_KINDS = (SumKind.REGION, SumKind.LINE, SumKind.EVENT)
VISIT_COLUMNS = tuple(f"visits_{method}" for method in METHODS)
SUM_COLUMNS = (*VISIT_COLUMNS, "taken", "participants")
TAKEN, PARTICIPANTS = len(VISIT_COLUMNS), len(VISIT_COLUMNS) + 1  # positions in SUM_COLUMNS


class EventPlacement(Base):
    """Under what an event with visits is counted in FigureSum. kept_id: the event that stands for it, itself unless it was
    merged; region_code and line: of that event and its lead; "": not known."""

    __tablename__ = "event_placement"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    kept_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(6))
    line: Mapped[str] = mapped_column(String(60))


class FigureSum(Base):
    """Visits by method, and participants, of one value: "" for the total and for what is not known, the event's id, the day as
    2024-04-22. A sum is spread over several rows, its stripes, so that concurrent check-ins do not wait for one row."""

    __tablename__ = "figure_sum"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    kind: Mapped[SumKind] = mapped_column(enumeration(SumKind, 8), primary_key=True)
    value: Mapped[str] = mapped_column(String(60), primary_key=True)
    stripe: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visits_pass: Mapped[int] = mapped_column(default=0)
    visits_rotating: Mapped[int] = mapped_column(default=0)
    visits_printed: Mapped[int] = mapped_column(default=0)
    visits_touch: Mapped[int] = mapped_column(default=0)
    visits_tally: Mapped[int] = mapped_column(default=0)
    visits_estimate: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    participants: Mapped[int] = mapped_column(default=0)
