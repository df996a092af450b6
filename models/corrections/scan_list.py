"""The scans of an event as rows, chosen by device, day, hour, kind and group, with what became of each. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from models.corrections.moves import at_event, at_events, event_ids_of
from models.corrections.scan_review import moved_away
from models.db import LARGEST_ID, db
from models.devices.kiosks import Kiosk
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
    """total: of the chosen rows; None where they are more than MAX_RANGE: more are not counted. older: another page follows."""

    rows: list[ListedScan]
    total: int | None
    page: int
    older: bool

    @property
    def pages(self) -> int | None:
        return None if self.total is None else max(1, -(-self.total // ON_A_PAGE))


def page_of(event: Event, choice: ScanChoice, page: int) -> ScanPage:
    """One page of the chosen rows, the newest first. page: from 1; a number beyond the last page gives the last one."""
    where, page = choice.conditions(event), min(max(page, 1), LARGEST_ID)
    total, rows = _count(where, MAX_RANGE + 1), _rows(where, page)
    if not rows and page > 1:
        page = max(1, -(-_count(where) // ON_A_PAGE))
        rows = _rows(where, page)
    shown = rows[:ON_A_PAGE]
    states = states_of([scan for scan, _name in shown])
    return ScanPage(
        [ListedScan(scan, name, states[scan.id]) for scan, name in shown],
        total if total <= MAX_RANGE else None,
        page,
        len(rows) > ON_A_PAGE,
    )


def _count(where: list[ColumnElement[bool]], most: int | None = None) -> int:
    """How many rows there are; with `most` counting ends there, so that a large event does not cost more."""
    found = select(Scan.number).where(*where).limit(most).subquery()
    return db.session.scalars(select(func.count()).select_from(found)).one()


def _rows(where: list[ColumnElement[bool]], page: int) -> list[tuple[Scan, str | None]]:
    """The rows of a page, and one more where there is one."""
    query = (
        select(Scan, Kiosk.name)
        .outerjoin(Kiosk, Kiosk.id == Scan.kiosk_id)
        .where(*where)
        .order_by(Scan.at.desc(), Scan.number.desc())
        .limit(ON_A_PAGE + 1)
        .offset((page - 1) * ON_A_PAGE)
    )
    return list(db.session.execute(query.execution_options(populate_existing=True)).tuples())


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


def rows_after(event: Event, number: int, most: int) -> list[Scan]:
    """Every row of an event after this number, in the order of receipt: booked there, or the undo of one that is. An undo names
    no event: those of all events are looked through, as far as the page reaches."""
    ids = event_ids_of(event)
    rows = _after(Scan.event_id.in_(ids), number, most)
    undos = of_undone(ids)
    if len(rows) == most:
        undos = and_(undos, Scan.number < rows[-1].number)
    merged = {row.number: row for row in (*rows, *_after(undos, number, most))}
    return [merged[number] for number in sorted(merged)][:most]


def _after(condition: ColumnElement[bool], number: int, most: int) -> Sequence[Scan]:
    query = select(Scan).where(condition, Scan.number > number).order_by(Scan.number).limit(most)
    return db.session.scalars(query).all()


def of_undone(event_ids: Collection[int] | Select[tuple[int]]) -> ColumnElement[bool]:
    """The condition on Scan that it undoes a row of these events. That row is looked up by key, for one undo after the other: as
    EXISTS or IN, PostgreSQL and SQLite would list all scans of the events first, anew for each page."""
    undone = aliased(Scan)
    found = select(undone.number).where(undone.id == Scan.undoes, at_events(event_ids, undone))
    return and_(Scan.undoes.is_not(None), found.scalar_subquery().is_not(None))


def every_row(event_ids: Collection[int] | Select[tuple[int]]) -> ColumnElement[bool]:
    """The condition on Scan that a row belongs to one of these events: booked there, or the undo of one that is."""
    return or_(at_events(event_ids), of_undone(event_ids))


def filters_of(event: Event) -> tuple[dict[int, str], list[date]]:
    """The devices that scanned at an event, by id: their names (PHONES where there were some), and the days with scans."""
    query = (
        select(Scan.kiosk_id, Kiosk.name, Scan.day)
        .outerjoin(Kiosk, Kiosk.id == Scan.kiosk_id)
        .where(at_event(event))
        .distinct()
    )
    rows = db.session.execute(query).all()
    return {kiosk_id or PHONES: name or "" for kiosk_id, name, _day in rows}, sorted(
        {row.day for row in rows}
    )
