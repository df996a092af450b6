"""The list on somebody's desk: the events of one campaign that an account reaches, each with its visits."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.events import scope
from models.events.tables import Event, Occurrence
from models.figures.count import visits_of
from models.organizations.tables import Account
from models.public import queries
from models.public.filters import Filters

LINES = 50


@dataclass(frozen=True)
class Line:
    """sitting: the one that matters now; None for an event without a date."""

    event: Event
    sitting: Occurrence | None
    visits: int


@dataclass(frozen=True)
class Overview:
    """One page of the list. page: counted from 1. total: the events on all pages."""

    lines: list[Line]
    total: int
    page: int
    pages: int


def campaigns_of(account: Account) -> list[Campaign]:
    """The campaigns in which an account reaches an event, the latest first."""
    held = scope.events_for(account).with_only_columns(Event.campaign_id)
    return list(
        db.session.scalars(
            select(Campaign).where(Campaign.id.in_(held)).order_by(Campaign.starts.desc(), Campaign.id)
        )
    )


def chosen(held: list[Campaign], asked: str | None, now: datetime) -> Campaign | None:
    """The campaign to show: the one asked for, else the current one, else the latest. Raises NotFound."""
    if asked:
        return find_campaign(asked)
    current = current_campaign(now)
    if current is not None and current.id in {campaign.id for campaign in held}:
        return current
    return held[0] if held else current


def nearest(event: Event, today: date) -> Occurrence | None:
    """The sitting of today, else the next one, else the last; None for an event without a date."""
    to_come = [sitting for sitting in event.occurrences if sitting.end_day >= today]
    return next(iter(to_come or event.occurrences[-1:]), None)


def overview(account: Account, campaign: Campaign, filters: Filters, page: int, today: date) -> Overview:
    """A page of an account's events in calendar order, undated ones last. A page too far answers the last one."""
    first = (
        select(Occurrence.event_id, func.min(Occurrence.start_day).label("day"), func.min(Occurrence.start_at).label("at"))
        .group_by(Occurrence.event_id)
        .subquery()
    )  # fmt: skip
    asked = scope.events_for(account).where(
        Event.campaign_id == campaign.id, *queries.event_conditions(filters)
    )
    if filters.day:
        on_days = select(Occurrence.event_id).where(*queries.occurrence_conditions(Filters(day=filters.day)))
        asked = asked.where(Event.id.in_(on_days))
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    pages = max(1, -(-total // LINES))
    page = min(max(page, 1), pages)
    events = db.session.scalars(
        asked.outerjoin(first, first.c.event_id == Event.id)
        .options(joinedload(Event.lead), joinedload(Event.region), selectinload(Event.occurrences))
        .order_by(first.c.day.nulls_last(), first.c.at.nulls_first(), Event.id)
        .limit(LINES)
        .offset((page - 1) * LINES)
    ).all()
    visits = visits_of(event.id for event in events)
    lines = [Line(event, nearest(event, today), visits.get(event.id, 0)) for event in events]
    return Overview(lines, total, page, pages)
