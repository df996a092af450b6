"""What the API answers, as types: the OpenAPI document is made of them."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from models.db import LARGEST_ID
from models.errors import N_

Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
Moment = Annotated[
    str,
    Meta(description="RFC 3339 with the zone of the campaign.", examples=["2024-04-22T09:00:00+08:00"]),
]
MomentOrDay = Annotated[
    str,
    Meta(
        description="RFC 3339 with the zone of the campaign; a day where no clock time is known.",
        examples=["2024-04-22T09:00:00+08:00", "2024-04-22"],
    ),
]
Day = Annotated[str, Meta(examples=["2024-04-22"])]


class PageQuery(Struct, kw_only=True):
    """cursor: `next` of the page before."""

    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$", description=N_("“next” of the page before."))] = "0"
    limit: Annotated[int, Meta(ge=1, le=200, description=N_("Rows of a page."))] = 50


class CampaignQuery(PageQuery, kw_only=True):
    campaign: Annotated[str, Meta(max_length=40, description=N_("Id of a campaign."))] | UnsetType = UNSET


class EventQuery(CampaignQuery, kw_only=True):
    """status: only events with it."""

    status: (
        Annotated[
            str,
            Meta(
                pattern="^(draft|submitted|sent_back|published|cancelled)$",
                description=N_("State of the event."),
            ),
        ]
        | UnsetType
    ) = UNSET


class OccurrenceQuery(CampaignQuery, kw_only=True):
    event: Annotated[int, Meta(ge=1, le=LARGEST_ID, description=N_("Id of the event."))] | UnsetType = UNSET


class OfEventQuery(PageQuery, kw_only=True):
    event: Annotated[int, Meta(ge=1, le=LARGEST_ID, description=N_("Id of the event."))]


class Region(Struct):
    code: str
    name: str


class Lead(Struct):
    id: int
    name: str
    line: str | None


class Venue(Struct):
    """WGS-84 degrees; null where unknown."""

    id: int
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    name_en: str = ""
    region: str | None = None


class Occurrence(Struct):
    """One dated session. end: of one without clock times the last day, included."""

    id: int
    uid: str
    start: MomentOrDay
    end: MomentOrDay | None
    all_day: bool
    status: Annotated[str, Meta(examples=["scheduled", "cancelled"])]
    half_day: str | None
    open_ended: bool
    venue: Venue | None
    event: int = 0
    capacity: int | None = None


class Format(Struct):
    format: str
    text: str


class Picture(Struct):
    url: str
    alt: str


class Event(Struct):
    """An event as its desk sees it."""

    id: int
    uid: str
    campaign: str
    title: str
    status: Annotated[str, Meta(examples=["draft", "submitted", "sent_back", "published", "cancelled"])]
    occurrences: list[Occurrence]
    url: str
    description: str
    region: Region | None
    lead: Lead | None
    hosts: list[str]
    audience: list[str]
    focus: str | None
    format: str | None
    formats: list[Format]
    mode: str | None
    online_url: str | None
    venues: list[Venue]
    time_text: str
    venue_text: str
    reported: dict[str, str]
    created_at: Moment
    changed_at: Moment
    published_at: Moment | None
    title_en: str = ""
    contact: str = ""
    spotlights: list[str] = msgspec.field(default_factory=list)
    image: Picture | None = None


class Organization(Struct):
    id: int
    name: str
    region: str | None
    line: str | None


class Pass(Struct):
    """A pass without its code. event: null for the whole campaign."""

    id: int
    campaign: str
    event: int | None
    kind: Annotated[str, Meta(examples=["single", "group", "self_issued"])]
    group: str
    headcount: int
    issued_at: Moment
    revoked_at: Moment | None


class IssuedPass(Struct):
    """A new pass. url: what its code says; only in this answer."""

    id: int
    group: str
    headcount: int
    url: str


class IssuedPasses(Struct):
    items: list[IssuedPass]


class Kiosk(Struct):
    """A paired device. waiting: scans that it has not handed in yet, by its last report."""

    id: int
    campaign: str
    name: str
    events: list[int]
    scopes: list[str]
    paired_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    seen_at: Moment | None
    waiting: int | None
    battery: int | None


class Scan(Struct):
    """One attempt and its answer. state: what became of it; null for an undo."""

    id: str
    event: int | None
    occurrence: int | None
    kiosk: int | None
    kind: Annotated[str, Meta(examples=["pass", "touch", "tally", "undo", "venue"])]
    direction: str
    method: str | None
    group: str | None
    headcount: int | None
    undoes: str | None
    at: Moment
    received_at: Moment
    day: Day
    verdict: str
    reason: str | None
    flags: list[str]
    state: str | None


Next = Annotated[
    str | None, Meta(description="Cursor of the next page; null on the last one.", examples=["50"])
]


class EventPage(Struct):
    items: list[Event]
    next: Next


class OccurrencePage(Struct):
    items: list[Occurrence]
    next: Next


class VenuePage(Struct):
    items: list[Venue]
    next: Next


class OrganizationPage(Struct):
    items: list[Organization]
    next: Next


class PassPage(Struct):
    items: list[Pass]
    next: Next


class KioskPage(Struct):
    items: list[Kiosk]
    next: Next


class ScanPage(Struct):
    items: list[Scan]
    next: Next


class Problem(Struct):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class Figures(Struct):
    """rows: one for each crossing of the dimensions that were asked for."""

    as_of: Moment
    visits: int
    participants: int | None
    rows: list[dict[str, Any]]
