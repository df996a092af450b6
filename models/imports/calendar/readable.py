"""A VEVENT without the properties that cannot be read: an event is not lost for one bad date in a list."""

from collections.abc import Mapping
from dataclasses import replace

from models.errors import N_, Mistake
from models.imports.calendar import times
from models.imports.findings import CalendarEntry, Finding, VEvent


def readable(entry: CalendarEntry, zone: str, findings: list[Finding]) -> CalendarEntry:
    """The entry with what can be read of it; what cannot is named. zone: the campaign's."""
    moved = tuple(_without_bad(vevent, zone, findings) for vevent in entry.moved)
    return replace(
        entry,
        main=_without_bad(entry.main, zone, findings),
        moved=tuple(vevent for vevent in moved if "RECURRENCE-ID" in vevent.properties),
    )


def _without_bad(vevent: VEvent, zone: str, findings: list[Finding]) -> VEvent:
    properties = dict(vevent.properties)
    for name in ("DTEND", "DURATION", "EXDATE", "RDATE", "RECURRENCE-ID", "RRULE"):
        values = []
        for params, value in properties.get(name, ()):
            parts = value.split(",") if name in ("EXDATE", "RDATE") else [value]
            good = [part for part in parts if _can_be_read(name, params, part, vevent, zone)]
            bad = [part for part in parts if part.strip() and part not in good]
            if bad:
                why = N_("%(name)s “%(text)s” cannot be read and was left out.")
                findings.append(Finding(why, name=name, text=bad[0].strip()[:40]))
            if any(part.strip() for part in good):
                values.append((params, ",".join(good)))
        if values:
            properties[name] = tuple(values)
        else:
            properties.pop(name, None)
    return replace(vevent, properties=properties)


def _can_be_read(name: str, params: Mapping[str, str], value: str, vevent: VEvent, zone: str) -> bool:
    if not value.strip():
        return False
    if name == "RRULE":
        return True
    if name == "DURATION":
        return times.length(value) is not None
    begins, _, ends = value.partition("/")
    try:
        times.moment(params, begins, vevent, zone)
        if ends and times.length(ends) is None:
            times.moment(params, ends, vevent, zone)
    except Mistake:
        return False
    return True
