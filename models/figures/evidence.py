"""What stands behind a figure: methods, devices and codes, hours, corrections, and the events with their rows."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import Event
from models.figures.by_source import SourceVisits, visits_by_source_of
from models.figures.crossing import MethodVisits
from models.figures.filters import FiguresFilter, apply_filter
from models.figures.live import HourVisits, hours_by_day
from models.figures.visits import visit_rows
from models.ledger.tables import METHODS, Decision, Method, Review, Scan, ScanKind, Verdict

MOST_EVENTS = 200


@dataclass(frozen=True)
class Corrections:
    """Rows that change or do not change a figure. undone: entries that a device took back; set_aside and accepted: by a
    person; moved: booked at another session; repeats and refused: attempts that add nothing; estimated: visits that were
    declared afterwards."""

    undone: int
    set_aside: int
    accepted: int
    moved: int
    repeats: int
    refused: int
    estimated: int


@dataclass(frozen=True)
class EventVisits:
    """An event with visits, its rows one click away."""

    event_id: int
    title: str
    visits: int


@dataclass(frozen=True)
class Evidence:
    """Everything behind one figure. sources: visits without those declared afterwards, which no device made. taken: visits
    by passes that visitors took themselves. events: the largest, at most MOST_EVENTS of event_count."""

    total: MethodVisits
    sources: list[SourceVisits]
    hours: dict[date, list[HourVisits]]
    taken: int
    corrections: Corrections
    events: list[EventVisits]
    event_count: int


def evidence_of(campaign: Campaign, part: FiguresFilter) -> Evidence:
    methods: dict[str, int] = dict.fromkeys(METHODS, 0)
    taken = 0
    for row in visit_rows(campaign, ("method",), part).values():
        methods[row["method"]] += row["visits"]
        taken += row["taken"]
    hours = visit_rows(campaign, ("day", "hour"), part)
    by_event = {key[0]: row["visits"] for key, row in visit_rows(campaign, ("event",), part).items()}
    largest = sorted(by_event, key=lambda id: (-by_event[id], id))[:MOST_EVENTS]
    query = select(Event.id, Event.title).where(Event.id.in_(largest))
    titles = dict(db.session.execute(query).tuples().all())
    return Evidence(
        MethodVisits(methods),
        visits_by_source_of(campaign, part),
        hours_by_day(hours.values()),
        taken,
        _corrections(campaign, part, methods[Method.ESTIMATE]),
        [EventVisits(id, titles[id], by_event[id]) for id in largest],
        len(by_event),
    )


def _corrections(campaign: Campaign, part: FiguresFilter, estimated: int) -> Corrections:
    undone, other = aliased(Scan), aliased(Scan)
    newest = select(func.max(Review.id)).group_by(Review.scan_id)
    out = select(Review.scan_id).where(Review.id.in_(newest), Review.decision == Decision.SET_ASIDE)
    # A move sets a row aside and its undoing accepts it again: both are told as moves, not as decisions on the scan.
    root = func.coalesce(Scan.moved_from, Scan.id)
    is_elsewhere = exists().where(
        or_(other.moved_from == root, other.id == Scan.moved_from), other.id != Scan.id, other.id.not_in(out)
    )
    was_moved = exists().where(other.moved_from == Scan.id)

    def rows(*conditions: ColumnElement[bool]) -> int:
        query = apply_filter(select(func.count()).where(*conditions), Scan, campaign, part)
        return db.session.scalar(query) or 0

    accepted = select(Review.scan_id).where(Review.id.in_(newest), Review.decision == Decision.ACCEPT)
    taken_back = select(undone.number).where(undone.undoes == Scan.id, undone.verdict == Verdict.STORED)
    return Corrections(
        rows(Scan.kind != ScanKind.UNDO, taken_back.exists()),
        rows(Scan.id.in_(out), ~is_elsewhere),
        rows(Scan.id.in_(accepted), ~was_moved),
        rows(Scan.moved_from.is_not(None), Scan.id.not_in(out)),
        rows(Scan.verdict == Verdict.REPEAT),
        rows(Scan.verdict == Verdict.REFUSED),
        estimated,
    )
