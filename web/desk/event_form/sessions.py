"""The rows of the form for dates and times: read into occurrences, and written from them.

A row is one session, or one for each day of a range: daily, on some weekdays, or daily but for closing days.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import zip_longest

from werkzeug.datastructures import MultiDict

from models import clock
from models.errors import N_, Mistake
from models.events.draft import OccurrenceDraft, VenueDraft
from models.events.tables import HALF_DAYS

MOST_ROWS = 60
DAYS_IN_A_ROW = 120
MOST_TYPED = 300  # characters of a field


class Repeat(StrEnum):
    ONCE = ""
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"


CLOSED = "closed-"  # and the weekday, 0 for Monday: daily but for this one
REPEATS = (*Repeat, *(f"{CLOSED}{weekday}" for weekday in range(7)))
CLOCK, WHOLE_DAY = "", "day"
_CLOSED_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_BETWEEN_DAYS = re.compile(r"[\s,，、;；]+")
PARTS = (CLOCK, *HALF_DAYS, WHOLE_DAY)


@dataclass
class TypedSession:
    """One row as it was typed. part: clock times, a half-day or the whole day."""

    day: str = ""
    last_day: str = ""
    repeat: str = ""
    part: str = ""
    start: str = ""
    end: str = ""
    capacity: str = ""
    closed: str = ""

    @property
    def empty(self) -> bool:
        return not (self.day or self.last_day or self.start or self.end or self.capacity)


@dataclass
class SessionRow(TypedSession):
    """A row and what became of it. count: of the occurrences that it gives."""

    problem: Mistake | None = None
    count: int = 0


def read_rows(form: MultiDict[str, str]) -> list[SessionRow]:
    """The rows that are not empty, as they were typed."""
    names = [f.name for f in fields(TypedSession)]
    columns = [form.getlist(f"session-{name}")[:MOST_ROWS] for name in names]
    rows = []
    for values in zip_longest(*columns, fillvalue=""):
        row = SessionRow()
        for name, value in zip(names, values, strict=True):
            setattr(row, name, value.strip()[:MOST_TYPED])
        rows.append(row)
    return [row for row in rows if not row.empty]


def occurrences_of(rows: Sequence[SessionRow], zone: str) -> tuple[OccurrenceDraft, ...]:
    """The occurrences of all rows. A row that cannot be read gets its problem and no occurrence."""
    occurrences: list[OccurrenceDraft] = []
    for row in rows:
        try:
            of_row = _of_row(row, zone)
            row.count = len(of_row)
            occurrences += of_row
        except Mistake as mistake:
            row.problem = mistake
    return tuple(occurrences)


def _of_row(row: SessionRow, zone: str) -> list[OccurrenceDraft]:
    if not row.day:
        raise Mistake(N_("Please give the day."))
    first = clock.parse_day(row.day)
    last = clock.parse_day(row.last_day) if row.last_day else first
    if last < first:
        raise Mistake(N_("The last day is before the first. Please correct one of them."))
    if (last - first).days > DAYS_IN_A_ROW:
        raise Mistake(N_("This is more than %(most)s days. Please write several rows."), most=DAYS_IN_A_ROW)
    capacity = _capacity(row.capacity)
    if row.repeat == Repeat.ONCE and row.closed and last > first:
        row.repeat = Repeat.DAILY
    if row.repeat == Repeat.ONCE:
        return [_occurrence(row, first, last, zone, capacity)]
    closed = _closed_days(row.closed, first.year)
    days = [day for day in clock.days(first, last) if _opens(row.repeat, day) and day not in closed]
    if not days:
        raise Mistake(N_("No day of this range is open. Please correct the days or the weekdays."))
    return [_occurrence(row, day, day, zone, capacity) for day in days]


def _closed_days(text: str, year: int) -> set[date]:
    """The days that are named: 2024-04-22, 4-22 or 4月22日, several with blanks or commas between them."""
    days = set()
    for part in filter(None, _BETWEEN_DAYS.split(text)):
        written = _CLOSED_DAY.fullmatch(part)
        try:
            if written is None:
                raise ValueError
            days.add(date(int(written[1] or year), int(written[2]), int(written[3])))
        except ValueError:
            raise Mistake(
                N_("“%(text)s” is not a day. Write closing days as 4-22, 4-24."), text=part
            ) from None
    return days


def _opens(repeat: str, day: date) -> bool:
    if repeat.startswith(CLOSED):
        return day.weekday() != int(repeat.removeprefix(CLOSED))
    weekend = day.weekday() >= 5
    return {Repeat.DAILY: True, Repeat.WEEKDAYS: not weekend, Repeat.WEEKENDS: weekend}[Repeat(repeat)]


def _occurrence(row: SessionRow, first: date, last: date, zone: str, capacity: int | None) -> OccurrenceDraft:
    if row.part in HALF_DAYS or row.part == WHOLE_DAY:
        half_day = row.part if row.part in HALF_DAYS else None
        return OccurrenceDraft(first, last, half_day=half_day, capacity=capacity)
    start, end = _time(row.start), _time(row.end)
    if start is None:
        if end is not None:
            raise Mistake(N_("An event with an end time also needs a start time."))
        return OccurrenceDraft(first, last, capacity=capacity)
    start_at = clock.at_local(first, start, zone)
    if end is None:
        return OccurrenceDraft(first, last, start_at, capacity=capacity)
    if first == last and end <= start:
        last = first + timedelta(days=1)  # 21:00–03:00 ends on the next day
    return OccurrenceDraft(first, last, start_at, clock.at_local(last, end, zone), capacity=capacity)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise Mistake(N_("“%(text)s” is not a time. Write it as 09:30."), text=text) from None


def _capacity(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal():
        raise Mistake(N_("A capacity is a whole number from 1 to 1,000,000."))
    return int(text)


def rows_of(occurrences: Iterable[OccurrenceDraft], zone: str) -> list[SessionRow]:
    """The rows that give these occurrences. Equal ones on days in a row are one daily row."""
    rows: list[SessionRow] = []
    latest: dict[tuple, SessionRow] = {}
    for occurrence in occurrences:
        row = _row(occurrence, zone)
        key = (row.part, row.start, row.end, row.capacity, occurrence.venue)
        before = latest.get(key)
        single = not row.last_day
        if before and single and _follows(before, occurrence.start_day):
            before.last_day, before.repeat = row.day, Repeat.DAILY
            continue
        rows.append(row)
        if single:
            latest[key] = row
    return rows


def _follows(row: SessionRow, day: date) -> bool:
    return date.fromisoformat(row.last_day or row.day) + timedelta(days=1) == day


def _row(occurrence: OccurrenceDraft, zone: str) -> SessionRow:
    start, end = occurrence.start_at, occurrence.end_at
    row = SessionRow(day=occurrence.start_day.isoformat(), part=occurrence.half_day or WHOLE_DAY)
    if occurrence.capacity is not None:
        row.capacity = str(occurrence.capacity)
    if start:
        row.part, row.start, row.end = CLOCK, _clock(start, zone), _clock(end, zone)
    overnight = bool(start and end and end - start < timedelta(days=1))
    if occurrence.end_day != occurrence.start_day and not overnight:
        row.last_day = occurrence.end_day.isoformat()
    return row


def _clock(instant: datetime | None, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).strftime("%H:%M") if instant else ""


def with_venue(
    occurrences: Iterable[OccurrenceDraft], venue: VenueDraft | None, base: Sequence[OccurrenceDraft]
) -> tuple[OccurrenceDraft, ...]:
    """The same occurrences at this venue; without one, at the venue that the base has for the same times. Of a day that
    the base leaves without an end, this stays so: the form does not ask for it."""
    by_time = {(one.start_day, one.end_day, one.start_at, one.half_day): one.venue for one in base}
    open_ended = {(one.start_day, one.end_day) for one in base if one.open_ended}
    return tuple(
        replace(
            one,
            venue=venue or by_time.get((one.start_day, one.end_day, one.start_at, one.half_day)),
            open_ended=(one.start_day, one.end_day) in open_ended,
        )
        for one in occurrences
    )
