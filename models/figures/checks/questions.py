"""The questions about events, read from the ledger for a page of events at a time, with the answers that people gave."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from models.db import db
from models.events.tables import Event, Occurrence
from models.figures.checks.answers import CheckAnswer, answers_of
from models.figures.checks.kinds import EventRows, Question, Row, questions_of
from models.figures.headcounts import Headcount
from models.ledger.estimates import Estimate
from models.ledger.network_counts import bursts
from models.ledger.sum_tables import EventPlacement
from models.ledger.tables import Counter, Method, Presence, Scan, ScanKind, Verdict

EVENTS_AT_ONCE = 100


@dataclass(frozen=True)
class OpenQuestion:
    """A question with its answers, the newest first, which is valid."""

    question: Question
    event: Event
    answers: Sequence[CheckAnswer]


def questions(event_ids: Sequence[int]) -> list[OpenQuestion]:
    """The questions about these events, unanswered ones and those with the most visits first."""
    asked = [
        one
        for start in range(0, len(event_ids), EVENTS_AT_ONCE)
        for one in _of_some(event_ids[start : start + EVENTS_AT_ONCE])
    ]
    events = {
        event.id: event
        for event in db.session.scalars(select(Event).where(Event.id.in_({one.event_id for one in asked})))
    }
    answers = answers_of(set(events))
    rows = [
        OpenQuestion(one, events[one.event_id], answers.get((one.event_id, one.kind, one.key), ()))
        for one in asked
    ]
    return sorted(
        rows, key=lambda row: (len(row.answers) > 0, -row.question.visits, row.event.id, row.question.kind)
    )


def _of_some(event_ids: Sequence[int]) -> list[Question]:
    placed = select(EventPlacement.event_id).where(EventPlacement.kept_id.in_(event_ids))
    ours = Occurrence.event_id.in_(placed)
    rows = _rows(ours)
    capacity, estimates, headcounts = _capacities(ours), _estimates(ours), _headcounts(ours)
    elsewhere, found = _elsewhere(event_ids), bursts(event_ids)
    return [
        question
        for event_id in event_ids
        for question in questions_of(
            EventRows(
                event_id,
                rows.get(event_id, []),
                capacity,
                estimates.get(event_id, []),
                headcounts.get(event_id, {}),
                elsewhere.get(event_id, {}),
                found.get(event_id, ()),
            )
        )
    ]


def _rows(ours: ColumnElement[bool]) -> dict[int, list[Row]]:
    """The rows of each event by time."""
    query = (
        select(
            EventPlacement.kept_id,
            Scan.kind,
            Scan.occurrence_id,
            Scan.kiosk_id,
            Scan.code_number,
            Scan.holder,
            Scan.pass_id,
            func.coalesce(Presence.weight, 0),
            Scan.at,
            Scan.received_at,
            Scan.day,
            Scan.flags,
        )
        .join(Occurrence, Occurrence.id == Scan.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .outerjoin(Presence, and_(Presence.id == Scan.presence_id, Presence.visit_id == Scan.id))
        .where(ours, Scan.kind != ScanKind.UNDO, Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT)))
        .order_by(Scan.at, Scan.number)
    )
    rows: dict[int, list[Row]] = defaultdict(list)
    for event_id, kind, occurrence, kiosk, code, holder, *rest in db.session.execute(query):
        rows[event_id].append(Row(kind, occurrence, kiosk, code, holder or "", *rest))
    return rows


def _capacities(ours: ColumnElement[bool]) -> dict[int, int]:
    query = select(Occurrence.id, func.coalesce(Occurrence.capacity, 0)).where(
        ours, Occurrence.capacity.is_not(None)
    )
    return dict(db.session.execute(query).tuples().all())


def _estimates(ours: ColumnElement[bool]) -> dict[int, list[tuple[int, int]]]:
    """Of each event the valid estimates, and what each adds."""
    newest = select(func.max(Estimate.id)).group_by(Estimate.occurrence_id, Estimate.group)
    added = (
        select(func.sum(Counter.visits))
        .where(
            Counter.occurrence_id == Estimate.occurrence_id,
            Counter.group == Estimate.group,
            Counter.method == Method.ESTIMATE,
        )
        .correlate(Estimate)
        .scalar_subquery()
    )
    query = (
        select(EventPlacement.kept_id, Estimate.heads, func.coalesce(added, 0))
        .join(Occurrence, Occurrence.id == Estimate.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .where(ours, Estimate.id.in_(newest), Estimate.heads.is_not(None))
    )
    stated: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for event_id, heads, visits in db.session.execute(query.order_by(Estimate.id)):
        stated[event_id].append((heads, int(visits)))
    return stated


def _headcounts(ours: ColumnElement[bool]) -> dict[int, dict[int, int]]:
    """Of each event the largest headcount of each occurrence that was not taken back."""
    taken_back = aliased(Headcount)
    query = (
        select(EventPlacement.kept_id, Headcount.occurrence_id, func.max(Headcount.heads))
        .join(Occurrence, Occurrence.id == Headcount.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .where(ours, Headcount.undoes.is_(None))
        .where(~select(taken_back.id).where(taken_back.undoes == Headcount.id).exists())
        .group_by(EventPlacement.kept_id, Headcount.occurrence_id)
    )
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for event_id, occurrence, heads in db.session.execute(query):
        counts[event_id][occurrence] = heads
    return counts


def _elsewhere(event_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Of each event the devices that counted there and in another region in the same hour, and in how many hours."""
    hours = (
        select(Scan.kiosk_id, Scan.day, Scan.hour, EventPlacement.kept_id, EventPlacement.region_code)
        .join(Occurrence, Occurrence.id == Scan.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .where(Scan.kiosk_id.is_not(None), Scan.presence_id.is_not(None))
        .distinct()
    )
    here = hours.where(EventPlacement.kept_id.in_(event_ids)).subquery()
    there = hours.where(Scan.kiosk_id.in_(select(here.c.kiosk_id))).subquery()
    query = (
        select(here.c.kept_id, here.c.kiosk_id, func.count())
        .join(
            there,
            and_(there.c.kiosk_id == here.c.kiosk_id, there.c.day == here.c.day, there.c.hour == here.c.hour),
        )
        .where(there.c.region_code != here.c.region_code)
        .group_by(here.c.kept_id, here.c.kiosk_id)
    )
    devices: dict[int, dict[int, int]] = defaultdict(dict)
    for event_id, kiosk, count in db.session.execute(query):
        devices[event_id][kiosk] = count
    return devices
