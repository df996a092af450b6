"""Time zones that a calendar file defines itself (VTIMEZONE), with summer time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from models.errors import Mistake
from models.imports.calendar import recurrence

_LINE = re.compile(r"(?P<name>[A-Za-z-]+)(?:;[^:]*)?:(?P<value>.*)")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})(?:\d{2})?")
_MOST_CHANGES = 40
_NO_SHIFT = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Change:
    """One STANDARD or DAYLIGHT: from when on, by which yearly rule, the offset is which."""

    start: datetime
    before: timedelta
    offset: timedelta
    rule: recurrence.Rule | None

    def last_until(self, wall: datetime) -> datetime | None:
        """When it last came, on the clock of the zone."""
        if self.rule is None or wall.year <= self.start.year:
            return self.start if self.start <= wall else None
        first, last = date(wall.year - 1, 1, 1), date(wall.year, 12, 31)
        steps = recurrence.Steps(20_000)
        # The rule of a year needs no walk from 1601 on.
        start = self.start.replace(year=max(self.start.year, wall.year - 1))
        times = list(recurrence.dates(self.rule, start, first, last, None, steps))
        return max((at for at in times if at <= wall), default=None)


class FileZone(tzinfo):
    def __init__(self, changes: tuple[_Change, ...]) -> None:
        self._changes = changes
        self._known: dict[datetime, timedelta] = {}

    def utcoffset(self, at: datetime | None) -> timedelta:
        if at is None:
            return self._changes[0].offset
        wall = at.replace(tzinfo=None)
        if wall not in self._known:
            self._known[wall] = self._offset(wall)
        return self._known[wall]

    def _offset(self, wall: datetime) -> timedelta:
        onsets = [(onset, change) for change in self._changes if (onset := change.last_until(wall))]
        if not onsets:
            return min(self._changes, key=lambda change: change.start).before
        return max(onsets, key=lambda pair: pair[0])[1].offset

    def dst(self, at: datetime | None) -> timedelta:
        return _NO_SHIFT

    def tzname(self, at: datetime | None) -> str:
        return "file"


def zone_of(lines: tuple[str, ...]) -> tzinfo | None:
    """The zone of the lines of a VTIMEZONE; None for one that is not understood."""
    changes: list = []
    part: dict[str, str] = {}
    for line in lines:
        match = _LINE.match(line.strip())
        name, value = (match["name"].upper(), match["value"].strip()) if match else ("", "")
        if name == "BEGIN":
            part = {}
        elif name == "END":
            change = _change(part)
            if change is None or len(changes) == _MOST_CHANGES:
                return None
            changes.append(change)
        else:
            part.setdefault(name, value)
    return FileZone(tuple(changes)) if changes else None


def _change(part: dict[str, str]) -> _Change | None:
    old_offset, offset = _shift(part.get("TZOFFSETFROM", "")), _shift(part.get("TZOFFSETTO", ""))
    if old_offset is None or offset is None:
        return None
    try:
        start = datetime.strptime(part.get("DTSTART", "")[:15], "%Y%m%dT%H%M%S")
        rule = recurrence.parse(part["RRULE"], start) if part.get("RRULE") else None
    except (ValueError, Mistake):
        return None
    if rule and (rule.freq != "YEARLY" or rule.interval != 1 or rule.count):
        return None
    return _Change(start, old_offset, offset, rule)


def _shift(text: str) -> timedelta | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return (-shift if match[1] == "-" else shift) if shift < timedelta(hours=24) else None
