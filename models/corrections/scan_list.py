"""The scans of an event as rows, chosen by device, day, hour, kind and group, with what became of each. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from models.corrections.moves import at_event
from models.corrections.scan_review import moved_away
from models.db import db
from models.devices.kiosks import Kiosk
from models.events.merges import merged_ids
from models.events.tables import Event
from models.ledger.in_effect import counts, in_effect, newest_decisions
from models.ledger.tables import Decision, Scan, ScanKind, Verdict

ON_A_PAGE = 100
MAX_RANGE = 5_000  # scans that one correction can take as a range
PHONES = 0  # as a device: scans without one


@dataclass(frozen=True)
class ScanChoice:
    """Which rows of an event. None: all. device: the id of a kiosk, or PHONES."""

    device: int | None = None
    day: date | None = None
    hour: int | None = None
    kind: ScanKind | None = None
    group: str | None = None

    def conditions(self, event: Event) -> list[ColumnElement[bool]]:
        conditions = [at_event(event), Scan.kind != ScanKind.UNDO]
        if self.device is not None:
            conditions.append(Scan.kiosk_id == self.device if self.device else Scan.kiosk_id.is_(None))
        for column, value in (
            (Scan.day, self.day),
            (Scan.hour, self.hour),
            (Scan.kind, self.kind),
            (Scan.group, self.group),
        ):
            if value is not None:
                conditions.append(column == value)
        return conditions


class RowState(StrEnum):
    """What became of a row. COUNTS: in the figures, alone or as a repeat of its holder."""

    COUNTS = "counts"
    SET_ASIDE = "set_aside"
    HELD = "held"
    UNDONE = "undone"
    MOVED = "moved"
    REFUSED = "refused"


@dataclass(frozen=True)
class ListedScan:
    """device: the name of its kiosk; None: a phone or the desk."""

    scan: Scan
    device: str | None
    state: RowState

    @property
    def decidable(self) -> bool:
        return self.state not in (RowState.REFUSED, RowState.MOVED)


@dataclass(frozen=True)
class ScanPage:
    rows: list[ListedScan]
    total: int
    page: int
    pages: int


def page_of(event: Event, choice: ScanChoice, page: int) -> ScanPage:
    """One page of the chosen rows, the newest first. page: from 1; a number beyond the last page gives the last one."""
    where = choice.conditions(event)
    total = db.session.scalars(select(func.count()).select_from(Scan).where(*where)).one()
    pages = max(1, -(-total // ON_A_PAGE))
    page = min(max(page, 1), pages)
    query = (
        select(Scan, Kiosk.name)
        .outerjoin(Kiosk, Kiosk.id == Scan.kiosk_id)
        .where(*where)
        .order_by(Scan.at.desc(), Scan.number.desc())
        .limit(ON_A_PAGE)
        .offset((page - 1) * ON_A_PAGE)
    )
    rows = db.session.execute(query.execution_options(populate_existing=True)).all()
    states = states_of([scan for scan, _name in rows])
    return ScanPage([ListedScan(scan, name, states[scan.id]) for scan, name in rows], total, page, pages)


def states_of(scans: list[Scan]) -> dict[UUID, RowState]:
    ids = [scan.id for scan in scans]
    counting, decisions, moved = in_effect(scans), newest_decisions(ids), moved_away(ids)
    return {
        scan.id: _state(scan, scan.id in counting, decisions.get(scan.id), scan.id in moved) for scan in scans
    }


def _state(scan: Scan, counting: bool, decision: str | None, moved: bool) -> RowState:
    if scan.verdict == Verdict.REFUSED or scan.presence_id is None:
        return RowState.REFUSED
    if moved:
        return RowState.MOVED
    if counting:
        return RowState.COUNTS
    if counts(scan.flags, decision):
        return RowState.UNDONE
    return RowState.SET_ASIDE if decision == Decision.SET_ASIDE else RowState.HELD


def ids_of(event: Event, choice: ScanChoice) -> list[UUID]:
    """The ids of all chosen rows that can be decided on, at most MAX_RANGE + 1."""
    query = select(Scan.id).where(*choice.conditions(event), Scan.presence_id.is_not(None))
    return list(db.session.scalars(query.order_by(Scan.number).limit(MAX_RANGE + 1)))


def every_row(event_ids: Collection[int] | Select[tuple[int]]) -> ColumnElement[bool]:
    """The condition on Scan that a row belongs to one of these events: booked there, or the undo of one that is. An undo names
    no event: that of the undone row is looked up by key, for one undo after the other. As EXISTS or IN, PostgreSQL and SQLite
    would list all scans of the events first, anew for each page."""
    undone = aliased(Scan)
    found = select(undone.number).where(undone.id == Scan.undoes, _at_events(undone, event_ids))
    return or_(
        _at_events(Scan, event_ids), and_(Scan.kind == ScanKind.UNDO, found.scalar_subquery().is_not(None))
    )


def _at_events(scan: type[Scan], event_ids: Collection[int] | Select[tuple[int]]) -> ColumnElement[bool]:
    return or_(scan.event_id.in_(event_ids), scan.event_id.in_(merged_ids(event_ids)))


def devices_of(event: Event) -> dict[int, str]:
    """The devices that scanned at an event, by id: their names; PHONES, where there were some."""
    query = (
        select(Scan.kiosk_id, Kiosk.name)
        .outerjoin(Kiosk, Kiosk.id == Scan.kiosk_id)
        .where(at_event(event))
        .distinct()
    )
    return {kiosk_id or PHONES: name or "" for kiosk_id, name in db.session.execute(query)}


def days_of(event: Event) -> list[date]:
    return sorted(db.session.scalars(select(Scan.day).where(at_event(event)).distinct()))
