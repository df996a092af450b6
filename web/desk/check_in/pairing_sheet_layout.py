"""Pairing codes on A4: ten to a page, or the one code for all devices on a page of its own."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from models.devices.pairing_batches import PairingBatch
from models.drawing.page import A4, HEADING, Box, Code, Dashes, Item, Line, Page, Paragraph, mm, said
from models.drawing.qr import VENUE_LEVEL
from models.drawing.text_layout import Face, fitted
from models.events.tables import Event
from models.installation import site
from web.words.terms import instant_label

COLUMNS, ROWS = 2, 5
WIDE, HIGH = A4[0] / COLUMNS, A4[1] / ROWS
PAD, SIDE = mm(9), mm(36)
TITLES = [Face(10.5, 700), Face(9, 700), Face(8, 700)]
BIG_TITLES = [Face(24, 700), Face(20, 700), Face(17, 700)]
CODE, BIG_CODE, TEXT, SMALL = Face(11.5, 700), Face(28, 700), Face(9.5), Face(8)


def pages(event: Event, batch: PairingBatch, codes: Sequence[str]) -> list[Page]:
    """Needs a request: in the reader's language."""
    if batch.shared:
        return [Page(list(_poster(event, batch, codes[0])), title=_("Pairing code"))]
    on_a_page = COLUMNS * ROWS
    return [
        Page(
            [
                *_cuts(),
                *(
                    item
                    for place, code in enumerate(codes[start : start + on_a_page])
                    for item in _cell(event, batch, code, place, start + place + 1)
                ),
            ],
            title=_("Pairing codes from %(number)s", number=start + 1),
        )
        for start in range(0, len(codes), on_a_page)
    ]


def _address(code: str) -> str:
    # Fragment: never sent to a server, so in no log.
    return site().url(f"/kiosk/#pair={code}")


def _lines(code: str) -> list[str]:
    """In two lines, for who has to type it."""
    half = len(code) // 2
    return [f"{line[:4]} {line[4:8]} {line[8:]}" for line in (code[:half], code[half:])]


def _cell(event: Event, batch: PairingBatch, code: str, place: int, number: int) -> Iterator[Item]:
    left, top = place % COLUMNS * WIDE + PAD, place // COLUMNS * HIGH + PAD
    yield Code(_address(code), VENUE_LEVEL, left, top, SIDE, _("QR code of the pairing code"))
    left += SIDE + mm(4)
    room = WIDE - SIDE - 2 * PAD - mm(2)
    face, lines = fitted(event.title, TITLES, room, [2, 2, 2])
    yield Paragraph(tuple(Line(text, face, left, top + n * face.size * 1.3) for n, text in enumerate(lines)))
    top += len(lines) * face.size * 1.3 + 7
    yield Paragraph(
        (Line(_("Kiosk %(number)s of %(count)s", number=number, count=batch.devices), TEXT, left, top),)
    )
    yield Paragraph(tuple(Line(text, CODE, left, top + 16 + n * 15) for n, text in enumerate(_lines(code))))
    yield from _small(event, batch, left, top + 47, room)


def _small(event: Event, batch: PairingBatch, left: float, top: float, room: float) -> Iterator[Item]:
    until = _("Valid until %(time)s", time=instant_label(batch.expires_at, event.campaign.zone))
    for text in (site().url("/kiosk/"), until):
        face, lines = fitted(text, [SMALL, Face(7), Face(6)], room, [2, 2, 2])
        yield Paragraph(
            tuple(Line(line, face, left, top + n * face.size * 1.3) for n, line in enumerate(lines))
        )
        top += len(lines) * face.size * 1.3 + 2


def _cuts() -> Iterator[Item]:
    for row in range(1, ROWS):
        yield Dashes((0, row * HIGH), (A4[0], row * HIGH))
    yield Dashes((WIDE, 0), (WIDE, A4[1]))


def _poster(event: Event, batch: PairingBatch, code: str) -> Iterator[Item]:
    middle, top = A4[0] / 2, mm(30)
    face, lines = fitted(event.title, BIG_TITLES, A4[0] - mm(40), [2, 2, 3])
    for place, text in enumerate(lines):
        yield said(text, face, middle, top + place * face.size * 1.3, HEADING if place == 0 else "P")
    side = mm(100)
    yield Box(middle - mm(75), mm(66), mm(150), 0.7)
    yield Code(_address(code), VENUE_LEVEL, middle - side / 2, mm(74), side, _("QR code of the pairing code"))
    for place, text in enumerate(_lines(code)):
        yield said(text, BIG_CODE, middle, mm(182 + place * 12))
    count = _("One code for %(count)s kiosks", count=batch.devices)
    until = _("Valid until %(time)s", time=instant_label(batch.expires_at, event.campaign.zone))
    for place, text in enumerate((site().url("/kiosk/"), count, until)):
        yield said(text, Face(14), middle, mm(208 + place * 10))
