"""Where the events of a choice are, for a browser that sorts them by its own position. The answer is the same for
everybody, and no position is sent."""

from datetime import datetime
from itertools import groupby

from flask import Blueprint, Flask, Response, jsonify, request
from flask_babel import ngettext
from sqlalchemy import or_
from sqlalchemy.orm import contains_eager, joinedload

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.places.tables import Venue
from models.public import queries
from models.public.filters import Filters, parse
from web.words.session_lines import session_lines
from web.words.terms import region_label

MOST_SESSIONS = 8000
MAX_AGE = 60  # seconds
DIGITS = 5  # of a coordinate: a metre

pages = Blueprint("nearby", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/<campaign_id>/nearby.json")
def nearby(campaign_id: str) -> Response:
    """{"events": [{"id", "title", "when", "place", "at": [[latitude, longitude], …]}], "unplaced": how many have no
    coordinates}. What is over and what is cancelled is left out while anything is still to come."""
    campaign = find_campaign(campaign_id)
    placed, unplaced = placed_events(campaign, parse(campaign, request.args), clock.now())
    response = jsonify(events=placed, unplaced=unplaced)
    response.vary.update(("Accept-Language", "Cookie"))
    response.cache_control.max_age = MAX_AGE
    return response


def placed_events(campaign: Campaign, filters: Filters, now: datetime) -> tuple[list[dict], int]:
    rows = _sessions(campaign, filters, now)
    placed, unplaced = [], 0
    for _event_id, group in groupby(sorted(rows, key=lambda row: row.event_id), key=lambda row: row.event_id):
        sessions = list(group)
        venues = _venues(sessions)
        if venues:
            placed.append(_event_json(sessions, venues))
        else:
            unplaced += 1
    return placed, unplaced


def _sessions(campaign: Campaign, filters: Filters, now: datetime) -> list[Occurrence]:
    today = campaign.today(now)
    query = queries.occurrences(campaign, filters).where(
        Event.status == EventStatus.PUBLISHED, Occurrence.status == OccurrenceStatus.SCHEDULED
    )
    if today <= campaign.ends:
        query = query.where(
            Occurrence.end_day >= today, or_(Occurrence.end_at.is_(None), Occurrence.end_at > now)
        )
    query = query.options(
        contains_eager(Occurrence.event).selectinload(Event.venues),
        contains_eager(Occurrence.event).joinedload(Event.region),
        joinedload(Occurrence.venue),
    )
    return list(db.session.scalars(query.limit(MOST_SESSIONS)))


def _venues(sessions: list[Occurrence]) -> list[Venue]:
    """The places with coordinates where these sessions are: their own, else those of the event."""
    event = sessions[0].event
    own = [row.venue for row in sessions if row.venue is not None]
    venues = own or [row.venue for row in event.venues]
    return [
        venue for venue in dict.fromkeys(venues) if venue.latitude is not None and venue.longitude is not None
    ]


def _event_json(sessions: list[Occurrence], venues: list[Venue]) -> dict[str, object]:
    event, lines = sessions[0].event, session_lines(sessions)
    when = lines[0].text
    if len(lines) > 1:
        total = ngettext("(%(num)s session in all)", "(%(num)s sessions in all)", len(sessions))
        when = f"{when} {total}"
    return {
        "id": event.id,
        "title": event.title,
        "when": when,
        "region": region_label(event.region) or event.region_text,
        "place": "、".join(venue.name for venue in venues),
        "at": [[round(venue.latitude or 0, DIGITS), round(venue.longitude or 0, DIGITS)] for venue in venues],
    }
