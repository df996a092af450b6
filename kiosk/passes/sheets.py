"""Passes on paper and as files: 21 labels or 8 badges to an A4 page, a ZIP of pictures, a table of links.

Each writer yields after every pass, so that five thousand reach the browser while they are being drawn.
"""

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from flask_babel import get_locale
from flask_babel import gettext as _

from kiosk.passes import pass_layout
from kiosk.passes.pass_layout import LAYOUTS, Layout
from models.campaigns.tables import TermKind
from models.codes import short_codes
from models.codes.pass_lookup import PassContent
from models.codes.passes import Pass
from models.drawing import pdf, qr
from models.drawing.page import A4, Item, Page, mm
from models.errors import N_, NotFound
from models.installation import site

if TYPE_CHECKING:
    from typing_extensions import Buffer

BOM = "\ufeff"  # spreadsheets read a table as UTF-8 only then
_CHUNK = 64 * 1024


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

    def write(self, raw: "Buffer") -> int:
        return self._out.write(raw)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def write_sheets(
    out: BinaryIO,
    held: Iterable[Pass],
    form: Layout,
    title: str,
    drawn: Callable[[int], None] = lambda _count: None,
) -> Iterator[None]:
    """A PDF of cells, each a code and what it is. It is written as a whole once all passes are laid out. drawn: called with
    the passes that are drawn so far, page by page."""
    pages: list[Page] = []
    cells: list[Item] = []
    numbers: list[int] = []
    typed = short_codes.pass_code()
    for one in held:
        said_of = pass_layout.about(one, typed(one.id))
        cells += pass_layout.cell(said_of, address(one), form, *_corner(form, len(numbers)))
        numbers.append(one.id)
        if len(numbers) == form.columns * form.rows:
            pages.append(_page(cells, numbers))
            cells, numbers = [], []
        yield
    if cells:
        pages.append(_page(cells, numbers))
    if pages:
        count = itertools.count(form.columns * form.rows, form.columns * form.rows)
        pdf.write(out, title, pages, done=lambda _page: drawn(next(count)))
    yield


def _corner(form: Layout, place: int) -> tuple[float, float]:
    """The upper left corner of a cell; the cells stand in the middle of the page."""
    wide, high = map(mm, form.cell)
    left = (A4[0] - wide * form.columns) / 2
    top = (A4[1] - high * form.rows) / 2
    return left + wide * (place % form.columns), top + high * (place // form.columns)


def _page(cells: list[Item], numbers: list[int]) -> Page:
    return Page(cells, title=f"第{numbers[0]}—{numbers[-1]}号")


def on_a_page(held: PassContent, text: str) -> bytes:
    """A PDF of A5: one code, large, and what it is."""
    out = io.BytesIO()
    said_of = pass_layout.about_opened(held)
    pdf.write(out, f"{said_of.week} {said_of.kind}", [pass_layout.page_of_its_own(said_of, text)])
    return out.getvalue()


def _group_word(held: Pass) -> str:
    term = held.campaign.term(TermKind.AUDIENCE, held.group)
    return term.name(str(get_locale())) if term else _("Not stated")
