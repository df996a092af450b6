"""Influence of many events: their outcomes summed by kind. Online views are one of the kinds and never visits."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from models.db import db
from models.outcomes.outcomes import Outcome, OutcomeKind, Precision


@dataclass(frozen=True)
class OutcomeSum:
    """number: the sum of what was stated; at_least: whether some of it is a lower bound or only about right. unnumbered:
    reports in words without a number, which are in no sum. events: how many stated something."""

    number: int
    at_least: bool
    unnumbered: int
    events: int


def influence(event_ids: Select[tuple[int]]) -> dict[OutcomeKind, OutcomeSum]:
    """The outcomes of events by kind, in the order of OutcomeKind."""
    of_events = Outcome.event_id.in_(event_ids)
    newest = select(func.max(Outcome.id)).where(of_events).group_by(Outcome.event_id, Outcome.kind)
    query = (
        select(
            Outcome.kind,
            Outcome.precision,
            func.coalesce(func.sum(Outcome.number), 0),
            func.count() - func.count(Outcome.number),
            func.count(),
        )
        .where(Outcome.id.in_(newest), Outcome.precision.is_not(None))
        .group_by(Outcome.kind, Outcome.precision)
    )
    sums: dict[OutcomeKind, OutcomeSum] = {}
    for kind, precision, number, unnumbered, events in db.session.execute(query):
        one = sums.get(kind, OutcomeSum(0, False, 0, 0))
        sums[kind] = OutcomeSum(
            one.number + int(number),
            one.at_least or precision != Precision.EXACT,
            one.unnumbered + unnumbered,
            one.events + events,
        )
    return {kind: sums[kind] for kind in OutcomeKind if kind in sums}
