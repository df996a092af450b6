"""Events as an Atom feed (RFC 4287): what is new and what changed, the latest first. Its words are Chinese, as in the
calendar: one file for all its readers."""

from datetime import UTC, datetime, time
from io import BytesIO
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.drawing import markdown
from models.events.tables import EventStatus
from models.ics import vcalendar, vevent
from models.installation import site
from models.public.export_rows import EventRow, OccurrenceRow, read_events
from models.public.filters import Filters

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">\n'
# Characters that XML 1.0 forbids and vevent.plain() leaves; control characters and surrogates are gone already.
_NOT_XML = str.maketrans(dict.fromkeys("\ufffe\uffff"))


def listing(campaign: Campaign, filters: Filters, url: str) -> bytes:
    """All events of a choice, one entry each. url: the feed's own address."""
    body, updated = BytesIO(), None
    groups = {term.key: term.name_zh for term in campaign.terms_of(TermKind.AUDIENCE)}
    for event in read_events(campaign, filters, newest_first=True):
        if updated is None:
            updated = event.changed_at
            body.write(_head(campaign, filters, url, updated))
        body.write(_entry(campaign, event, groups).encode())
    if updated is None:
        start = datetime.combine(campaign.starts, time(), clock.zone(campaign.zone))
        body.write(_head(campaign, filters, url, start.astimezone(UTC)))
    body.write(b"</feed>\n")
    return body.getvalue()


def _head(campaign: Campaign, filters: Filters, url: str, updated: datetime) -> bytes:
    """updated: the latest change of what is shown, so that a change elsewhere leaves these bytes alone."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    page = site().url(f"/{campaign.id}/events{query}")
    name = " · ".join([campaign.name_zh, *vcalendar.filter_names(campaign, filters)])
    lines = [
        _element("id", f"{_tag(campaign)}:{campaign.id}/events{query}"),
        _element("title", name),
        _element("subtitle", campaign.theme_zh) if campaign.theme_zh else "",
        _element("updated", _instant(updated, campaign)),
        f'<link rel="self" type="application/atom+xml" href={quoteattr(url)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
        f"<author>{_element('name', campaign.name_zh)}</author>",
        "<generator>Openweek</generator>",
    ]
    return (HEAD + "\n".join(filter(None, lines)) + "\n").encode()


def _tag(campaign: Campaign) -> str:
    """The beginning of names that last for ever (RFC 4151); the year is part of them and never the present one."""
    return f"tag:{site().uid_domain},{campaign.starts.year}"


def _entry(campaign: Campaign, event: EventRow, groups: dict[str, str]) -> str:
    cancelled = event.status == EventStatus.CANCELLED
    title = vevent.line(event.title) or f"活动 {event.id}"
    page = site().url(vevent.event_path(event))
    terms = [(key, groups[key]) for key in event.groups if key in groups]
    if cancelled:
        terms.append((EventStatus.CANCELLED, "已取消"))
    hosts = [host.name for host in event.hosts if vevent.line(host.name)]
    lines = [
        "<entry>",
        _element("id", f"{_tag(campaign)}:event-{event.id}"),
        _element("title", (vevent.CANCELLED_PREFIX if cancelled else "") + title),
        _element("updated", _instant(event.changed_at, campaign)),
        _element("published", _instant(event.published_at, campaign)) if event.published_at else "",
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
        *(f"<author>{_element('name', host)}</author>" for host in hosts),
        *(f"<category term={quoteattr(key)} label={quoteattr(_clean(name))}/>" for key, name in terms),
        f'<content type="text">{escape(_clean(_content(campaign, event)))}</content>',
        "</entry>",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def _content(campaign: Campaign, event: EventRow) -> str:
    region = event.region.name if event.region else ""
    hosts = "、".join(filter(None, (vevent.line(host.name) for host in event.hosts)))
    occurrence_venues = {occurrence.venue for occurrence in event.occurrences}
    other_venues = (vevent.line(row.venue.name) for row in event.venues if row.venue not in occurrence_venues)
    places = "、".join(filter(None, other_venues))
    facts = (
        ("时间", vevent.line(event.time_text)),
        ("地区", region),
        ("地点", vevent.line(event.venue_text) or places),
        ("主办", hosts),
        ("线上参与", vevent.line(event.online_url)),
    )
    occurrences = [_occurrence(campaign, occurrence) for occurrence in event.occurrences]
    fact_lines = [f"{name}：{text}" for name, text in facts if text]
    return "\n".join(
        filter(None, [*occurrences, *fact_lines, vevent.plain(markdown.plain(event.description))])
    )


def _occurrence(campaign: Campaign, occurrence: OccurrenceRow) -> str:
    """4月22日 09:00–11:00 图书馆."""
    zone, first, last = clock.zone(campaign.zone), occurrence.start_day, occurrence.end_day
    days = f"{first.month}月{first.day}日"
    if occurrence.open_ended:
        days += "起"
    elif last != first:
        days += f"至{last.month}月{last.day}日"
    clocks = [f"{at.astimezone(zone):%H:%M}" for at in (occurrence.start_at, occurrence.end_at) if at]
    half_day = "" if clocks else vevent.HALF_DAY.get(occurrence.half_day or "", "")
    place = vevent.line(occurrence.venue.name) if occurrence.venue else ""
    off = vevent.CANCELLED_PREFIX if vevent.is_cancelled(occurrence) else ""
    return off + " ".join(filter(None, [days, half_day, "–".join(clocks), place]))


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_clean(vevent.line(text)))}</{name}>"


def _clean(text: str) -> str:
    return text.translate(_NOT_XML)


def _instant(instant: datetime, campaign: Campaign) -> str:
    return clock.instant_text(instant, campaign.zone)
