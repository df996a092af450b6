"""One occurrence as an iCalendar VEVENT (RFC 5545, 7986). Pure: no database.

A feed is one file for all its readers, whoever asks: so its words are Chinese, like the events themselves.
"""

import logging
import re
from datetime import timedelta
from functools import lru_cache

from icalendar import Event as VEvent
from icalendar import vUri

from models import clock, urls
from models.campaigns.tables import OTHER_FORMAT, TermKind
from models.events.tables import Event, EventStatus, Occurrence
from models.installation import Site
from models.places import regions
from models.places.tables import Venue
from models.public.export_rows import EventRow, OccurrenceRow

VERSION = "3"  # of what is written here; another one makes every stored entry stale
RADIUS = "100"  # metres
CALLED_OFF = "【已取消】"
HALF_DAY = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}

log = logging.getLogger("openweek.calendar")


def uid(occurrence_id: int, site: Site) -> str:
    """The UID by which subscribed calendars know an occurrence, for ever."""
    return f"occ-{occurrence_id}@{site.uid_domain}"


def event_path(event: Event | EventRow) -> str:
    return f"/{event.campaign_id}/events/{event.id}"


def is_cancelled(occurrence: Occurrence | OccurrenceRow) -> bool:
    return EventStatus.CANCELLED in (occurrence.status, occurrence.event.status)


def by_the_clock(occurrence: Occurrence | OccurrenceRow) -> bool:
    """Whether the entry has clock times. Several days of which only the first hour is known are whole days."""
    if occurrence.start_at is None:
        return False
    return occurrence.end_at is not None or occurrence.end_day == occurrence.start_day


def plain(text: str) -> str:
    """Text that no parser stumbles over: line breaks as \\n, no control characters, no lone surrogates, no BOM."""
    lines = _BREAK.sub("\n", text).replace("\t", " ")
    return _UNSAFE.sub("", lines).strip()


_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def entry(occurrence: Occurrence, site: Site) -> bytes | None:
    """The VEVENT of an occurrence with its last line break; None, and a line in the log, where it cannot be written.

    One entry that a calendar cannot read would lose it the whole feed."""
    try:
        return _entry(occurrence, site).to_ical()
    except (ValueError, TypeError, OverflowError) as error:
        log.error("Occurrence %s has no calendar entry: %s", occurrence.id, error)
        return None


def _entry(occurrence: Occurrence, site: Site) -> VEvent:
    event = occurrence.event
    vevent = VEvent()
    vevent.add("uid", uid(occurrence.id, site))
    # Both tell when the record changed. The present moment here would make every refresh look like a change.
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
    half_day = "" if by_the_clock(occurrence) else HALF_DAY.get(occurrence.half_day or "", "")
    return (CALLED_OFF if is_cancelled(occurrence) else "") + title + (f"（{half_day}）" if half_day else "")


def _description(occurrence: Occurrence, site: Site) -> str:
    event = occurrence.event
    groups = [term.name_zh for term in event.campaign.terms_of(TermKind.AUDIENCE) if term.key in event.groups]
    told = (
        ("时间", _time_told(occurrence)),
        ("主办", "、".join(filter(None, (line(host.name) for host in event.hosts)))),
        ("面向", "、".join(groups)),
        ("地区", _region(event.region_code)),
        ("线上参与", address(event.online_url)),
        ("详情", site.url(event_path(event))),
    )
    return "\n".join(
        filter(None, [plain(event.description), *(f"{name}：{text}" for name, text in told if text)])
    )


def _region(code: str | None) -> str:
    """河南省 焦作市: a bare venue says little in the feed of a whole country. Rows that only group are left out."""
    if code is None:
        return ""
    path = [_region_names().get(part, "") for part in (*regions.ancestors(code), code)]
    return " ".join(name for name in path if name and name not in ("市辖区", "县") and "直辖县级" not in name)


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {row.code: row.name for row in regions.all_regions()}


def _time_told(occurrence: Occurrence) -> str:
    """What an all-day entry cannot say by its dates, in the words in which it was told."""
    if by_the_clock(occurrence):
        return ""
    found = [line(occurrence.event.time_text)]
    half_day = HALF_DAY.get(occurrence.half_day or "", "")
    if half_day and half_day not in found[0]:
        found.append(half_day)
    if occurrence.start_at is not None:
        start = occurrence.start_at.astimezone(clock.zone(occurrence.event.campaign.zone))
        found.append(f"首日{start:%H:%M}开始")
    if occurrence.open_ended:
        found.append(f"{occurrence.start_day.month}月{occurrence.start_day.day}日起，结束日期未报告")
    return "，".join(filter(None, found))


def _add_time(vevent: VEvent, occurrence: Occurrence) -> None:
    if occurrence.start_at is not None and by_the_clock(occurrence):
        zone = clock.zone(occurrence.event.campaign.zone)
        vevent.add("dtstart", occurrence.start_at.astimezone(zone))
        if occurrence.end_at is not None:
            vevent.add("dtend", occurrence.end_at.astimezone(zone))
        return
    vevent.add("dtstart", occurrence.start_day)
    vevent.add("dtend", occurrence.end_day + timedelta(days=1))  # exclusive
    vevent.add("transp", "TRANSPARENT")  # a whole-day entry must not make its reader look busy


def place(occurrence: Occurrence) -> tuple[str, tuple[float, float] | None]:
    """Where a sitting is, as its entry tells it: the words of its LOCATION, and the point where one is known."""
    event = occurrence.event
    listed = [row.venue for row in event.venues]
    venue = occurrence.venue or (listed[0] if len(listed) == 1 else None)
    if venue is None:
        names = "、".join(filter(None, (line(each.name) for each in listed)))
        return line(event.venue_text) or names, None
    return told(venue)


def told(venue: Venue) -> tuple[str, tuple[float, float] | None]:
    """What entries tell of a venue: its name and address, its point."""
    words = " ".join(filter(None, (line(venue.name), line(venue.address))))
    if venue.latitude is None or venue.longitude is None:
        return words, None
    return words, (venue.latitude, venue.longitude)


def _add_place(vevent: VEvent, occurrence: Occurrence) -> None:
    words, point = place(occurrence)
    if not words:
        return
    if point is not None:
        # Apple draws a map only where X-TITLE is the same as LOCATION, and these cannot stand in a parameter.
        words = words.replace('"', "＂").replace("^", "＾")
        vevent.add("geo", point)
        params = {"VALUE": "URI", "X-APPLE-RADIUS": RADIUS, "X-TITLE": words}
        uri = vUri(f"geo:{point[0]},{point[1]}", params=params)
        vevent.add("x-apple-structured-location", uri)
    vevent.add("location", words)


def _categories(event: Event) -> list[str]:
    """Audience groups and forms of activity; a form outside the campaign's list by the word it was told in."""
    found = [term.name_zh for term in event.campaign.terms_of(TermKind.AUDIENCE) if term.key in event.groups]
    keys = [event.main_format] if event.main_format else []
    for key in dict.fromkeys(keys + [row.format for row in event.formats]):
        term = event.campaign.term(TermKind.FORMAT, key)
        found += [term.name_zh] if term else []
    found += [line(row.text) for row in event.formats if row.format == OTHER_FORMAT]
    return list(dict.fromkeys(filter(None, found)))


def address(url: str) -> str:
    """An online address as a program may carry it; nothing for what is none."""
    try:
        return urls.to_ascii_url(line(url))
    except ValueError:
        return ""
