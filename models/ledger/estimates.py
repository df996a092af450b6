"""Estimates (rule 9): a stated total of an occurrence and a group, which adds only what exceeds the visits by other methods.

Rows are only added. Of an occurrence and a group the newest one is valid; one without heads withdraws it. What an estimate
adds stands in the counters and sums under the method `estimate`, and is computed anew whenever the other visits change.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, on_postgresql
from models.ledger.tables import Counter, Method

MAX_BASIS = 300

EstimateKey = tuple[int, str]  # occurrence id, group


class Estimate(Base):
    """heads: the stated total; None: the estimate before is withdrawn. basis: how it is known, or why it is withdrawn.
    day, hour: where in the figures what it adds is counted."""

    __tablename__ = "estimate"

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    group: Mapped[str] = mapped_column("audience", String(60))
    heads: Mapped[int | None]
    basis: Mapped[str] = mapped_column(String(MAX_BASIS))
    day: Mapped[date] = mapped_column(Date)
    hour: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class EstimateChange:
    """By how many visits what an estimate adds has changed."""

    occurrence_id: int
    day: date
    hour: int
    group: str
    visits: int


def changes_of(others: Mapping[EstimateKey, int]) -> list[EstimateChange]:
    """How the added parts change. others: by how many the visits by other methods change, which are not in the counters yet.

    Locks the estimates of these occurrences until the commit: whoever changes their counters computes one after the other."""
    newest = _newest(others)
    if not newest:
        return []
    added, counted = _counted(newest)
    changes = []
    for key, row in newest.items():
        due: dict[tuple[date, int], int] = {}
        if row.heads is not None:
            due[row.day, row.hour] = max(0, row.heads - counted[key] - others[key])
        for cell in sorted(due.keys() | added[key].keys()):
            visits = due.get(cell, 0) - added[key].get(cell, 0)
            if visits:
                changes.append(EstimateChange(key[0], *cell, key[1], visits))
    return changes


def _newest(keys: Mapping[EstimateKey, int]) -> dict[EstimateKey, Estimate]:
    ids = {occurrence_id for occurrence_id, _group in keys}
    query = select(Estimate).where(Estimate.occurrence_id.in_(ids)).order_by(Estimate.id)
    rows = db.session.scalars(query.with_for_update() if on_postgresql() else query)
    newest = {(row.occurrence_id, row.group): row for row in rows}
    return {key: row for key, row in newest.items() if key in keys}


def _counted(
    keys: Mapping[EstimateKey, object],
) -> tuple[dict[EstimateKey, dict[tuple[date, int], int]], dict[EstimateKey, int]]:
    """What the counters have: added by estimates, by day and hour; and visits by all other methods."""
    added: dict[EstimateKey, dict[tuple[date, int], int]] = defaultdict(dict)
    others: dict[EstimateKey, int] = defaultdict(int)
    cell = (Counter.occurrence_id, Counter.group, Counter.day, Counter.hour, Counter.method)
    query = select(*cell, func.sum(Counter.visits)).group_by(*cell)
    ids = {occurrence_id for occurrence_id, _group in keys}
    for occurrence_id, group, day, hour, method, visits in db.session.execute(
        query.where(Counter.occurrence_id.in_(ids))
    ):
        if method == Method.ESTIMATE:
            added[occurrence_id, group][day, hour] = int(visits)
        else:
            others[occurrence_id, group] += int(visits)
    return added, others
