"""What a row leaves as it is: the fields that have no column in its file."""

from dataclasses import fields, replace
from datetime import timedelta

from models.events.draft import EventDraft, OccurrenceDraft, draft_of
from models.events.tables import Event
from models.imports.findings import Understood
from models.imports.spreadsheet.column_synonyms import DAYS, HOURS


def keep_absent_fields(event: Event, row: Understood, draft: EventDraft) -> EventDraft:
    """The draft of a row; fields without a column in its file keep the event's values. Only an empty cell empties a field."""
    if row.columns is None:
        return draft
    present = draft_of(event)
    values = {
        field.name: getattr(present, field.name)
        for field in fields(EventDraft)
        if field.name not in row.fields and field.name not in ("origin", "origin_ref")
    }
    if "mode" in row.fields and draft.mode is None and "online" not in row.columns:
        values["mode"] = present.mode
    if "occurrences" in row.fields:
        values["occurrences"] = _continued_occurrences(row.columns, present.occurrences, draft.occurrences)
    return replace(draft, **values)


def _continued_occurrences(
    columns: frozenset[str], present: tuple[OccurrenceDraft, ...], written: tuple[OccurrenceDraft, ...]
) -> tuple[OccurrenceDraft, ...]:
    if not columns & set(DAYS):
        venue = written[0].venue if written else None
        capacity = written[0].capacity if written else None
        return tuple(
            replace(
                one,
                venue=venue if "venue_text" in columns else one.venue,
                capacity=capacity if "capacity" in columns else one.capacity,
            )
            for one in present
        )
    if not columns & set(HOURS) and len(present) == len(written) == 1:
        written = (_with_hours(written[0], present[0]),)
    return tuple(_with_place(one, _continued(one, present), columns) for one in written)


def _with_hours(written: OccurrenceDraft, present: OccurrenceDraft) -> OccurrenceDraft:
    """A day of which the file has no column for the hours keeps those that it has here."""
    if written.start_at is not None or written.start_day != written.end_day:
        return written
    shift = timedelta(days=(written.start_day - present.start_day).days)
    return replace(
        written,
        start_at=present.start_at + shift if present.start_at else None,
        end_at=present.end_at + shift if present.end_at else None,
        end_day=written.start_day + (present.end_day - present.start_day)
        if present.start_at
        else written.end_day,
        half_day=present.half_day,
    )


def _continued(written: OccurrenceDraft, present: tuple[OccurrenceDraft, ...]) -> OccurrenceDraft | None:
    """The occurrence here that one of the file continues."""
    for one in present:
        if (one.start_day, one.start_at) == (written.start_day, written.start_at):
            return one
    same_day = [one for one in present if one.start_day == written.start_day]
    return same_day[0] if len(same_day) == 1 else present[0] if len(present) == 1 else None


def _with_place(
    written: OccurrenceDraft, present: OccurrenceDraft | None, columns: frozenset[str]
) -> OccurrenceDraft:
    if present is None:
        return written
    venue = written.venue if "venue_text" in columns else present.venue
    return replace(
        written, venue=venue, capacity=written.capacity if "capacity" in columns else present.capacity
    )
