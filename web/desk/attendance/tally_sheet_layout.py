"""A tally sheet on A4, landscape: a row for each hour, a column for each group, small boxes to tally in, a field for the sum."""

from collections.abc import Iterator

from flask_babel import gettext as _

from models.corrections.tally_sheets import TallySheet, groups_of
from models.drawing.page import A4, HEADING, Box, Code, Item, Line, Page, Paragraph, centred
from models.drawing.qr import VENUE_LEVEL
from models.drawing.text_layout import Face, fitted, width
from models.installation import site
from web.words.terms import campaign_name, day_label, group_name, hours

WIDE, HIGH = A4[1], A4[0]
MARGIN = 30.0
ROOM = WIDE - 2 * MARGIN
GREY, PALE = "#8a8a8a", "#b8b8b8"
CODE = 78.0
TABLE_TOP, HEAD, FOOT = 158.0, 24.0, 28.0
HOURS = 66.0  # the column of the hours
HIGHEST, BOX, GAP = 84.0, 13.0, 2.5
SUM = 40.0  # the field for the sum, in each cell
TITLES = [Face(17, 700), Face(14.5, 700), Face(12.5, 700)]
NUMBER, TEXT, BOLD, SMALL = Face(21, 700), Face(10.5), Face(10.5, 700), Face(8.5)
COLUMNS = [Face(10.5, 700), Face(9, 700), Face(7.5, 700)]


def page(sheet: TallySheet) -> Page:
    """Needs a request: in the reader's language, the title as it is."""
    return Page(
        [*_head(sheet), *_fields(), *_table(sheet)],
        size=(WIDE, HIGH),
        title=_("Counting sheet %(number)s", number=sheet.number),
    )


def _head(sheet: TallySheet) -> Iterator[Item]:
    room = ROOM - CODE - 150
    face, lines = fitted(sheet.event.title, TITLES, room, [2, 2, 2])
    title = tuple(
        Line(text, face, MARGIN, MARGIN + place * face.size * 1.3) for place, text in enumerate(lines)
    )
    yield Paragraph(title, HEADING)
    top = MARGIN + len(lines) * face.size * 1.3 + 6
    when = f"{day_label(sheet.day, year=True)} {hours(sheet.occurrence)}".rstrip()
    yield Paragraph((Line(when, BOLD, MARGIN, top),))
    yield Paragraph((Line(campaign_name(sheet.event.campaign), SMALL, MARGIN, top + 17, GREY),))
    right = WIDE - MARGIN - CODE
    yield Code(
        site().url(f"/desk/tally-sheets/{sheet.number}"),
        VENUE_LEVEL,
        right,
        MARGIN - 8,
        CODE,
        _("Opens the page on which this sheet is entered"),
    )
    for text, face, below in (
        (_("Counting sheet"), TEXT, 4.0),
        (_("No. %(number)s", number=sheet.number), NUMBER, 20.0),
    ):
        yield Paragraph((Line(text, face, right - 8 - width(text, face), MARGIN + below),))


def _fields() -> Iterator[Item]:
    """What is filled in by hand, and how to count."""
    top = 112.0
    left = MARGIN
    for label, room in ((_("Counted by"), 190.0), (_("From"), 70.0), (_("To"), 70.0), (_("Entrance"), 110.0)):
        yield Paragraph((Line(label, TEXT, left, top),))
        left += width(label, TEXT) + 6
        yield Box(left, top + 13, room, 0.7)
        left += room + 18
    hint = _(
        "Count only people who did not scan: five strokes to a box. Write the sum of the hour on the line."
    )
    yield Paragraph((Line(hint, SMALL, MARGIN, top + 26, GREY),))


def _table(sheet: TallySheet) -> Iterator[Item]:
    groups = groups_of(sheet.event.campaign)
    wide = (ROOM - HOURS) / len(groups)
    high = min(HIGHEST, (HIGH - MARGIN - TABLE_TOP - HEAD - FOOT) / len(sheet.hours))
    for place, group in enumerate(groups):
        name = group_name(sheet.event.campaign, group)
        face, lines = fitted(name, COLUMNS, wide - 6, [1, 1, 2])
        middle = MARGIN + HOURS + (place + 0.5) * wide
        top = TABLE_TOP + (HEAD - len(lines) * face.size * 1.15) / 2
        yield Paragraph(
            tuple(centred(line, face, middle, top + n * face.size * 1.15) for n, line in enumerate(lines))
        )
    for place, hour in enumerate(sheet.hours):
        top = TABLE_TOP + HEAD + place * high
        yield Box(MARGIN, top, ROOM, 0.5, GREY)
        label = f"{hour:02d}:00–{hour + 1:02d}:00"
        yield Paragraph((Line(label, BOLD, MARGIN + 2, top + (high - 10.5) / 2),))
        for column in range(len(groups)):
            yield from _cell(MARGIN + HOURS + column * wide, top, wide, high)
    bottom = TABLE_TOP + HEAD + len(sheet.hours) * high
    yield Box(MARGIN, bottom, ROOM, 1.2)
    yield Paragraph((Line(_("Total"), BOLD, MARGIN + 2, bottom + (FOOT - 10.5) / 2),))
    for column in range(len(groups)):
        right = MARGIN + HOURS + (column + 1) * wide
        yield Box(right - wide + 8, bottom + FOOT - 5, wide - 16, 0.7)
    for column in range(len(groups)):
        yield Box(MARGIN + HOURS + column * wide, TABLE_TOP + 3, 0.5, bottom + FOOT - TABLE_TOP - 3, GREY)


def _cell(left: float, top: float, wide: float, high: float) -> Iterator[Item]:
    """Boxes for five strokes each, and the line for their sum."""
    step = BOX + GAP
    columns, rows = int((wide - SUM - 8) // step), max(1, int((high - 5) // step))
    down = top + (high - rows * step + GAP) / 2
    for row in range(rows):
        for column in range(columns):
            yield Box(left + 6 + column * step, down + row * step, BOX, BOX, PALE, edge=0.5)
    yield Box(left + wide - SUM + 2, top + high - 6, SUM - 8, 0.7)
