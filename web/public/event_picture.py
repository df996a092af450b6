"""The picture of a public event, at an address that never shows another one."""

from collections.abc import Callable
from functools import lru_cache

from flask import Blueprint, Flask, Response, abort, request

from models.campaigns.tables import find_campaign
from models.drawing.photo import SMALL, as_jpeg
from models.events.pictures import Picture, picture_bytes
from models.events.tables import Event
from models.installation import site
from models.public import queries
from models.public.export_rows import EventRow
from web.feeds.http_cache import PublicResponse, is_not_modified

YEAR = 365 * 24 * 60 * 60
WEBP = "image/webp"
JPEG = "image/jpeg"
NAME = '<string(length=64):digest>-<any("large", "small"):size>.webp'

pages = Blueprint("event_picture", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        picture_path=picture_path, shared_picture_url=shared_picture_url, small_width=small_width
    )


def picture_path(event: Event | EventRow, size: str = "large") -> str:
    return f"/{event.campaign_id}/events/{event.id}/picture-{event.picture_sha256}-{size}.webp"


def picture_url(event: Event | EventRow) -> str:
    return site().url(picture_path(event))


def shared_picture_url(event: Event | EventRow) -> str:
    """The picture as JPEG, for programs that do not read WebP."""
    return site().url(f"/{event.campaign_id}/events/{event.id}/picture-{event.picture_sha256}.jpg")


def small_width(picture: Picture) -> int:
    """The width of the small size in pixels."""
    return max(1, round(picture.width * min(1, SMALL / max(picture.width, picture.height))))


@pages.get(f"/<campaign_id>/events/<int:event_id>/picture-{NAME}")
def picture(campaign_id: str, event_id: int, digest: str, size: str) -> Response:
    _require_shown(campaign_id, event_id, digest)
    return _immutable(
        f"{digest[:32]}-{size}", WEBP, lambda: picture_bytes(digest, small=size == "small") or b""
    )


@pages.get("/<campaign_id>/events/<int:event_id>/picture-<string(length=64):digest>.jpg")
def shared_picture(campaign_id: str, event_id: int, digest: str) -> Response:
    """The same as JPEG: chat programs show the picture of a link, and many read no WebP."""
    _require_shown(campaign_id, event_id, digest)
    return _immutable(f"{digest[:32]}-jpeg", JPEG, lambda: _jpeg(digest))


@lru_cache(maxsize=32)
def _jpeg(digest: str) -> bytes:
    return as_jpeg(picture_bytes(digest, small=False) or b"")


def _require_shown(campaign_id: str, event_id: int, digest: str) -> None:
    """Only what a public event shows now: a picture that was replaced or not reviewed is not found."""
    if queries.find_event(find_campaign(campaign_id), event_id).picture_sha256 != digest:
        abort(404)


def _immutable(etag: str, mimetype: str, body: Callable[[], bytes]) -> Response:
    if is_not_modified(etag, None, request.headers.get("If-None-Match"), None):
        response = PublicResponse(status=304)
    else:
        response = PublicResponse(body(), mimetype=mimetype)
    response.set_etag(etag)
    response.cache_control.public, response.cache_control.immutable = True, True
    response.cache_control.max_age = YEAR
    return response
