"""What search engines are told: every public event, in parts that stay far below their limits."""

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
from web.feeds.http_cache import Kept, Representation, answer

PART = 10_000  # events; a sitemap may have 50,000 addresses
XML = "application/xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

pages = Blueprint("sitemap", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/sitemap.xml")
def index() -> Response:
    """The parts of every real campaign."""
    found = select(Campaign).where(Campaign.rehearsal.is_(False)).order_by(Campaign.id)
    rows, latest = [], None
    for campaign in db.session.scalars(found):
        moved = calendar_version.version(campaign.id)
        at = moved[1] if moved else None
        latest = max(filter(None, (latest, at)), default=None)
        rows += [
            _entry("sitemap", f"/{campaign.id}/sitemap-{number + 1}.xml", campaign, at)
            for number in range(_parts(campaign))
        ]
    body = f"{_HEAD}<sitemapindex {_SPACE}>{''.join(rows)}</sitemapindex>\n"
    return answer(Representation.of(body.encode(), XML, latest))


@pages.get("/<campaign_id>/sitemap-<int:part>.xml")
def events(campaign_id: str, part: int) -> Response:
    campaign = find_campaign(campaign_id)
    if not 1 <= part <= _parts(campaign):
        abort(404)
    moved = calendar_version.version(campaign_id)
    if moved is None:
        return answer(_representation(campaign, part, None))
    kept: Kept = current_app.extensions["openweek.feeds"]
    version, at = moved
    key = ("sitemap", campaign_id, part)
    return answer(kept.get(key, version, lambda: _representation(campaign, part, at)))


def _representation(campaign: Campaign, part: int, at: datetime | None) -> Representation:
    body = f"{_HEAD}<urlset {_SPACE}>{''.join(_urls(campaign, part, at))}</urlset>\n"
    return Representation.of(body.encode(), XML, at)


def _urls(campaign: Campaign, part: int, at: datetime | None) -> Iterator[str]:
    if part == 1:
        for path in ("", "events", "places"):
            yield _entry("url", f"/{campaign.id}/{path}", campaign, at)
    asked = queries.events(campaign).with_only_columns(Event.id, Event.changed_at).order_by(None)
    portion = asked.order_by(Event.id).limit(PART).offset((part - 1) * PART)
    for event_id, changed_at in db.session.execute(portion):
        yield _entry("url", f"/{campaign.id}/events/{event_id}", campaign, changed_at)


def _entry(name: str, path: str, campaign: Campaign, at: datetime | None) -> str:
    # An address of ours needs no escaping: a campaign's id is plain letters.
    day = (
        f"<lastmod>{at.astimezone(clock.zone(campaign.zone)).isoformat(timespec='seconds')}</lastmod>"
        if at
        else ""
    )
    return f"<{name}><loc>{site().url(path)}</loc>{day}</{name}>\n"


def _parts(campaign: Campaign) -> int:
    query = queries.events(campaign).with_only_columns(Event.id).order_by(None).subquery()
    count = db.session.scalar(select(func.count()).select_from(query)) or 0
    return max(1, -(-count // PART))
