"""When an occurrence takes check-ins: 60 minutes before to 60 after; without a clock time, the whole day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.db import db
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus

MARGIN = timedelta(minutes=60)


@dataclass(frozen=True)
class CheckInWindow:
    """The check-in window of an occurrence. start, end: the occurrence itself (end: that of the window where no time is
    known); opens, closes: the window, all UTC."""

    occurrence_id: int
    event_id: int
    start: datetime
    end: datetime
    opens: datetime
    closes: datetime
    capacity: int | None
    takes_place: bool  # published and not cancelled

    def open_at(self, at: datetime) -> bool:
        return self.takes_place and self.opens <= at < self.closes

    def distance(self, at: datetime) -> timedelta:
        """How far an instant lies outside the window; zero inside."""
        return max(self.opens - at, at - self.closes, timedelta(0))


def window_of(occurrence: Occurrence, event_status: str, withdrawn: bool, zone: str) -> CheckInWindow:
    """The check-in window of an occurrence in the campaign's zone."""
    day_start, day_end = clock.day_bounds(occurrence.start_day, occurrence.end_day, zone)
    start, opens, closes, end = day_start, day_start, day_end, day_end
    if occurrence.start_at is not None:
        start = occurrence.start_at
        opens = start - MARGIN
        end = occurrence.end_at or day_end
        closes = occurrence.end_at + MARGIN if occurrence.end_at is not None else day_end
    takes_place = (
        event_status == EventStatus.PUBLISHED
        and occurrence.status == OccurrenceStatus.SCHEDULED
        and not withdrawn
    )
    return CheckInWindow(
        occurrence.id, occurrence.event_id, start, end, opens, closes, occurrence.capacity, takes_place
    )


def windows_of(event_ids: Iterable[int], zone: str, session: Session | None = None) -> list[CheckInWindow]:
    """The windows of all occurrences of these events, by start. session: that of the request, unless another is given."""
    rows = (session or db.session).execute(
        select(Occurrence, Event.status, Event.withdrawn_at.is_not(None))
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.event_id.in_(set(event_ids)))
    )
    windows = [window_of(occurrence, status, withdrawn, zone) for occurrence, status, withdrawn in rows]
    return sorted(windows, key=lambda window: (window.start, window.occurrence_id))


def open_window(windows: Sequence[CheckInWindow], at: datetime) -> CheckInWindow | None:
    """The window that is open at an instant; of several, the one with the nearest start. Of two sessions
    of one event that abut, the one that runs: whoever is there at 23:30 belongs to today's session, not to tomorrow's."""
    candidates = [window for window in windows if window.open_at(at)]
    nearest = min(candidates, key=lambda window: abs(window.start - at), default=None)
    if nearest is None or nearest.start <= at:
        return nearest
    running = [
        window
        for window in candidates
        if window.event_id == nearest.event_id
        and window.start <= at < window.end
        and window.end >= nearest.start
    ]
    return max(running, key=lambda window: window.start, default=nearest)


def nearest_window(windows: Sequence[CheckInWindow], at: datetime) -> CheckInWindow | None:
    """The nearest window, for a person let in while none was open. Occurrences that take place come first."""
    return min(windows, key=lambda window: (not window.takes_place, window.distance(at)), default=None)


def closing_time(event: Event) -> datetime:
    """When the last window of an event closes. The event must have an occurrence."""
    zone = event.campaign.zone
    return max(window_of(occurrence, event.status, False, zone).closes for occurrence in event.occurrences)
