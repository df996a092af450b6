"""Where an event stands in the calendar: its place in the order, and which of the campaign's days it is on.

Written beside the event at its change, so that the first reader after a change of one event need not look through the
sittings of all others: a page of the list is a look into an index, and the counts of all days are one grouped count.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select, update

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import NO_DATE, Event, Occurrence


def update_calendar_order(event: Event) -> None:
    """Bring an event's place and days up to its occurrences, inside the caller's transaction."""
    sittings = [(row.start_day, row.end_day, row.start_at) for row in event.occurrences]
    event.calendar_place, event.on_days = _told(event.campaign, sittings)


def rebuild_calendar_order(campaign: Campaign) -> None:
    """The same for all events of a campaign whose days were moved, inside the caller's transaction."""
    asked = (
        select(Occurrence.event_id, Occurrence.start_day, Occurrence.end_day, Occurrence.start_at)
        .join(Occurrence.event)
        .where(Event.campaign_id == campaign.id)
    )
    of_event: dict[int, list[tuple]] = {}
    for event_id, *sitting in db.session.execute(asked):
        of_event.setdefault(event_id, []).append(tuple(sitting))
    rows = []
    for event_id, sittings in of_event.items():
        place, days = _told(campaign, sittings)
        rows.append({"id": event_id, "calendar_place": place, "on_days": days})
    if rows:
        db.session.execute(update(Event), rows)


def bits_of_days(campaign: Campaign, days: Iterable[date]) -> int | None:
    """The bits of these days; None where one of them is outside the campaign."""
    found = 0
    for day in days:
        if not campaign.starts <= day <= campaign.ends:
            return None
        found |= 1 << (day - campaign.starts).days
    return found


def bits_between(campaign: Campaign, start: date, end: date) -> int:
    """The bits of the days from start to end, as far as they are the campaign's."""
    first = max(0, (start - campaign.starts).days)
    last = min((end - campaign.starts).days, (campaign.ends - campaign.starts).days)
    return sum(1 << number for number in range(first, last + 1))


def _told(campaign: Campaign, sittings: Sequence[tuple[date, date, datetime | None]]) -> tuple[int, int]:
    if not sittings:
        return NO_DATE, 0
    days = 0
    for start, end, _at in sittings:
        days |= bits_between(campaign, start, end)
    return min(_place(campaign, start, at) for start, _end, at in sittings), days


def _place(campaign: Campaign, day: date, at: datetime | None) -> int:
    """The day and the minute as one number that sorts; what has no clock time stands before what has."""
    minute = 0
    if at is not None:
        local = at.astimezone(clock.zone(campaign.zone))
        minute = local.hour * 60 + local.minute + 1
    return (day.year * 10_000 + day.month * 100 + day.day) * 10_000 + minute
