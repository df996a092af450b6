"""Calendar files (.ics) as the events in them. Files from anywhere: broken lines, names and times of every maker.

Only the frame is read here (lines, blocks, properties), so that time and memory follow the size of the file; what an event
means is for calendar.to_draft.
"""

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.errors import N_, Mistake
from models.imports.findings import CalendarEntry, Finding, VEvent

MOST_BYTES = 5 * 1024 * 1024
MOST_EVENTS = 10_000
TOO_MANY_EVENTS = N_("The calendar has more than %(most)s events. Export a shorter period.")
# Each series is walked over the weeks around the campaign: together a few seconds.
MOST_SERIES = 1_000
# What is kept of an event. All else (attendees, alarms) is not ours to know.
WANTED = frozenset(
    "UID SUMMARY DESCRIPTION X-ALT-DESC LOCATION GEO URL CONFERENCE IMAGE ATTACH CATEGORIES STATUS CLASS DTSTART DTEND DURATION "
    "RRULE RDATE EXDATE EXRULE RECURRENCE-ID SEQUENCE LAST-MODIFIED DTSTAMP X-MICROSOFT-CDO-ALLDAYEVENT".split()
)
MANY = frozenset({"ATTACH", "IMAGE", "RDATE", "EXDATE", "CATEGORIES", "CONFERENCE", "RRULE"})
# Properties whose values are texts, and may be broken over lines; all that RFC 5545 and 7986 know in an event.
_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "X-ALT-DESC"})
_KNOWN = WANTED | frozenset(
    "ATTACH ATTENDEE CLASS COMMENT CONTACT CREATED COLOR IMAGE ORGANIZER PRIORITY RELATED-TO REQUEST-STATUS RESOURCES "
    "TRANSP".split()
)
# A long line goes on after a line break and a blank, which may stand inside a character: so before decoding.
_BREAKS = re.compile(rb"\r+\n")  # CR CR LF, after one conversion too many
_FOLD = re.compile(rb"[\n\r][ \t]")
# Files put behind one another: the first may end without a line break, the second begin with a mark.
_NEXT = re.compile(rb"END:VCALENDAR(?:\s|\xef\xbb\xbf)*BEGIN:VCALENDAR", re.I)
_LINE = re.compile(r"\r\n|\n|\r")
_PROPERTY = re.compile(r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[^;:="]+=(?:"[^"]*"|[^";:])*)*):(?P<value>.*)')
_PARAM = re.compile(r';([^;:="]+)=((?:"[^"]*"|[^";:])*)')
_BREAKS_OFF = N_("The calendar ends before it is complete. Export or download it again.")
# What a decoder says of a character of which the end is missing.
_CUT = ("unexpected end of data", "incomplete multibyte sequence")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass
class _Calendar:
    """One VCALENDAR while it is read."""

    zone: str = ""
    method: str = ""
    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)
    events: list[list[str]] = field(default_factory=list)


def read(data: bytes) -> list[CalendarEntry]:
    """The events of all calendars in a file, series together. Raises Mistake, one sentence."""
    if len(data) > MOST_BYTES:
        raise Mistake(
            N_("The calendar is larger than %(most)s MB. Export a shorter period."),
            most=MOST_BYTES // 1024 // 1024,
        )
    vevents = [vevent for calendar in _calendars(_text(data)) for vevent in _vevents(calendar)]
    if not vevents:
        raise Mistake(N_("There is no event in this calendar."))
    if len(vevents) > MOST_EVENTS:
        raise Mistake(TOO_MANY_EVENTS, most=MOST_EVENTS)
    if sum("RRULE" in vevent.properties for vevent in vevents) > MOST_SERIES:
        raise Mistake(
            N_("The calendar has more than %(most)s series. Export a shorter period."), most=MOST_SERIES
        )
    return list(_entries(vevents))


def first(vevent: VEvent, name: str) -> str:
    """The value of a property, as it stands in the file; "" where there is none."""
    values = vevent.properties.get(name)
    return values[0][1].strip() if values else ""


def _text(data: bytes) -> str:
    joined = _FOLD.sub(b"", _BREAKS.sub(b"\n", data.removeprefix(BOM_UTF8)))
    joined = _NEXT.sub(b"END:VCALENDAR\nBEGIN:VCALENDAR", joined)
    for encoding in ("utf-8", "gb18030"):
        try:
            return joined.decode(encoding)
        except UnicodeDecodeError as error:
            if error.reason in _CUT:
                raise Mistake(_BREAKS_OFF) from None
    raise Mistake(N_("This calendar is neither in UTF-8 nor in GB18030."))


def _calendars(text: str) -> Iterator[_Calendar]:
    calendar = _Calendar()
    path: list[str] = []
    block: list[str] = []
    for line in _LINE.split(text):
        name, _, value = line.partition(":")
        word = name.strip().upper()
        if word in ("BEGIN", "END") and path[1:2] == ["VTIMEZONE"] and (len(path) == 3 or word == "BEGIN"):
            block.append(line)  # STANDARD and DAYLIGHT
        if word == "BEGIN":
            path.append(value.strip().upper())
            calendar = _Calendar() if len(path) == 1 else calendar
            block = [] if len(path) == 2 else block
        elif word == "END" and path:
            _ended(calendar, path, block)
            path.pop()
            if not path:
                yield calendar
        elif path == ["VCALENDAR"]:
            _head(calendar, word, value)
        elif path[1:] == ["VEVENT"] or path[1:2] == ["VTIMEZONE"]:
            block.append(line)  # what lies inside an event (alarms) is not its own
    if path:
        raise Mistake(_BREAKS_OFF)


def _ended(calendar: _Calendar, path: list[str], block: list[str]) -> None:
    if path[1:] == ["VEVENT"]:
        calendar.events.append(block)
    elif path[1:] == ["VTIMEZONE"]:
        calendar.zones[_zone_name(block)] = tuple(block)


def _head(calendar: _Calendar, name: str, value: str) -> None:
    if name.split(";")[0] == "X-WR-TIMEZONE":
        calendar.zone = value.strip()
    elif name == "METHOD":
        calendar.method = value.strip().upper()


def _zone_name(block: list[str]) -> str:
    return next((line.partition(":")[2].strip() for line in block if line.upper().startswith("TZID")), "")


def _vevents(calendar: _Calendar) -> Iterator[VEvent]:
    for block in calendar.events:
        properties: dict[str, tuple] = {}
        last = ""
        for line in block:
            last = _read_line(line, properties, last)
        if calendar.method == "CANCEL":
            properties["STATUS"] = (({}, "CANCELLED"),)
        yield VEvent(properties, calendar.zone, calendar.zones)


def _read_line(line: str, properties: dict[str, tuple], last: str) -> str:
    """Read one line; the name of its property. last: that of the line before, whose text goes on in a line that is no
    property: a text that was broken without a fold."""
    match = _PROPERTY.match(_CONTROL.sub("", line))
    name = match["name"].upper() if match else ""
    if match is None or not (name in _KNOWN or name.startswith("X-") or match["name"].isupper()):
        if last in _TEXTS and last in properties:
            *earlier, (params, value) = properties[last]
            properties[last] = (*earlier, (params, f"{value}\\n{_CONTROL.sub('', line)}"))
        return last
    if name in WANTED and (name in MANY or name not in properties):
        params = {key.strip().upper(): value.strip('"') for key, value in _PARAM.findall(match["params"])}
        properties[name] = (*properties.get(name, ()), (params, match["value"]))
        return name
    return ""  # what goes on in the next line is not kept either


def _entries(vevents: list[VEvent]) -> Iterator[CalendarEntry]:
    """Series with what moves their dates. Copies of one event are one: the newest version counts."""
    groups: dict[str, list[VEvent]] = {}
    for vevent in vevents:
        groups.setdefault(first(vevent, "UID") or _made_up(vevent), []).append(vevent)
    number = 0
    for uid, group in groups.items():
        mains = [vevent for vevent in group if not first(vevent, "RECURRENCE-ID")]
        moved = _newest_by(group, "RECURRENCE-ID")
        if not mains:
            mains, moved = moved[:1], moved[1:]
        events = _apart(mains)
        for own, same in events.items():
            number += 1
            notes = (_shared(len(mains), len(events)),) if len(mains) > 1 else ()
            yield CalendarEntry(number, uid + own, same, () if own else tuple(moved), notes)


def _shared(copies: int, events: int) -> Finding:
    if events > 1:
        return Finding(
            N_(
                "%(count)s events in the file share one UID. They were distinguished by start, title and place."
            ),
            count=events,
        )
    return Finding(
        N_("This event is in the file %(count)s times; its newest version was read."), count=copies
    )


def _apart(mains: list[VEvent]) -> dict[str, VEvent]:
    """One for each event, by what is added to its UID: of versions the newest; those of one version that begin at
    different times, or have different titles or places, are different events. The first to begin and the last of those
    that begin together bear the UID alone, so that what is known by it stays known."""
    newest = max(_version(vevent)[:2] for vevent in mains)
    begins: dict[str, dict[tuple, VEvent]] = {}
    for vevent in sorted(mains, key=_version):
        if _version(vevent)[:2] == newest:
            same = begins.setdefault(first(vevent, "DTSTART"), {})
            content = first(vevent, "SUMMARY"), first(vevent, "LOCATION")
            same.pop(content, None)
            same[content] = vevent
    events: dict[str, VEvent] = {}
    for at, (begin, same) in enumerate(begins.items()):
        *others, last = same.items()
        own = f"#{begin}" if at else ""
        events |= {f"#{begin}#{_digest(*content)[:12]}": vevent for content, vevent in others}
        events[own] = last[1]
    return events


def _newest_by(group: list[VEvent], name: str) -> list[VEvent]:
    newest: dict[str, VEvent] = {}
    for vevent in group:
        key = first(vevent, name)
        if key and (key not in newest or _version(vevent) >= _version(newest[key])):
            newest[key] = vevent
    return list(newest.values())


def _version(vevent: VEvent) -> tuple[int, str, str]:
    """SEQUENCE, when it was changed, when it was written out: the last says nothing of the event itself."""
    sequence = first(vevent, "SEQUENCE")
    known = int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0
    return known, first(vevent, "LAST-MODIFIED"), first(vevent, "DTSTAMP")


def _made_up(vevent: VEvent) -> str:
    """What an event without a UID is known by when its file comes again."""
    return "sha256:" + _digest(*(first(vevent, name) for name in ("SUMMARY", "DTSTART", "LOCATION")))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:32]
