"""Events as a table for a spreadsheet: one line a session. One file for all its readers, so its words are Chinese."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO, TextIOWrapper

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.events.tables import EventStatus
from models.ics import vcalendar, vevent
from models.installation import site
from models.places import regions
from models.public.export_rows import EventRow, OccurrenceRow, read_events
from models.public.filters import Filters
from models.public.queries import EVERYTHING
from models.text.spreadsheet_cells import safe_text

Words = Mapping[tuple[str, str | None], str]  # (kind of term or "region", key or code) → Chinese name
BOM = "\ufeff"  # Excel reads UTF-8 only where a file begins with it
HEADS = (
    "活动编号", "场次编号", "活动名称", "状态", "开始日期", "开始时间", "结束日期", "结束时间", "时间说明", "地区代码", "地区",
    "地点", "地址", "纬度", "经度", "主办单位", "牵头单位", "条线", "受众群体", "宣传重点", "活动形式", "举办方式", "线上参与",
    "活动简介", "详情", "更新时间",
)  # fmt: skip
CANCELLED, ON = "已取消", "正常"


def listing(campaign: Campaign, filters: Filters) -> bytes:
    """UTF-8 with BOM: HEADS, then the sessions of a choice; an event without a date has one line, without times."""
    body = BytesIO()
    text = TextIOWrapper(body, "utf-8", newline="", write_through=True)
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(HEADS)
    words: dict[tuple[str, str | None], str] = {
        (term.kind, term.key): term.name_zh for term in campaign.terms
    }
    words |= {("region", row.code): row.name for row in regions.all_regions()}
    for event in read_events(campaign, filters):
        writer.writerows(_rows(event, words, campaign.zone))
    text.detach()
    return body.getvalue()


def everything(campaign: Campaign) -> bytes:
    """All that is public of a campaign, by which rows of this table are known again when they come back."""
    return listing(campaign, EVERYTHING)


def _rows(event: EventRow, words: Words, zone: str) -> Iterator[list[object]]:
    region_cells, other_cells = _whose(event, words), _what(event, words, zone)
    no_date: list[OccurrenceRow | None] = [None]
    for occurrence in event.occurrences or no_date:
        yield [
            event.id,
            occurrence.id if occurrence else "",
            safe_text(vevent.line(event.title)),
            CANCELLED if _cancelled(event, occurrence) else ON,
            *_times(occurrence, zone),
            safe_text(_time_told(event, occurrence)),
            *region_cells,
            *_place(event, occurrence),
            *other_cells,
        ]


def _cancelled(event: EventRow, occurrence: OccurrenceRow | None) -> bool:
    return vevent.is_cancelled(occurrence) if occurrence else event.status == EventStatus.CANCELLED


def _times(occurrence: OccurrenceRow | None, zone: str) -> tuple[str, str, str, str]:
    """Day and clock time of begin and end, in the campaign's zone; "" where unknown."""
    if occurrence is None:
        return "", "", "", ""
    zone_info = clock.zone(zone)
    begin, end = (at.astimezone(zone_info) if at else None for at in (occurrence.start_at, occurrence.end_at))
    return (
        occurrence.start_day.isoformat(),
        f"{begin:%H:%M}" if begin else "",
        "" if occurrence.open_ended else occurrence.end_day.isoformat(),
        f"{end:%H:%M}" if end else "",
    )


def _time_told(event: EventRow, occurrence: OccurrenceRow | None) -> str:
    text = vevent.line(event.time_text)
    half_day = vevent.HALF_DAY.get(occurrence.half_day or "", "") if occurrence else ""
    return text if half_day in text else "，".join(filter(None, (text, half_day)))


def _whose(event: EventRow, words: Words) -> tuple[str, str]:
    """The region's code and its name with what lies above it."""
    if event.region is None:
        return "", ""
    path = (*regions.ancestors(event.region.code), event.region.code)
    return event.region.code, " ".join(filter(None, (words.get(("region", code)) for code in path)))


def _place(event: EventRow, occurrence: OccurrenceRow | None) -> tuple[object, ...]:
    """Venue, address, latitude, longitude; several venues of an event stand in one cell, without coordinates."""
    venues = [row.venue for row in event.venues]
    venue = occurrence.venue if occurrence and occurrence.venue else venues[0] if len(venues) == 1 else None
    if venue is None:
        text = vevent.line(event.venue_text) or _several(venue_row.name for venue_row in venues)
        return safe_text(text), "", "", ""
    where = ("" if value is None else value for value in (venue.latitude, venue.longitude))
    return safe_text(vevent.line(venue.name)), safe_text(vevent.line(venue.address)), *where


def _what(event: EventRow, words: Words, zone: str) -> tuple[str, ...]:
    lead = event.lead
    format_names = [words.get((TermKind.FORMAT, row.format)) or row.text for row in event.formats]
    main = words.get((TermKind.FORMAT, event.main_format), "")
    cells = (
        _several(host.name for host in event.hosts),
        vevent.line(lead.name) if lead else "",
        words.get((TermKind.LINE, lead.line), "") if lead else "",
        _several(words.get((TermKind.AUDIENCE, key), "") for key in event.groups),
        words.get((TermKind.FOCUS, event.main_focus), ""),
        _several(dict.fromkeys([main, *format_names])),
        vcalendar.MODES.get(event.mode or "", ""),
        vevent.line(event.online_url),
        vevent.plain(event.description),
        site().url(f"/{event.campaign_id}/events/{event.id}"),
        clock.instant_text(event.changed_at, zone)[:19].replace("T", " "),
    )
    return tuple(safe_text(cell) for cell in cells)


def _several(names: Iterable[str]) -> str:
    return "；".join(filter(None, map(vevent.line, names)))
