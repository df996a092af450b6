"""An event for machines: schema.org JSON-LD in its page, and what a chat shows of a link to it.

The data block is no script: nothing runs it, and the policy of the page has nothing to allow."""

from flask import Flask

from models import clock, vevent
from models.events import Event, EventVenue, Occurrence
from models.places import Venue
from models.site import site
from web.wording import region_label

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
    told = {
        "startDate": _start(min(sittings, key=lambda one: one.start_day), zone),
        "endDate": _end(max(sittings, key=lambda one: one.end_day), zone),
    }
    if len(sittings) > 1:
        told["subEvent"] = [_sitting(one, zone) for one in sittings]
    return told


def _sitting(one: Occurrence, zone: str) -> dict:
    cancelled = "cancelled" if vevent.is_cancelled(one) else ""
    told = {
        "@type": "Event",
        "name": one.event.title,
        "startDate": _start(one, zone),
        "endDate": _end(one, zone),
    }
    told["eventStatus"] = _status(cancelled)
    location = _locations(one.event, [] if one.venue else one.event.venues, one.venue)
    return told | ({"location": location[0] if len(location) == 1 else location} if location else {})


def _start(one: Occurrence, zone: str) -> str:
    return _instant(one.start_at, zone) if one.start_at else one.start_day.isoformat()


def _end(one: Occurrence, zone: str) -> str:
    return _instant(one.end_at, zone) if one.end_at else one.end_day.isoformat()


def _instant(instant, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).isoformat(timespec="seconds")


def _status(status: str) -> str:
    return SCHEMA + ("EventCancelled" if status == "cancelled" else "EventScheduled")


def _locations(event: Event, listed: list[EventVenue], own: Venue | None = None) -> list[dict]:
    venues = [own] if own else [row.venue for row in listed]
    found = [_place(event, venue.name, venue) for venue in venues]
    if not found and event.mode != "online" and (event.venue_text or event.region_code):
        found = [_place(event, event.venue_text or region_label(event.region))]
    if event.mode in ("online", "mixed") and event.online_url:
        found.append({"@type": "VirtualLocation", "url": event.online_url})
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
