"""The content of an event as plain values. Forms, importers and scripts make drafts; models.events.draft_rules validates them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from models.events.merges import added_sessions, venue_of
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.text.bare_text import without_controls

TITLE_LENGTH, TEXT_LENGTH, NAME_LENGTH = 300, 20_000, 200
ALT_LENGTH = CONTACT_LENGTH = 300
MOST_OCCURRENCES, MOST_HOSTS, MOST_VENUES, MOST_FORMATS = 200, 60, 60, 20


class _Texts:
    """Whoever makes a draft, its texts have no invisible characters."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, one.name)
            if value != (visible := _visible(value)):
                object.__setattr__(self, one.name, visible)


def _visible(value: object) -> object:
    """A text, or several, as they are kept; anything else as it is."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, tuple):
        return tuple(_visible(one) for one in value)
    return value


@dataclass(frozen=True, slots=True)
class VenueDraft(_Texts):
    """A venue by its name. region_code None: the event's region. Coordinates are WGS-84 degrees, both or none."""

    name: str
    region_code: str | None = None
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class OccurrenceDraft:
    """One dated occurrence. Days are in the campaign's zone, both included; instants are aware, None: not known.

    row_id: of the occurrence that this one is, where a person moved that to another day; else its time tells."""

    start_day: date
    end_day: date
    start_at: datetime | None = None
    end_at: datetime | None = None
    half_day: str | None = None
    open_ended: bool = False
    venue: VenueDraft | None = None
    capacity: int | None = None
    row_id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OrganizationDraft(_Texts):
    """An organization, identified by name and region. line: set only where the organization is new."""

    name: str
    region_code: str | None = None
    line: str | None = None

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationDraft":
        return cls(organization.name, organization.region_code, organization.line)


@dataclass(frozen=True, slots=True)
class FormatDraft(_Texts):
    """A form of activity: the key of a format term (or "other"), and the reported words."""

    format: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportDraft(_Texts):
    """What a published report says, word for word."""

    attendance: str = ""
    materials: str = ""
    consultations: str = ""
    views: str = ""
    other: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft(_Texts):
    """The content of an event. None, "" and () mean: not known.

    hosts: names in order, the lead first. venues: those of the occurrences are added. main_format None: the first of
    formats. picture_sha256: a stored picture; picture_url: where one is to be fetched. origin, origin_ref: where an
    imported
    event came from, and its id there.
    """

    title: str
    title_en: str = ""
    description: str = ""
    region_code: str | None = None
    region_text: str = ""
    lead: OrganizationDraft | None = None
    hosts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    spotlights: tuple[str, ...] = ()
    formats: tuple[FormatDraft, ...] = ()
    main_focus: str | None = None
    main_format: str | None = None
    mode: str | None = None
    online_url: str = ""
    time_text: str = ""
    venue_text: str = ""
    venues: tuple[VenueDraft, ...] = ()
    occurrences: tuple[OccurrenceDraft, ...] = ()
    report: ReportDraft | None = None
    contact: str = ""
    picture_sha256: str | None = None
    picture_alt: str = ""
    picture_url: str = ""
    origin: str | None = None
    origin_ref: str | None = None

    @property
    def counted_format(self) -> str | None:
        """The format under which the figures count the event."""
        return self.main_format or (self.formats[0].format if self.formats else None)

    def with_lead(self, lead: OrganizationDraft) -> "EventDraft":
        """The same with another lead, which also takes its place among the hosts."""
        hosts = self.hosts
        if self.lead is not None:
            hosts = tuple(dict.fromkeys(lead.name if name == self.lead.name else name for name in hosts))
        return replace(self, lead=lead, hosts=hosts)

    def all_venues(self) -> tuple[VenueDraft, ...]:
        """Its own venues and those of its occurrences, each once."""
        by_name = {venue.name: venue for venue in self.venues}
        by_name |= {venue.name: venue for occurrence in self.occurrences if (venue := occurrence.venue)}
        return tuple(by_name.values())


def draft_of(event: Event) -> EventDraft:
    """The present content of an event. Cancelled occurrences are left out, unless the event is cancelled."""
    occurrences = [
        occurrence
        for occurrence in event.occurrences
        if occurrence.status == OccurrenceStatus.SCHEDULED or event.status == EventStatus.CANCELLED
    ]
    report = event.report
    return EventDraft(
        title=event.title,
        title_en=event.title_en,
        description=event.description,
        region_code=event.region_code,
        region_text=event.region_text,
        lead=OrganizationDraft.of(event.lead) if event.lead else None,
        hosts=tuple(host.name for host in event.hosts),
        groups=tuple(event.groups),
        spotlights=tuple(event.spotlights),
        formats=tuple(FormatDraft(row.format, row.text) for row in event.formats),
        main_focus=event.main_focus,
        main_format=event.main_format,
        mode=event.mode,
        online_url=event.online_url,
        time_text=event.time_text,
        venue_text=event.venue_text,
        venues=tuple(venue_draft(row.venue) for row in event.venues),
        occurrences=tuple(_occurrence_draft(occurrence) for occurrence in occurrences),
        report=ReportDraft(**{f.name: getattr(report, f.name) for f in fields(ReportDraft)})
        if report
        else None,
        contact=event.contact,
        picture_sha256=event.picture_sha256,
        picture_alt=event.picture_alt,
        picture_url=event.picture_url,
        origin=event.origin,
        origin_ref=event.origin_ref,
    )


def venue_draft(venue: Venue) -> VenueDraft:
    """A stored venue as a draft."""
    return VenueDraft(
        venue.name, venue.region_code, venue.address, venue.latitude, venue.longitude, venue.name_en
    )


def _occurrence_draft(occurrence: Occurrence) -> OccurrenceDraft:
    names = {one.name for one in fields(OccurrenceDraft)} - {"venue", "row_id"}
    values = {name: getattr(occurrence, name) for name in names}
    return OccurrenceDraft(**values, venue=venue_draft(occurrence.venue) if occurrence.venue else None)


def draft_of_merge(kept: Event, other: Event) -> EventDraft:
    """The content of an event, with the hosts and venues of another added, its sessions on days when the kept one has none,
    each with its venue, and its picture where there was none."""
    draft, other_draft = draft_of(kept), draft_of(other)
    hosts = tuple(dict.fromkeys((*draft.hosts, *other_draft.hosts)))
    names = {venue.name for venue in draft.all_venues()}
    new_venues = tuple(venue for venue in other_draft.all_venues() if venue.name not in names)
    if draft.picture_sha256 is None and other_draft.picture_sha256 is not None:
        draft = replace(draft, picture_sha256=other_draft.picture_sha256, picture_alt=other_draft.picture_alt)
    return replace(
        draft,
        hosts=hosts[:MOST_HOSTS],
        venues=(*draft.venues, *new_venues)[:MOST_VENUES],
        occurrences=(*draft.occurrences, *map(_added_draft, added_sessions(kept, other))),
    )


def _added_draft(occurrence: Occurrence) -> OccurrenceDraft:
    """A session as another event takes it over, which may have other venues."""
    venue = venue_of(occurrence)
    return replace(_occurrence_draft(occurrence), venue=venue_draft(venue) if venue else None)


def differences(event: Event, draft: EventDraft) -> list[str]:
    """The names of the draft's fields in which an event differs from it. Reads only."""
    present = draft_of(event)
    venues = {(venue.name, venue.region_code): venue for venue in present.all_venues()}
    stored, future = _as_stored(present, venues), _as_stored(draft, venues)
    return [f.name for f in fields(EventDraft) if getattr(stored, f.name) != getattr(future, f.name)]


def _as_stored(draft: EventDraft, stored_venues: Mapping[tuple[str, str | None], VenueDraft]) -> EventDraft:
    """The draft that draft_of() would give once this one is stored, so that two can be compared."""

    def venue_as_stored(venue: VenueDraft) -> VenueDraft:
        region = venue.region_code or draft.region_code
        stored = stored_venues.get((venue.name, region), venue)
        # Venues are shared between events: a draft adds to one but never empties its address or coordinates.
        venue = replace(venue, region_code=region, address=venue.address or stored.address)
        venue = replace(venue, name_en=venue.name_en or stored.name_en)
        if venue.latitude is None:
            venue = replace(venue, latitude=stored.latitude, longitude=stored.longitude)
        return venue

    occurrences = [replace(o, venue=o.venue and venue_as_stored(o.venue)) for o in draft.occurrences]
    return replace(
        draft,
        lead=draft.lead and OrganizationDraft(draft.lead.name, draft.lead.region_code),
        groups=tuple(sorted(draft.groups)),
        spotlights=tuple(sorted(draft.spotlights)),
        main_format=draft.counted_format,
        venues=tuple(venue_as_stored(venue) for venue in draft.all_venues()),
        occurrences=tuple(sorted(occurrences, key=_start)),
        report=draft.report if draft.report != ReportDraft() else None,
    )


def _start(occurrence: OccurrenceDraft) -> tuple[date, float, date, str]:
    """The order in a calendar: by day, whole days before clock times."""
    at = occurrence.start_at.timestamp() if occurrence.start_at else 0.0
    return occurrence.start_day, at, occurrence.end_day, occurrence.venue.name if occurrence.venue else ""
