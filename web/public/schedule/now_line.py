"""The line "now" in the list of today's events."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask

from models.campaigns.tables import Campaign
from models.events.tables import OccurrenceStatus
from models.public.schedule import sessions_on
from web.public.listing import Section


def register(app: Flask) -> None:
    app.jinja_env.globals.update(events_before_now=events_before_now)


def events_before_now(campaign: Campaign, section: Section, now: datetime) -> int | None:
    """How many events of today's section stand above the line: all up to the last one that has begun. None for other
    days, and where nothing of the section has begun or has a clock time."""
    today = campaign.today(now)
    if section.day != today or not campaign.starts <= today <= campaign.ends:
        return None
    starts = [_first_start(campaign, section, number) for number in range(len(section.events))]
    if all(start is None for start in starts):
        return None
    later = (number for number, start in enumerate(starts) if start is not None and start > now)
    return next(later, len(starts))


def _first_start(campaign: Campaign, section: Section, number: int) -> datetime | None:
    sessions = sessions_on(section.events[number], section.day)
    held: Sequence = [row for row in sessions if row.status != OccurrenceStatus.CANCELLED] or sessions
    return min((row.start_at for row in held if row.start_at is not None), default=None)
