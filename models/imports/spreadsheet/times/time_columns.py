"""The columns of days and clock times of one row: what can be used as such, and what stays words."""

from datetime import date, time, timedelta

from models.errors import N_
from models.imports.findings import Finding, InCell
from models.imports.spreadsheet import cells


def no_hours_of_one_day(text: str, column: str) -> Finding:
    why = Finding(N_("“%(text)s” does not give hours within one day; kept in these words."), text=text[:80])
    return why.about(column)


def day(cell: dict[str, str], name: str, year: int) -> date | None:
    text = cell[name]
    value = cells.day(text, year) if text else None
    if text and value is None:
        raise InCell(name, N_("“%(text)s” is not a day. Write it as 2024-04-20."), text=text[:40])
    return value


def is_unread(cell: dict[str, str], year: int) -> bool:
    """Whether a plan gives its day in words that are no day, 4月下旬; a report has its own columns for days."""
    text = cell["start_date"]
    return bool(text and "year" not in cell and not cell["end_date"] and cells.day(text, year) is None)


def clocks(
    cell: dict[str, str], first: date, last: date | None, words: str, findings: list[Finding]
) -> tuple[time | None, time | None, str]:
    """Start and end where the row gives clock times for one day or one night; otherwise they stay words."""
    start, end = cells.clock_time(cell["start_time"]), cells.clock_time(cell["end_time"])
    unread = [
        name for name in ("start_time", "end_time") if cell[name] and cells.clock_time(cell[name]) is None
    ]
    night = start is not None and end is not None and cells.is_night(start, end)
    days = {None, first, first + timedelta(days=1)} if night else {None, first}
    if unread or (end and not start) or (start and last not in days):
        hours = "–".join(filter(None, (cell["start_time"], cell["end_time"])))
        findings.append(no_hours_of_one_day(hours, (unread or ["start_time"])[0]))
        return None, None, with_clocks(cell, words)
    if start and end and end <= start and not night:
        raise InCell("end_time", N_("The end time is not after the start time. Please change one of them."))
    return start, end, words


def with_clocks(cell: dict[str, str], words: str) -> str:
    """The words of the time, and the clock times that could not be entered as such."""
    hours = "–".join(filter(None, (cell["start_time"], cell["end_time"])))
    return " ".join(filter(None, (words, hours)))
