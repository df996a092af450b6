"""The occurrences of days and their hours: 4月22-26日 with 9:00-17:00 is open on each of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}

Span = tuple[date, date]
Hours = tuple[time | None, time | None, str | None]


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence. Days included. start None: no clock time is given; half_day: the part of the day that is. An end that
    is not after the start is on the next day. open_hours: hours are given for several days, and not whether for each."""

    first: date
    last: date
    start: time | None = None
    end: time | None = None
    half_day: str | None = None
    open_hours: bool = False
    each_day: bool = False

    @property
    def overnight(self) -> bool:
        return self.start is not None and self.end is not None and self.end <= self.start


@dataclass
class Group:
    """Days and their hours."""

    spans: list[tuple[date, date]]
    hours: list[Hours] = field(default_factory=list)
    daily: bool = False
    through: bool = False  # from an hour of the first day to an hour of the last
    closed: frozenset[int] = frozenset()
    opened: bool = False  # closed are the days that it does not name


class Unread(Exception):
    """A text that is not wholly understood."""


def slots_of(group: Group) -> Iterator[Slot]:
    hours = group.hours or [(None, None, None)]
    if len(hours) > 1 and any(start is None and half is None for start, _, half in hours):
        raise Unread
    halves = {half for _, _, half in hours if half}
    if halves and len(hours) > 1:
        hours = [(None, None, None)]  # 上午、下午 is the day
    for first, last in group.spans:
        if (group.daily or group.opened) and hours[0][0] is None and hours[0][2] is None:
            raise Unread
        if group.daily or group.closed:
            yield from _of_each_day(group, first, last, hours)
        elif first == last:
            yield from (Slot(first, last, start, end, half) for start, end, half in hours)
        elif not group.through and _within_a_day(hours, (last - first).days):
            yield from (replace(slot, each_day=True) for slot in _of_each_day(group, first, last, hours))
        else:
            # "20日至26日9:00": each day, or once from then to then?
            yield Slot(first, last, open_hours=any(start is not None for start, _, _ in hours))


def _of_each_day(group: Group, first: date, last: date, hours: list[Hours]) -> Iterator[Slot]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() not in group.closed:
            yield from (Slot(day, day, start, end, half) for start, end, half in hours)


def _within_a_day(hours: list[Hours], days: int) -> bool:
    """Whether the hours of several days are those of each: 9:00-17:00. Of two days, 20:00-2:00 may be one night."""
    return all(start and end is not None and (end > start or days > 1) for start, end, _ in hours)


def in_afternoon(start: time, end: time) -> time:
    """The start of 2:30-4:00 PM, which says the part of the day once; that of 10:00-2:00 PM is in the morning."""
    later = start.replace(hour=start.hour + 12) if start.hour < 12 else start
    return later if start < later < end else start


def open_weekdays(words: str) -> set[int]:
    """工作日, 周末, 周二至周五, 每周三、五. A working day is one of Monday to Friday: the importer says so."""
    if "工作日" in words:
        return set(range(5))
    if "周末" in words:
        return {5, 6}
    days = [WEEKDAYS[letter] for letter in words if letter in WEEKDAYS]
    if len(days) == 2 and re.search("[至到—–~-]", words):
        return {(days[0] + number) % 7 for number in range((days[1] - days[0]) % 7 + 1)}
    return set(days)
