"""The VCALENDAR around stored entries: properties of a feed, the time zone, the name (RFC 5545, RFC 7986)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from icalendar import Calendar, Timezone, TimezoneStandard, vDuration, vText, vUri

from models import clock
from models.campaigns.tables import OTHER_FORMAT, UNKNOWN_GROUP, Campaign, TermKind
from models.db import db
from models.events.tables import Mode
from models.ics.vevent import line
from models.organizations.tables import Organization
from models.places.tables import Region, Venue
from models.public.filters import Filters

PRODID = "-//Openweek//Openweek//ZH"
REFRESH = timedelta(hours=1)
COLOUR = "steelblue"  # a CSS3 colour name; RFC 7986 allows no hex
MODES: dict[str, str] = {Mode.ONSITE: "现场", Mode.ONLINE: "线上", Mode.MIXED: "线上线下结合"}
OTHER = {TermKind.AUDIENCE: {UNKNOWN_GROUP: "受众未报告"}, TermKind.FORMAT: {OTHER_FORMAT: "其他形式"}}


def calendar(campaign: Campaign, entries: Iterable[bytes], head: dict[str, object] | None = None) -> bytes:
    """A calendar: properties, time zone, and the entries as they are stored.

    head: feed_head() for a feed. Empty for a file to download: with a name, Outlook imports it as a new calendar."""
    vcalendar = Calendar()
    vcalendar.add("version", "2.0")
    vcalendar.add("prodid", PRODID)
    vcalendar.add("calscale", "GREGORIAN")
    for name, value in (head or {}).items():
        vcalendar.add(name, value)
    vcalendar.add_component(_timezone(campaign))
    end = b"END:VCALENDAR\r\n"
    # One join: a growing buffer copies all entries each time it is enlarged.
    return b"".join([vcalendar.to_ical().removesuffix(end), *entries, end])


def feed_head(campaign: Campaign, filters: Filters, url: str) -> dict[str, object]:
    """The properties of a subscribed calendar. url: its own address."""
    name = line(" · ".join([campaign.name_zh, *filter_names(campaign, filters)]))
    return {
        "name": name,
        "x-wr-calname": name,
        "x-wr-caldesc": line(campaign.theme_zh) or name,
        "x-wr-timezone": campaign.zone,
        "refresh-interval": vDuration(REFRESH, params={"VALUE": "DURATION"}),
        "x-published-ttl": vDuration(REFRESH),
        "source": vUri(url, params={"VALUE": "URI"}),
        "color": vText(COLOUR),
    }


def _timezone(campaign: Campaign) -> Timezone:
    """The campaign's zone; one STANDARD part where its offset is the same all year. Outlook needs a VTIMEZONE and fails on
    the zone's whole history."""
    zone = clock.zone(campaign.zone)
    year = campaign.starts.year
    months = [datetime.combine(date(year, month, 15), time(), zone) for month in range(1, 13)]
    if len({moment.utcoffset() for moment in months}) > 1:
        return Timezone.from_tzinfo(zone, campaign.zone, date(year - 1, 1, 1), date(year + 2, 1, 1))
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", months[0].utcoffset())
    standard.add("tzoffsetto", months[0].utcoffset())
    standard.add("tzname", months[0].tzname())
    timezone = Timezone()
    timezone.add("tzid", campaign.zone)
    timezone.add_component(standard)
    return timezone


def filter_names(campaign: Campaign, filters: Filters) -> list[str]:
    """The Chinese name of each filter that is set: 江苏省, 4月20日、4月21日, 青少年."""
    parts = [
        [db.session.get_one(Region, code).name for code in filters.region],
        [f"{day.month}月{day.day}日" for day in filters.day],
        *(
            [_term(campaign, kind, key) for key in getattr(filters, kind)]
            for kind in (TermKind.AUDIENCE, TermKind.FOCUS, TermKind.FORMAT, TermKind.LINE)
        ),
        [db.session.get_one(Organization, organization_id).name for organization_id in filters.organization],
        [db.session.get_one(Venue, venue_id).name for venue_id in filters.venue],
        [MODES[mode] for mode in filters.mode],
        [f"“{filters.q}”"] if filters.q else [],
    ]
    return ["、".join(part) for part in parts if part]


def _term(campaign: Campaign, kind: TermKind, key: str) -> str:
    term = campaign.term(kind, key)
    return term.name_zh if term else OTHER[kind][key]
