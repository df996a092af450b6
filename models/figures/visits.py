"""Visits (人次), summed from the counters: one pass, browser, touch or tallied head, once per occurrence and campaign day."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import Occurrence
from models.figures.dimensions import columns
from models.figures.filters import FiguresFilter, apply_filter
from models.ledger.tables import METHODS, Counter


def visit_rows(campaign: Campaign, by: Sequence[str], part: FiguresFilter) -> dict[tuple, dict]:
    """One row per combination of `by` that has visits: the dimensions by name, visits, methods, taken."""
    keys, sums = columns(Counter, by), (func.sum(Counter.visits), func.sum(Counter.taken))
    query = apply_filter(select(*keys, Counter.method, *sums), Counter, campaign, part)
    rows: dict[tuple, dict] = {}
    for *key, method, visits, taken in db.session.execute(query.group_by(*keys, Counter.method)):
        if not visits:
            continue
        row = rows.setdefault(
            tuple(key),
            {
                **dict(zip(by, key, strict=True)),
                "visits": 0,
                "methods": dict.fromkeys(METHODS, 0),
                "taken": 0,
            },
        )
        row["methods"][method] += int(visits)
        row["visits"] += int(visits)
        row["taken"] += int(taken)
    return rows


def visits_of(event_ids: Iterable[int]) -> dict[int, int]:
    """The visits of each of these events. An event without any is left out."""
    query = (
        select(Occurrence.event_id, func.sum(Counter.visits))
        .select_from(Counter)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .where(Occurrence.event_id.in_(set(event_ids)))
        .group_by(Occurrence.event_id)
    )
    return {event_id: int(visits) for event_id, visits in db.session.execute(query)}
