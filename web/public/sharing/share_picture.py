"""The picture of an event that a chat shows with its link: 1200 × 630, title, when and where, in the week's colours.

In Chinese whoever asks: one address, one picture. Drawn at the first request after a change and kept."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from models.campaigns.tables import find_campaign
from models.drawing import picture as pictures
from models.drawing.page import HEADING, Box, Item, Line, Page, Paragraph
from models.drawing.text_layout import Face, fitted
from models.events.tables import Event, EventStatus
from models.public import queries
from web.feeds.http_cache import HttpCache, Representation, conditional_response
from web.words.session_lines import session_lines
from web.words.terms import region_label

WIDE, HIGH, MARGIN = 1200, 630, 80
TEXT_WIDTH = WIDE - 2 * MARGIN
INK, SOFT, BRAND, BAR, MARK = "#16202e", "#4c5868", "#1f4373", "#7d9cc6", "#b3261e"
TITLES = [Face(size, 650) for size in (72, 62, 54)]
LINE, SMALL = Face(36), Face(30, 500)
BARS = (30, 20, 26, 22, 34, 26, 56)  # the sign of the product: a week, its marked day tallest
DRAWING_VERSION = "3"  # of the drawing: with another one, every kept picture is drawn anew
CACHE_BYTES = 8 * 1024 * 1024  # of pictures kept by one process

pages = Blueprint("share_picture", __name__)


def register(app: Flask) -> None:
    app.extensions["openweek.pictures"] = HttpCache(CACHE_BYTES)
    app.register_blueprint(pages)


@pages.get("/<campaign_id>/events/<int:event_id>/share.png")
def picture(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    return drawn_once(event, "share.png", "image/png", lambda: pictures.png(draw_picture(event)))


def drawn_once(event: Event, name: str, content_type: str, draw: Callable[[], bytes]) -> Response:
    """A file about an event, drawn in Chinese once for each change of it."""
    cache: HttpCache = current_app.extensions["openweek.pictures"]

    def made() -> Representation:
        with force_locale("zh"):
            return Representation.of(draw(), content_type, event.changed_at)

    version = f"{DRAWING_VERSION} {event.changed_at.isoformat()} {event.campaign.name_zh}"
    return conditional_response(cache.get((event.id, name), version, made))


def draw_picture(event: Event) -> Page:
    """The picture, a point a pixel, worded in the language of the moment."""
    cancelled = event.status == EventStatus.CANCELLED
    items: list[Item] = [Box(0, 0, WIDE, 14, MARK if cancelled else BRAND)]
    items += week_bars(WIDE - MARGIN, HIGH - 70)
    items.append(Paragraph((Line(event.campaign.name_zh, SMALL, MARGIN, 62, BRAND),)))
    top = 128.0
    if cancelled:
        items.append(Paragraph((Line(_("Cancelled"), Face(44, 700), MARGIN, top, MARK),)))
        top += 44 * 1.32
    face, lines = fitted(event.title, TITLES, TEXT_WIDTH, [2, 3, 3 if cancelled else 4])
    items.append(Paragraph(column(lines, face, MARGIN, top, INK), HEADING))
    top += len(lines) * face.size * 1.32
    for text in (when_line(event), where_line(event)):
        if text:
            line = fitted(text, [LINE], TEXT_WIDTH - 180, [1])[1][0]
            items.append(Paragraph((Line(line, LINE, MARGIN, top + 18, SOFT),)))
            top += LINE.size * 1.32
    return Page(items, (WIDE, HIGH), event.title)


def column(lines: list[str], face: Face, left: float, top: float, colour: str) -> tuple[Line, ...]:
    step = face.size * 1.32
    return tuple(Line(line, face, left, top + number * step, colour) for number, line in enumerate(lines))


def week_bars(right: float, bottom: float, scale: float = 1.0) -> list[Item]:
    """Seven bars, the last one marked, that end at this corner."""
    return [
        Box(
            right - (14 + number * 22) * scale,
            bottom - height * 2 * scale,
            14 * scale,
            height * 2 * scale,
            BAR if number else MARK,
        )
        for number, height in enumerate(reversed(BARS))
    ]


def when_line(event: Event) -> str:
    if not event.occurrences:
        return event.time_text
    lines, total = session_lines(event.occurrences), len(event.occurrences)
    if len(lines) == 1:  # also for a run of days: a kept picture does not follow the clock
        return lines[0].text
    return f"{lines[0].text} {ngettext('(%(num)s session in all)', '(%(num)s sessions in all)', total)}"


def where_line(event: Event) -> str:
    venues = "、".join(row.venue.name for row in event.venues)
    region = region_label(event.region) if event.region_code else event.region_text
    return " ".join(part for part in (region, event.venue_text or venues) if part)
