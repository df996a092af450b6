"""What waits for a person at an event: scans that count only once somebody accepts them, and scans that came twice with
different content. A ruling is a row of its own (attendance.rule); the newest one stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.checkin import store
from models.checkin.rules import LockedPresence
from models.db import db, transaction
from models.devices.kiosks import Kiosk
from models.errors import N_, Mistake, NotFound
from models.events.tables import Event
from models.figures.visits import visits_of
from models.ledger.tables import HELD, Decision, Flag, Resend, Ruling, Scan, ScanKind, Verdict

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Held:
    """A kept scan that a person decides on. device: the name of the one that made it; None: a phone. target: what an
    undo takes back. ruling: the newest word on it, None while nobody has spoken."""

    scan: Scan
    device: str | None
    target: Scan | None
    ruling: Ruling | None

    @property
    def why(self) -> list[str]:
        """The flags that hold it back."""
        return (Flag(self.scan.flags) & HELD).names


@dataclass(frozen=True)
class Twice:
    """A scan and what came later under the same id. device: of the second delivery."""

    scan: Scan
    resend: Resend
    device: str | None


def _at(event: Event) -> ColumnElement[bool]:
    """Scans of an event that flags hold back, and undos of its scans that do."""
    target = aliased(Scan)
    of_target = exists(select(target.number).where(target.id == Scan.undoes, target.event_id == event.id))
    mine = or_(Scan.event_id == event.id, and_(Scan.kind == ScanKind.UNDO, of_target))
    return and_(
        mine, Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT)), Scan.flags.bitwise_and(int(HELD)) != 0
    )


def _ruled() -> ColumnElement[bool]:
    return exists(select(Ruling.id).where(Ruling.scan_id == Scan.id))


def count(event: Event) -> int:
    """How many scans of an event wait for a person's word."""
    query = select(func.count()).select_from(Scan).where(_at(event), ~_ruled())
    return db.session.scalars(query).one()


def waiting(event: Event, most: int) -> list[Held]:
    """The scans that wait, in the order in which they happened."""
    return _read(select(Scan).where(_at(event), ~_ruled()).order_by(Scan.at, Scan.id).limit(most))


def decided(event: Event, most: int) -> list[Held]:
    """The scans on which somebody has spoken, the newest word first."""
    newest = select(func.max(Ruling.id)).where(Ruling.scan_id == Scan.id).correlate(Scan).scalar_subquery()
    mine = or_(_at(event), and_(Scan.event_id == event.id, _ruled()))
    return _read(select(Scan).where(mine, _ruled()).order_by(newest.desc()).limit(most))


def _read(asked: Select) -> list[Held]:
    rows = db.session.scalars(asked.execution_options(populate_existing=True)).all()
    names = _names(row.kiosk_id for row in rows)
    undone = {row.undoes for row in rows if row.undoes}
    targets = {row.id: row for row in db.session.scalars(select(Scan).where(Scan.id.in_(undone)))}
    said = select(Ruling).where(Ruling.scan_id.in_({row.id for row in rows})).order_by(Ruling.id)
    rulings = {ruling.scan_id: ruling for ruling in db.session.scalars(said)}
    return [Held(row, names.get(row.kiosk_id), targets.get(row.undoes), rulings.get(row.id)) for row in rows]


def _names(kiosk_ids: Iterable[int | None]) -> dict[int, str]:
    query = select(Kiosk.id, Kiosk.name).where(Kiosk.id.in_({id for id in kiosk_ids if id is not None}))
    return {row.id: row.name for row in db.session.execute(query)}


def twice(event: Event, most: int) -> list[Twice]:
    """Scans that came again with other content, the newest first. The first answer stands; these are for a look."""
    asked = (
        select(Scan, Resend)
        .join(Resend, Resend.scan_id == Scan.id)
        .where(Scan.event_id == event.id)
        .order_by(Resend.id.desc())
        .limit(most)
    )
    pairs = db.session.execute(asked).all()
    names = _names(resend.kiosk_id for _scan, resend in pairs)
    return [Twice(scan, resend, names.get(resend.kiosk_id)) for scan, resend in pairs]


def decide_many(
    event: Event, ids: Sequence[UUID], decision: str, why: str, account_id: int, now: datetime
) -> tuple[int, int]:
    """A person's word on scans of an event; its visits before and after. Each scan is ruled on by itself, so that what
    was decided stays decided whatever happens to the rest. Raises Mistake."""
    if not ids:
        raise Mistake(N_("Please tick at least one scan."))
    if len(ids) > MOST_AT_ONCE:
        raise Mistake(N_("You can decide on up to %(most)s scans at a time."), most=MOST_AT_ONCE)
    if not why.strip():
        raise Mistake(N_("Please give a reason, so that others can follow the decision."))
    mine = set(db.session.scalars(select(Scan.id).where(Scan.id.in_(set(ids)), _at(event))))
    if mine != set(ids):
        raise Mistake(N_("Some of these scans are no longer here to review. Reload the page."))
    before = _visits(event)
    for scan_id in ids:
        decide(scan_id, decision, why, account_id, now)
    return before, _visits(event)


def _visits(event: Event) -> int:
    return visits_of([event.id]).get(event.id, 0)


def accepted(held: Held) -> bool:
    """Whether the newest word lets it count."""
    return held.ruling is not None and held.ruling.decision == Decision.ACCEPT


def decide(scan_id: UUID, decision: str, why: str, account_id: int | None, now: datetime) -> None:
    """A person's word on a kept row: accept it although its flags hold it back, or set it aside. Raises Mistake."""
    if decision not in (Decision.ACCEPT, Decision.SET_ASIDE):
        raise Mistake(N_("A decision either counts a scan or does not."))
    if not why.strip():
        raise Mistake(N_("Please give a reason, so that others can follow the decision."))
    with transaction():
        row = store.scans_by_id([scan_id]).get(scan_id)
        if row is None or not (
            row.presence_id or (row.kind == ScanKind.UNDO and row.verdict == Verdict.STORED)
        ):
            raise NotFound(N_("There is no such scan that could be counted."))
        # Exclusive lock: an undo's target may be inserted concurrently.
        store.lock_campaign(store.campaign_number(row), exclusive=True)
        presences = _lock_presence(row)
        store.load_entries(presences)
        db.session.add(
            Ruling(scan_id=scan_id, decision=decision, account_id=account_id, why=why.strip(), at=now)
        )
        db.session.flush()
        before = [presence.before for presence in presences]
        for presence in presences:
            presence.entries.clear()
        store.load_entries(presences)
        for presence, state in zip(presences, before, strict=True):
            presence.before = state
        store.update_counters(presences)


def _lock_presence(row: Scan) -> list[LockedPresence]:
    """The presence that a decision on a row changes, locked: an undo changes its target's. Empty: the target is unknown."""
    counted: Scan | None = row
    if row.presence_id is None and row.undoes is not None:
        counted = store.scans_by_id([row.undoes]).get(row.undoes)
    if counted is None or counted.presence_id is None:
        return []
    return list(store.lock_presences_by_id([counted.presence_id]).values())
