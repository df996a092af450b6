"""Attendance that was booked at the wrong session or day is moved by rows that name the first, never by an edit.

A moved scan is set aside (Review), and a row of the same kind, device and holder counts in its place at the other session
(Scan.moved_from). Undoing a move sets these rows aside and accepts the first ones again. What arrives later stays where it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, Select, Uuid, inspect, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models import clock
from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.checkin import store
from models.checkin.locked_rows import LockedPresence
from models.corrections.recounting import alone, recounted
from models.db import Base, Instant, db
from models.errors import N_, Conflict, Mistake, NotFound
from models.events import scope
from models.events.merges import merged_ids
from models.events.tables import PUBLIC, Event, Occurrence
from models.ledger.in_effect import counts, in_effect, newest_decisions
from models.ledger.tables import HELD_BACK, Decision, Presence, Review, Scan, Verdict
from models.organizations.tables import Account

IN_A_TRANSACTION = 300

NO_REASON = N_("Please give a reason, so that others can follow the decision.")
NO_SCANS = N_("None of these scans counts here, so there is nothing to move.")
NO_TARGET = N_("Choose a session of the same week that has begun.")
NO_MOVE = N_("There is no such move of this event, or it was undone.")


class ScanMove(Base):
    """A move, or the undoing of one (undoes). event_id: where the scans were; occurrence_id: where they count now."""

    __tablename__ = "scan_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("scan_move.id"))

    occurrence: Mapped[Occurrence] = relationship()


class MovedScan(Base):
    """scan_id: the row at the other session. from_id: the row that it stands for."""

    __tablename__ = "moved_scan"

    scan_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    from_id: Mapped[UUID] = mapped_column(Uuid)
    move_id: Mapped[int] = mapped_column(ForeignKey("scan_move.id"), index=True)


@dataclass(frozen=True)
class Target:
    """Where scans are moved to. day: None: each keeps its day where the session has it, else the first day of the session."""

    occurrence: Occurrence
    day: date | None = None

    def at(self, row: Scan, zone: str) -> tuple[date, datetime]:
        """Day and time of a scan there: the clock time stays."""
        first, last = self.occurrence.start_day, self.occurrence.end_day
        day = self.day or (row.day if first <= row.day <= last else first)
        if day == row.day:
            return day, row.at
        local = row.at.astimezone(clock.zone(zone)).time()
        return day, clock.at_local(day, local, zone)


def target_for(account: Account, occurrence_id: int, day: date | None, now: datetime) -> Target:
    """A session in the reach of an account. Raises NotFound; Mistake for one that has not begun."""
    occurrence = db.session.get(Occurrence, occurrence_id)
    if occurrence is None:
        raise Mistake(NO_TARGET)
    event = scope.event_for(account, occurrence.event_id, scope.changes)
    first, last = occurrence.start_day, occurrence.end_day
    begun = first <= event.campaign.today(now)
    if event.status not in PUBLIC or not begun or (day is not None and not first <= day <= last):
        raise Mistake(NO_TARGET)
    return Target(occurrence, day)


def move(
    event: Event, scan_ids: Sequence[UUID], target: Target, why: str, account: Account, now: datetime
) -> int:
    """Move those of these scans that count at an event; how many. Several transactions where they are many: an error keeps
    what was moved until then. Raises Mistake."""
    if not why.strip():
        raise Mistake(NO_REASON)
    if target.occurrence.event.campaign_id != event.campaign_id:
        raise Mistake(NO_TARGET)
    moved = 0
    for start in range(0, len(scan_ids), IN_A_TRANSACTION):
        moved += _move(event, scan_ids[start : start + IN_A_TRANSACTION], target, why.strip(), account, now)
    if not moved:
        raise Conflict(NO_SCANS)
    return moved


def _move(
    event: Event, scan_ids: Collection[UUID], target: Target, why: str, account: Account, now: datetime
) -> int:
    with alone(event.campaign.number):
        rows = _movable(event, scan_ids, target)
        if not rows:
            return 0
        copies = [_copy(row, target, event.campaign.zone, now) for row in rows]
        ids = _presences_of(copies)
        for copy in copies:
            copy.presence_id = ids[copy.occurrence_id, copy.day, copy.holder]
        entry = ScanMove(
            event_id=event.id, occurrence_id=target.occurrence.id, account_id=account.id, why=why, at=now
        )
        db.session.add(entry)
        db.session.flush()
        with recounted({row.presence_id for row in [*rows, *copies] if row.presence_id is not None}):
            db.session.add_all(copies)
            for row, copy in zip(rows, copies, strict=True):
                db.session.add(_review(row.id, Decision.SET_ASIDE, why, account, now))
                db.session.add(MovedScan(scan_id=copy.id, from_id=row.id, move_id=entry.id))
        record_act(
            AuditVerb.SCANS_MOVED, now, AuditSubject.EVENT, event.id,
            move=entry.id, scans=len(rows), occurrence=target.occurrence.id, why=why,
        )  # fmt: skip
    return len(rows)


def at_event(event: Event) -> ColumnElement[bool]:
    """The condition on Scan that it was booked at an event, or at one that was merged into it."""
    return Scan.event_id.in_(event_ids_of(event))


def event_ids_of(event: Event) -> list[int]:
    """Its id and those of events merged into it, as values: with a subquery among them no index of scans is used."""
    return [event.id, *db.session.scalars(merged_ids([event.id]))]


def at_events(
    event_ids: Collection[int] | Select[tuple[int]], scan: type[Scan] = Scan
) -> ColumnElement[bool]:
    """The same for several events. scan: Scan, or an alias of it."""
    return or_(scan.event_id.in_(event_ids), scan.event_id.in_(merged_ids(event_ids)))


def _movable(event: Event, scan_ids: Collection[UUID], target: Target) -> list[Scan]:
    """Those that count at the event, and not where they are to go."""
    query = select(Scan).where(Scan.id.in_(scan_ids), Scan.presence_id.is_not(None), at_event(event))
    rows = db.session.scalars(query.order_by(Scan.number).execution_options(populate_existing=True)).all()
    counting, zone = in_effect(rows), event.campaign.zone
    return [
        row
        for row in rows
        if row.id in counting
        and (row.occurrence_id, row.day) != (target.occurrence.id, target.at(row, zone)[0])
    ]


_COPIED = [attribute.key for attribute in inspect(Scan).column_attrs if attribute.key != "number"]


def _copy(row: Scan, target: Target, zone: str, now: datetime) -> Scan:
    day, at = target.at(row, zone)
    if at > now:
        raise Mistake(NO_TARGET)
    id = uuid4()
    anonymous = row.holder is not None and row.holder.startswith("s:")  # of one row: a holder of its own
    values = {name: getattr(row, name) for name in _COPIED} | {
        "id": id,
        "event_id": target.occurrence.event_id,
        "occurrence_id": target.occurrence.id,
        "holder": f"s:{id.hex}" if anonymous else row.holder,
        "at": at,
        "day": day,
        "hour": clock.hour_of(at, zone),
        "received_at": now,
        "verdict": Verdict.STORED,
        "since": None,
        "flags": row.flags & ~int(HELD_BACK),
        "moved_from": row.moved_from or row.id,
    }
    return Scan(**values)


def _presences_of(copies: Sequence[Scan]) -> dict[tuple, int]:
    """The ids of their presences, by occurrence, day and holder. New ones are inserted, empty as yet."""
    keys = {
        (copy.occurrence_id, copy.day, copy.holder): None
        for copy in copies
        if copy.occurrence_id is not None and copy.holder is not None
    }
    query = select(Presence.id, Presence.occurrence_id, Presence.day, Presence.holder).where(
        Presence.occurrence_id.in_({copy.occurrence_id for copy in copies}),
        Presence.day.in_({copy.day for copy in copies}),
        Presence.holder.in_({copy.holder for copy in copies}),
    )
    ids = {(row.occurrence_id, row.day, row.holder): row.id for row in db.session.execute(query)}
    new = [
        LockedPresence(None, *key, identified=not key[2].startswith("s:")) for key in keys if key not in ids
    ]
    if not store.insert_presences(new):
        raise RuntimeError("A presence was inserted although no other transaction may admit scans.")
    inserted = {(p.occurrence_id, p.day, p.holder): p.id for p in new if p.id is not None}
    return ids | inserted


def _review(scan_id: UUID, decision: Decision, why: str, account: Account, now: datetime) -> Review:
    return Review(scan_id=scan_id, decision=decision, account_id=account.id, why=why, at=now)


def undo(event: Event, move_id: int, why: str, account: Account, now: datetime) -> int:
    """Let the scans of a move count where they were. Rows that were set aside or moved on since stay so. How many came back.
    Raises NotFound."""
    if not why.strip():
        raise Mistake(NO_REASON)
    entry = next((row for row in moves_of(event) if row.id == move_id), None)
    if entry is None:
        raise NotFound(NO_MOVE)
    with alone(event.campaign.number):
        pairs = db.session.execute(
            select(MovedScan.scan_id, MovedScan.from_id).where(MovedScan.move_id == entry.id)
        ).all()
        rows = store.scans_by_id({id for pair in pairs for id in pair})
        decisions = newest_decisions(pair.scan_id for pair in pairs)
        back = [pair for pair in pairs if counts(rows[pair.scan_id].flags, decisions.get(pair.scan_id))]
        db.session.add(
            ScanMove(
                event_id=entry.event_id,
                occurrence_id=entry.occurrence_id,
                account_id=account.id,
                why=why.strip(),
                at=now,
                undoes=entry.id,
            )
        )
        touched = {rows[id].presence_id for pair in back for id in pair}
        with recounted({id for id in touched if id is not None}):
            for pair in back:
                db.session.add(_review(pair.scan_id, Decision.SET_ASIDE, why.strip(), account, now))
                db.session.add(_review(pair.from_id, Decision.ACCEPT, why.strip(), account, now))
        record_act(
            AuditVerb.MOVE_UNDONE, now, AuditSubject.EVENT, event.id,
            move=entry.id, scans=len(back), why=why.strip(),
        )  # fmt: skip
    return len(back)


def moves_of(event: Event) -> list[ScanMove]:
    """The moves from an event that were not undone, the newest first."""
    undoing = aliased(ScanMove)
    query = (
        select(ScanMove)
        .where(ScanMove.event_id == event.id, ScanMove.undoes.is_(None))
        .where(~select(undoing.id).where(undoing.undoes == ScanMove.id).exists())
        .order_by(ScanMove.id.desc())
    )
    return list(db.session.scalars(query))
