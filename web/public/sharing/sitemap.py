"""For search engines: every public event, in parts that stay far below their limits."""

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, current_app
from sqlalchemy import func, select

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.events.tables import Event
from models.ics import version as calendar_version
from models.installation import site
from models.public import queries
from web.feeds.http_cache import HttpCache, Representation, conditional_response

EVENTS_PER_PART = 10_000  # events; a sitemap may have 50,000 addresses
XML = "application/xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

pages = Blueprint("sitemap", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/sitemap.xml")
def index() -> Response:
    """The parts of every real campaign."""
    campaigns = select(Campaign).where(Campaign.rehearsal.is_(False)).order_by(Campaign.id)
    parts, newest = [], None
    for campaign in db.session.scalars(campaigns):
        latest_change = calendar_version.version(campaign.id)
        changed_at = latest_change[1] if latest_change else None
        newest = max(filter(None, (newest, changed_at)), default=None)
        parts += [
            _entry("sitemap", f"/{campaign.id}/sitemap-{number + 1}.xml", campaign, changed_at)
            for number in range(_part_count(campaign))
        ]
    body = f"{_HEAD}<sitemapindex {_SPACE}>{''.join(parts)}</sitemapindex>\n"
    return conditional_response(Representation.of(body.encode(), XML, newest))


@pages.get("/<campaign_id>/sitemap-<int:part>.xml")
def events(campaign_id: str, part: int) -> Response:
    campaign = find_campaign(campaign_id)
    if not 1 <= part <= _part_count(campaign):
        abort(404)
    latest_change = calendar_version.version(campaign_id)
    if latest_change is None:
        return conditional_response(_representation(campaign, part, None))
    cache: HttpCache = current_app.extensions["openweek.feeds"]
    version, changed_at = latest_change
    key = ("sitemap", campaign_id, part)
    return conditional_response(cache.get(key, version, lambda: _representation(campaign, part, changed_at)))


def _representation(campaign: Campaign, part: int, changed_at: datetime | None) -> Representation:
    body = f"{_HEAD}<urlset {_SPACE}>{''.join(_urls(campaign, part, changed_at))}</urlset>\n"
    return Representation.of(body.encode(), XML, changed_at)


def _urls(campaign: Campaign, part: int, changed_at: datetime | None) -> Iterator[str]:
    if part == 1:
        for path in ("", "events", "places"):
            yield _entry("url", f"/{campaign.id}/{path}", campaign, changed_at)
    query = queries.events(campaign).with_only_columns(Event.id, Event.changed_at).order_by(None)
    page_query = query.order_by(Event.id).limit(EVENTS_PER_PART).offset((part - 1) * EVENTS_PER_PART)
    for event_id, changed_at in db.session.execute(page_query):
        yield _entry("url", f"/{campaign.id}/events/{event_id}", campaign, changed_at)


def _entry(name: str, path: str, campaign: Campaign, changed_at: datetime | None) -> str:
    # An address of ours needs no escaping: a campaign's id is plain letters.
    day = (
        f"<lastmod>{changed_at.astimezone(clock.zone(campaign.zone)).isoformat(timespec='seconds')}</lastmod>"
        if changed_at
        else ""
    )
    return f"<{name}><loc>{site().url(path)}</loc>{day}</{name}>\n"


def _part_count(campaign: Campaign) -> int:
    query = queries.events(campaign).with_only_columns(Event.id).order_by(None).subquery()
    count = db.session.scalar(select(func.count()).select_from(query)) or 0
    return max(1, -(-count // EVENTS_PER_PART))
