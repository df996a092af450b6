"""Which occurrence a scan belongs to: the one open then, 60 minutes before to 60 after; no clock time = the whole day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from models import clock
from models.db import db
from models.events.tables import Event, EventStatus, Occurrence

MARGIN = timedelta(minutes=60)


@dataclass(frozen=True)
class CheckInWindow:
    """An occurrence as the door sees it. start: its beginning; opens/closes: when scans are taken, both UTC."""

    occurrence_id: int
    event_id: int
    start: datetime
    opens: datetime
    closes: datetime
    capacity: int | None
    takes_place: bool  # published and not cancelled

    def open_at(self, at: datetime) -> bool:
        return self.takes_place and self.opens <= at < self.closes

    def distance(self, at: datetime) -> timedelta:
        """How far an instant lies outside the open hours; zero inside."""
        return max(self.opens - at, at - self.closes, timedelta(0))


def window_of(occurrence: Occurrence, event_status: str, withdrawn: bool, zone: str) -> CheckInWindow:
    """The open window of an occurrence in the campaign's zone."""
    day_start, day_end = clock.day_bounds(occurrence.start_day, occurrence.end_day, zone)
    start, opens, closes = day_start, day_start, day_end
    if occurrence.start_at is not None:
        start = occurrence.start_at
        opens = start - MARGIN
        closes = occurrence.end_at + MARGIN if occurrence.end_at is not None else day_end
    held = event_status == EventStatus.PUBLISHED and occurrence.status == "scheduled" and not withdrawn
    return CheckInWindow(occurrence.id, occurrence.event_id, start, opens, closes, occurrence.capacity, held)


def windows_of(event_ids: Iterable[int], zone: str) -> list[CheckInWindow]:
    """All sittings of these events, in the order of their start."""
    rows = db.session.execute(
        select(Occurrence, Event.status, Event.withdrawn_at.is_not(None))
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.event_id.in_(set(event_ids)))
    )
    found = [window_of(occurrence, status, withdrawn, zone) for occurrence, status, withdrawn in rows]
    return sorted(found, key=lambda sitting: (sitting.start, sitting.occurrence_id))


def open_window(sittings: Sequence[CheckInWindow], at: datetime) -> CheckInWindow | None:
    """The sitting that was open at an instant; of several, the one whose start is nearest."""
    candidates = [sitting for sitting in sittings if sitting.open_at(at)]
    return min(candidates, key=lambda sitting: abs(sitting.start - at), default=None)


def nearest_window(sittings: Sequence[CheckInWindow], at: datetime) -> CheckInWindow | None:
    """For a person whom a device let in outside the hours: the sitting that lies nearest, held ones first."""
    return min(sittings, key=lambda sitting: (not sitting.takes_place, sitting.distance(at)), default=None)


def closing_time(event: Event) -> datetime:
    """When the last sitting of an event takes no more scans. The event has a dated occurrence."""
    zone = event.campaign.zone
    return max(window_of(one, event.status, False, zone).closes for one in event.occurrences)
