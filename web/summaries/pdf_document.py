"""A summary as a PDF: the blocks of the Word document, set on pages of the same measures in Noto Sans CJK."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from models.drawing import pdf, qr
from models.drawing.page import (
    A4,
    HEADING,
    TEXT,
    Bitmap,
    Box,
    Code,
    Item,
    Line,
    Page,
    Paragraph,
    centred,
    mm,
)  # fmt: skip
from models.drawing.text_layout import Face, broken, filled, width
from web.summaries import charts, columns
from web.summaries.blocks import (
    Block,
    Body,
    Chart,
    Heading,
    NewPage,
    Note,
    Picture,
    SealCode,
    Table,
    Title,
    ToWrite,
)  # fmt: skip

TOP, BOTTOM, LEFT, RIGHT = mm(37), A4[1] - mm(35), mm(28), A4[0] - mm(26)
ROOM = RIGHT - LEFT
LINE = 28.0
TITLE, HEAD, TEXT_FACE, SMALL, CELL, CELL_HEAD = (
    Face(22, 700), Face(16, 700), Face(16), Face(11), Face(10.5), Face(10.5, 700),
)  # fmt: skip
NUMBER, CAPTION = Face(14), Face(12, 700)
RULE, SHADE, GREY = "#9aa3b0", "#fff2cc", "#eef1f5"
CELL_LINE, PADDING = 14.0, 4.0
PICTURE_HIGH = mm(90)


def write(blocks: Sequence[Block], title: str, language: str) -> bytes:
    flow = _Flow()
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            flow.keep(blocks[place:])
        flow.add(block)
    out = BytesIO()
    pages = [
        Page([*items, _number(place)], A4, f"{title} {place}", language)
        for place, items in enumerate(flow.pages, 1)
    ]
    pdf.write(out, title, pages, language)
    return out.getvalue()


def _number(place: int) -> Paragraph:
    """— 1 —: odd pages on the right, even ones on the left, one character from the edge."""
    text = f"— {place} —"
    left = RIGHT - 14 - width(text, NUMBER) if place % 2 else LEFT + 14
    return Paragraph((Line(text, NUMBER, left, BOTTOM + mm(7)),), None)


class _Flow:
    """Items on pages, from the top to the bottom."""

    def __init__(self) -> None:
        self.pages: list[list[Item]] = [[]]
        self.y = TOP

    def add(self, block: Block) -> None:  # noqa: C901 - one case for each kind of block
        match block:
            case Title():
                self._centred(block.text, TITLE, 36, HEADING)
                self._centred(block.below, TEXT_FACE, LINE, TEXT)
                self.y += LINE
            case Heading():
                self._lines(block.text, HEAD, LINE, 32, f"H{block.level + 1}")
            case Body():
                self._lines(block.text, TEXT_FACE, LINE, 32)
            case ToWrite():
                self._lines(block.text, TEXT_FACE, LINE, 32, shade=SHADE)
            case Note():
                self._lines(block.text, SMALL, 18, 22)
            case Table():
                self._table(block)
            case Chart():
                self._figure(block.caption, charts.high(block), lambda top: charts.items(block, LEFT, top))
            case Picture():
                self._picture(block)
            case NewPage():
                self._new_page()
            case SealCode():
                self._room_for(_least(block))
                self._lines(block.text, TEXT_FACE, LINE, 32)
                for line in block.lines:
                    self._lines(line, SMALL, 18, 22)
                self._put(Code(block.url, qr.VENUE_LEVEL, A4[0] / 2 - 57, self.y, 114, block.url))
                self.y += 120

    def keep(self, blocks: Sequence[Block]) -> None:
        """A heading does not stand at the foot of a page: what begins below it has to fit, too."""
        high = 0.0
        for block in blocks:
            high += _least(block)
            if not isinstance(block, Heading):
                break
        self._room_for(min(high, BOTTOM - TOP))

    def _put(self, item: Item) -> None:
        self.pages[-1].append(item)

    def _new_page(self) -> None:
        if self.pages[-1]:
            self.pages.append([])
        self.y = TOP

    def _room_for(self, high: float) -> None:
        if self.y + high > BOTTOM:
            self._new_page()

    def _centred(self, text: str, face: Face, step: float, role: str) -> None:
        lines = broken(text, face, ROOM)
        placed = tuple(
            centred(line, face, (LEFT + RIGHT) / 2, self.y + place * step + (step - face.size) / 2)
            for place, line in enumerate(lines)
        )
        self._put(Paragraph(placed, role))
        self.y += len(lines) * step

    def _lines(
        self, text: str, face: Face, step: float, indent: float, role: str = TEXT, shade: str = ""
    ) -> None:
        """A paragraph; it goes on on the next page, with two lines at least on each where it has so many."""
        lines = filled(text, face, ROOM, indent)
        if len(lines) > 1:
            self._room_for(2 * step)
        for place, line in enumerate(lines):
            self._room_for(step)
            if shade:
                self._put(Box(LEFT, self.y, ROOM, step, shade))
            left = LEFT + (indent if place == 0 else 0)
            self._put(Paragraph((Line(line, face, left, self.y + (step - face.size) / 2),), role))
            self.y += step

    def _figure(self, caption: str, high: float, items: Callable[[float], Iterator[Item]]) -> None:
        self._room_for(24 + high)
        self._caption(caption)
        for item in items(self.y):
            self._put(item)
        self.y += high + 8

    def _caption(self, text: str) -> None:
        self._put(Paragraph((centred(text, CAPTION, (LEFT + RIGHT) / 2, self.y + 6),), TEXT))
        self.y += 24

    def _picture(self, block: Picture) -> None:
        wide = min(ROOM, PICTURE_HIGH * block.wide / block.high)
        high = wide * block.high / block.wide
        self._room_for(high + 24)
        self._put(Bitmap(block.jpeg, (LEFT + RIGHT - wide) / 2, self.y, wide, high, block.alt))
        self.y += high + 2
        self._caption(block.alt)

    def _table(self, block: Table) -> None:
        widths = _widths(block)
        right = [block.is_right(column) for column in range(len(widths))]
        head = _Row(block.head, widths, CELL_HEAD, right, shade=True)
        rows = [_Row(row, widths, CELL, right) for row in block.rows]
        if block.sums:
            rows.append(_Row(block.sums, widths, CELL_HEAD, right))
        self._room_for(24 + head.high + sum(row.high for row in rows[: None if block.is_short else 2]))
        self._caption(block.caption)
        self._row(head)
        for place, row in enumerate(rows):
            last = place == len(rows) - 2  # the sums do not stand alone on a page
            if self.y + row.high + (rows[-1].high if last else 0) > BOTTOM:
                self._new_page()
                self._row(head)
            self._row(row)
        self.y += 10

    def _row(self, row: "_Row") -> None:
        for item in row.items(self.y):
            self._put(item)
        self.y += row.high


def _least(block: Block) -> float:
    """The height of a block, or of as much of it as has to stand together."""
    match block:
        case Heading():
            return LINE
        case Chart():
            return 24 + charts.high(block)
        case Table():
            widths = _widths(block)
            rows = block.lines if block.is_short else block.lines[:4]
            return 24 + sum(_Row(row, widths, CELL_HEAD).high for row in [block.head, *rows])
        case Picture():
            return PICTURE_HIGH
        case SealCode():
            small = sum(len(filled(line, SMALL, ROOM, 22)) for line in block.lines)
            return LINE * len(filled(block.text, TEXT_FACE, ROOM, 32)) + 18 * small + 120
    return 2 * LINE


class _Row:
    def __init__(
        self,
        values: Sequence[str | int],
        widths: Sequence[float],
        face: Face,
        right: Sequence[bool] = (),
        *,
        shade: bool = False,
    ) -> None:
        """right: which columns stand on the right."""
        self.values, self.widths, self.face, self.shade = values, widths, face, shade
        self.right = right or [False] * len(widths)
        self.cells = [
            broken(columns.shown(value), face, wide - 2 * PADDING) or [""]
            for value, wide in zip(values, widths, strict=True)
        ]
        self.high = max(len(lines) for lines in self.cells) * CELL_LINE + 2 * PADDING

    def items(self, top: float) -> Iterator[Item]:
        if self.shade:
            yield Box(LEFT, top, ROOM, self.high, GREY)
        left = LEFT
        for right, lines, wide in zip(self.right, self.cells, self.widths, strict=True):
            yield Box(left, top, wide, self.high, RULE, edge=0.5)
            first = top + (self.high - len(lines) * CELL_LINE) / 2 + (CELL_LINE - self.face.size) / 2
            placed = tuple(
                Line(
                    line,
                    self.face,
                    left + wide - PADDING - width(line, self.face) if right else left + PADDING,
                    first + place * CELL_LINE,
                )
                for place, line in enumerate(lines)
            )
            yield Paragraph(placed)
            left += wide


def _widths(block: Table) -> list[float]:
    return columns.column_widths(block, lambda text: width(text, CELL_HEAD) + 2 * PADDING + 0.5, ROOM)
