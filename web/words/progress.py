"""How far an event is on a day: under way, about to begin, or over."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from models import clock
from models.events.tables import EventStatus, HalfDay, Occurrence, OccurrenceStatus
from models.public.card_events import CardSession

SOON = timedelta(hours=1)
# The hours between which a session of a half-day is taken to be; its clock times are not known.
HALF_DAY_HOURS = {HalfDay.MORNING: (0, 12), HalfDay.AFTERNOON: (12, 18), HalfDay.EVENING: (18, 24)}


class Progress(StrEnum):
    LATER = "later"
    SOON = "soon"
    RUNNING = "running"
    ENDED = "ended"


def progress(sessions: Sequence[Occurrence | CardSession], day: date | None, now: datetime) -> Progress:
    """How far the sessions are that a day of the list shows, while the week runs. Nothing is said of a day to come, nor of
    cancelled ones."""
    held = [row for row in sessions if row.status != OccurrenceStatus.CANCELLED]
    if not held or day is None or held[0].event.status == EventStatus.CANCELLED:
        return Progress.LATER
    campaign = held[0].event.campaign
    if day > campaign.today(now) or not campaign.starts <= campaign.today(now) <= campaign.ends:
        return Progress.LATER
    states = {_progress(row, day, now) for row in held}
    for state in (Progress.RUNNING, Progress.SOON, Progress.LATER):
        if state in states:
            return state
    return Progress.ENDED


def half_day_hours(session: Occurrence | CardSession) -> tuple[int, int]:
    """The hours of the day in which a session without clock times takes place: those of its half-day, else the whole day."""
    return HALF_DAY_HOURS[HalfDay(session.half_day)] if session.half_day else (0, 24)


def _progress(session: Occurrence | CardSession, day: date, now: datetime) -> Progress:
    today = session.event.campaign.today(now)
    if (session.end_at is not None and session.end_at <= now) or (
        session.end_at is None and session.end_day < today
    ):
        return Progress.ENDED
    if session.start_at is None and day == session.end_day == today:
        over = clock.hour_of(now, session.event.campaign.zone) >= half_day_hours(session)[1]
        return Progress.ENDED if over else Progress.LATER
    if session.start_at is None or day < session.start_day:
        return Progress.LATER  # without a clock time it is unknown whether it is under way
    if session.start_at <= now:
        known = session.end_at is not None and (day == today or session.end_day == day)
        return Progress.RUNNING if known else Progress.LATER
    return Progress.SOON if session.start_at - now <= SOON else Progress.LATER


def progress_words(sessions: Sequence[Occurrence | CardSession], day: date | None, now: datetime) -> str:
    """正在进行, 即将开始（25分钟后）, 已结束; nothing for what comes later."""
    state = progress(sessions, day, now)
    if state == Progress.RUNNING:
        return _("Under way")
    if state == Progress.ENDED:
        return _("Ended")
    if state == Progress.LATER:
        return ""
    begins = min(row.start_at for row in sessions if row.start_at is not None and row.start_at > now)
    minutes = -(-(begins - now) // timedelta(minutes=1))
    return ngettext("Starts soon (in %(num)s minute)", "Starts soon (in %(num)s minutes)", minutes)


def register(app: Flask) -> None:
    app.jinja_env.globals.update(progress=progress, progress_words=progress_words)
