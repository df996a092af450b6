"""Making an event's rows say what a draft says. Only models.publishing calls this, inside its transaction."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select

from models.db import db
from models.events.calendar_order import stand
from models.events.draft import EventDraft, OccurrenceDraft, ReportDraft
from models.events.tables import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventReport,
    EventStatus,
    EventVenue,
    Occurrence,
)
from models.ics import vevent
from models.organizations.tables import Account, Organization, new_organization
from models.places.tables import Venue
from models.publishing.shared_venues import keep

SCHEDULED = "scheduled"
_COLUMNS = (
    "title", "description", "region_code", "region_text", "main_focus", "mode", "online_url", "time_text", "venue_text",
)  # fmt: skip
_TIME_AND_PLACE = ("start_day", "end_day", "open_ended", "start_at", "end_at", "half_day", "venue_id")


def write_fields(event: Event, draft: EventDraft, now: datetime, by: Account | None = None) -> None:
    for name in _COLUMNS:
        setattr(event, name, getattr(draft, name))
    event.origin, event.origin_ref = draft.origin, draft.origin_ref
    event.main_format = draft.counted_format
    lead = draft.lead
    event.lead = new_organization(lead.name, lead.region_code, lead.line) if lead else None
    # The session adds before it deletes: rows that keep their key are changed in place, not put anew.
    _fit(event.hosts, [_host(event, name) for name in draft.hosts], ("name", "organization_id"), EventHost)
    _fit(
        event.formats,
        [{"format": f.format, "text": f.text} for f in draft.formats],
        ("format", "text"),
        EventFormat,
    )
    venues = [{"venue": keep(event, venue, draft.region_code, now, by)} for venue in draft.all_venues()]
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
        venue = keep(event, wanted.venue, draft.region_code, now, by) if wanted.venue else None
        if row is None:
            row = Occurrence(sequence=0, changed_at=now, status=SCHEDULED)
            event.occurrences.append(row)
        if _write_occurrence(row, wanted, venue, event.status) or row.id is None:
            touched.append(row)
    kept = {id(row) for row, _ in pairs if row is not None}
    for row in left:
        if id(row) in kept or row.status == EventStatus.CANCELLED:
            continue
        if event.published_at is None:
            event.occurrences.remove(row)
            db.session.delete(row)
        else:
            end(row)
            touched.append(row)
    stand(event)
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
    free = sorted(rows, key=lambda row: (row.status == EventStatus.CANCELLED, row.start_day, row.id or 0))
    for strictness, key in enumerate(keys):
        for position, draft in enumerate(drafts):
            if position in found:
                continue
            for row in free:
                if (row.status == SCHEDULED or strictness < 2) and key(row) == key(draft):
                    found[position] = row
                    free.remove(row)
                    break
    return [(found.get(position), draft) for position, draft in enumerate(drafts)]


def _write_occurrence(
    row: Occurrence, wanted: OccurrenceDraft, venue: Venue | None, event_status: str
) -> bool:
    """Write one sitting and raise its SEQUENCE where its time, place or status changed; whether anything changed."""
    before = [getattr(row, name) for name in _TIME_AND_PLACE]
    capacity, status = row.capacity, row.status
    for name in ("start_day", "end_day", "open_ended", "start_at", "end_at", "half_day", "capacity"):
        setattr(row, name, getattr(wanted, name))
    row.venue, row.venue_id = venue, venue.id if venue else None
    row.status = EventStatus.CANCELLED if event_status == EventStatus.CANCELLED else SCHEDULED
    moved = before != [getattr(row, name) for name in _TIME_AND_PLACE] or row.status != status
    if moved and row.id is not None:
        row.sequence += 1
    return moved or row.capacity != capacity


def place_of(occurrence: Occurrence) -> tuple:
    """Where a sitting takes place, as calendars tell it: its own venue, else what its event says."""
    event = occurrence.event
    return *vevent.place(occurrence), event.region_code, event.mode, event.online_url


def raise_moved(event: Event, before: dict[int, tuple[int, tuple]]) -> None:
    """Raise SEQUENCE where the event's own words moved a sitting. before: SEQUENCE and place, by occurrence id."""
    for occurrence in event.occurrences:
        sequence, place = before.get(occurrence.id, (None, None))
        if occurrence.sequence == sequence and place != place_of(occurrence):
            occurrence.sequence += 1


def end(occurrence: Occurrence) -> None:
    if occurrence.status != EventStatus.CANCELLED:
        occurrence.status = EventStatus.CANCELLED
        occurrence.sequence += 1
