"""The dates of a calendar event: its one occurrence, or those of its series inside a window, with what was moved."""

from datetime import date

from models.errors import N_, Mistake
from models.events.draft import MOST_OCCURRENCES, OccurrenceDraft
from models.imports.calendar import recurrence
from models.imports.calendar.overrides import Overrides
from models.imports.calendar.readable import readable
from models.imports.calendar.series import Window, draft_of, key_of, moment_of, order_of, series
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding


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
    overrides = Overrides.of(entry, start, window, findings)
    by_key = {key_of(draft): draft for draft in overrides.applied(drafts)}
    inside = [draft for draft in by_key.values() if window.holds(draft)]
    if len(inside) > MOST_OCCURRENCES:
        raise Mistake(N_("It repeats more than %(most)s times around the week."), most=MOST_OCCURRENCES)
    if _repeats(entry) and inside:
        findings.append(
            Finding(N_("A series: the %(count)s dates around the week were read."), count=len(inside))
        )
    return tuple(sorted(inside, key=order_of))


def _repeated(
    entry: CalendarEntry, start: Moment, window: Window, findings: list[Finding], steps: recurrence.Steps
) -> list[OccurrenceDraft]:
    """The dates of a series; the first alone where its rule is not understood, which is said."""
    if not _repeats(entry):
        return [draft_of(entry.main, start, window.zone)]
    try:
        return [
            draft_of(entry.main, moment, window.zone, length)
            for moment, length in series(entry, start, window, findings, steps)
        ]
    except recurrence.UnknownRule as mistake:
        first_date = draft_of(entry.main, start, window.zone)
        if not window.holds(first_date):
            raise
        findings += [Finding.of(mistake), Finding(N_("Only its first date was read."))]
        return [first_date]


def _repeats(entry: CalendarEntry) -> bool:
    return bool({"RRULE", "RDATE"} & set(entry.main.properties))
