"""An event's rows are brought to what a draft says. Only models.publishing calls this, inside its transaction."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select

from models.db import db
from models.events.calendar_order import update_calendar_order
from models.events.draft import EventDraft, OccurrenceDraft, ReportDraft, VenueDraft
from models.events.tables import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventReport,
    EventStatus,
    EventVenue,
    Occurrence,
    OccurrenceStatus,
)
from models.organizations.tables import Account, Organization, find_or_create_organization
from models.places.tables import Venue
from models.publishing import change, shared_venues

_COLUMNS = (
    "title", "description", "region_code", "region_text", "main_focus", "mode", "online_url", "time_text", "venue_text",
)  # fmt: skip


def write_fields(event: Event, draft: EventDraft, now: datetime, by: Account | None = None) -> None:
    for name in _COLUMNS:
        setattr(event, name, getattr(draft, name))
    event.origin, event.origin_ref = draft.origin, draft.origin_ref
    event.main_format = draft.counted_format
    lead = draft.lead
    event.lead = find_or_create_organization(lead.name, lead.region_code, lead.line) if lead else None
    # The session adds before it deletes: rows that keep their key are changed in place, not put anew.
    _fit(event.hosts, [_host(event, name) for name in draft.hosts], ("name", "organization_id"), EventHost)
    _fit(
        event.formats,
        [{"format": f.format, "text": f.text} for f in draft.formats],
        ("format", "text"),
        EventFormat,
    )
    venues = [{"venue": _venue(event, venue, draft, now, by)} for venue in draft.all_venues()]
    _fit(event.venues, venues, ("venue",), EventVenue)
    kept = [row for row in event.audiences if row.group in draft.groups]
    fresh = sorted(set(draft.groups) - {row.group for row in kept})
    event.audiences[:] = kept + [EventAudience(group=group) for group in fresh]
    told = {f.name: getattr(draft.report or ReportDraft(), f.name) for f in fields(ReportDraft)}
    if event.report is not None:
        for name, text in told.items():
            setattr(event.report, name, text)
    elif any(told.values()):
        event.report = EventReport(**told)


def _venue(event: Event, venue: VenueDraft, draft: EventDraft, now: datetime, by: Account | None) -> Venue:
    corrections = change.current().corrections
    return shared_venues.find_or_create(event, venue, draft.region_code, now, by, corrections)


def _fit(rows: list, wanted: list[dict], names: tuple[str, ...], table: type) -> None:
    """Make a list of rows with a position hold the wanted values in order."""
    for position, values in enumerate(wanted):
        if position == len(rows):
            rows.append(table(position=position, **values))
        else:
            for name in names:
                setattr(rows[position], name, values[name])
    del rows[len(wanted) :]


def _host(event: Event, name: str) -> dict:
    """A host is linked to the organization of that name: of the event's region, else to the only one there is."""
    if event.lead is not None and event.lead.name == name:
        return {"name": name, "organization_id": event.lead.id}
    rows = db.session.execute(
        select(Organization.id, Organization.region_code).where(Organization.name == name).limit(2000)
    ).all()
    near = [row.id for row in rows if row.region_code == event.region_code]
    found = near or [row.id for row in rows]
    return {"name": name, "organization_id": found[0] if len(found) == 1 else None}


def write_occurrences(
    event: Event, draft: EventDraft, now: datetime, by: Account | None = None
) -> list[Occurrence]:
    """Fit the rows to the draft; the rows that are new or changed."""
    touched = []
    left = list(event.occurrences)
    pairs = _matched(left, list(draft.occurrences))
    for row, wanted in pairs:
        venue = _venue(event, wanted.venue, draft, now, by) if wanted.venue else None
        if row is None:
            row = Occurrence(sequence=0, changed_at=now, status=OccurrenceStatus.SCHEDULED)
            event.occurrences.append(row)
        if _write_occurrence(row, wanted, venue, event.status) or row.id is None:
            touched.append(row)
    kept = {id(row) for row, _ in pairs if row is not None}
    for row in left:
        if id(row) in kept or row.status == OccurrenceStatus.CANCELLED:
            continue
        if event.published_at is None:
            event.occurrences.remove(row)
            db.session.delete(row)
        else:
            row.status = OccurrenceStatus.CANCELLED
            touched.append(row)
    update_calendar_order(event)
    return touched


def _matched(
    rows: list[Occurrence], drafts: list[OccurrenceDraft]
) -> list[tuple[Occurrence | None, OccurrenceDraft]]:
    """Which row each draft continues: same start and place, same start, same day, else the next that is left.

    A cancelled row comes back only for the same start: a moved sitting is not the one that was called off."""
    keys = (
        lambda o: (o.start_day, o.start_at, o.venue.name if o.venue else None),
        lambda o: (o.start_day, o.start_at),
        lambda o: o.start_day,
        lambda o: None,
    )
    found: dict[int, Occurrence] = {}
    free = sorted(
        rows, key=lambda row: (row.status == OccurrenceStatus.CANCELLED, row.start_day, row.id or 0)
    )
    for strictness, key in enumerate(keys):
        for position, draft in enumerate(drafts):
            if position in found:
                continue
            for row in free:
                if (row.status == OccurrenceStatus.SCHEDULED or strictness < 2) and key(row) == key(draft):
                    found[position] = row
                    free.remove(row)
                    break
    return [(found.get(position), draft) for position, draft in enumerate(drafts)]


def _write_occurrence(
    row: Occurrence, wanted: OccurrenceDraft, venue: Venue | None, event_status: str
) -> bool:
    """Write one session; whether anything changed."""
    columns = ("start_day", "end_day", "open_ended", "start_at", "end_at", "half_day", "capacity")
    before = [getattr(row, name) for name in (*columns, "venue_id", "status")]
    for name in columns:
        setattr(row, name, getattr(wanted, name))
    row.venue, row.venue_id = venue, venue.id if venue else None
    cancelled = event_status == EventStatus.CANCELLED
    row.status = OccurrenceStatus.CANCELLED if cancelled else OccurrenceStatus.SCHEDULED
    return before != [getattr(row, name) for name in (*columns, "venue_id", "status")]
