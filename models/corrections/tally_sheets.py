"""Printed tally sheets: groups × hours of one session on one day, counted by pen and entered at the desk by their number.

A sheet is entered once. A wrong entry is taken out, row by row in the ledger, and then the sheet can be entered again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.checkin.attempt import Attempt
from models.corrections import paper_counts
from models.corrections.paper_counts import MAX_NAME, EnteredCount
from models.db import LARGEST_ID, Base, Instant, db, insert, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.check_in_window import window_of
from models.events.tables import Event, HalfDay, Occurrence
from models.ledger.tables import ScanKind, Verdict
from models.organizations.tables import Account

MAX_AT_ONCE = 40  # sheets
MAX_HOURS = 16  # rows of a sheet; a longer day has several
_OF_HALF_DAY = {HalfDay.MORNING: (8, 11), HalfDay.AFTERNOON: (13, 17), HalfDay.EVENING: (18, 21)}
_ALL_DAY = (8, 18)
ADDED_WITHIN = timedelta(minutes=1)  # rows follow their entry
_NAMESPACE = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")  # of the ids of rows, with the sheet's number

NO_SHEET = N_("There is no counting sheet %(number)s. Check the number at the top of the sheet.")
HOW_MANY = N_("Choose from 1 to %(most)s sheets.")
OTHER_SESSION = N_("Choose a session of this event and one of its days.")
ENTERED = N_("This sheet was entered before, with %(people)s people in all. It is not counted twice.")
NOT_BEGUN = N_("This sheet is for a later hour. Enter it when the people have been counted.")


class TallySheet(Base):
    """A printed sheet. first_hour, last_hour: its rows, hours of the campaign's zone."""

    __tablename__ = "tally_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    day: Mapped[date] = mapped_column(Date)
    first_hour: Mapped[int]
    last_hour: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)

    event: Mapped[Event] = relationship()
    occurrence: Mapped[Occurrence] = relationship()

    @property
    def number(self) -> str:
        """As it is printed: the id with a check digit, so that a mistyped number finds no other sheet."""
        return f"{self.id}{_check_digit(str(self.id))}"

    @property
    def hours(self) -> list[int]:
        return list(range(self.first_hour, self.last_hour + 1))


class TallySheetEntry(Base):
    """One entry of a sheet. revision: how many entries were taken out before. digest: of its content."""

    __tablename__ = "tally_sheet_entry"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("tally_sheet.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter: Mapped[str] = mapped_column(String(MAX_NAME))
    digest: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class SheetState:
    """A sheet with its valid entry. rows: those of the entry that count; none: it can be entered. taken_out: those of its last
    entry where that was taken out."""

    sheet: TallySheet
    rows: list[EnteredCount]
    taken_out: list[EnteredCount] = field(default_factory=list)

    @property
    def people(self) -> int:
        return sum(row.scan.headcount or 0 for row in self.rows)

    @property
    def cells(self) -> dict[tuple[int, str], int]:
        """Heads by hour and group; of an entry that was taken out as it was."""
        return {
            (row.scan.hour, row.scan.group or UNKNOWN_GROUP): row.scan.headcount or 0
            for row in self.rows or self.taken_out
        }


def groups_of(campaign: Campaign) -> list[str]:
    return [*(term.key for term in campaign.groups), UNKNOWN_GROUP]


def make(
    event: Event, occurrence_id: int, day: date, count: int, account: Account, now: datetime
) -> list[TallySheet]:
    """New blank sheets for a session and one of its days. count: for how many entrances; a day of more than MAX_HOURS hours
    has several sheets for each. Raises Mistake."""
    occurrence = next((row for row in event.occurrences if row.id == occurrence_id), None)
    if occurrence is None or not occurrence.start_day <= day <= occurrence.end_day:
        raise Mistake(OTHER_SESSION)
    parts = _parts(*_hours(event, occurrence, day))
    if not 1 <= count <= MAX_AT_ONCE // len(parts):
        raise Mistake(HOW_MANY, most=MAX_AT_ONCE // len(parts))
    sheets = [
        TallySheet(
            event_id=event.id,
            occurrence_id=occurrence.id,
            day=day,
            first_hour=first,
            last_hour=last,
            account_id=account.id,
            made_at=now,
        )
        for _ in range(count)
        for first, last in parts
    ]
    with transaction():
        db.session.add_all(sheets)
    return sheets


def _hours(event: Event, occurrence: Occurrence, day: date) -> tuple[int, int]:
    """The first and last hour of the session on a day; where no clock time is known, those of its half-day or a working day."""
    if occurrence.start_at is None:
        return _OF_HALF_DAY[HalfDay(occurrence.half_day)] if occurrence.half_day else _ALL_DAY
    zone = event.campaign.zone
    window = window_of(occurrence, event.status, False, zone)
    start, end = window.start.astimezone(clock.zone(zone)), window.end.astimezone(clock.zone(zone))
    first = start.hour if day == start.date() else 0
    ends_on_the_hour = (end.minute, end.second) == (0, 0)
    last = end.hour - ends_on_the_hour if day == end.date() and end > start else 23
    return first, max(first, last)


def _parts(first: int, last: int) -> list[tuple[int, int]]:
    """The hours of each sheet, first and last, of about the same length."""
    hours = last - first + 1
    number = -(-hours // MAX_HOURS)
    borders = [first + hours * part // number for part in range(number + 1)]
    return [(start, end - 1) for start, end in pairwise(borders)]


def sheet_by_number(text: str) -> TallySheet:
    """Raises NotFound for a number that is on no sheet."""
    number = "".join(character for character in text if character.isascii() and character.isdigit())
    if 2 <= len(number) <= 11 and _check_digit(number[:-1]) == number[-1] and int(number[:-1]) <= LARGEST_ID:
        sheet = db.session.get(TallySheet, int(number[:-1]))
        if sheet is not None:
            return sheet
    raise NotFound(NO_SHEET, number=text.strip()[:20])


def _check_digit(digits: str) -> str:
    """By Luhn's rule: one wrong digit, and nearly every pair of swapped ones, gives another."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def sheets_of(event: Event, most: int) -> list[SheetState]:
    """The sheets of an event, the newest first."""
    query = select(TallySheet).where(TallySheet.event_id == event.id).order_by(TallySheet.id.desc())
    sheets = db.session.scalars(query.limit(most)).all()
    rows = paper_counts.entered_on_sheets(sheet.id for sheet in sheets)
    return [SheetState(sheet, [row for row in rows.get(sheet.id, []) if not row.out]) for sheet in sheets]


def state_of(sheet: TallySheet) -> SheetState:
    rows = paper_counts.entered_on_sheets([sheet.id]).get(sheet.id, [])
    valid = [row for row in rows if not row.out]
    last = max((row.sheet_revision or 0 for row in rows), default=0)
    return SheetState(sheet, valid, [] if valid else [row for row in rows if row.sheet_revision == last])


def enter(
    sheet: TallySheet, account: Account, counter: str, cells: Mapping[tuple[int, str], int], now: datetime
) -> int:
    """Add a tally row for each hour and group with people; all of them. Raises Mistake, also admit.BusyError; Conflict for
    a sheet that was entered with other numbers. The same again adds nothing.

    cells: heads by hour of the sheet and key of a group, or unknown."""
    event, counter = sheet.event, " ".join(counter.split())
    filled = {cell: heads for cell, heads in sorted(cells.items()) if heads}
    _check(sheet, counter, filled, now)
    revision = _revision(sheet, account, counter, filled, now)
    attempts = [
        Attempt(
            id=uuid5(_NAMESPACE, f"{sheet.id}/{revision}/{hour}/{group}"),
            kind=ScanKind.TALLY,
            at=clock.at_local(sheet.day, time(hour), event.campaign.zone),
            shown=Verdict.STORED,  # as paper_counts.enter()
            group=group,
            headcount=heads,
            occurrence_id=sheet.occurrence_id,
        )
        for (hour, group), heads in filled.items()
    ]
    paper_counts.add(event, account, attempts, counter, now, on_sheet=(sheet.id, revision))
    return sum(filled.values())


def _check(sheet: TallySheet, counter: str, cells: Mapping[tuple[int, str], int], now: datetime) -> None:
    if not cells:
        raise Mistake(paper_counts.NO_COUNT)
    groups, hours = set(groups_of(sheet.event.campaign)), set(sheet.hours)
    if not all(
        hour in hours and group in groups and 1 <= heads <= paper_counts.MAX_HEADS
        for (hour, group), heads in cells.items()
    ):
        raise Mistake(paper_counts.TOO_MANY, most=f"{paper_counts.MAX_HEADS:,}")
    if not counter or len(counter) > MAX_NAME:
        raise Mistake(paper_counts.NO_NAME, most=MAX_NAME)
    last = max(hour for hour, _group in cells)
    if clock.at_local(sheet.day, time(last), sheet.event.campaign.zone) > now:
        raise Mistake(NOT_BEGUN)


def _revision(
    sheet: TallySheet, account: Account, counter: str, cells: Mapping[tuple[int, str], int], now: datetime
) -> int:
    """The number of this entry, which is written down before its rows: of two people who enter a sheet one is refused."""
    content = json.dumps([counter, [[*cell, heads] for cell, heads in cells.items()]], ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()
    newest = db.session.scalars(
        select(TallySheetEntry)
        .where(TallySheetEntry.sheet_id == sheet.id)
        .order_by(TallySheetEntry.revision.desc())
        .limit(1)
    ).first()
    if newest is not None and not _is_over(newest, digest, now):
        return _same_entry(newest, digest)
    revision = newest.revision + 1 if newest is not None else 0
    with transaction():
        statement = insert(TallySheetEntry).on_conflict_do_nothing().returning(TallySheetEntry.revision)
        added = db.session.scalar(
            statement.values(
                sheet_id=sheet.id,
                revision=revision,
                counter=counter,
                digest=digest,
                account_id=account.id,
                entered_at=now,
            )
        )
    if added is None:  # somebody else enters the sheet at this moment
        return _same_entry(db.session.get_one(TallySheetEntry, (sheet.id, revision)), digest)
    return revision


def _is_over(entry: TallySheetEntry, digest: str, now: datetime) -> bool:
    """Whether an entry was taken out, or is another one whose rows were never added because the database was busy."""
    rows = paper_counts.entered_on_sheets([entry.sheet_id], entry.revision).get(entry.sheet_id, [])
    if rows:
        return all(row.out for row in rows)
    return entry.digest != digest and now - entry.entered_at > ADDED_WITHIN


def _same_entry(entry: TallySheetEntry, digest: str) -> int:
    """The revision of an entry that is sent again; nothing is counted twice. Raises Conflict for other numbers."""
    if entry.digest != digest:
        people = state_of(db.session.get_one(TallySheet, entry.sheet_id)).people
        raise Conflict(ENTERED, people=people)
    return entry.revision


def take_out(sheet: TallySheet, why: str, account: Account, now: datetime) -> None:
    """Let the entry of a sheet count no more: it was wrong. The sheet can be entered again. Nothing of one without an entry."""
    rows = state_of(sheet).rows
    if rows:
        paper_counts.take_out_many(sheet.event, [row.scan.id for row in rows], why, account, now)


def pages(event: Event, ids: Sequence[int]) -> list[TallySheet]:
    """Those of these sheets that are of an event, in order. Raises NotFound for none."""
    query = select(TallySheet).where(TallySheet.event_id == event.id, TallySheet.id.in_(ids))
    sheets = list(db.session.scalars(query.order_by(TallySheet.id)))
    if not sheets:
        raise NotFound(NO_SHEET, number="")
    return sheets
