"""A page for the hall's screen: what runs and what is next in a choice, in large type. It renews itself.

More than fits is shown in turns, one a minute, so that the page is the same for everybody within a minute."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from flask import render_template
from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import contains_eager, joinedload

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.drawing.qr import outline
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.installation import site
from models.public import queries
from models.public.filters import Filters
from web import urls
from web.public.filters import choice
from web.words import terms
from web.words.progress import HALF_DAY_HOURS, SOON
from web.words.progress import half_day_hours as _hours

ROWS = 4  # of either list at a time
MOST = 200
Row = TypeVar("Row")


@dataclass(frozen=True)
class ScreenRow:
    """when: the hours, with the day where it is not today. minutes: until it begins, where that is within an hour."""

    event: Event
    when: str
    place: str
    minutes: int | None = None


def screen_page(campaign: Campaign, filters: Filters, path: str, now: datetime) -> str:
    running, following = running_sessions(campaign, filters, now), following_sessions(campaign, filters, now)
    list_url = site().url(urls.address(path, filters))
    return render_template(
        "public/screen.html",
        campaign=campaign,
        now=now,
        names=[one.name for one in choice.active_filters(campaign, filters, path)],
        running=[_row(campaign, row, now) for row in _turn(running, now)],
        running_total=len(running),
        following=[_row(campaign, row, now) for row in following[:ROWS]],
        list_url=list_url,
        code=outline(list_url),
    )


def running_sessions(campaign: Campaign, filters: Filters, now: datetime) -> list[Occurrence]:
    """The sessions under way, those that end first at the top; sessions of today without a clock time after them."""
    today = campaign.today(now)
    by_clock = and_(Occurrence.start_at <= now, Occurrence.end_at > now)
    all_day = and_(Occurrence.start_at.is_(None), Occurrence.start_day <= today, Occurrence.end_day >= today)
    query = _held(campaign, filters).where(or_(by_clock, all_day)).order_by(None)
    rows = db.session.scalars(query.order_by(Occurrence.end_at.nulls_last(), Occurrence.id))
    hour = clock.hour_of(now, campaign.zone)
    return [row for row in rows if row.start_at or _hours(row)[0] <= hour < _hours(row)[1]]


def following_sessions(campaign: Campaign, filters: Filters, now: datetime) -> list[Occurrence]:
    """The next sessions, also those of a later day and of a half-day that has not begun."""
    today, hour = campaign.today(now), clock.hour_of(now, campaign.zone)
    later = and_(Occurrence.start_at.is_(None), Occurrence.start_day > today)
    halves = [half for half, (begins, _ends) in HALF_DAY_HOURS.items() if begins > hour]
    today_later = and_(Occurrence.start_day == today, Occurrence.half_day.in_(halves))
    query = _held(campaign, filters).where(or_(Occurrence.start_at > now, later, today_later))
    return list(db.session.scalars(query.limit(ROWS)))


def _held(campaign: Campaign, filters: Filters) -> Select[tuple[Occurrence]]:
    held = Event.status == EventStatus.PUBLISHED, Occurrence.status == OccurrenceStatus.SCHEDULED
    return (
        queries.occurrences(campaign, filters)
        .where(*held)
        .options(
            contains_eager(Occurrence.event).selectinload(Event.venues),
            contains_eager(Occurrence.event).joinedload(Event.region),
            joinedload(Occurrence.venue),
        )
        .limit(MOST)
    )


def _turn(rows: list[Row], now: datetime) -> list[Row]:
    """The rows whose turn it is in this minute."""
    turns = max(1, -(-len(rows) // ROWS))
    first = int(now.timestamp() // 60) % turns * ROWS
    return rows[first : first + ROWS]


def _row(campaign: Campaign, row: Occurrence, now: datetime) -> ScreenRow:
    event = row.event
    venues = [row.venue.name] if row.venue else [one.venue.name for one in event.venues]
    place = "、".join(venues) or event.venue_text or terms.region_label(event.region) or event.region_text
    return ScreenRow(event, _when(row, campaign.today(now), campaign), place, _minutes_until(row, now))


def _minutes_until(row: Occurrence, now: datetime) -> int | None:
    if row.start_at is None or not now < row.start_at <= now + SOON:
        return None
    return -(-(row.start_at - now) // timedelta(minutes=1))


def _when(row: Occurrence, today: date, campaign: Campaign) -> str:
    if terms.is_of_one_day(row) and row.start_day == today:
        return terms.hours(row) or terms.no_time(campaign)
    return terms.when(row)
