"""Visits (人次), summed from the counters: one pass, browser, touch or tallied head, once per occurrence and campaign day."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select

from models.campaigns.tables import Campaign
from models.db import db
from models.events.merges import merged_ids
from models.events.tables import Event, Occurrence
from models.figures.dimensions import columns
from models.figures.filters import FiguresFilter, apply_filter
from models.ledger.sum_tables import VISIT_COLUMNS, FigureSum, SumKind
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
    """The visits of each of these events, those of the events merged into it included. An event without any is left out."""
    visits = func.sum(sum((getattr(FigureSum, name) for name in VISIT_COLUMNS), literal(0)))
    same_event = and_(
        FigureSum.campaign_id == Event.campaign_id,
        FigureSum.kind == SumKind.EVENT,
        FigureSum.value == cast(Event.id, String),
    )
    query = select(Event.id, visits).join(FigureSum, same_event).where(Event.id.in_(set(event_ids)))
    return {id: int(total) for id, total in db.session.execute(query.group_by(Event.id)) if total}


def of_event(event_id: int) -> ColumnElement[bool]:
    """The condition on Occurrence that it is of an event, or of one merged into it."""
    return or_(Occurrence.event_id == event_id, Occurrence.event_id.in_(merged_ids([event_id])))


def visits_of_sessions(event_id: int) -> dict[int, int]:
    """The visits of each session of an event and of those merged into it, by occurrence id."""
    query = (
        select(Counter.occurrence_id, func.sum(Counter.visits))
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .where(of_event(event_id))
        .group_by(Counter.occurrence_id)
    )
    return {id: int(visits) for id, visits in db.session.execute(query)}
