"""The dates of a calendar event: its one sitting, or those of its series inside a window, with what was moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from models import clock
from models.errors import N_, Mistake
from models.events.draft import MOST_OCCURRENCES, NAME_LENGTH, OccurrenceDraft, VenueDraft
from models.imports import plain_text
from models.imports.calendar import recurrence
from models.imports.calendar import times as instants
from models.imports.calendar.ics_file import first
from models.imports.calendar.readable import readable
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding, VEvent
from models.imports.spreadsheet import cells

_DAY = timedelta(days=1)
_DRAFTED = 10  # steps that a sitting costs which is written out
_CANCELLED = ("CANCELLED", "CANCELED")


@dataclass(frozen=True, slots=True)
class _Window:
    zone: str
    first: date
    last: date

    def holds(self, draft: OccurrenceDraft) -> bool:
        return draft.end_day >= self.first and draft.start_day <= self.last


def of(
    entry: CalendarEntry,
    zone: str,
    first_day: date,
    last_day: date,
    findings: list[Finding],
    steps: recurrence.Steps,
) -> tuple[OccurrenceDraft, ...]:
    """Every sitting that touches the days from first_day to last_day of the campaign's zone. Raises Mistake."""
    window = _Window(zone, first_day, last_day)
    entry = readable(entry, zone, findings)
    start = _moment(entry.main, "DTSTART", zone)
    if start is None:
        raise Mistake(N_("The event has no start time (DTSTART)."))
    if start.contradicted:
        findings.append(
            Finding(
                N_("Its time names a zone and says UTC (Z) as well; read as the time of the zone: %(time)s."),
                time=f"{start.wall:%H:%M}",
            )
        )
    if start.floating:
        findings.append(Finding(N_("No time zone is given; read as %(zone)s."), zone=zone))
    found = _repeated(entry, start, window, findings, steps)
    moved, skipped = _moved(entry, start, window, findings)
    kept = {
        _key(draft): draft for draft in found if _key(draft) not in skipped and draft.start_day not in skipped
    }
    kept |= {_key(draft): draft for draft in moved}
    inside = [draft for draft in kept.values() if window.holds(draft)]
    if len(inside) > MOST_OCCURRENCES:
        raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    if _repeats(entry) and inside:
        findings.append(
            Finding(N_("A series: the %(count)s dates around the week were read."), count=len(inside))
        )
    return tuple(sorted(inside, key=_order))


def _repeated(
    entry: CalendarEntry, start: Moment, window: _Window, findings: list[Finding], steps: recurrence.Steps
) -> list[OccurrenceDraft]:
    """The dates of a series; the first alone where its rule is not understood, which is said."""
    if not _repeats(entry):
        return [_draft(entry.main, start, window.zone)]
    try:
        return _series(entry, start, window, findings, steps)
    except recurrence.UnknownRule as mistake:
        first_date = _draft(entry.main, start, window.zone)
        if not window.holds(first_date):
            raise
        findings += [Finding.of(mistake), Finding(N_("Only its first date was read."))]
        return [first_date]


def _order(draft: OccurrenceDraft) -> tuple[date, float]:
    return draft.start_day, draft.start_at.timestamp() if draft.start_at else 0.0


def _repeats(entry: CalendarEntry) -> bool:
    return bool({"RRULE", "RDATE"} & set(entry.main.properties))


def _moment(sitting: VEvent, name: str, zone: str) -> Moment | None:
    told = sitting.properties.get(name)
    return instants.moment(*told[0], sitting, zone) if told and told[0][1].strip() else None


def _key(draft: OccurrenceDraft) -> tuple:
    """Which date of a series a sitting is."""
    return draft.start_day, draft.start_at


def _draft(sitting: VEvent, start: Moment, zone: str, length: timedelta | None = None) -> OccurrenceDraft:
    """One sitting that begins at start and lasts as long as its VEVENT says, or length. Ends are exclusive there."""
    length = length or _length(sitting, zone)
    if start.zone is None:
        days = max(length.days if length else 1, 1)
        return OccurrenceDraft(start.day, start.day + _DAY * (days - 1))
    begins = start.at()
    local = begins.astimezone(ZoneInfo(zone))
    marked = first(sitting, "X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    if marked and length and local.time() == time(0) and length >= _DAY:
        return OccurrenceDraft(local.date(), local.date() + _DAY * (length.days - 1))
    ends = begins + length if length else None
    last = clock.day_of(ends - timedelta(microseconds=1), zone) if ends else local.date()
    return OccurrenceDraft(local.date(), last, begins, ends)


def _length(sitting: VEvent, zone: str) -> timedelta | None:
    """How long it lasts, None where that is not told (or nothing). Raises Mistake for an end before the beginning."""
    start, end = _moment(sitting, "DTSTART", zone), _moment(sitting, "DTEND", zone)
    length = instants.length(first(sitting, "DURATION"))
    if start and end:
        length = _between(start, end)
    elif length is None and first(sitting, "DURATION"):
        raise Mistake(
            N_("The duration (%(text)s) is not supported. Enter it by hand."),
            text=first(sitting, "DURATION")[:40],
        )
    if length is not None and length < timedelta(0):
        raise Mistake(N_("The event ends before it starts. Please correct the end."))
    return length or None


def _series(
    entry: CalendarEntry, start: Moment, window: _Window, findings: list[Finding], steps: recurrence.Steps
) -> list[OccurrenceDraft]:
    rules = entry.main.properties.get("RRULE", ())
    if len(rules) > 1 or "EXRULE" in entry.main.properties:
        raise recurrence.UnknownRule(
            N_("The repeat rule (%(rule)s) is not supported. Enter the dates by hand."), rule="RRULE, EXRULE"
        )
    left_out = _LeftOut.of([moment for moment, _ in _listed(entry.main, "EXDATE", window.zone)], window.zone)
    found: dict[tuple, tuple[Moment, timedelta | None]] = {}
    made = set()
    for moment, length in _dates(entry.main, rules, start, window, steps):
        key = moment.wall, moment.zone
        made.add(key)
        if moment not in left_out:
            found.setdefault(key, (moment, length))
        if len(found) > MOST_OCCURRENCES * 2:
            raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    inside = window.first <= start.day <= window.last
    if inside and (start.wall, start.zone) not in made and start not in left_out:
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
    steps.take(len(found) * _DRAFTED)
    return [_draft(entry.main, moment, window.zone, length) for moment, length in found.values()]


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The dates that EXDATE takes out of a series. A day takes out what begins on it, whatever its hour; an hour takes
    out a whole day where the series is one of days."""

    instants: frozenset[datetime]
    days: frozenset[date]  # told as days
    all_days: frozenset[date]
    zone: str

    @classmethod
    def of(cls, gone: list[Moment], zone: str) -> "_LeftOut":
        return cls(
            frozenset(moment.at() for moment in gone if moment.zone is not None),
            frozenset(moment.day for moment in gone if moment.zone is None),
            frozenset(_day(moment, zone) for moment in gone),
            zone,
        )

    def __contains__(self, moment: Moment) -> bool:
        if moment.zone is None:
            return moment.day in self.all_days
        return moment.at() in self.instants or _day(moment, self.zone) in self.days


def _day(moment: Moment, zone: str) -> date:
    """The day that a person means by a time: of one in UTC the campaign's, but for a midnight, which stands for a day."""
    if moment.zone is not UTC or moment.wall.time() == time(0):
        return moment.day
    return clock.day_of(moment.at(), zone)


def _dates(
    main: VEvent,
    rules: Sequence[tuple[Mapping[str, str], str]],
    start: Moment,
    window: _Window,
    steps: recurrence.Steps,
) -> Iterator[tuple[Moment, timedelta | None]]:
    """The dates around the window, each with a length of its own or None."""
    usual = _length(main, window.zone) or timedelta(0)
    # A sitting that began before may still run; zones differ by a day.
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


def _until(told: Moment, zone: tzinfo | None) -> datetime:
    """The end of a series on the clock of its dates; a day means the whole of it."""
    if told.zone is None:
        return told.wall + _DAY - timedelta(seconds=1)
    return told.wall if zone is None else told.at().astimezone(zone).replace(tzinfo=None)


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


def _moved(
    entry: CalendarEntry, start: Moment, window: _Window, findings: list[Finding]
) -> tuple[list[OccurrenceDraft], set[tuple | date]]:
    """Single dates as they were changed, and what they stand for: sittings by their keys, or all that begin on a day."""
    found: list[OccurrenceDraft] = []
    skipped: set[tuple | date] = set()
    title = first(entry.main, "SUMMARY")
    for sitting in entry.moved:
        params, value = sitting.properties["RECURRENCE-ID"][0]
        if params.get("RANGE"):
            findings.append(
                Finding(N_("A change to all later dates of the series was applied to its first date only."))
            )
        was = instants.moment(params, value, sitting, window.zone)
        if start.zone is None or was.zone is None:
            skipped.add(_day(was, window.zone))
        else:
            skipped.add(_key(_draft(VEvent({}), was, window.zone)))
        now = _moment(sitting, "DTSTART", window.zone) or was
        if first(sitting, "STATUS").upper() in _CANCELLED:
            continue
        draft = _draft(sitting, now, window.zone)
        if window.holds(draft):
            found.append(_placed(draft, sitting, entry.main, findings))
            if first(sitting, "SUMMARY") not in ("", title):
                told = plain_text.line(plain_text.unescaped(first(sitting, "SUMMARY")))
                findings.append(
                    Finding(
                        N_("On %(day)s it has a title of its own. That title was not kept: %(text)s."),
                        day=draft.start_day, text=told[:120],
                    )
                )  # fmt: skip
    return found, skipped


def _placed(
    draft: OccurrenceDraft, sitting: VEvent, main: VEvent, findings: list[Finding]
) -> OccurrenceDraft:
    """With the place of its own that a moved date has."""
    told = plain_text.line(plain_text.unescaped(first(sitting, "LOCATION")))
    if not told or first(sitting, "LOCATION") == first(main, "LOCATION"):
        return draft
    names, sure = cells.places(told)
    if not sure or len(names) != 1 or len(names[0]) > NAME_LENGTH:
        findings.append(
            Finding(
                N_("On %(day)s it takes place elsewhere. That place was not kept: %(text)s."),
                day=draft.start_day, text=told[:120],
            )
        )  # fmt: skip
        return draft
    return replace(draft, venue=VenueDraft(names[0]))
