"""A bar chart as items of a page: for the PDF as they are, for Word as a PNG of the same drawing."""

from collections.abc import Iterator

from models.drawing import picture
from models.drawing.page import BLACK, Box, Item, Line, Page, Paragraph
from models.drawing.text_layout import Face, fitted, width
from web.summaries.blocks import Chart

WIDE = 440.0
ROW, BAR, LABEL, NUMBER = 24.0, 14.0, 120.0, 62.0
GREY = "#c9ced6"
LABELS = [Face(11), Face(9.5), Face(8)]
NUMBERS = Face(11)
SCALE = 3.0  # pixels a point: about 220 to an inch


def high(chart: Chart) -> float:
    return len(chart.bars) * ROW + 4


def items(chart: Chart, left: float = 0.0, top: float = 0.0) -> Iterator[Item]:
    """The length of a bar is its number; the number stands behind it, so colour is not the only sign."""
    most = max((number for _label, number, _colour in chart.bars), default=0) or 1
    room = WIDE - LABEL - NUMBER - 14
    yield Box(left + LABEL + 8, top, 0.8, high(chart), GREY)
    for place, (label, number, colour) in enumerate(chart.bars):
        y = top + 2 + place * ROW
        face, lines = fitted(label, LABELS, LABEL, [1, 1, 2])
        first = y + (ROW - len(lines) * face.size * 1.1) / 2
        yield Paragraph(
            tuple(
                Line(text, face, left + LABEL - width(text, face), first + n * face.size * 1.1)
                for n, text in enumerate(lines)
            )
        )
        long = room * number / most
        if number:
            yield Box(left + LABEL + 8.8, y + (ROW - BAR) / 2, max(long, 0.8), BAR, colour)
        shown = Line(f"{number:,}", NUMBERS, left + LABEL + 14 + long, y + (ROW - NUMBERS.size) / 2, BLACK)
        yield Paragraph((shown,))


def png(chart: Chart) -> bytes:
    page = Page([Box(0, 0, WIDE, high(chart), "#ffffff"), *items(chart)], (WIDE, high(chart)), chart.caption)
    return picture.png(page, SCALE)
