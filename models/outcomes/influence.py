"""Influence of many events: their outcomes summed by kind. Online views are one of the kinds and never visits.

What an organizer stated counts. Where nobody stated a kind, the words of the event's published report stand for it: 800余份
is at least 800. Its attendance does not: people are counted by scans.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, or_, select

from models.db import db
from models.events.tables import EventReport
from models.outcomes.outcomes import MAX_NUMBER, Outcome, OutcomeKind, Precision
from models.outcomes.reported_number import lower_bound

REPORTS = {
    OutcomeKind.LEAFLETS: EventReport.materials,
    OutcomeKind.CONSULTATIONS: EventReport.consultations,
    OutcomeKind.VIEWS: EventReport.views,
}


@dataclass(frozen=True)
class OutcomeSum:
    """number: the sum of what was stated; at_least, about: whether some of it is a lower bound, or only about right.
    unnumbered: reports in words without a number, which are in no sum. events: how many have something. reported: those of them
    for which a published report speaks."""

    number: int = 0
    at_least: bool = False
    unnumbered: int = 0
    events: int = 0
    reported: int = 0
    about: bool = False


def influence(event_ids: Select[tuple[int]]) -> dict[OutcomeKind, OutcomeSum]:
    """The outcomes of events by kind, in the order of OutcomeKind."""
    query = (
        select(
            Outcome.kind,
            Outcome.precision,
            func.coalesce(func.sum(Outcome.number), 0),
            func.count() - func.count(Outcome.number),
            func.count(),
        )
        .where(Outcome.id.in_(_newest(event_ids)), Outcome.precision.is_not(None))
        .group_by(Outcome.kind, Outcome.precision)
    )
    sums: dict[OutcomeKind, OutcomeSum] = {}
    for kind, precision, number, unnumbered, events in db.session.execute(query):
        one = sums.get(kind, OutcomeSum())
        sums[kind] = OutcomeSum(
            one.number + int(number),
            one.at_least or precision == Precision.REPORTED,
            one.unnumbered + unnumbered,
            one.events + events,
            about=one.about or precision == Precision.ABOUT,
        )
    for kind, reported in _reported(event_ids):
        one = sums.get(kind, OutcomeSum())
        sums[kind] = replace(
            one,
            number=one.number + (reported or 0),
            at_least=True,
            unnumbered=one.unnumbered + (reported is None),
            events=one.events + 1,
            reported=one.reported + 1,
        )
    return {kind: sums[kind] for kind in OutcomeKind if kind in sums}


def _newest(event_ids: Select[tuple[int]]) -> Select[tuple[int]]:
    """The ids of the newest outcome of each event and kind."""
    query = select(func.max(Outcome.id)).where(Outcome.event_id.in_(event_ids))
    return query.group_by(Outcome.event_id, Outcome.kind)


def _reported(event_ids: Select[tuple[int]]) -> Iterator[tuple[OutcomeKind, int | None]]:
    """The lower bounds in the reports of events that stated nothing of the kind; None: words without a number."""
    worded = EventReport.event_id.in_(event_ids), or_(*(column != "" for column in REPORTS.values()))
    texts = db.session.execute(select(EventReport.event_id, *REPORTS.values()).where(*worded)).all()
    if not texts:
        return
    newest = _newest(select(EventReport.event_id).where(*worded))
    query = select(Outcome.event_id, Outcome.kind).where(
        Outcome.id.in_(newest), Outcome.precision.is_not(None), Outcome.kind.in_(REPORTS)
    )
    stated = {(event_id, kind) for event_id, kind in db.session.execute(query)}
    for event_id, *words in texts:
        for kind, text in zip(REPORTS, words, strict=True):
            if text and (event_id, kind) not in stated:
                number = lower_bound(text)
                yield kind, number if number is None or number <= MAX_NUMBER else None
