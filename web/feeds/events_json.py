"""Events as JSON: the shape that pages, scripts and the command line share (docs say which names stay)."""

import json
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from models import clock
from models.campaigns.tables import Campaign
from models.drawing import markdown
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.ics import vevent
from models.installation import Site, site
from models.places.tables import Venue
from models.public import export_rows
from models.public.export_rows import EventRow, OccurrenceRow, VenueRow
from models.public.filters import Filters
from web.public.event_picture import picture_url


def brief(event: Event | EventRow) -> dict:
    """{"id","uid","title","status","occurrences":[{"id","uid","start","end","all_day","status"}]}.

    start and end: RFC 3339 in the campaign's zone, end null where unknown; of a session without clock times the
    first and the last day, both included."""
    this_site, zone = site(), event.campaign.zone
    return {
        "id": event.id,
        "uid": f"event-{event.id}@{this_site.uid_domain}",
        "title": event.title,
        "status": event.status,
        "occurrences": [_occurrence(occurrence, zone, this_site) for occurrence in event.occurrences],
    }


def _occurrence(occurrence: Occurrence | OccurrenceRow, zone: str, this_site: Site) -> dict:
    timed = vevent.has_clock_time(occurrence)  # as in the calendar
    start = _instant(occurrence.start_at, zone) if timed else occurrence.start_day.isoformat()
    end = _instant(occurrence.end_at, zone) if timed else occurrence.end_day.isoformat()
    return {
        "id": occurrence.id,
        "uid": vevent.uid(occurrence.id, this_site),
        "start": start,
        "end": end,
        "all_day": not timed,
        "status": OccurrenceStatus.CANCELLED
        if vevent.is_cancelled(occurrence)
        else OccurrenceStatus.SCHEDULED,
    }


def _instant(instant: datetime | None, zone: str) -> str | None:
    return instant.astimezone(clock.zone(zone)).isoformat(timespec="seconds") if instant else None


def full(event: Event | EventRow) -> dict:
    """Everything public of an event. "reported" holds what a report says, word for word: never a number."""
    data = brief(event)
    occurrences: Sequence[Occurrence | OccurrenceRow] = event.occurrences
    for row, one in zip(data["occurrences"], occurrences, strict=True):
        row |= _more_of_occurrence(one)
    if event.picture_sha256:
        data["image"] = {"url": picture_url(event), "alt": event.picture_alt}
    if event.title_en:
        data["title_en"] = event.title_en
    if event.spotlights:
        data["spotlights"] = list(event.spotlights)
    if event.contact:
        data["contact"] = event.contact
    return data | {
        "url": site().url(vevent.event_path(event)),
        "description": markdown.plain(event.description),
        "region": {"code": event.region.code, "name": event.region.name} if event.region else None,
        "lead": _lead(event),
        "hosts": [host.name for host in event.hosts],
        "audience": sorted(event.groups),
        "focus": event.main_focus,
        "format": event.main_format,
        "formats": [{"format": row.format, "text": row.text} for row in event.formats],
        "mode": event.mode,
        "online_url": event.online_url or None,
        "venues": [_venue(row.venue) for row in event.venues],
        "time_text": event.time_text,
        "venue_text": event.venue_text,
        "reported": _reported(event),
        "changed_at": clock.instant_text(event.changed_at, event.campaign.zone),
    }


def _more_of_occurrence(occurrence: Occurrence | OccurrenceRow) -> dict:
    return {
        "half_day": occurrence.half_day,
        "open_ended": occurrence.open_ended,
        "venue": _venue(occurrence.venue) if occurrence.venue else None,
    }


def occurrence(row: Occurrence) -> dict:
    """One occurrence, as in full()."""
    return _occurrence(row, row.event.campaign.zone, site()) | _more_of_occurrence(row)


def _lead(event: Event | EventRow) -> dict | None:
    lead = event.lead
    return {"id": lead.id, "name": lead.name, "line": lead.line} if lead else None


def _venue(venue: Venue | VenueRow) -> dict:
    data = {"id": venue.id, "name": venue.name, "address": venue.address}
    if venue.name_en:
        data["name_en"] = venue.name_en
    return data | {"latitude": venue.latitude, "longitude": venue.longitude}


def _reported(event: Event | EventRow) -> dict:
    report = event.report
    names = ("attendance", "materials", "consultations", "views", "other")
    return {name: getattr(report, name) for name in names if getattr(report, name)} if report else {}


def listing(campaign: Campaign, filters: Filters) -> bytes:
    """{"campaign":{…},"events":[…]}: the events of a choice in calendar order, each with the sessions of the choice."""
    about = {"id": campaign.id, "name": campaign.name_zh, "zone": campaign.zone}
    about |= {"starts": campaign.starts.isoformat(), "ends": campaign.ends.isoformat()}
    body, between = BytesIO(), b""
    body.write(f'{{"campaign":{_text(about)},"events":['.encode())
    for event in export_rows.read_events(campaign, filters):
        body.write(between + _text(full(event)).encode())
        between = b","
    body.write(b"]}")
    return body.getvalue()


def one(event: Event) -> bytes:
    return _text(full(event)).encode()


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
