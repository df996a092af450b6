"""The dates of a calendar event: its one occurrence, or those of its series inside a window, with what was moved."""

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from models import clock
from models.errors import N_, Mistake
from models.events.draft import MOST_OCCURRENCES, NAME_LENGTH, OccurrenceDraft, VenueDraft
from models.imports import plain_text
from models.imports.calendar import recurrence
from models.imports.calendar import times as instants
from models.imports.calendar.ics_file import first
from models.imports.calendar.readable import readable
from models.imports.calendar.series import Window, day_meant, length_of, moment_of, series
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding, VEvent
from models.imports.spreadsheet import cells

_DAY = timedelta(days=1)
_CANCELLED = ("CANCELLED", "CANCELED")


def of(
    entry: CalendarEntry,
    zone: str,
    first_day: date,
    last_day: date,
    findings: list[Finding],
    steps: recurrence.Steps,
) -> tuple[OccurrenceDraft, ...]:
    """Every occurrence that touches the days from first_day to last_day of the campaign's zone. Raises Mistake."""
    window = Window(zone, first_day, last_day)
    entry = readable(entry, zone, findings)
    start = moment_of(entry.main, "DTSTART", zone)
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
    drafts = _repeated(entry, start, window, findings, steps)
    moved, skipped = _moved(entry, start, window, findings)
    by_key = {
        _key(draft): draft
        for draft in drafts
        if _key(draft) not in skipped and draft.start_day not in skipped
    }
    by_key |= {_key(draft): draft for draft in moved}
    inside = [draft for draft in by_key.values() if window.holds(draft)]
    if len(inside) > MOST_OCCURRENCES:
        raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    if _repeats(entry) and inside:
        findings.append(
            Finding(N_("A series: the %(count)s dates around the week were read."), count=len(inside))
        )
    return tuple(sorted(inside, key=_order))


def _repeated(
    entry: CalendarEntry, start: Moment, window: Window, findings: list[Finding], steps: recurrence.Steps
) -> list[OccurrenceDraft]:
    """The dates of a series; the first alone where its rule is not understood, which is said."""
    if not _repeats(entry):
        return [_draft(entry.main, start, window.zone)]
    try:
        return [
            _draft(entry.main, moment, window.zone, length)
            for moment, length in series(entry, start, window, findings, steps)
        ]
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


def _key(draft: OccurrenceDraft) -> tuple:
    """Which date of a series an occurrence is."""
    return draft.start_day, draft.start_at


def _draft(vevent: VEvent, start: Moment, zone: str, length: timedelta | None = None) -> OccurrenceDraft:
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
    ends = begins + length if length else None
    last = clock.day_of(ends - timedelta(microseconds=1), zone) if ends else local.date()
    return OccurrenceDraft(local.date(), last, begins, ends)


def _moved(
    entry: CalendarEntry, start: Moment, window: Window, findings: list[Finding]
) -> tuple[list[OccurrenceDraft], set[tuple | date]]:
    """Single dates as they were changed, and what they stand for: occurrences by their keys, or all that begin on a day."""
    drafts: list[OccurrenceDraft] = []
    skipped: set[tuple | date] = set()
    title = first(entry.main, "SUMMARY")
    for vevent in entry.moved:
        params, value = vevent.properties["RECURRENCE-ID"][0]
        if params.get("RANGE"):
            findings.append(
                Finding(N_("A change to all later dates of the series was applied to its first date only."))
            )
        was = instants.moment(params, value, vevent, window.zone)
        if start.zone is None or was.zone is None:
            skipped.add(day_meant(was, window.zone))
        else:
            skipped.add(_key(_draft(VEvent({}), was, window.zone)))
        now = moment_of(vevent, "DTSTART", window.zone) or was
        if first(vevent, "STATUS").upper() in _CANCELLED:
            continue
        draft = _draft(vevent, now, window.zone)
        if window.holds(draft):
            drafts.append(_placed(draft, vevent, entry.main, findings))
            if first(vevent, "SUMMARY") not in ("", title):
                own_title = plain_text.line(plain_text.unescaped(first(vevent, "SUMMARY")))
                findings.append(
                    Finding(
                        N_("On %(day)s it has a title of its own. That title was not kept: %(text)s."),
                        day=draft.start_day, text=own_title[:120],
                    )
                )  # fmt: skip
    return drafts, skipped


def _placed(draft: OccurrenceDraft, vevent: VEvent, main: VEvent, findings: list[Finding]) -> OccurrenceDraft:
    """With the place of its own that a moved date has."""
    location = plain_text.line(plain_text.unescaped(first(vevent, "LOCATION")))
    if not location or first(vevent, "LOCATION") == first(main, "LOCATION"):
        return draft
    names, sure = cells.places(location)
    if not sure or len(names) != 1 or len(names[0]) > NAME_LENGTH:
        findings.append(
            Finding(
                N_("On %(day)s it takes place elsewhere. That place was not kept: %(text)s."),
                day=draft.start_day, text=location[:120],
            )
        )  # fmt: skip
        return draft
    return replace(draft, venue=VenueDraft(names[0]))
