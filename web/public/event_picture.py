"""The picture of a public event, at an address that never shows another one."""

from flask import Blueprint, Flask, Response, abort, request
from werkzeug.http import parse_etags

from models.campaigns.tables import find_campaign
from models.drawing.photo import SMALL
from models.events.pictures import Picture, picture_bytes
from models.events.tables import Event
from models.installation import site
from models.public import queries
from models.public.export_rows import EventRow
from web.feeds.http_cache import PublicResponse

YEAR = 365 * 24 * 60 * 60
WEBP = "image/webp"
NAME = '<string(length=64):digest>-<any("large", "small"):size>.webp'

pages = Blueprint("event_picture", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(picture_path=picture_path, small_width=small_width)


def picture_path(event: Event | EventRow, size: str = "large") -> str:
    return f"/{event.campaign_id}/events/{event.id}/picture-{event.picture_sha256}-{size}.webp"


def picture_url(event: Event | EventRow) -> str:
    return site().url(picture_path(event))


def small_width(picture: Picture) -> int:
    """The width of the small size in pixels."""
    return max(1, round(picture.width * min(1, SMALL / max(picture.width, picture.height))))


@pages.get(f"/<campaign_id>/events/<int:event_id>/picture-{NAME}")
def picture(campaign_id: str, event_id: int, digest: str, size: str) -> Response:
    """Only what a public event shows now: a picture that was replaced or not reviewed is not found."""
    event = queries.find_event(find_campaign(campaign_id), event_id)
    if event.picture_sha256 != digest:
        abort(404)
    etag = f"{digest[:32]}-{size}"
    asked = request.headers.get("If-None-Match")
    if asked is not None and parse_etags(asked).contains_weak(etag):
        response = PublicResponse(status=304)
    else:
        response = PublicResponse(picture_bytes(digest, small=size == "small") or b"", mimetype=WEBP)
    response.set_etag(etag)
    response.cache_control.public, response.cache_control.immutable = True, True
    response.cache_control.max_age = YEAR
    return response
