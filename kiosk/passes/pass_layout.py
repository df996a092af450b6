"""What a pass says on paper: which week, which event, for whom and how many, what to do at the entrance, a short number."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.campaigns.tables import Campaign, TermKind
from models.codes import short_codes
from models.codes.pass_lookup import PassContent
from models.codes.passes import Pass
from models.codes.signatures import Purpose
from models.drawing.page import A5, Code, Item, Line, Page, Paragraph, mm, said
from models.drawing.qr import LABEL_LEVEL, PASS_LEVEL, Level
from models.drawing.text_layout import Face, fitted

WHOLE_WEEK = "全周各场活动通用"
ONE_EVENT = "限一场活动（尚未公开）"
DO_ALONE = "到场时出示此码，不需要姓名"
DO_TOGETHER = "全体到齐后在入口扫一次，确认人数"
IN_ENGLISH = {
    False: "Show this code at the entrance. No name needed.",
    True: "One scan for the whole group. At the entrance, confirm how many have come.",
}


@dataclass(frozen=True)
class About:
    """What a pass is, in the words that are printed. count: empty where it is for one person."""

    kind: str
    group: str
    count: str
    where: str
    week: str
    number: str
    typed: str = ""  # its short code

    @property
    def to_do(self) -> str:
        return DO_TOGETHER if self.count else DO_ALONE

    @property
    def spoken(self) -> str:
        """What is read aloud in the place of the code."""
        return " ".join(part for part in (self.kind, self.group, self.count, self.number) if part)


def about(held: Pass, typed: str = "") -> About:
    where = held.event.title if held.event else WHOLE_WEEK
    count = held.headcount if held.purpose == Purpose.GROUP else 0
    return _about(held.campaign, held.group, count, where, held.id, typed)


def about_opened(held: PassContent) -> About:
    """In the words for whoever holds the code: an event that is not public is not named."""
    where = WHOLE_WEEK if held.event is None else held.event.title if held.event.public else ONE_EVENT
    typed = short_codes.pass_code()(held.number) if held.number else ""
    return _about(held.campaign, held.group, 0 if held.single else held.headcount, where, held.number, typed)


def _about(campaign: Campaign, group: str, count: int, where: str, number: int | None, typed: str) -> About:
    term = campaign.term(TermKind.AUDIENCE, group)
    return About(
        kind="团体码" if count else "参与码",
        group=term.name_zh if term else "未说明",
        count=f"{count}人" if count else "",
        where=where,
        week=campaign.name_zh,
        number=f"第{number}号" if number else "",
        typed=f"输入码 {short_codes.spaced(typed)}" if typed else "",
    )


@dataclass(frozen=True)
class Layout:
    """A page of cells: columns × rows, cell and code with its quiet zone in millimetres; letters: their size in points
    beside a badge's."""

    key: str
    columns: int
    rows: int
    cell: tuple[float, float]
    code: float
    left: float
    letters: float
    level: Level = PASS_LEVEL


# Labels to buy, 70 × 42.3 mm. The code is as large as their height allows where a printer leaves 4.2 mm of the page white.
LABELS = Layout("21", 3, 7, (70, 42.3), 41.5, 1.0, 0.62, LABEL_LEVEL)
BADGES = Layout("8", 2, 4, (105, 74.25), 66, 3, 1.0)
LAYOUTS = {layout.key: layout for layout in (LABELS, BADGES)}
_EDGE = mm(4.5)  # white at the right of a cell


def cell(said_of: About, address: str, form: Layout, left: float, top: float) -> list[Item]:
    """A label or badge whose upper left corner is here."""
    wide, high = map(mm, form.cell)
    side = mm(form.code)
    code_left, code_top = left + mm(form.left), top + (high - side) / 2
    code = Code(address, form.level, code_left, code_top, side, said_of.spoken)
    column = _Column(code_left + side, left + wide - _EDGE, form.letters)
    return [code, *_beside(said_of, column, code_top + mm(2.5), code_top + side - mm(2.5))]


@dataclass(frozen=True)
class _Column:
    left: float
    right: float
    scale: float

    def block(self, text: str, size: float, weight: int, most: int) -> tuple[list[str], Face]:
        faces = [Face(size * self.scale * part, weight) for part in (1, 0.85)]
        face, lines = fitted(text, faces, self.right - self.left, [most, most])
        return lines, face

    def at(self, top: float, lines: list[str], face: Face) -> Paragraph:
        return Paragraph(
            tuple(
                Line(line, face, self.left, top + number * face.size * _STEP)
                for number, line in enumerate(lines)
            )
        )


_STEP, _GAP = 1.27, 4.0  # from line to line in ems; between blocks of a badge in points


def _beside(said_of: About, column: _Column, top: float, bottom: float) -> Iterator[Item]:
    """The words in a column: what and for whom above, what to do and the week below, the event in what is left."""
    gap = _GAP * column.scale
    kind = " ".join(part for part in (said_of.kind, said_of.number) if part)
    for text, size, weight, most in (
        (kind, 9, 400, 1),
        (said_of.group, 17, 700, 2),
        (said_of.count, 21, 700, 1),
    ):
        if text:
            lines, face = column.block(text, size, weight, most)
            yield column.at(top, lines, face)
            top += len(lines) * face.size * _STEP + (gap if text == kind else 0)
    below: list[Item] = []
    for text, size, most in ((said_of.week, 8, 2), (said_of.typed, 9, 1), (said_of.to_do, 9, 3)):
        if not text:
            continue
        lines, face = column.block(text, size, 400, most)
        bottom -= len(lines) * face.size * _STEP
        below.insert(0, column.at(bottom, lines, face))
        bottom -= gap
    most = max(1, int((bottom - top - gap) / (10 * column.scale * _STEP)))
    yield column.at(top + gap, *column.block(said_of.where, 10, 500, most))
    yield from below


def page_of_its_own(said_of: About, address: str) -> Page:
    """An A5 page: the code, large, and all of its words."""
    middle, room, side = A5[0] / 2, A5[0] - 2 * mm(14), mm(104)
    items: list[Item] = []
    y = mm(12)
    for text, faces in (
        (said_of.week, [Face(14, 500), Face(11, 500)]),
        (said_of.where, [Face(20, 700), Face(17, 700), Face(14, 700)]),
    ):
        face, lines = fitted(text, faces, room, [1, 2] if len(faces) == 2 else [1, 2, 2])
        for line in lines:
            items.append(said(line, face, middle, y))
            y += face.size * 1.3
        y += mm(1.5)
    items.append(Code(address, PASS_LEVEL, middle - side / 2, mm(40), side, said_of.spoken, quick=False))
    y = mm(146)
    whom = "　".join(part for part in (said_of.kind, said_of.group, said_of.count) if part)
    for text, faces in (
        (whom, [Face(24, 700), Face(19, 700)]),
        (said_of.to_do, [Face(14, 500), Face(12, 500)]),
        (IN_ENGLISH[bool(said_of.count)], [Face(10)]),
        ("　".join(part for part in (said_of.number, said_of.typed) if part), [Face(12, 500), Face(10, 500)]),
    ):
        face, lines = fitted(text, faces, room, [2] * len(faces))
        for line in lines:
            items.append(said(line, face, middle, y))
            y += face.size * 1.35
        y += mm(2)
    return Page(items, A5)
