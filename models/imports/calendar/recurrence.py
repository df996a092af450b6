"""Series of a calendar (RRULE), day by day inside a window.

Our own, because a rule from anywhere may be made to never end: the usual libraries then walk to the year 9999, a matter
of many seconds a rule. Here plain rules are reckoned up to the window and not walked; what a whole file may cost is bounded
by its steps.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.errors import N_, Mistake

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = frozenset(
    "FREQ INTERVAL COUNT UNTIL WKST BYDAY BYMONTHDAY BYMONTH BYSETPOS BYHOUR BYMINUTE BYSECOND".split()
)
MOST_A_DAY = 24
# Days looked at and dates made, for all series of one file: a few seconds.
MOST_STEPS = 1_000_000
_DAY = timedelta(days=1)


class UnknownRule(Mistake):
    """A rule that is not understood, or that no event of a week follows."""


@dataclass
class Steps:
    """What is left of the work that one file may cost."""

    left: int = MOST_STEPS

    def take(self, number: int) -> None:
        """Raises Mistake where it is more than what is left."""
        if number > self.left:
            raise Mistake(
                N_(
                    "This file has too many or too long series to list every date, this one included. Export a "
                    "shorter period, or enter its dates by hand."
                )
            )
        self.left -= number


@dataclass(frozen=True)
class Rule:
    """weekdays: (ordinal or 0, 0-6). until: as written. times: on each day, in order."""

    freq: str
    interval: int
    count: int | None
    until: str
    week_start: int
    weekdays: tuple[tuple[int, int], ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    positions: tuple[int, ...]
    times: tuple[time, ...]


def parse(text: str, start: datetime) -> Rule:
    """An RRULE's value. start: the first date, whose time of day the series keeps. Raises Mistake."""
    parts = dict(part.strip().upper().split("=", 1) for part in text.split(";") if "=" in part)
    strange = sorted(name for name in set(parts) - _PARTS if not name.startswith("X-"))
    freq = parts.get("FREQ", "")
    if freq in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise UnknownRule(
            N_("It repeats several times a day (%(freq)s), which is not supported. Not imported."), freq=freq
        )
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or strange:
        raise UnknownRule(
            N_("The repeat rule (%(rule)s) is not supported. Enter the dates by hand."), rule=text[:80]
        )
    try:
        return Rule(
            freq=freq,
            interval=_between(parts.get("INTERVAL", "1"), 1, 10_000),
            count=_between(parts["COUNT"], 1, 1_000_000) if "COUNT" in parts else None,
            until=parts.get("UNTIL", ""),
            week_start=_DAYS.index(parts.get("WKST", "MO")),
            weekdays=tuple(dict.fromkeys(_weekday(day) for day in _listed(parts, "BYDAY"))),
            month_days=_numbers(parts, "BYMONTHDAY", -31, 31),
            months=_numbers(parts, "BYMONTH", 1, 12),
            positions=_numbers(parts, "BYSETPOS", -366, 366),
            times=_times(parts, start.time()),
        )
    except ValueError:
        raise UnknownRule(
            N_("The repeat rule (%(rule)s) is not supported. Enter the dates by hand."), rule=text[:80]
        ) from None


def dates(
    rule: Rule, start: datetime, first: date, last: date, until: datetime | None, steps: Steps
) -> Iterator[datetime]:
    """The dates of a series from first to last, as a clock of its zone shows them. until: its end, on the same clock.
    Raises Mistake for one that counts and began too long before, and where no steps are left."""
    left, begin = rule.count, max(start.date(), first)
    if left is not None:
        # One that does not count need not be walked from its beginning.
        begin, over = _skipped(rule, start, first)
        left = max(0, left - over)
    for days in _periods(rule, start.date(), begin, last, steps):
        if not days:
            continue
        steps.take(len(days) * len(rule.times))
        instants = [datetime.combine(day, at) for day in sorted(days) for at in rule.times]
        for at in _positioned(instants, rule.positions):
            if at < start:
                continue
            if (until and at > until) or left == 0 or at.date() > last:
                return
            left = left - 1 if left is not None else None
            if at.date() >= first:
                yield at


def _skipped(rule: Rule, start: datetime, first: date) -> tuple[date, int]:
    """From which day on a rule that counts is to be walked, and how many of its dates lie before that day.

    Seven intervals of days, or an interval of weeks, name the same weekdays as those before them."""
    if rule.freq not in ("DAILY", "WEEKLY") or rule.months or rule.month_days or rule.positions:
        return start.date(), 0
    origin, leap, weekdays = _rhythm(rule, start.date())
    block = 7 * rule.interval
    blocks = max(0, (first - origin).days // block)
    if not blocks:
        return start.date(), 0
    length = 1 if rule.freq == "DAILY" else 7
    days = [origin + _DAY * (n * leap if length == 1 else n) for n in range(7)]
    days = [day for day in days if not weekdays or day.weekday() in weekdays]
    early = sum(datetime.combine(day, at) < start for day in days for at in rule.times)
    return origin + _DAY * block * blocks, blocks * len(days) * len(rule.times) - early


def _rhythm(rule: Rule, start: date) -> tuple[date, int, frozenset[int]]:
    """Where the days or weeks of a rule are counted from, the days from one to the next, and the weekdays it keeps."""
    weekdays = frozenset(day for _, day in rule.weekdays)
    if rule.freq == "DAILY":
        return start, rule.interval, weekdays
    # A week without BYDAY repeats on the weekday of its start.
    origin = start - _DAY * ((start.weekday() - rule.week_start) % 7)
    return origin, 7 * rule.interval, weekdays or frozenset([start.weekday()])


def _periods(rule: Rule, start: date, begin: date, last: date, steps: Steps) -> Iterator[Collection[date]]:
    """The days that a rule names in each of its days, weeks, months or years, from the one around begin on."""
    step = rule.interval
    if rule.freq in ("DAILY", "WEEKLY"):
        length = 1 if rule.freq == "DAILY" else 7
        origin, leap, weekdays = _rhythm(rule, start)
        at = origin + _DAY * (max(0, (begin - origin).days) // leap * leap)
        while at <= last:
            steps.take(length)
            days = [at + _DAY * n for n in range(length)] if length > 1 else [at]
            yield [day for day in days if _fits(rule, day, weekdays)]
            at += _DAY * leap
        return
    months = 1 if rule.freq == "MONTHLY" else 12
    first_month = start.year * 12 + (start.month - 1 if months == 1 else 0)
    now = begin.year * 12 + begin.month - 1
    month = first_month + max(0, now - first_month) // (months * step) * months * step
    while month <= last.year * 12 + last.month - 1:
        steps.take(31 * months * (1 + len(rule.weekdays)))
        yield _in_months(rule, month, months, start)
        month += months * step


def _fits(rule: Rule, day: date, weekdays: frozenset[int]) -> bool:
    return (
        (not weekdays or day.weekday() in weekdays)
        and (not rule.months or day.month in rule.months)
        and (not rule.month_days or _month_day(day, rule.month_days))
    )


def _in_months(rule: Rule, at: int, months: int, start: date) -> set[date]:
    """Days of a month, or of a year from January on."""
    year_months = [divmod(number, 12) for number in range(at, at + months)]
    if rule.months:
        year_months = [(year, month) for year, month in year_months if month + 1 in rule.months]
    elif months == 12 and not rule.weekdays and not rule.month_days:
        year_months = [(year, month) for year, month in year_months if month + 1 == start.month]
    spans = [_month(year, month + 1) for year, month in year_months]
    days = {day for span in spans for day in span}
    if rule.weekdays:
        # "The second Monday" is one of the month, of the year only where no month is named.
        spans = [sorted(days)] if months == 12 and not rule.months else spans
        days = {day for span in spans for day in _weekdays(span, rule.weekdays)}
    if rule.month_days:
        return {day for day in days if _month_day(day, rule.month_days)}
    return days if rule.weekdays else {day for day in days if day.day == start.day}


def _month(year: int, month: int) -> list[date]:
    begin = date(year, month, 1)
    days = ((begin.replace(day=28) + _DAY * 4).replace(day=1) - begin).days if year < 9999 else 28
    return [begin + _DAY * n for n in range(days)]


def _weekdays(span: list[date], weekdays: tuple[tuple[int, int], ...]) -> Iterator[date]:
    for ordinal, weekday in weekdays:
        days = [day for day in span if day.weekday() == weekday]
        if not ordinal:
            yield from days
        elif abs(ordinal) <= len(days):
            yield days[ordinal - 1 if ordinal > 0 else ordinal]


def _month_day(day: date, numbers: tuple[int, ...]) -> bool:
    if day.day in numbers:
        return True
    return any(number < 0 for number in numbers) and day.day - len(_month(day.year, day.month)) - 1 in numbers


def _positioned(instants: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    if not positions:
        return instants
    chosen = {instants[n - 1 if n > 0 else n] for n in positions if abs(n) <= len(instants)}
    return sorted(chosen)


def _listed(parts: dict[str, str], name: str) -> list[str]:
    return [entry.strip() for entry in parts.get(name, "").split(",") if entry.strip()]


def _numbers(parts: dict[str, str], name: str, least: int, most: int) -> tuple[int, ...]:
    numbers = tuple(dict.fromkeys(_between(entry, least, most) for entry in _listed(parts, name)))
    if 0 in numbers and least < 0:
        raise ValueError(name)
    return numbers


def _between(text: str, least: int, most: int) -> int:
    if len(text) > 8:
        raise ValueError(text[:20])
    number = int(text)
    if not least <= number <= most:
        raise ValueError(text)
    return number


def _weekday(text: str) -> tuple[int, int]:
    ordinal = text[:-2]
    return (_between(ordinal, -53, 53) if ordinal else 0), _DAYS.index(text[-2:])


def _times(parts: dict[str, str], usual: time) -> tuple[time, ...]:
    hours = _numbers(parts, "BYHOUR", 0, 23) or (usual.hour,)
    minutes = _numbers(parts, "BYMINUTE", 0, 59) or (usual.minute,)
    seconds = _numbers(parts, "BYSECOND", 0, 59) or (usual.second,)
    if len(hours) * len(minutes) * len(seconds) > MOST_A_DAY:
        raise ValueError("BYMINUTE")
    return tuple(sorted({time(h, m, s) for h in hours for m in minutes for s in seconds}))
