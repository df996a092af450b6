"""Recount the ledger and compare every stored counter with it.

The recount is SQL over the rows of the ledger. It shares no arithmetic with models.ledger.visit and models.checkin.store,
so that an error in either of them shows as a difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, Subquery, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from models.campaigns.tables import Campaign
from models.db import db, snapshot
from models.events.tables import Event, Occurrence
from models.ledger.in_effect import counts, undo_of
from models.ledger.tables import (
    HELD_BACK,
    Counter,
    Decision,
    Direction,
    Presence,
    Review,
    Scan,
    ScanKind,
    Verdict,
)

COUNTED = ("visits", "taken", "inside")  # columns of Counter, in this order
ANONYMOUS = "s:%"  # holders of touches and tallies: one for each scan


@dataclass(frozen=True)
class Difference:
    """One stored value that differs from the recount. where: the key of the row and the name of the column."""

    table: str
    where: str
    stored: object
    recounted: object


@dataclass(frozen=True)
class Recount:
    """The result of a recount. visits: as recounted."""

    scans: int
    visits: int
    differences: list[Difference]

    @property
    def agrees(self) -> bool:
        return not self.differences


def verify(campaign: Campaign) -> Recount:
    """Recount a campaign in one read transaction."""
    with snapshot():
        holders = _holders(_effective(campaign)).subquery()
        cells = _recount(holders)
        differences = [*_compare_counters(campaign, cells), *_compare_presences(campaign, holders)]
        scan_count = select(func.count()).select_from(Scan).where(Scan.campaign_id == campaign.id)
        scans = db.session.scalars(scan_count).one()
    return Recount(scans, sum(sums[0] for sums in cells.values()), differences)


def _effective(campaign: Campaign) -> Select:
    """The scans that count, of kind in and out: not undone, not held back, or accepted by a person."""
    undo = aliased(Scan)
    newest = select(func.max(Review.id)).where(Review.scan_id == Scan.id).correlate(Scan).scalar_subquery()
    decision = select(Review.decision).where(Review.id == newest).correlate(Scan).scalar_subquery()
    undone = exists(
        select(undo.number).where(
            undo.undoes == Scan.id,
            undo.kind == ScanKind.UNDO,
            undo.verdict == Verdict.STORED,
            undo.number.not_in(_ineffective_undos(campaign)),
        )
    ).correlate(Scan)
    not_held_back = Scan.flags.bitwise_and(int(HELD_BACK)) == 0
    return select(Scan).where(
        Scan.campaign_id == campaign.id,
        Scan.kind != ScanKind.UNDO,
        Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT)),
        ~undone,
        or_(decision == Decision.ACCEPT, and_(decision.is_(None), not_held_back)),
    )


def _ineffective_undos(campaign: Campaign) -> list[int]:
    """Numbers of the stored undos without effect: out of their reach, or held back.

    Decided in Python: they are few, and SQLite and PostgreSQL subtract instants differently."""
    target = aliased(Scan)
    rows = db.session.execute(
        select(Scan, target.kiosk_id, target.event_id, target.at)
        .join(target, target.id == Scan.undoes)
        .where(Scan.campaign_id == campaign.id, Scan.kind == ScanKind.UNDO, Scan.verdict == Verdict.STORED)
    ).all()
    oldest_first = db.session.execute(
        select(Review.scan_id, Review.decision)
        .join(Scan, Scan.id == Review.scan_id)
        .where(Scan.campaign_id == campaign.id, Scan.kind == ScanKind.UNDO)
        .order_by(Review.id)
    )
    decisions = {row.scan_id: row.decision for row in oldest_first}
    return [
        undo.number
        for undo, kiosk_id, event_id, at in rows
        if not (counts(undo.flags, decisions.get(undo.id)) and undo_of(undo).reaches(kiosk_id, event_id, at))
    ]


def _holders(effective: Select) -> Select:
    """One row for each holder at an occurrence on a day: its first scan in (else its only scan out), the largest headcount
    of its scans in, and how many are inside."""
    row = effective.subquery()
    holder_day = (row.c.occurrence_id, row.c.day, row.c.holder)
    arrives = row.c.direction == Direction.IN
    ranked = select(
        row,
        func.max(case((arrives, row.c.headcount), else_=0)).over(partition_by=holder_day).label("weight"),
        func.row_number()
        .over(partition_by=holder_day, order_by=(case((arrives, 0), else_=1), row.c.at, row.c.id))
        .label("place"),
        func.first_value(row.c.direction)
        .over(partition_by=holder_day, order_by=(row.c.at.desc(), row.c.id.desc()))
        .label("last"),
    ).subquery()
    alone = ranked.c.holder.like(ANONYMOUS)
    left = case((and_(alone, ranked.c.weight == 0), -ranked.c.headcount), else_=0)
    inside = case((ranked.c.last == Direction.OUT, left), else_=ranked.c.weight)
    return select(ranked, (~alone).label("identified"), inside.label("inside")).where(
        ranked.c.place == 1, or_(ranked.c.weight > 0, inside != 0)
    )


def _recount(holders: Subquery) -> dict[tuple, tuple[int, ...]]:
    """COUNTED by occurrence, day, hour, group and method."""
    cells = (holders.c.occurrence_id, holders.c.day, holders.c.hour, holders.c.audience, holders.c.method)
    taken = func.sum(case((holders.c.taken, holders.c.weight), else_=0))
    sums = (func.sum(holders.c.weight), taken, func.sum(holders.c.inside))
    rows = db.session.execute(select(*cells, *sums).group_by(*cells))
    return _by_cell(rows)


def _by_cell(rows: Iterable) -> dict[tuple, tuple[int, ...]]:
    cells = {tuple(row[:5]): tuple(map(int, row[5:])) for row in rows}
    return {cell: sums for cell, sums in cells.items() if any(sums)}


def _compare_counters(campaign: Campaign, recounted: dict[tuple, tuple[int, ...]]) -> list[Difference]:
    cells = (Counter.occurrence_id, Counter.day, Counter.hour, Counter.group, Counter.method)
    rows = db.session.execute(
        select(*cells, Counter.visits, Counter.taken, Counter.inside)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id)
    )
    stored, zeros = _by_cell(rows), (0,) * len(COUNTED)
    differences = []
    for cell in sorted(stored.keys() | recounted.keys(), key=str):
        pairs = zip(COUNTED, stored.get(cell, zeros), recounted.get(cell, zeros), strict=True)
        where = " ".join(map(str, cell))
        differences += [
            Difference("counter", f"{where} {name}", left, right)
            for name, left, right in pairs
            if left != right
        ]
    return differences


def _compare_presences(campaign: Campaign, holders: Subquery) -> list[Difference]:
    """Every presence against the rows of its holder, and every holder against the presences. Participants depend on both."""
    presences = select(Presence).join(Occurrence, Occurrence.id == Presence.occurrence_id)
    stored = (
        presences.join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id)
        .subquery()
    )
    same = and_(*(stored.c[name] == holders.c[name] for name in ("occurrence_id", "day", "holder")))
    visit = case((holders.c.weight > 0, holders.c.id))
    pairs = {
        "visit": (stored.c.visit_id, visit),
        "weight": (stored.c.weight, func.coalesce(holders.c.weight, 0)),
        "inside": (stored.c.inside, func.coalesce(holders.c.inside, 0)),
        "taken": (stored.c.taken, func.coalesce(and_(holders.c.taken, holders.c.weight > 0), false())),
        "identified": (stored.c.identified, func.coalesce(holders.c.identified, stored.c.identified)),
        **{name: (stored.c[name], holders.c[name]) for name in ("audience", "method", "hour")},
    }
    differs = or_(*(left.is_distinct_from(right) for left, right in pairs.values()))
    key = (stored.c.occurrence_id, stored.c.day)
    sides = [side for pair in pairs.values() for side in pair]
    differences = []
    for occurrence_id, day, *values in db.session.execute(
        select(*key, *sides).outerjoin(holders, same).where(differs)
    ):
        for name, left, right in zip(pairs, values[::2], values[1::2], strict=True):
            if left != right:
                differences.append(Difference("presence", f"{occurrence_id} {day} {name}", left, right))
    missing = select(holders.c.occurrence_id, holders.c.day, holders.c.weight).outerjoin(stored, same)
    for occurrence_id, day, weight in db.session.execute(missing.where(stored.c.id.is_(None))):
        differences.append(Difference("presence", f"{occurrence_id} {day} weight", 0, weight))
    return differences
