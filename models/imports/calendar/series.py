"""The dates of a series around the week: its repeat rule, its lists of dates, and what was taken out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from models import clock
from models.errors import N_, Mistake
from models.events.draft import MOST_OCCURRENCES, OccurrenceDraft
from models.imports.calendar import recurrence
from models.imports.calendar import times as instants
from models.imports.calendar.ics_file import first
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding, VEvent

_DAY = timedelta(days=1)
_STEPS_OF_A_DRAFT = 10


@dataclass(frozen=True, slots=True)
class Window:
    zone: str
    first: date
    last: date

    def holds(self, draft: OccurrenceDraft) -> bool:
        return draft.end_day >= self.first and draft.start_day <= self.last


def series(
    entry: CalendarEntry, start: Moment, window: Window, findings: list[Finding], steps: recurrence.Steps
) -> list[tuple[Moment, timedelta | None]]:
    """The dates of a series around the window, each with a length of its own or None. Raises Mistake."""
    rules = entry.main.properties.get("RRULE", ())
    if len(rules) > 1 or "EXRULE" in entry.main.properties:
        raise recurrence.UnknownRule(
            N_("The repeat rule (%(rule)s) is not supported. Enter the dates by hand."), rule="RRULE, EXRULE"
        )
    left_out = _LeftOut.of([moment for moment, _ in _listed(entry.main, "EXDATE", window.zone)], window.zone)
    by_key: dict[tuple, tuple[Moment, timedelta | None]] = {}
    keys = set()
    for moment, length in _dates(entry.main, rules, start, window, steps):
        key = moment.wall, moment.zone
        keys.add(key)
        if moment not in left_out:
            by_key.setdefault(key, (moment, length))
        if len(by_key) > MOST_OCCURRENCES * 2:
            raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    inside = window.first <= start.day <= window.last
    if inside and (start.wall, start.zone) not in keys and start not in left_out:
        # Readers differ over such a date: some show it, some do not.
        findings.append(
            Finding(
                N_(
                    "It starts on %(day)s, but its repeat rule does not include that day, so that day was not "
                    "imported. Enter it by hand if it takes place."
                ),
                day=start.day,
            )
        )
    steps.take(len(by_key) * _STEPS_OF_A_DRAFT)
    return list(by_key.values())


def moment_of(vevent: VEvent, name: str, zone: str) -> Moment | None:
    values = vevent.properties.get(name)
    return instants.moment(*values[0], vevent, zone) if values and values[0][1].strip() else None


def length_of(vevent: VEvent, zone: str) -> timedelta | None:
    """How long it lasts, None where that is not given (or nothing). Raises Mistake for an end before the beginning."""
    start, end = moment_of(vevent, "DTSTART", zone), moment_of(vevent, "DTEND", zone)
    length = instants.length(first(vevent, "DURATION"))
    if start and end:
        length = _between(start, end)
    elif length is None and first(vevent, "DURATION"):
        raise Mistake(
            N_("The duration (%(text)s) is not supported. Enter it by hand."),
            text=first(vevent, "DURATION")[:40],
        )
    if length is not None and length < timedelta(0):
        raise Mistake(N_("The event ends before it starts. Please correct the end."))
    return length or None


def day_meant(moment: Moment, zone: str) -> date:
    """The day that a person means by a time: of one in UTC the campaign's, but for a midnight, which stands for a day."""
    if moment.zone is not UTC or moment.wall.time() == time(0):
        return moment.day
    return clock.day_of(moment.at(), zone)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The dates that EXDATE takes out of a series. A day takes out what begins on it, whatever its hour; an hour takes
    out a whole day where the series is one of days."""

    instants: frozenset[datetime]
    days: frozenset[date]  # given as days
    all_days: frozenset[date]
    zone: str

    @classmethod
    def of(cls, moments: list[Moment], zone: str) -> "_LeftOut":
        return cls(
            frozenset(moment.at() for moment in moments if moment.zone is not None),
            frozenset(moment.day for moment in moments if moment.zone is None),
            frozenset(day_meant(moment, zone) for moment in moments),
            zone,
        )

    def __contains__(self, moment: Moment) -> bool:
        if moment.zone is None:
            return moment.day in self.all_days
        return moment.at() in self.instants or day_meant(moment, self.zone) in self.days


def _dates(
    main: VEvent,
    rules: Sequence[tuple[Mapping[str, str], str]],
    start: Moment,
    window: Window,
    steps: recurrence.Steps,
) -> Iterator[tuple[Moment, timedelta | None]]:
    """The dates around the window, each with a length of its own or None."""
    usual = length_of(main, window.zone) or timedelta(0)
    # A vevent that began before may still run; zones differ by a day.
    begins = window.first - usual - _DAY * 2
    for moment, length in _listed(main, "RDATE", window.zone):
        if moment.day <= window.last + _DAY and moment.day + (length or usual) + _DAY * 2 >= window.first:
            yield moment, length
    if not rules:
        yield start, None
        return
    rule = recurrence.parse(rules[0][1], start.wall)
    until = None
    if rule.until and not _for_ever(rule.until):
        until = _until(_end_of(rule.until, main, window.zone), start.zone)
        if until < start.wall:
            raise Mistake(
                N_("Its series ends (%(until)s) before it starts. Please correct one of them."),
                until=until.date(),
            )
    for wall in recurrence.dates(rule, start.wall, begins, window.last + _DAY, until, steps):
        yield Moment(wall, start.zone), None


def _for_ever(until: str) -> bool:
    """Whether the end of a series lies centuries away, as some programs write for none."""
    return until[:4].isdigit() and int(until[:4]) > 2200


def _end_of(until: str, main: VEvent, zone: str) -> Moment:
    try:
        return instants.moment({}, until, main, zone)
    except Mistake as mistake:
        raise recurrence.UnknownRule(mistake.message, **mistake.values) from None


def _until(end: Moment, zone: tzinfo | None) -> datetime:
    """The end of a series on the clock of its dates; a day means the whole of it."""
    if end.zone is None:
        return end.wall + _DAY - timedelta(seconds=1)
    return end.wall if zone is None else end.at().astimezone(zone).replace(tzinfo=None)


def _listed(main: VEvent, name: str, zone: str) -> Iterator[tuple[Moment, timedelta | None]]:
    """The dates of EXDATE or RDATE, with its length where one is a period. Thousands are no list that a person made."""
    values = [(params, part) for params, value in main.properties.get(name, ()) for part in value.split(",")]
    if len(values) > 5_000:
        raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    for params, value in values:
        if value.strip():
            begins, _, ends = value.partition("/")
            moment = instants.moment(params, begins, main, zone)
            yield moment, _period(moment, params, ends, main, zone) if ends else None


def _period(start: Moment, params: Mapping[str, str], ends: str, main: VEvent, zone: str) -> timedelta | None:
    """How long a period lasts that ends at a time, or goes on for a length."""
    length = instants.length(ends)
    if length is None and ends.strip()[:1].upper() in ("P", "+", "-"):
        raise Mistake(N_("The duration (%(text)s) is not supported. Enter it by hand."), text=ends[:40])
    if length is None:
        length = _between(start, instants.moment(params, ends, main, zone))
    if length < timedelta(0):
        raise Mistake(N_("The event ends before it starts. Please correct the end."))
    return length or None


def _between(start: Moment, end: Moment) -> timedelta:
    if start.zone is not None and end.zone is not None:
        return end.at() - start.at()
    return timedelta(days=(end.day - start.day).days)


def key_of(draft: OccurrenceDraft) -> tuple:
    """Which date of a series an occurrence is."""
    return draft.start_day, draft.start_at


def order_of(draft: OccurrenceDraft) -> tuple[date, float]:
    """Where an occurrence stands among others; a whole day is before its hours."""
    return draft.start_day, draft.start_at.timestamp() if draft.start_at else 0.0


def draft_of(vevent: VEvent, start: Moment, zone: str, length: timedelta | None = None) -> OccurrenceDraft:
    """One occurrence that begins at start and lasts as long as its VEVENT says, or length. Ends are exclusive there."""
    length = length or length_of(vevent, zone)
    if start.zone is None:
        days = max(length.days if length else 1, 1)
        return OccurrenceDraft(start.day, start.day + _DAY * (days - 1))
    begins = start.at()
    local = begins.astimezone(ZoneInfo(zone))
    marked = first(vevent, "X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    if marked and length and local.time() == time(0) and length >= _DAY:
        return OccurrenceDraft(local.date(), local.date() + _DAY * (length.days - 1))
    return timed_draft(begins, length, zone)


def timed_draft(begins: datetime, length: timedelta | None, zone: str) -> OccurrenceDraft:
    """One occurrence with hours. length None: its end is not given."""
    day = clock.day_of(begins, zone)
    ends = begins + length if length else None
    last = clock.day_of(ends - timedelta(microseconds=1), zone) if ends else day
    return OccurrenceDraft(day, last, begins, ends)
