"""Recount the ledger and compare every stored counter with it.

The recount is SQL over the ledger's rows alone, written independently of the admission's own arithmetic.
"""

from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.base import db
from models.campaign import Campaign
from models.events import Event, Occurrence
from models.ledger import ACCEPT, HELD, IN, REPEAT, STORED, UNDO, Counter, Presence, Ruling, Scan
from models.rules import UNDO_WITHIN


@dataclass(frozen=True)
class Difference:
    """One place where a stored counter and the ledger disagree."""

    table: str
    where: str
    stored: int
    recounted: int


@dataclass(frozen=True)
class Verdict:
    """What a recount found. visits: by the ledger."""

    scans: int
    visits: int
    differences: list[Difference]

    @property
    def agrees(self) -> bool:
        return not self.differences


def verify(campaign: Campaign) -> Verdict:
    """Recount a campaign. Reads everything; writes nothing."""
    counted = _effective(campaign).subquery()
    visits = _recount(counted)
    differences = [*_compare_counters(campaign, visits), *_compare_presences(campaign, counted)]
    scans = db.session.scalar(select(func.count()).select_from(Scan).where(Scan.campaign_id == campaign.id))
    return Verdict(scans, sum(visits.values()), differences)


def _effective(campaign: Campaign):
    """The arrivals that count, each with its rank among its holder's and the largest headcount of them."""
    undo = aliased(Scan)
    # Both databases subtract instants differently; the limit is checked in Python for the few rows that have an undo.
    reached = _reached_undos(campaign)
    newest = select(func.max(Ruling.id)).where(Ruling.scan_id == Scan.id).correlate(Scan).scalar_subquery()
    ruling = select(Ruling.decision).where(Ruling.id == newest).correlate(Scan).scalar_subquery()
    has_undo = exists(select(undo.number).where(undo.undoes == Scan.id, undo.number.in_(reached))).correlate(
        Scan
    )
    not_held = Scan.flags.bitwise_and(int(HELD)) == 0
    own = (Scan.occurrence_id, Scan.day, Scan.holder)
    return select(
        Scan.id.label("id"),
        Scan.occurrence_id.label("occurrence_id"),
        Scan.day.label("day"),
        Scan.holder.label("holder"),
        Scan.hour.label("hour"),
        Scan.group.label("audience"),
        Scan.method.label("method"),
        func.max(Scan.headcount).over(partition_by=own).label("weight"),
        func.row_number().over(partition_by=own, order_by=(Scan.at, Scan.id)).label("place"),
    ).where(
        Scan.campaign_id == campaign.id,
        Scan.kind != UNDO,
        Scan.verdict.in_((STORED, REPEAT)),
        Scan.direction == IN,
        ~has_undo,
        or_(ruling == ACCEPT, and_(ruling.is_(None), not_held)),
    )


def _reached_undos(campaign: Campaign) -> list[int]:
    """Numbers of the undo rows that take effect: by a supervisor, or of an own scan within 15 minutes."""
    undo, target = aliased(Scan), aliased(Scan)
    rows = db.session.execute(
        select(undo.number, undo.supervisor, undo.kiosk_id, undo.at, target.kiosk_id, target.at)
        .join(target, target.id == undo.undoes)
        .where(undo.campaign_id == campaign.id, undo.kind == UNDO, undo.verdict == STORED)
    )
    return [
        number
        for number, supervisor, kiosk, at, target_kiosk, target_at in rows
        if supervisor or (kiosk == target_kiosk and at - target_at <= UNDO_WITHIN)
    ]


def _recount(counted) -> dict[tuple, int]:
    cells = (counted.c.occurrence_id, counted.c.day, counted.c.hour, counted.c.audience, counted.c.method)
    firsts = case((counted.c.place == 1, counted.c.weight), else_=0)
    rows = db.session.execute(select(*cells, func.sum(firsts)).group_by(*cells))
    return {tuple(cell): int(visits) for *cell, visits in rows if visits}


def _compare_counters(campaign: Campaign, recounted: dict[tuple, int]) -> list[Difference]:
    cells = (Counter.occurrence_id, Counter.day, Counter.hour, Counter.group, Counter.method)
    rows = db.session.execute(
        select(*cells, Counter.visits)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id)
    )
    stored = {tuple(cell): visits for *cell, visits in rows if visits}
    return [
        Difference("counter", " ".join(map(str, cell)), stored.get(cell, 0), recounted.get(cell, 0))
        for cell in sorted(stored.keys() | recounted.keys(), key=str)
        if stored.get(cell, 0) != recounted.get(cell, 0)
    ]


def _compare_presences(campaign: Campaign, counted) -> list[Difference]:
    """Every presence against its holder's first effective row: participants rest on these."""
    first = select(counted).where(counted.c.place == 1).subquery()
    mine = select(Presence, Occurrence.event_id).join(Occurrence, Occurrence.id == Presence.occurrence_id)
    stored = (
        mine.join(Event, Event.id == Occurrence.event_id).where(Event.campaign_id == campaign.id).subquery()
    )
    rows = db.session.execute(
        select(stored.c.occurrence_id, stored.c.day, stored.c.weight, first.c.weight)
        .outerjoin(
            first,
            and_(
                first.c.occurrence_id == stored.c.occurrence_id,
                first.c.day == stored.c.day,
                first.c.holder == stored.c.holder,
            ),
        )
        .where(
            or_(
                stored.c.weight != func.coalesce(first.c.weight, 0),
                stored.c.visit_id.is_distinct_from(first.c.id),
            )
        )
    )
    return [
        Difference("presence", f"{occurrence_id} {day}", weight, recounted or 0)
        for occurrence_id, day, weight, recounted in rows
    ]
