"""A poster of an event to share: title, when, where, who, and a code that opens its page. A picture of 1080 × 1440 for
chats, the same on A4 for paper. In Chinese whoever asks, like the share picture."""

from collections.abc import Iterator
from io import BytesIO

from flask import Blueprint, Flask, Response
from flask_babel import gettext as _

from models.campaigns.tables import find_campaign
from models.drawing import pdf
from models.drawing import picture as pictures
from models.drawing.page import A4, HEADING, WHITE, Box, Code, Item, Line, Page, Paragraph, Placed
from models.drawing.qr import BORDER, PASS_LEVEL, symbol
from models.drawing.text_layout import Face, fitted
from models.events.tables import Event, EventStatus
from models.installation import site
from models.public import queries
from web.public.sharing.share_picture import (
    BRAND,
    INK,
    MARK,
    SOFT,
    column,
    drawn_once,
    week_bars,
    when_line,
    where_line,
)
from web.words.terms import group_name

WIDE, HIGH, MARGIN = 1080, 1440, 84
HIGH_A4 = WIDE * A4[1] / A4[0]
TEXT_WIDTH = WIDE - 2 * MARGIN
PALE = "#dbe5f2"
CODE = 324
TITLES = [Face(size, 700) for size in (92, 80, 70, 62, 54)]
LABELS, FACTS = [Face(32, 500), Face(26, 500)], [Face(42, 500), Face(36, 500)]

pages = Blueprint("share_poster", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/<campaign_id>/events/<int:event_id>/share-poster.png")
def picture(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    return drawn_once(event, "poster.png", "image/png", lambda: pictures.png(_page(event, HIGH)))


@pages.get("/<campaign_id>/events/<int:event_id>/share-poster.pdf")
def paper(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    return drawn_once(event, "poster.pdf", "application/pdf", lambda: _on_paper(event))


def _on_paper(event: Event) -> bytes:
    out = BytesIO()
    drawn = Placed(tuple(_items(event, HIGH_A4)), A4[0] / WIDE)
    pdf.write(out, event.title, [Page([drawn], A4, event.title)])
    return out.getvalue()


def _page(event: Event, high: float) -> Page:
    return Page(list(_items(event, high)), (WIDE, high), event.title)


def _items(event: Event, high: float) -> Iterator[Item]:
    head, bottom = _head(event, 480 + (high - HIGH) / 2)
    foot = high - MARGIN - CODE
    yield Box(0, 0, WIDE, bottom, MARK if event.status == EventStatus.CANCELLED else BRAND)
    yield from head
    yield from _facts(event, bottom + 56, foot - 40)
    yield from _foot(event, foot)


def _head(event: Event, least: float) -> tuple[list[Item], float]:
    """Whose week it is, then the title, white on the colour of the week; and where the colour ends."""
    items: list[Item] = []
    top = 72.0
    for text, faces in (
        (event.campaign.name_zh, [Face(34, 500), Face(28, 500)]),
        (event.campaign.theme_zh or "", [Face(27), Face(22)]),
    ):
        if text:
            face, lines = fitted(text, faces, TEXT_WIDTH, [1, 1])
            items.append(Paragraph((Line(lines[0], face, MARGIN, top, PALE),)))
            top += face.size * 1.5
    if event.status == EventStatus.CANCELLED:
        items.append(Paragraph((Line(_("Cancelled"), Face(54, 700), MARGIN, top + 24, WHITE),)))
        top += 92
    face, lines = fitted(event.title, TITLES, TEXT_WIDTH, [3, 4, 4, 5, 5])
    high = len(lines) * face.size * 1.32
    bottom = max(least, top + high + 120)
    items.append(Paragraph(column(lines, face, MARGIN, top + (bottom - top - high) / 2, WHITE), HEADING))
    return items, bottom


def _facts(event: Event, top: float, bottom: float) -> Iterator[Item]:
    """When, where, for whom, by whom: what does not fit above the code is left out from the end."""
    left = MARGIN + 170
    for label, text, most in (
        (_("When"), when_line(event), 2),
        (_("Where"), where_line(event), 2),
        (_("Audience group"), _groups(event), 1),
        (_("Organizers"), _hosts(event), 2),
    ):
        face, lines = fitted(text, FACTS, WIDE - MARGIN - left, [1, most])
        if not text or top + len(lines) * face.size * 1.32 > bottom:
            continue
        label_face = fitted(label, LABELS, 150, [1, 1])[0]
        lowered = 0.88 * (face.size - label_face.size)  # both stand on one line
        yield Paragraph((Line(label, label_face, MARGIN, top + lowered, SOFT),))
        yield Paragraph(column(lines, face, left, top, INK))
        top += len(lines) * face.size * 1.32 + 24


def _groups(event: Event) -> str:
    names = (group_name(event.campaign, group) for group in event.groups)
    return "、".join(names)


def _hosts(event: Event) -> str:
    names = [host.name for host in event.hosts] or ([event.lead.name] if event.lead else [])
    return "、".join(names)


def _foot(event: Event, top: float) -> Iterator[Item]:
    """The code with what it does beside it; the sign of the product in the corner."""
    address = site().url(f"/{event.campaign_id}/events/{event.id}")
    words = _("Scan to see the event and put it in your calendar")
    modules = len(symbol(address, PASS_LEVEL, quick=True))
    unit = CODE // modules  # whole pixels stay sharp
    quiet, side = BORDER * unit, modules * unit  # the code's own white edge hangs over the margin
    yield Code(address, PASS_LEVEL, MARGIN - quiet, top, side, words)
    left = MARGIN - quiet + CODE + 12
    face, lines = fitted(words, [Face(38, 700)], WIDE - MARGIN - left, [3])
    yield Paragraph(column(lines, face, left, top + quiet, INK))
    short = Face(24)
    below = top + quiet + len(lines) * face.size * 1.32 + 14
    text = fitted(address.split("://", 1)[1], [short], WIDE - MARGIN - left, [1])[1][0]
    yield Paragraph((Line(text, short, left, below, SOFT),))
    yield from week_bars(WIDE - MARGIN, top + side - quiet, 0.9)
