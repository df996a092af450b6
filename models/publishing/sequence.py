"""SEQUENCE of calendar entries (RFC 5545, 3.8.7.4). The only module that raises it.

It rises by one in a change of an occurrence's own time, place or status. It never falls.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, case

from models.events.tables import Occurrence
from models.ics import vevent

_TIME_AND_PLACE = ("start_day", "end_day", "open_ended", "start_at", "end_at", "half_day", "venue_id")

Snapshot = dict[int, tuple[object, ...]]


def snapshot(occurrences: Iterable[Occurrence]) -> Snapshot:
    """Time, place and status of each stored occurrence, by id, before a change."""
    return {occurrence.id: _state(occurrence) for occurrence in occurrences}


def raise_changed(occurrences: Iterable[Occurrence], old: Snapshot) -> None:
    """Raise SEQUENCE where time, place or status differ from the snapshot. New occurrences keep 0."""
    for occurrence in occurrences:
        if occurrence.id in old and old[occurrence.id] != _state(occurrence):
            occurrence.sequence += 1


def raised_for(event_ids: Select[tuple[int]]) -> ColumnElement[int]:
    """The value for an UPDATE of many rows: one more for the occurrences of these events."""
    return Occurrence.sequence + case((Occurrence.event_id.in_(event_ids), 1), else_=0)


def _state(occurrence: Occurrence) -> tuple[object, ...]:
    event = occurrence.event
    columns = [getattr(occurrence, name) for name in _TIME_AND_PLACE]
    # An occurrence without a venue of its own is at the event's venue.
    place = *vevent.location(occurrence), event.region_code, event.mode, event.online_url
    return *columns, place, occurrence.status
