"""One occurrence as an iCalendar VEVENT (RFC 5545, 7986). Pure: no database.

A feed is one file for all readers, so its words are in one language: Chinese, like the events.
"""

import logging
import re
from datetime import timedelta
from functools import lru_cache

from icalendar import Event as VEvent
from icalendar import vUri

from models import clock, urls
from models.campaigns.tables import OTHER_FORMAT, TermKind
from models.drawing import markdown
from models.events.merges import venue_of
from models.events.tables import Event, EventStatus, HalfDay, Occurrence
from models.installation import Site
from models.places import regions
from models.places.tables import Venue
from models.public.export_rows import EventRow, OccurrenceRow

VERSION = "4"  # raise it when this module writes entries differently: stored entries become stale
RADIUS = "100"  # metres
CANCELLED_PREFIX = "【已取消】"
HALF_DAY: dict[str, str] = {HalfDay.MORNING: "上午", HalfDay.AFTERNOON: "下午", HalfDay.EVENING: "晚上"}

log = logging.getLogger("openweek.calendar")


def uid(occurrence_id: int, site: Site) -> str:
    """The UID of an occurrence. It never changes: subscribed calendars recognise the entry by it."""
    return f"occ-{occurrence_id}@{site.uid_domain}"


def event_path(event: Event | EventRow) -> str:
    return f"/{event.campaign_id}/events/{event.id}"


def is_cancelled(occurrence: Occurrence | OccurrenceRow) -> bool:
    return EventStatus.CANCELLED in (occurrence.status, occurrence.event.status)


def has_clock_time(occurrence: Occurrence | OccurrenceRow) -> bool:
    """Whether the entry has clock times. Several days with only a first start time are all-day."""
    if occurrence.start_at is None:
        return False
    return occurrence.end_at is not None or occurrence.end_day == occurrence.start_day


def plain(text: str) -> str:
    """Text that every parser accepts: line breaks as \\n, no control characters, lone surrogates or BOM."""
    lines = _BREAK.sub("\n", text).replace("\t", " ")
    return _UNSAFE.sub("", lines).strip()


_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def line(text: str) -> str:
    """plain() on one line."""
    return " ".join(plain(text).split())


def entry(occurrence: Occurrence, site: Site) -> bytes | None:
    """The VEVENT of an occurrence, ending with a line break; None, and a line in the log, where it cannot be written.

    Calendar programs reject a whole feed for one invalid entry."""
    try:
        return _entry(occurrence, site).to_ical()
    except (ValueError, TypeError, OverflowError) as error:
        log.error("Occurrence %s has no calendar entry: %s", occurrence.id, error)
        return None


def _entry(occurrence: Occurrence, site: Site) -> VEvent:
    event = occurrence.event
    vevent = VEvent()
    vevent.add("uid", uid(occurrence.id, site))
    # Both are the time of the last change. With the current time, every refresh would look like a change.
    vevent.add("dtstamp", occurrence.changed_at.replace(microsecond=0))
    vevent.add("last-modified", occurrence.changed_at.replace(microsecond=0))
    vevent.add("sequence", occurrence.sequence)
    vevent.add("status", "CANCELLED" if is_cancelled(occurrence) else "CONFIRMED")
    vevent.add("summary", _summary(occurrence))
    vevent.add("description", _description(occurrence, site))
    vevent.add("url", site.url(event_path(event)))
    picture = {"VALUE": "URI", "DISPLAY": "BADGE", "FMTTYPE": "image/png"}
    vevent.add("image", vUri(site.url(f"{event_path(event)}/share.png"), params=picture))
    _add_time(vevent, occurrence)
    _add_place(vevent, occurrence)
    categories = _categories(event)
    if categories:
        vevent.add("categories", categories)
    meeting = address(event.online_url)
    if meeting:
        vevent.add("conference", vUri(meeting, params={"VALUE": "URI"}))
    return vevent


def _summary(occurrence: Occurrence) -> str:
    title = line(occurrence.event.title) or f"活动 {occurrence.event.id}"
    half_day = "" if has_clock_time(occurrence) else HALF_DAY.get(occurrence.half_day or "", "")
    return (
        (CANCELLED_PREFIX if is_cancelled(occurrence) else "")
        + title
        + (f"（{half_day}）" if half_day else "")
    )


# What stands below an event's own words in a DESCRIPTION, in this order.
LABELS = ("时间", "主办", "面向", "地区", "线上参与", "详情")


def own_description(text: str) -> str:
    """The event's own words of a DESCRIPTION of ours, without the lines that are written from its other fields."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(tuple(f"{name}：" for name in LABELS))):
        lines.pop()
    return "\n".join(lines)


def _description(occurrence: Occurrence, site: Site) -> str:
    event = occurrence.event
    groups = [term.name_zh for term in event.campaign.terms_of(TermKind.AUDIENCE) if term.key in event.groups]
    texts = (
        _time_text(occurrence),
        "、".join(filter(None, (line(host.name) for host in event.hosts))),
        "、".join(groups),
        _region(event.region_code),
        address(event.online_url),
        site.url(event_path(event)),
    )
    return "\n".join(
        filter(
            None,
            [
                plain(markdown.plain(event.description)),
                *(f"{name}：{text}" for name, text in zip(LABELS, texts, strict=True) if text),
            ],
        )
    )


def _region(code: str | None) -> str:
    """河南省 焦作市. Left out: the rows of GB/T 2260 that only group others, such as 市辖区."""
    if code is None:
        return ""
    path = [_region_names().get(part, "") for part in (*regions.ancestors(code), code)]
    return " ".join(name for name in path if name and name not in ("市辖区", "县") and "直辖县级" not in name)


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {row.code: row.name for row in regions.all_regions()}


def _time_text(occurrence: Occurrence) -> str:
    """The time of an all-day entry as far as its dates do not say it: the organizer's own words, half day, first start."""
    if has_clock_time(occurrence):
        return ""
    parts = [line(occurrence.event.time_text)]
    half_day = HALF_DAY.get(occurrence.half_day or "", "")
    if half_day and half_day not in parts[0]:
        parts.append(half_day)
    if occurrence.start_at is not None:
        start = occurrence.start_at.astimezone(clock.zone(occurrence.event.campaign.zone))
        parts.append(f"首日{start:%H:%M}开始")
    if occurrence.open_ended:
        parts.append(f"{occurrence.start_day.month}月{occurrence.start_day.day}日起，结束日期未报告")
    return "，".join(filter(None, parts))


def _add_time(vevent: VEvent, occurrence: Occurrence) -> None:
    if occurrence.start_at is not None and has_clock_time(occurrence):
        zone = clock.zone(occurrence.event.campaign.zone)
        vevent.add("dtstart", occurrence.start_at.astimezone(zone))
        if occurrence.end_at is not None:
            vevent.add("dtend", occurrence.end_at.astimezone(zone))
        return
    vevent.add("dtstart", occurrence.start_day)
    vevent.add("dtend", occurrence.end_day + timedelta(days=1))  # exclusive
    vevent.add("transp", "TRANSPARENT")  # a whole-day entry must not make its reader look busy


def location(occurrence: Occurrence) -> tuple[str, tuple[float, float] | None]:
    """LOCATION of an occurrence, and its point (latitude, longitude in degrees) where one is known."""
    venue = venue_of(occurrence)
    if venue is None:
        event = occurrence.event
        names = "、".join(filter(None, (line(row.venue.name) for row in event.venues)))
        return line(event.venue_text) or names, None
    return venue_lines(venue)


def venue_lines(venue: Venue) -> tuple[str, tuple[float, float] | None]:
    """A venue in an entry: its name and address on one line, and its point (latitude, longitude in degrees)."""
    words = " ".join(filter(None, (line(venue.name), line(venue.address))))
    if venue.latitude is None or venue.longitude is None:
        return words, None
    return words, (venue.latitude, venue.longitude)


def _add_place(vevent: VEvent, occurrence: Occurrence) -> None:
    words, point = location(occurrence)
    if not words:
        return
    if point is not None:
        # Apple shows a map only if X-TITLE equals LOCATION. RFC 6868 would escape these two in a parameter.
        words = words.replace('"', "＂").replace("^", "＾")
        vevent.add("geo", point)
        params = {"VALUE": "URI", "X-APPLE-RADIUS": RADIUS, "X-TITLE": words}
        uri = vUri(f"geo:{point[0]},{point[1]}", params=params)
        vevent.add("x-apple-structured-location", uri)
    vevent.add("location", words)


def _categories(event: Event) -> list[str]:
    """Audience groups and formats; a format outside the campaign's list by the organizer's own word."""
    names = [term.name_zh for term in event.campaign.terms_of(TermKind.AUDIENCE) if term.key in event.groups]
    keys = [event.main_format] if event.main_format else []
    for key in dict.fromkeys(keys + [row.format for row in event.formats]):
        term = event.campaign.term(TermKind.FORMAT, key)
        names += [term.name_zh] if term else []
    names += [line(row.text) for row in event.formats if row.format == OTHER_FORMAT]
    return list(dict.fromkeys(filter(None, names)))


def address(url: str) -> str:
    """An online address in ASCII; empty for a text that is no address."""
    try:
        return urls.to_ascii_url(line(url))
    except ValueError:
        return ""
