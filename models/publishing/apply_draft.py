"""Write a draft into the rows of an event. Only models.publishing calls this, inside its transaction."""

from dataclasses import fields
from datetime import datetime

from models.db import db
from models.events import hosts
from models.events.calendar_order import update_calendar_order
from models.events.draft import EventDraft, OccurrenceDraft, ReportDraft, VenueDraft
from models.events.tables import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventReport,
    EventSpotlight,
    EventStatus,
    EventVenue,
    Occurrence,
    OccurrenceStatus,
)
from models.organizations.tables import Account
from models.places.tables import Venue
from models.publishing import change, shared_venues
from models.publishing.draft_references import Directory

_COLUMNS = (
    "title", "title_en", "description", "region_code", "region_text", "main_focus", "mode", "online_url", "time_text",
    "venue_text", "contact", "picture_sha256", "picture_alt", "picture_url",
)  # fmt: skip


def write_fields(
    event: Event, draft: EventDraft, directory: Directory, now: datetime, by: Account | None = None
) -> None:
    """Write everything but the occurrences. by None: the operator."""
    for name in _COLUMNS:
        setattr(event, name, getattr(draft, name))
    event.origin, event.origin_ref = draft.origin, draft.origin_ref
    event.main_format = draft.counted_format
    event.lead = directory.lead(draft)
    # SQLAlchemy inserts before it deletes: a row whose key stays must be updated, not replaced.
    _write_list(
        event.hosts,
        [_host(event, name, directory) for name in draft.hosts],
        ("name", "organization_id", "role"),
        EventHost,
    )
    _write_list(
        event.formats,
        [{"format": f.format, "text": f.text} for f in draft.formats],
        ("format", "text"),
        EventFormat,
    )
    venues = [{"venue": _venue(event, venue, draft, directory, now, by)} for venue in draft.all_venues()]
    _write_list(event.venues, venues, ("venue",), EventVenue)
    unchanged = [row for row in event.audiences if row.group in draft.groups]
    new_groups = sorted(set(draft.groups) - {row.group for row in unchanged})
    event.audiences[:] = unchanged + [EventAudience(group=group) for group in new_groups]
    kept = [row for row in event.spotlight_rows if row.spotlight in draft.spotlights]
    new_spotlights = sorted(set(draft.spotlights) - {row.spotlight for row in kept})
    event.spotlight_rows[:] = kept + [EventSpotlight(spotlight=key) for key in new_spotlights]
    report = {field.name: getattr(draft.report or ReportDraft(), field.name) for field in fields(ReportDraft)}
    if event.report is not None:
        for name, text in report.items():
            setattr(event.report, name, text)
    elif any(report.values()):
        event.report = EventReport(**report)


def _venue(
    event: Event,
    venue_draft: VenueDraft,
    draft: EventDraft,
    directory: Directory,
    now: datetime,
    by: Account | None,
) -> Venue:
    venue = directory.venue(venue_draft, draft)
    corrections = None if venue in directory.new_venues else change.current().corrections
    shared_venues.correct(venue, venue_draft, event, now, by, corrections)
    return venue


def _write_list(rows: list, new_values: list[dict], names: tuple[str, ...], table: type) -> None:
    """Write values in their order into a list of rows with a position: update, then append or delete."""
    for position, values in enumerate(new_values):
        if position == len(rows):
            rows.append(table(position=position, **values))
        else:
            for name in names:
                setattr(rows[position], name, values[name])
    del rows[len(new_values) :]


def _host(event: Event, name: str, directory: Directory) -> dict:
    role, bare = hosts.role_of(name), hosts.without_role(name)
    if event.lead is not None and event.lead.name in (name, bare):
        return {"name": name, "organization_id": event.lead.id, "role": role}
    return {"name": name, "organization_id": directory.host_id(name, event.region_code), "role": role}


def write_occurrences(
    event: Event, draft: EventDraft, directory: Directory, now: datetime, by: Account | None = None
) -> list[Occurrence]:
    """Write the draft's occurrences; the rows that are new or changed. by None: the operator.

    A row that the draft no longer has is deleted, or cancelled where the event was ever published."""
    touched = []
    existing = list(event.occurrences)
    pairs = _match(existing, list(draft.occurrences))
    for row, occurrence_draft in pairs:
        venue_draft = occurrence_draft.venue
        venue = _venue(event, venue_draft, draft, directory, now, by) if venue_draft else None
        if row is None:
            row = Occurrence(sequence=0, changed_at=now, status=OccurrenceStatus.SCHEDULED)
            event.occurrences.append(row)
        if _write_occurrence(row, occurrence_draft, venue, event.status) or row.id is None:
            touched.append(row)
    matched = {id(row) for row, _ in pairs if row is not None}
    for row in existing:
        if id(row) in matched or row.status == OccurrenceStatus.CANCELLED:
            continue
        if event.published_at is None:
            event.occurrences.remove(row)
            db.session.delete(row)
        else:
            row.status = OccurrenceStatus.CANCELLED
            touched.append(row)
    update_calendar_order(event)
    return touched


def _match(
    rows: list[Occurrence], drafts: list[OccurrenceDraft]
) -> list[tuple[Occurrence | None, OccurrenceDraft]]:
    """The row that each draft continues: the one that it names, else same start and venue, else same start, same day, else
    the next one left.

    A cancelled row is matched by the same start only: a draft with another start is another occurrence."""
    keys = (
        lambda o: (o.start_day, o.start_at, o.venue.name if o.venue else None),
        lambda o: (o.start_day, o.start_at),
        lambda o: o.start_day,
        lambda o: None,
    )
    scheduled = {row.id: row for row in rows if row.status == OccurrenceStatus.SCHEDULED}
    matches = {
        position: scheduled[draft.row_id]
        for position, draft in enumerate(drafts)
        if draft.row_id is not None and draft.row_id in scheduled
    }
    unmatched = [row for row in rows if row not in matches.values()]
    unmatched.sort(key=lambda row: (row.status == OccurrenceStatus.CANCELLED, row.start_day, row.id or 0))
    for strictness, key in enumerate(keys):
        for position, draft in enumerate(drafts):
            if position in matches:
                continue
            for row in unmatched:
                if (row.status == OccurrenceStatus.SCHEDULED or strictness < 2) and key(row) == key(draft):
                    matches[position] = row
                    unmatched.remove(row)
                    break
    return [(matches.get(position), draft) for position, draft in enumerate(drafts)]


def _write_occurrence(
    row: Occurrence, draft: OccurrenceDraft, venue: Venue | None, event_status: str
) -> bool:
    """Write one occurrence; whether anything changed."""
    columns = ("start_day", "end_day", "open_ended", "start_at", "end_at", "half_day", "capacity")
    old_values = [getattr(row, name) for name in (*columns, "venue_id", "status")]
    for name in columns:
        setattr(row, name, getattr(draft, name))
    row.venue, row.venue_id = venue, venue.id if venue else None
    cancelled = event_status == EventStatus.CANCELLED
    row.status = OccurrenceStatus.CANCELLED if cancelled else OccurrenceStatus.SCHEDULED
    return old_values != [getattr(row, name) for name in (*columns, "venue_id", "status")]
