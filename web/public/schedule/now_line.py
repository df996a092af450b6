"""Today's events in the list: what has ended, the line "now", and what has not begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from models.campaigns.tables import Campaign
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.public.card_events import CardEvent, CardSession
from models.public.schedule import sessions_on
from web.public.listing import Section
from web.words.progress import Progress, progress


@dataclass(frozen=True)
class SectionParts:
    """The events of a section in order. ended: what is over today. begun: what runs now or has no clock time. ahead: the
    others. line: whether "now" stands between begun and ahead. On other days all events are ahead."""

    ended: Sequence[Event | CardEvent]
    begun: Sequence[Event | CardEvent]
    ahead: Sequence[Event | CardEvent]
    line: bool


def register(app: Flask) -> None:
    app.jinja_env.globals.update(section_parts=section_parts)


def section_parts(campaign: Campaign, section: Section, now: datetime | None) -> SectionParts:
    day = section.day
    if (
        now is None
        or day is None
        or day != campaign.today(now)
        or not campaign.starts <= day <= campaign.ends
    ):
        return SectionParts([], [], section.events, False)
    ended = [event for event in section.events if _is_over(event, section, now)]
    others = [event for event in section.events if event not in ended]
    starts = [_first_start(event, section) for event in others]
    later = next((at for at, start in enumerate(starts) if start is not None and start > now), len(others))
    line = bool(ended) or any(start is not None for start in starts)
    return SectionParts(ended, others[:later], others[later:], line)


def _is_over(event: Event | CardEvent, section: Section, now: datetime) -> bool:
    return progress(sessions_on(event, section.day), section.day, now) == Progress.ENDED


def _first_start(event: Event | CardEvent, section: Section) -> datetime | None:
    sessions = sessions_on(event, section.day)
    held: Sequence[Occurrence | CardSession] = [
        row for row in sessions if row.status != OccurrenceStatus.CANCELLED
    ]
    return min((row.start_at for row in held or sessions if row.start_at is not None), default=None)
