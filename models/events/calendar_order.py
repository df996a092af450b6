"""The position of an event in the calendar, the days of the campaign on which it takes place, and the number of its sessions.

These are stored with the event whenever its occurrences change. So a page of the list is an index lookup, and the counts
of all days are one grouped count.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ScalarSelect, func, select, update

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import NO_DATE, Event, Occurrence

OccurrenceTimes = tuple[date, date, datetime | None]  # start_day, end_day, start_at


def counted_sessions() -> ScalarSelect[int]:
    """What Event.session_count must be, in a query of events."""
    return select(func.count()).where(Occurrence.event_id == Event.id).scalar_subquery()


def update_calendar_order(event: Event) -> None:
    """Recompute what an event keeps of its occurrences. Runs inside the caller's transaction."""
    times = [(row.start_day, row.end_day, row.start_at) for row in event.occurrences]
    event.session_count = len(times)
    event.calendar_place, event.on_days = _place_and_days(event.campaign, times)


def rebuild_calendar_order(campaign: Campaign) -> None:
    """Place and days of all events of a campaign whose own days changed. Runs inside the caller's transaction."""
    query = (
        select(Occurrence.event_id, Occurrence.start_day, Occurrence.end_day, Occurrence.start_at)
        .join(Occurrence.event)
        .where(Event.campaign_id == campaign.id)
    )
    times_by_event: dict[int, list[OccurrenceTimes]] = {}
    for event_id, start_day, end_day, start_at in db.session.execute(query):
        times_by_event.setdefault(event_id, []).append((start_day, end_day, start_at))
    rows = []
    for event_id, times in times_by_event.items():
        place, days = _place_and_days(campaign, times)
        rows.append({"id": event_id, "calendar_place": place, "on_days": days})
    if rows:
        db.session.execute(update(Event), rows)


def bits_of_days(campaign: Campaign, days: Iterable[date]) -> int | None:
    """The bits of these days; None where one of them is outside the campaign."""
    bits = 0
    for day in days:
        if not campaign.starts <= day <= campaign.ends:
            return None
        bits |= 1 << (day - campaign.starts).days
    return bits


def bits_between(campaign: Campaign, start: date, end: date) -> int:
    """The bits of the campaign's days from start to end, both included."""
    first = max(0, (start - campaign.starts).days)
    last = min((end - campaign.starts).days, (campaign.ends - campaign.starts).days)
    return sum(1 << number for number in range(first, last + 1))


def _place_and_days(campaign: Campaign, times: Sequence[OccurrenceTimes]) -> tuple[int, int]:
    if not times:
        return NO_DATE, 0
    days = 0
    for start_day, end_day, _start_at in times:
        days |= bits_between(campaign, start_day, end_day)
    return min(_place(campaign, start_day, start_at) for start_day, _end_day, start_at in times), days


def _place(campaign: Campaign, day: date, at: datetime | None) -> int:
    """Day and minute as one number that sorts. An occurrence without a clock time comes first on its day."""
    minute = 0
    if at is not None:
        local = at.astimezone(clock.zone(campaign.zone))
        minute = local.hour * 60 + local.minute + 1
    return first_place(day) + minute


def first_place(day: date) -> int:
    """The calendar_place of an event that begins on this day without a clock time."""
    return (day.year * 10_000 + day.month * 100 + day.day) * 10_000
