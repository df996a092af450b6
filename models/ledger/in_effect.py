"""Which kept rows are in effect: what undos take out, and what a person's rulings say. Reads the ledger, writes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from models.db import db
from models.devices.kiosks import Kiosk
from models.events.merges import with_standing
from models.ledger.tables import HELD, Decision, Ruling, Scan, ScanKind, Verdict

UNDO_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Undo:
    """An undo that was answered "stored", as far as its effect goes. supervised: the events that a supervisor's
    device served then; empty for other devices."""

    kiosk_id: int | None
    at: datetime
    supervised: frozenset[int] = frozenset()

    def reaches(self, kiosk_id: int | None, event_id: int | None, at: datetime) -> bool:
        """Whether it takes out a scan of this device at this event and time: an own one within 15 minutes, or one at
        an event that it supervises. Asked again when the target arrives after its undo, so never of the desk alone."""
        own = self.kiosk_id == kiosk_id and self.at - at <= UNDO_WITHIN
        return own or event_id in self.supervised


def undos_of(ids: Iterable[UUID]) -> dict[UUID, list[Undo]]:
    """The stored undos that name these scans and are not held back."""
    found: dict[UUID, list[Undo]] = defaultdict(list)
    asked = select(Scan).where(
        Scan.undoes.in_(set(ids)), Scan.kind == ScanKind.UNDO, Scan.verdict == Verdict.STORED
    )
    rows = db.session.scalars(asked).all()
    rulings = newest_rulings(row.id for row in rows) if rows else {}
    for row in rows:
        if row.undoes is not None and counts(row.flags, rulings.get(row.id)):
            found[row.undoes].append(undo_of(row))
    return found


def undo_of(row: Scan) -> Undo:
    """The effect of a stored undo: a supervisor's reaches the events that its device served then."""
    kiosk = db.session.get(Kiosk, row.kiosk_id) if row.supervisor and row.kiosk_id else None
    return Undo(row.kiosk_id, row.at, with_standing(kiosk.event_ids_at(row.at)) if kiosk else frozenset())


def counts(flags: int, ruling: str | None) -> bool:
    """Whether a kept row may count: a person's newest word, else whether its flags hold it back."""
    return ruling == Decision.ACCEPT if ruling else not flags & HELD


def newest_rulings(ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(
        select(Ruling.scan_id, Ruling.decision).where(Ruling.scan_id.in_(set(ids))).order_by(Ruling.id)
    )
    return {row.scan_id: row.decision for row in rows}
