"""The list of an organizer: the events of one campaign that an account reaches, each with its visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.events import scope
from models.events.tables import Event, Occurrence
from models.figures.visits import visits_of
from models.organizations.tables import Account
from models.public import queries
from models.public.filters import Filters

EVENTS_ON_A_PAGE = 50


@dataclass(frozen=True)
class EventLine:
    """occurrence: nearest(); None for an event without a date."""

    event: Event
    occurrence: Occurrence | None
    visits: int


@dataclass(frozen=True)
class Overview:
    """One page of the list. page: counted from 1. total: the events on all pages."""

    lines: list[EventLine]
    total: int
    page: int
    pages: int


def campaigns_of(account: Account) -> list[Campaign]:
    """The campaigns in which an account reaches an event, the latest first."""
    reached = scope.events_for(account).with_only_columns(Event.campaign_id)
    return list(
        db.session.scalars(
            select(Campaign).where(Campaign.id.in_(reached)).order_by(Campaign.starts.desc(), Campaign.id)
        )
    )


def select_campaign(campaigns: list[Campaign], requested_id: str | None, now: datetime) -> Campaign | None:
    """The campaign to show: the requested one, else the current one, else the first of these. Raises NotFound.

    campaigns: see campaigns_of()."""
    if requested_id:
        return find_campaign(requested_id)
    current = current_campaign(now)
    if current is not None and current.id in {campaign.id for campaign in campaigns}:
        return current
    return campaigns[0] if campaigns else current


def nearest(event: Event, today: date) -> Occurrence | None:
    """The occurrence of today, else the next one, else the last; None for an event without a date."""
    upcoming = [occurrence for occurrence in event.occurrences if occurrence.end_day >= today]
    return next(iter(upcoming or event.occurrences[-1:]), None)


def overview(
    account: Account,
    campaign: Campaign,
    filters: Filters,
    page: int,
    today: date,
    conditions: Sequence[ColumnElement[bool]] = (),
) -> Overview:
    """A page of an account's events in calendar order, undated ones last. conditions: further ones on Event.

    page: from 1; a number beyond the last page gives the last one."""
    query = scope.events_for(account).where(
        Event.campaign_id == campaign.id, *queries.event_conditions(filters), *conditions
    )
    if filters.day:
        on_days = select(Occurrence.event_id).where(*queries.occurrence_conditions(Filters(day=filters.day)))
        query = query.where(Event.id.in_(on_days))
    total = db.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pages = max(1, -(-total // EVENTS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    events = db.session.scalars(
        query.options(joinedload(Event.lead), joinedload(Event.region), selectinload(Event.occurrences))
        .order_by(Event.calendar_place, Event.id)
        .limit(EVENTS_ON_A_PAGE)
        .offset((page - 1) * EVENTS_ON_A_PAGE)
    ).all()
    visits = visits_of(event.id for event in events)
    lines = [EventLine(event, nearest(event, today), visits.get(event.id, 0)) for event in events]
    return Overview(lines, total, page, pages)
