"""Which rows of the ledger count, after undos and reviews. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from models.db import db
from models.devices.kiosks import Kiosk
from models.events.merges import with_standing
from models.ledger.tables import HELD_BACK, Decision, Review, Scan, ScanKind, Verdict

UNDO_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Undo:
    """A stored undo. supervised: the ids of the events that a supervisor's device served at the time of the undo; empty for
    other devices."""

    kiosk_id: int | None
    at: datetime
    supervised: frozenset[int] = frozenset()

    def reaches(self, kiosk_id: int | None, event_id: int | None, at: datetime) -> bool:
        """Whether it undoes a scan of this device at this event and time: one of its own within UNDO_WITHIN, or one at a
        supervised event. A target may arrive after its undo, so both the check-in and the recount ask this."""
        own = self.kiosk_id == kiosk_id and self.at - at <= UNDO_WITHIN
        return own or event_id in self.supervised


def undos_of(ids: Iterable[UUID]) -> dict[UUID, list[Undo]]:
    """The stored undos of these scans that count, by the id of the scan."""
    undos: dict[UUID, list[Undo]] = defaultdict(list)
    query = select(Scan).where(
        Scan.undoes.in_(set(ids)), Scan.kind == ScanKind.UNDO, Scan.verdict == Verdict.STORED
    )
    rows = db.session.scalars(query).all()
    decisions = newest_decisions(row.id for row in rows) if rows else {}
    for row in rows:
        if row.undoes is not None and counts(row.flags, decisions.get(row.id)):
            undos[row.undoes].append(undo_of(row))
    return undos


def undo_of(row: Scan) -> Undo:
    """A stored row of kind undo as an Undo. Reads the kiosk of a supervisor."""
    kiosk = db.session.get(Kiosk, row.kiosk_id) if row.supervisor and row.kiosk_id else None
    return Undo(row.kiosk_id, row.at, with_standing(kiosk.event_ids_at(row.at)) if kiosk else frozenset())


def counts(flags: int, decision: str | None) -> bool:
    """Whether a stored row counts unless it is undone. decision: the newest one of a person; it overrides the flags."""
    return decision == Decision.ACCEPT if decision else not flags & HELD_BACK


def in_effect(rows: Collection[Scan]) -> set[UUID]:
    """The ids of those stored or repeat rows that count. What undoes a scan undoes the row that took its place, too."""
    ids = [row.id for row in rows]
    first = _first_rows(row.moved_from for row in rows if row.moved_from is not None)
    undos, decisions = (undos_of([*ids, *first]), newest_decisions(ids)) if ids else ({}, {})

    def undone(row: Scan) -> bool:
        reached = {row.id: (row.kiosk_id, row.event_id, row.at)}
        if row.moved_from is not None:
            reached[row.moved_from] = first[row.moved_from]
        return any(undo.reaches(*target) for id, target in reached.items() for undo in undos.get(id, ()))

    return {row.id for row in rows if counts(row.flags, decisions.get(row.id)) and not undone(row)}


def moved_rows(ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """The rows that took the place of these scans at other sessions: id and presence id, by the id of the scan."""
    moved: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    if ids:
        query = select(Scan.moved_from, Scan.id, Scan.presence_id).where(Scan.moved_from.in_(ids))
        for moved_from, id, presence_id in db.session.execute(query):
            if moved_from is not None and presence_id is not None:
                moved[moved_from].append((id, presence_id))
    return moved


def _first_rows(ids: Iterable[UUID]) -> dict[UUID, tuple[int | None, int | None, datetime]]:
    """Device, event and time of the scans whose place other rows took."""
    moved = set(ids)
    if not moved:
        return {}
    query = select(Scan.id, Scan.kiosk_id, Scan.event_id, Scan.at).where(Scan.id.in_(moved))
    return {row.id: (row.kiosk_id, row.event_id, row.at) for row in db.session.execute(query)}


def rows_in_effect(presence_ids: Iterable[int]) -> list[Scan]:
    """The entries of these presences that count."""
    ids = set(presence_ids)
    if not ids:
        return []
    counted = Scan.kind != ScanKind.UNDO, Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT))
    query = select(Scan).where(Scan.presence_id.in_(ids), *counted)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    effective = in_effect(rows)
    return [row for row in rows if row.id in effective]


def newest_decisions(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The newest decision on each of these scans that was reviewed."""
    rows = db.session.execute(
        select(Review.scan_id, Review.decision).where(Review.scan_id.in_(set(ids))).order_by(Review.id)
    )
    return {row.scan_id: row.decision for row in rows}
