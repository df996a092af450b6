"""An event for machines: schema.org JSON-LD in its page, and what a chat shows of a link to it.

The data block is no script: nothing runs it, and the policy of the page has nothing to allow."""

from datetime import datetime

from flask import Flask

from models import clock
from models.drawing import markdown
from models.events.tables import Event, EventStatus, EventVenue, Mode, Occurrence
from models.ics import vevent
from models.installation import site
from models.places.tables import Venue
from web.public.event_picture import picture_url
from web.words.terms import region_label

SCHEMA = "https://schema.org/"
LONGEST_SUMMARY = 160
_ATTENDANCE = {
    Mode.ONSITE: "OfflineEventAttendanceMode",
    Mode.ONLINE: "OnlineEventAttendanceMode",
    Mode.MIXED: "MixedEventAttendanceMode",
}


def register(app: Flask) -> None:
    app.jinja_env.globals.update(event_json_ld=event_json_ld, event_summary=event_summary)


def event_summary(event: Event, when: str) -> str:
    """One or two lines under the title of a shared link: when, where, and how the description begins. Plain text."""
    region = region_label(event.region) or event.region_text
    text = " · ".join(
        part for part in (when, region, " ".join(markdown.plain(event.description).split())) if part
    )
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def event_json_ld(event: Event) -> dict:
    """A schema.org Event; an event of several sessions carries each as a subEvent."""
    url = site().url(vevent.event_path(event))
    data: dict[str, object] = {
        "@context": SCHEMA.rstrip("/"),
        "@type": "Event",
        "@id": url,
        "name": event.title,
        "url": url,
    }
    data |= {
        "inLanguage": "zh-CN",
        "image": _images(event, url),
        "eventStatus": _status(event.status == EventStatus.CANCELLED),
    }
    if event.description:
        data["description"] = markdown.plain(event.description)
    if event.mode in _ATTENDANCE:
        data["eventAttendanceMode"] = SCHEMA + _ATTENDANCE[event.mode]
    location = _locations(event, event.venues)
    if location:
        data["location"] = location[0] if len(location) == 1 else location
    hosts = [host.name for host in event.hosts] or ([event.lead.name] if event.lead else [])
    if hosts:
        data["organizer"] = [{"@type": "Organization", "name": name} for name in hosts]
    return data | _times(event)


def _images(event: Event, url: str) -> list[str]:
    drawn = f"{url}/share.png"
    return [picture_url(event), drawn] if event.picture_sha256 else [drawn]


def _times(event: Event) -> dict:
    occurrences = event.occurrences
    if not occurrences:
        return {}
    zone = event.campaign.zone
    data = _dates(min(occurrences, key=_start_key), max(occurrences, key=_end_key), zone)
    if len(occurrences) > 1:
        data["subEvent"] = [_sub_event(occurrence, zone) for occurrence in occurrences]
    return data


def _sub_event(occurrence: Occurrence, zone: str) -> dict:
    data = {"@type": "Event", "name": occurrence.event.title, **_dates(occurrence, occurrence, zone)}
    data["eventStatus"] = _status(vevent.is_cancelled(occurrence))
    location = _locations(
        occurrence.event, [] if occurrence.venue else occurrence.event.venues, occurrence.venue
    )
    return data | ({"location": location[0] if len(location) == 1 else location} if location else {})


def _start_key(occurrence: Occurrence) -> tuple:
    return occurrence.start_day, occurrence.start_at is not None, occurrence.start_at


def _end_key(occurrence: Occurrence) -> tuple:
    """What has no clock time lasts to the end of its day; what has no end, longer than all others."""
    at = occurrence.end_at or (occurrence.start_at if occurrence.start_day == occurrence.end_day else None)
    return occurrence.open_ended, occurrence.end_day, at is None, at


def _dates(first: Occurrence, last: Occurrence, zone: str) -> dict:
    """No endDate where the end is unknown: its day alone would be before a start at nine."""
    data = {"startDate": _instant(first.start_at, zone) if first.start_at else first.start_day.isoformat()}
    if last.end_at:
        data["endDate"] = _instant(last.end_at, zone)
    elif not last.open_ended and (last.start_at is None or last.end_day > last.start_day):
        data["endDate"] = last.end_day.isoformat()
    return data


def _instant(instant: datetime, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).isoformat(timespec="seconds")


def _status(cancelled: bool) -> str:
    return SCHEMA + ("EventCancelled" if cancelled else "EventScheduled")


def _locations(
    event: Event, event_venues: list[EventVenue], occurrence_venue: Venue | None = None
) -> list[dict]:
    venues = [occurrence_venue] if occurrence_venue else [row.venue for row in event_venues]
    locations = [_place(event, venue.name, venue) for venue in venues]
    if not locations and event.mode != Mode.ONLINE and (event.venue_text or event.region_code):
        locations = [_place(event, event.venue_text or region_label(event.region))]
    online = vevent.address(event.online_url) if event.mode in (Mode.ONLINE, Mode.MIXED) else ""
    if online:
        locations.append({"@type": "VirtualLocation", "url": online})
    return locations


def _place(event: Event, name: str, venue: Venue | None = None) -> dict:
    address = {"@type": "PostalAddress", "addressCountry": "CN"}
    if event.region_code:
        address["addressRegion"] = region_label(event.region)
    if venue and venue.address:
        address["streetAddress"] = venue.address
    data = {"@type": "Place", "name": name, "address": address}
    if venue and venue.latitude is not None and venue.longitude is not None:
        data["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": venue.latitude,
            "longitude": venue.longitude,
        }
    return data
