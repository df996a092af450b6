"""An event for machines: schema.org JSON-LD in its page, and what a chat shows of a link to it.

The data block is no script: nothing runs it, and the policy of the page has nothing to allow."""

from flask import Flask

from models import clock
from models.events.tables import Event, EventVenue, Occurrence
from models.ics import vevent
from models.installation import site
from models.places.tables import Venue
from web.words.terms import region_label

SCHEMA = "https://schema.org/"
LONGEST_GIST = 160
_ATTENDANCE = {
    "onsite": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "mixed": "MixedEventAttendanceMode",
}


def register(app: Flask) -> None:
    app.jinja_env.globals.update(linked_data=linked, event_gist=gist)


def gist(event: Event, when: str, region: str) -> str:
    """One or two lines under the title of a shared link: when, where, and how the description begins."""
    text = " · ".join(part for part in (when, region, " ".join(event.description.split())) if part)
    return text if len(text) <= LONGEST_GIST else text[: LONGEST_GIST - 1] + "…"


def linked(event: Event) -> dict:
    """A schema.org Event; an event of several sittings carries each as a subEvent."""
    url = site().url(vevent.event_path(event))
    told = {"@context": SCHEMA.rstrip("/"), "@type": "Event", "@id": url, "name": event.title, "url": url}
    told |= {"inLanguage": "zh-CN", "image": [f"{url}/share.png"], "eventStatus": _status(event.status)}
    if event.description:
        told["description"] = event.description
    if event.mode in _ATTENDANCE:
        told["eventAttendanceMode"] = SCHEMA + _ATTENDANCE[event.mode]
    location = _locations(event, event.venues)
    if location:
        told["location"] = location[0] if len(location) == 1 else location
    hosts = [host.name for host in event.hosts] or ([event.lead.name] if event.lead else [])
    if hosts:
        told["organizer"] = [{"@type": "Organization", "name": name} for name in hosts]
    return told | _times(event)


def _times(event: Event) -> dict:
    sittings = event.occurrences
    if not sittings:
        return {}
    zone = event.campaign.zone
    told = _from_to(min(sittings, key=_beginning), max(sittings, key=_ending), zone)
    if len(sittings) > 1:
        told["subEvent"] = [_sitting(one, zone) for one in sittings]
    return told


def _sitting(one: Occurrence, zone: str) -> dict:
    cancelled = "cancelled" if vevent.is_cancelled(one) else ""
    told = {"@type": "Event", "name": one.event.title, **_from_to(one, one, zone)}
    told["eventStatus"] = _status(cancelled)
    location = _locations(one.event, [] if one.venue else one.event.venues, one.venue)
    return told | ({"location": location[0] if len(location) == 1 else location} if location else {})


def _beginning(one: Occurrence) -> tuple:
    return one.start_day, one.start_at is not None, one.start_at


def _ending(one: Occurrence) -> tuple:
    """What has no clock time lasts to the end of its day; what has no end, longer than all others."""
    at = one.end_at or (one.start_at if one.start_day == one.end_day else None)
    return one.open_ended, one.end_day, at is None, at


def _from_to(first: Occurrence, last: Occurrence, zone: str) -> dict:
    """No endDate where nobody told an end: its day alone would be before a beginning at nine."""
    told = {"startDate": _instant(first.start_at, zone) if first.start_at else first.start_day.isoformat()}
    if last.end_at:
        told["endDate"] = _instant(last.end_at, zone)
    elif not last.open_ended and (last.start_at is None or last.end_day > last.start_day):
        told["endDate"] = last.end_day.isoformat()
    return told


def _instant(instant, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).isoformat(timespec="seconds")


def _status(status: str) -> str:
    return SCHEMA + ("EventCancelled" if status == "cancelled" else "EventScheduled")


def _locations(event: Event, listed: list[EventVenue], own: Venue | None = None) -> list[dict]:
    venues = [own] if own else [row.venue for row in listed]
    found = [_place(event, venue.name, venue) for venue in venues]
    if not found and event.mode != "online" and (event.venue_text or event.region_code):
        found = [_place(event, event.venue_text or region_label(event.region))]
    online = vevent.address(event.online_url) if event.mode in ("online", "mixed") else ""
    if online:
        found.append({"@type": "VirtualLocation", "url": online})
    return found


def _place(event: Event, name: str, venue: Venue | None = None) -> dict:
    address = {"@type": "PostalAddress", "addressCountry": "CN"}
    if event.region_code:
        address["addressRegion"] = region_label(event.region)
    if venue and venue.address:
        address["streetAddress"] = venue.address
    told = {"@type": "Place", "name": name, "address": address}
    if venue and venue.latitude is not None and venue.longitude is not None:
        told["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": venue.latitude,
            "longitude": venue.longitude,
        }
    return told
