"""How far an event is on a day: under way, about to begin, or over; and how far the week is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from models import clock
from models.campaigns.tables import Campaign
from models.events.tables import Event, EventStatus, HalfDay, Occurrence, OccurrenceStatus
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
    return _first_of(_progress(row, day, now) for row in held)


def event_progress(event: Event, now: datetime) -> Progress:
    """How far the whole event is, at any time: ended once the last of its sessions is over. Nothing is said of a cancelled
    one."""
    held = [row for row in event.occurrences if row.status != OccurrenceStatus.CANCELLED]
    if not held or event.status == EventStatus.CANCELLED:
        return Progress.LATER
    today = event.campaign.today(now)
    return _first_of(_progress(row, today, now) for row in held)


def _first_of(states: Iterable[Progress]) -> Progress:
    present = set(states)
    for state in (Progress.RUNNING, Progress.SOON, Progress.LATER):
        if state in present:
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
    return _words(progress(sessions, day, now), sessions, now)


def event_progress_words(event: Event, now: datetime) -> str:
    return _words(event_progress(event, now), event.occurrences, now)


def _words(state: Progress, sessions: Sequence[Occurrence | CardSession], now: datetime) -> str:
    if state == Progress.RUNNING:
        return _("Under way")
    if state == Progress.ENDED:
        return _("Ended")
    if state == Progress.LATER:
        return ""
    begins = min(row.start_at for row in sessions if row.start_at is not None and row.start_at > now)
    minutes = -(-(begins - now) // timedelta(minutes=1))
    return ngettext("Starts soon (in %(num)s minute)", "Starts soon (in %(num)s minutes)", minutes)


def week_words(campaign: Campaign, now: datetime) -> str:
    """How far the week itself is: 还有 7 天开始, 第 3 天, 共 7 天, 本届宣传周已结束."""
    today = campaign.today(now)
    if today > campaign.ends:
        return _("The week is over")
    if today < campaign.starts:
        left = (campaign.starts - today).days
        return ngettext("Starts in %(num)s day", "Starts in %(num)s days", left)
    days = (campaign.ends - campaign.starts).days + 1
    return _("Day %(day)s of %(days)s", day=(today - campaign.starts).days + 1, days=days)


def register(app: Flask) -> None:
    app.jinja_env.globals.update(
        progress=progress,
        progress_words=progress_words,
        event_progress=event_progress,
        event_progress_words=event_progress_words,
        week_words=week_words,
    )
