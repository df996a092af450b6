"""Passes on paper and as files: 21 labels or 8 badges to an A4 page, a ZIP of pictures, a table of links.

Each writer yields after every pass, so that five thousand reach the browser while they are being drawn.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from flask_babel import get_locale
from flask_babel import gettext as _
from PIL import Image

from kiosk.paper.pdf import A4, A5, DPI, Paper, Picture, Placed
from models.campaigns.tables import TermKind
from models.codes.passes import Pass, PassContent
from models.codes.signatures import Purpose
from models.drawing import qr
from models.drawing.text_layout import Face, blank, draw, fitted, ink, width
from models.errors import N_, NotFound
from models.installation import site

BOM = "\ufeff"  # spreadsheets read a table as UTF-8 only then
_CHUNK = 64 * 1024
_WORD, _COUNT, _TITLE, _NUMBER = 74, 92, 36, 30  # sizes of letters on a badge, in pixels


def _mm(length: float) -> int:
    return round(length * DPI / 25.4)


@dataclass(frozen=True)
class Layout:
    """A page of cells. columns × rows; cell and code in millimetres; letters: their size beside a badge's."""

    key: str
    columns: int
    rows: int
    cell: tuple[float, float]
    code: float
    letters: float


LABELS = Layout("21", 3, 7, (70, 42.3), 36, 0.72)  # sheets of labels, 70 × 42.3 mm
BADGES = Layout("8", 2, 4, (105, 74.25), 62, 1.0)
LAYOUTS = {layout.key: layout for layout in (LABELS, BADGES)}


def layout(key: str) -> Layout:
    """Raises NotFound."""
    if key not in LAYOUTS:
        raise NotFound(N_("There is no such sheet of passes."))
    return LAYOUTS[key]


def address(held: Pass) -> str:
    return site().code_url("C", held.token)


def streamed(writing: Iterator[None], out: io.BytesIO) -> Iterator[bytes]:
    """What a writer has put into `out`, handed on in pieces while it goes on writing."""
    for _done in writing:
        if out.tell() >= _CHUNK:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.BytesIO) -> bytes:
    raw = out.getvalue()
    out.seek(0)
    out.truncate()
    return raw


def write_links(out: BinaryIO, held: Iterable[Pass]) -> Iterator[None]:
    """A table of links. Its first line names the columns in the reader's language."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([_("Number"), _("Link"), _("Audience group"), _("People")])
    out.write(BOM.encode())
    for one in held:
        table.writerow([one.id, address(one), _group_word(one), one.headcount])
        out.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        yield


def write_pictures(out: BinaryIO, held: Iterable[Pass]) -> Iterator[None]:
    """A ZIP of PNG pictures, each named by the pass's number, its group and its headcount."""
    with zipfile.ZipFile(_OneWay(out), "w", zipfile.ZIP_STORED) as archive:
        for one in held:
            archive.writestr(
                f"{one.id}-{one.group}-{one.headcount}.png",
                qr.png(address(one), qr.PASS_LEVEL, quick=True),
            )
            yield
    yield


class _OneWay(io.RawIOBase):
    """A file that can only be written on: the ZIP then keeps its sizes behind each picture."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, raw: bytes) -> int:
        return self._out.write(raw)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def write_sheets(out: BinaryIO, held: Iterable[Pass], form: Layout, title: str) -> Iterator[None]:
    """A PDF: each cell a code, the group, for how many, the pass's number."""
    paper = Paper(out, title)
    words: dict[tuple[str, int], Picture] = {}
    cells: list[list[Placed]] = []
    for one in held:
        kind = one.group, one.headcount
        if kind not in words:
            words[kind] = paper.picture(_words(one, title, form))
        cells.append(_cell(paper, one, words[kind], form))
        if len(cells) == form.columns * form.rows:
            _put(paper, cells, form)
        yield
    if cells:
        _put(paper, cells, form)
    paper.close()
    yield


def on_a_page(held: PassContent, text: str) -> bytes:
    """A PDF of A5: one code, large, and whom it is for."""
    out = io.BytesIO()
    paper = Paper(out, "参与码" if held.single else "团体码", A5)
    rows = qr.symbol(text, qr.PASS_LEVEL)
    code = paper.picture(qr.bitmap(rows, _mm(110) // len(rows)))
    image, canvas = blank(A5[0], _mm(40))
    top = 0
    for line, size in ((_group_zh(held), 120), ("" if held.single else f"{held.headcount}人", 120)):
        draw(canvas, line, Face(size, 700), A5[0] / 2, top)
        top += round(size * 1.4)
    left = (A5[0] - code.width) / 2
    paper.page([Placed(code, left, _mm(20)), Placed(paper.picture(ink(image)), 0, _mm(140))])
    paper.close()
    return out.getvalue()


def _put(paper: Paper, cells: list[list[Placed]], form: Layout) -> None:
    wide, high = form.cell
    left = (A4[0] - _mm(wide * form.columns)) / 2
    top = (A4[1] - _mm(high * form.rows)) / 2
    placed = [
        Placed(
            piece.picture,
            left + _mm(wide * (number % form.columns)) + piece.left,
            top + _mm(high * (number // form.columns)) + piece.top,
        )
        for number, cell in enumerate(cells)
        for piece in cell
    ]
    paper.page(placed)
    cells.clear()


def _cell(paper: Paper, held: Pass, words: Picture, form: Layout) -> list[Placed]:
    rows = qr.symbol(address(held), qr.PASS_LEVEL, quick=True)
    code = paper.picture(qr.bitmap(rows, _mm(form.code) // len(rows)))
    beside = _mm(form.code + 4)
    high = _mm(form.cell[1])
    number = paper.picture(_number(held.id, form))
    return [
        Placed(code, _mm(4) + (_mm(form.code) - code.width) // 2, (high - code.height) // 2),
        Placed(words, beside, (high - _mm(form.code)) // 2 + _mm(2)),
        Placed(number, beside, high - (high - _mm(form.code)) // 2 - _mm(4)),
    ]


def _room(form: Layout) -> int:
    return _mm(form.cell[0] - form.code - 8)


def _words(held: Pass, title: str, form: Layout) -> Image.Image:
    """What it is, for which group, for how many, where it is good."""
    room, scale = _room(form), form.letters
    image, canvas = blank(room, _mm(form.code - 8))
    word = "团体码" if held.purpose == Purpose.GROUP else "参与码"
    lines = [(word, _TITLE, 400, 1), (_group_zh(held), _WORD, 700, 2)]
    if held.purpose == Purpose.GROUP:
        lines.append((f"{held.headcount}人", _COUNT, 700, 1))
    lines.append((title, _TITLE, 400, 4))
    top = 0
    for text, size, weight, most in lines:
        face, parts = fitted(text, [Face(round(size * scale), weight)], room, [most])
        for part in parts:
            draw(canvas, part, face, width(part, face) / 2, top)
            top += round(face.size * 1.3)
        top += round(face.size * 0.35)
    return ink(image)


@lru_cache(maxsize=4)
def _digits(form: Layout) -> Face:
    return Face(round(_NUMBER * (form.letters + 0.1)), 400)


def _number(number: int, form: Layout) -> Image.Image:
    face = _digits(form)
    image, canvas = blank(_room(form), round(face.size * 1.3))
    text = f"第{number}号"
    draw(canvas, text, face, width(text, face) / 2, 0)
    return ink(image)


def _group_zh(held: Pass | PassContent) -> str:
    term = held.campaign.term(TermKind.AUDIENCE, held.group)
    return term.name_zh if term else "未说明"


def _group_word(held: Pass) -> str:
    term = held.campaign.term(TermKind.AUDIENCE, held.group)
    return term.name(str(get_locale())) if term else _("Not stated")
