"""What tables of exports share: rows read in batches, each in a short transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from models import clock
from models.campaigns.tables import Campaign
from models.db import db

BATCH = 1000
Entity = TypeVar("Entity")


@dataclass(frozen=True)
class Table:
    """heads in the reader's language; count: of the rows, for the progress."""

    heads: list[str]
    count: int
    rows: Iterator[list[object]]


def batches(query: Select[tuple[Entity]], key: InstrumentedAttribute[int]) -> Iterator[list[Entity]]:
    """In the order of the key. No transaction is open while a batch is written."""
    last = 0
    while True:
        batch: list[Any] = list(
            db.session.scalars(query.where(key > last).order_by(key).limit(BATCH)).unique()
        )
        if not batch:
            return
        last = getattr(batch[-1], key.key)
        yield batch
        db.session.commit()


def row_count(query: Select) -> int:
    return db.session.scalars(select(func.count()).select_from(query.order_by(None).subquery())).one()


def time_text(instant: datetime | None, campaign: Campaign) -> str:
    """As a spreadsheet reads it, in the campaign's zone."""
    return instant.astimezone(clock.zone(campaign.zone)).strftime("%Y-%m-%d %H:%M:%S") if instant else ""
