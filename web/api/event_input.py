"""An event as programs send it, and the draft that it makes."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, VenueDraft
from models.imports.spreadsheet.region_cell import seat_in_name
from models.imports.understand import adopter
from models.organizations.tables import Account, Role
from models.places.tables import Region

Text = Annotated[str, Meta(max_length=20_000)]
Line = Annotated[str, Meta(max_length=300)]
Title = Annotated[str, Meta(min_length=1, max_length=300)]
Key = Annotated[str, Meta(max_length=60)]


class VenueInput(Struct, kw_only=True, forbid_unknown_fields=True):
    """A venue by its name. Coordinates: WGS-84 degrees, both or none."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    address: Line = ""
    name_en: Annotated[str, Meta(max_length=200)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class OccurrenceInput(Struct, kw_only=True, forbid_unknown_fields=True):
    """One dated session. start, end: a day, or RFC 3339 with a zone."""

    start: Annotated[str, Meta(examples=["2024-04-22T09:00:00+08:00", "2024-04-22"])]
    end: str | None = None
    half_day: Annotated[str, Meta(pattern="^(morning|afternoon|evening)$")] | None = None
    venue: VenueInput | None = None
    capacity: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class EventChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is given is written, the rest stays. Keys (audience, focus, format, spotlights) are those of the campaign."""

    title: Title | UnsetType = UNSET
    title_en: Line | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    region: Annotated[str, Meta(pattern="^[0-9]{6}$")] | UnsetType | None = UNSET
    lead: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    hosts: Annotated[list[Line], Meta(max_length=60)] | UnsetType = UNSET
    audience: Annotated[list[Key], Meta(max_length=60)] | UnsetType = UNSET
    spotlights: Annotated[list[Key], Meta(max_length=60)] | UnsetType = UNSET
    focus: Key | UnsetType | None = UNSET
    formats: Annotated[list[Key], Meta(max_length=20)] | UnsetType = UNSET
    mode: Annotated[str, Meta(pattern="^(onsite|online|mixed)$")] | UnsetType | None = UNSET
    online_url: Annotated[str, Meta(max_length=2000)] | UnsetType = UNSET
    contact: Line | UnsetType = UNSET
    venues: Annotated[list[VenueInput], Meta(max_length=60)] | UnsetType = UNSET
    occurrences: Annotated[list[OccurrenceInput], Meta(max_length=200)] | UnsetType = UNSET


class NewEvent(EventChange, kw_only=True, forbid_unknown_fields=True):
    campaign: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Title


def draft_with(
    change: EventChange, campaign: Campaign, account: Account, base: EventDraft | None = None
) -> EventDraft:
    """The base with what is given. Raises Mistake, also for a lead or region out of the account's reach."""
    draft = base or EventDraft(title="")
    plain: dict[str, Any] = {
        "title": change.title,
        "title_en": change.title_en,
        "description": change.description,
        "region_code": change.region,
        "mode": change.mode,
        "online_url": change.online_url,
        "contact": change.contact,
        "main_focus": change.focus,
    }
    draft = replace(draft, **{name: value for name, value in plain.items() if value is not UNSET})
    if isinstance(change.region, str):
        _require_region(change.region)
    lists: dict[str, Any] = {
        name: tuple(dict.fromkeys(values))
        for name, values in (
            ("groups", change.audience),
            ("spotlights", change.spotlights),
            ("hosts", change.hosts),
        )
        if not isinstance(values, UnsetType)
    }
    draft = replace(draft, **lists)
    if not isinstance(change.formats, UnsetType):
        formats = tuple(FormatDraft(key) for key in dict.fromkeys(change.formats))
        draft = replace(draft, formats=formats, main_format=change.formats[0] if change.formats else None)
    if not isinstance(change.venues, UnsetType):
        draft = replace(draft, venues=_each_once([_venue(venue) for venue in change.venues]))
    if not isinstance(change.occurrences, UnsetType):
        occurrences = tuple(_occurrence(one, campaign.zone) for one in change.occurrences)
        draft = replace(draft, occurrences=occurrences)
    return adopter(account)(_led(draft, change.lead, account))


def _led(draft: EventDraft, lead: str | UnsetType, account: Account) -> EventDraft:
    """A new event is led by the account's organization unless it says otherwise; the lead stands first among the hosts."""
    own = account.organization
    if isinstance(lead, UnsetType):
        if draft.lead is not None or account.role == Role.COMMITTEE:
            return draft
        lead = own.name
    named = OrganizationDraft(lead, seat_in_name(lead) or draft.region_code)
    chosen = OrganizationDraft.of(own) if lead == own.name else named
    hosts = tuple(dict.fromkeys((lead, *draft.hosts)))
    return replace(draft, lead=chosen, hosts=hosts)


def _require_region(code: str) -> None:
    if db.session.get(Region, code) is None:
        raise Mistake(N_("There is no region %(code)s. Use a code of GB/T 2260."), code=code)


def _venue(venue: VenueInput) -> VenueDraft:
    return VenueDraft(venue.name, None, venue.address, venue.latitude, venue.longitude, name_en=venue.name_en)


def _each_once(venues: list[VenueDraft]) -> tuple[VenueDraft, ...]:
    return tuple({venue.name: venue for venue in venues}.values())


def _occurrence(one: OccurrenceInput, zone: str) -> OccurrenceDraft:
    """A session with a clock time, or of whole days. Raises Mistake for what is neither, or both."""
    venue = _venue(one.venue) if one.venue else None
    if len(one.start) <= len("2024-04-22"):
        first = clock.parse_day(one.start)
        last = clock.parse_day(one.end) if one.end else first
        return OccurrenceDraft(first, last, half_day=one.half_day, venue=venue, capacity=one.capacity)
    start, end = clock.parse_instant(one.start), clock.parse_instant(one.end) if one.end else None
    return OccurrenceDraft(
        _day(start, zone),
        _day(end or start, zone),
        start,
        end,
        half_day=one.half_day,
        venue=venue,
        capacity=one.capacity,
    )


def _day(instant: datetime, zone: str) -> date:
    try:
        return clock.day_of(instant, zone)
    except OverflowError:
        raise Mistake(N_("Write the time with its zone, for example 2024-04-20T09:30:00+08:00.")) from None
