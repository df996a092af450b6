"""Which kept rows are in effect: what undos take out, and what a person's rulings say. Reads the ledger, writes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from models.checkin.rules import Undo
from models.db import db
from models.devices.kiosks import Kiosk
from models.ledger import tables as ledger
from models.ledger.tables import ACCEPT, HELD, Ruling, Scan


def undos_of(ids: Iterable[UUID]) -> dict[UUID, list[Undo]]:
    """The stored undos that name these scans and are not held back."""
    found: dict[UUID, list[Undo]] = defaultdict(list)
    asked = select(Scan).where(
        Scan.undoes.in_(set(ids)), Scan.kind == ledger.UNDO, Scan.verdict == ledger.STORED
    )
    rows = db.session.scalars(asked).all()
    rulings = newest_rulings(row.id for row in rows) if rows else {}
    for row in rows:
        if counts(row.flags, rulings.get(row.id)):
            found[row.undoes].append(undo_of(row))
    return found


def undo_of(row: Scan) -> Undo:
    """The effect of a stored undo: a supervisor's reaches the events that its device served then."""
    kiosk = db.session.get(Kiosk, row.kiosk_id) if row.supervisor and row.kiosk_id else None
    return Undo(row.kiosk_id, row.at, frozenset(kiosk.served(row.at)) if kiosk else frozenset())


def counts(flags: int, ruling: str | None) -> bool:
    """Whether a kept row may count: a person's newest word, else whether its flags hold it back."""
    return ruling == ACCEPT if ruling else not flags & HELD


def newest_rulings(ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(
        select(Ruling.scan_id, Ruling.decision).where(Ruling.scan_id.in_(set(ids))).order_by(Ruling.id)
    )
    return dict(rows.all())
