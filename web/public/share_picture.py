"""The picture of an event that a chat shows with its link: 1200 × 630, title, when and where, in the week's colours.

In Chinese whoever asks: one address, one picture. Drawn at the first request after a change and kept."""

from io import BytesIO

from flask import Blueprint, Flask, Response, current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from PIL import Image, ImageDraw

from models.campaigns.tables import find_campaign
from models.drawing.text_layout import Face, draw, fitted, width
from models.events.tables import Event, EventStatus
from models.public import queries
from web.feeds.http_cache import HttpCache, Representation, conditional_response
from web.words.terms import region_label, when

WIDE, HIGH, MARGIN = 1200, 630, 80
TEXT_WIDTH = WIDE - 2 * MARGIN
PAPER, INK, SOFT, BRAND, BAR, MARK = "#ffffff", "#16202e", "#4c5868", "#1f4373", "#7d9cc6", "#b3261e"
TITLES = [Face(size, 650) for size in (72, 62, 54)]
LINE, SMALL = Face(36), Face(30, 500)
BARS = (30, 20, 26, 22, 34, 26, 56)  # the sign of the product: a week, its marked day tallest
DRAWING_VERSION = "1"  # of the drawing: with another one, every kept picture is drawn anew
CACHE_BYTES = 8 * 1024 * 1024  # of pictures kept by one process

pages = Blueprint("share_picture", __name__)


def register(app: Flask) -> None:
    app.extensions["openweek.pictures"] = HttpCache(CACHE_BYTES)
    app.register_blueprint(pages)


@pages.get("/<campaign_id>/events/<int:event_id>/share.png")
def picture(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    cache: HttpCache = current_app.extensions["openweek.pictures"]
    version = f"{DRAWING_VERSION} {event.changed_at.isoformat()} {event.campaign.name_zh}"
    return conditional_response(cache.get(event.id, version, lambda: _representation(event)))


def _representation(event: Event) -> Representation:
    with force_locale("zh"):
        return Representation.of(draw_picture(event), "image/png", event.changed_at)


def draw_picture(event: Event) -> bytes:
    """The picture as PNG, worded in the language of the moment."""
    image = Image.new("RGB", (WIDE, HIGH), PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDE, 14), fill=MARK if event.status == EventStatus.CANCELLED else BRAND)
    _week(canvas, WIDE - MARGIN, HIGH - 70)
    _line(canvas, event.campaign.name_zh, SMALL, 62, BRAND)
    top = 128
    if event.status == EventStatus.CANCELLED:
        top += _line(canvas, _("Cancelled"), Face(44, 700), top, MARK)
    face, lines = fitted(
        event.title, TITLES, TEXT_WIDTH, [2, 3, 3 if event.status == EventStatus.CANCELLED else 4]
    )
    for line in lines:
        top += _line(canvas, line, face, top, INK)
    for text in (_when(event), _where(event)):
        if text:
            top += _line(canvas, fitted(text, [LINE], TEXT_WIDTH - 180, [1])[1][0], LINE, top + 18, SOFT)
    data = BytesIO()
    image.quantize(64).save(data, "PNG", optimize=True)
    return data.getvalue()


def _line(canvas: ImageDraw.ImageDraw, line: str, face: Face, top: int, fill: str) -> int:
    """One line from the left margin; the height that it takes."""
    draw(canvas, line, face, MARGIN + width(line, face) / 2, top, fill)
    return round(face.size * 1.32)


def _week(canvas: ImageDraw.ImageDraw, right: int, bottom: int) -> None:
    for number, height in enumerate(reversed(BARS)):
        left = right - 14 - number * 22
        canvas.rectangle((left, bottom - height * 2, left + 14, bottom), fill=BAR if number else MARK)


def _when(event: Event) -> str:
    if not event.occurrences:
        return event.time_text
    first, total = when(event.occurrences[0]), len(event.occurrences)
    if total == 1:
        return first
    return f"{first} {ngettext('(%(num)s session in all)', '(%(num)s sessions in all)', total)}"


def _where(event: Event) -> str:
    venues = "、".join(row.venue.name for row in event.venues)
    region = region_label(event.region) if event.region_code else event.region_text
    return " ".join(part for part in (region, event.venue_text or venues) if part)
