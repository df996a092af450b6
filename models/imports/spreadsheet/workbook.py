"""Spreadsheets (.xlsx) as lines of text. A workbook is a zip of XML from anywhere, so it is bounded before it is read
(workbook_limits)."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import thread_time
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from models.errors import N_, Mistake
from models.imports.findings import Finding, Line
from models.imports.spreadsheet.cells import trimmed
from models.imports.spreadsheet.columns import letter
from models.imports.spreadsheet.workbook_limits import (
    MOST_COLUMNS,
    MOST_LINES,
    bounded,
    too_large,
    too_many_rows,
)

SECONDS = 20.0  # of a processor, for one workbook: a busy machine refuses no file
LONGEST_TEXT = 100_000  # characters of a cell: spreadsheet programs take 32,767
MOST_TEXT = 20_000_000  # characters of all cells: one text may be shared by many
MOST_MERGED = 200_000  # ranges of cells; read whole before the first row
_SPAN = 3
# What openpyxl, zipfile and the XML parser (SyntaxError) raise for a workbook that is damaged or made to hurt: openpyxl has
# no error of its own for that.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, InvalidFileException, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^<>]*\bhidden="(?:1|true)")[^<>]*?\br="(\d{1,7})"')
_CELL = re.compile(rb'^[^<>]*?\br="([A-Z]{1,3}[0-9]{1,7})"')


@dataclass(frozen=True, slots=True)
class _Marks:
    """What the XML of a sheet says and a streamed read does not. merged: by first row, the column and the last row of cells
    that are merged downwards; unsaved: formulas whose result was never stored."""

    merged: dict[int, list[tuple[int, int]]]
    unsaved: frozenset[tuple[int, int]]
    spanned: frozenset[int]  # rows with a text over three columns or more
    hidden: frozenset[int]  # rows that a spreadsheet program does not show


def tables(data: bytes) -> Iterator[tuple[str, Iterator[Line]]]:
    """The sheets of a workbook in their order, each with its name and its lines. Raises Mistake, one sentence, also while
    they are read."""
    allowance = _Allowance()
    try:
        data, sheets = bounded(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                yield sheet.title, _lines(sheet, _marks(sheets.get(sheet.title, b"")), allowance)
        finally:
            book.close()
    except BROKEN:
        raise _broken() from None


def _broken() -> Mistake:
    return Mistake(N_("This spreadsheet is damaged or has a password. Open it and save it as .xlsx again."))


class _Allowance:
    """Of time and text, for one workbook."""

    def __init__(self) -> None:
        self._ends, self._characters = thread_time() + SECONDS, MOST_TEXT

    def take(self, values: tuple[object, ...]) -> None:
        """The cells of a row. Raises Mistake."""
        lengths = [len(value) for value in values if isinstance(value, str)]
        self._characters -= sum(lengths)
        if max(lengths, default=0) > LONGEST_TEXT or self._characters < 0 or thread_time() > self._ends:
            raise too_large()


def _lines(sheet: Any, marks: _Marks, allowance: _Allowance) -> Iterator[Line]:
    sheet.reset_dimensions()  # a file may announce a million empty rows, or fewer than it has
    shown: dict[int, tuple[int, str]] = {}  # by column, of the merged cells above: their last row and text
    try:
        for number, values in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            if number > MOST_LINES:
                raise too_many_rows()
            allowance.take(values)
            cells = [_text(value) for value in values]
            notes = [_hidden(number)] if number in marks.hidden or sheet.sheet_state != "visible" else []
            above = _fill(cells, shown, number)
            for column, last in marks.merged.get(number, ()):
                if column <= len(cells):
                    shown[column] = last, cells[column - 1]
            for column in range(len(cells)):
                at = (number, column + 1)
                if at in marks.unsaved and not cells[column]:
                    notes.append(_unsaved(at))
            yield Line(number, cells, tuple(notes), number in marks.spanned, repeated=above)
    except BROKEN:
        raise _broken() from None


def _fill(cells: list[str], shown: dict[int, tuple[int, str]], number: int) -> frozenset[int]:
    """Write into a row what cells merged downwards show in it; in which of its cells that is a text.

    One host for three events. Sideways only the first cell has it: a title across the table is one text."""
    for column in [column for column, (last, _text) in shown.items() if last < number]:
        del shown[column]
    for column, (_last, text) in shown.items():
        cells[column - 1] = text
    return frozenset(column - 1 for column, (_last, text) in shown.items() if text)


def _hidden(number: int) -> Finding:
    finding = Finding(
        N_(
            "This row is hidden in the spreadsheet and was read all the same. Delete it there if it does not apply."
        )
    )
    finding.cell = f"A{number}"
    return finding


def _unsaved(at: tuple[int, int]) -> Finding:
    finding = Finding(N_("The formula has no stored result. Open the file, save it, and import it again."))
    finding.cell = f"{letter(at[1] - 1)}{at[0]}"
    return finding


def _text(value: object) -> str:
    """A cell as a person would type it: 2024-04-26, 09:00, 12."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        if value.time() == time(0):
            return value.date().isoformat()
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        return _hours(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return trimmed(str(value).replace("_x000D_", "").replace("\x00", ""))


def _hours(value: timedelta) -> str:
    """A clock time that a cell holds as a duration."""
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" if 0 <= minutes <= 24 * 60 else str(value)


def _marks(data: bytes) -> _Marks:
    """Read from the XML as text: what is looked for are a few attributes, which need no parser of XML from strangers."""
    merged: dict[int, list[tuple[int, int]]] = {}
    spanned = set()
    for count, ref in enumerate(_MERGED.finditer(data)):
        if count >= MOST_MERGED:
            raise too_large()
        left, top, right, bottom = _boundaries(ref[1].decode("ascii"))
        if top == bottom and right - left >= _SPAN - 1:
            spanned.add(top)
        if bottom > top:
            merged.setdefault(top, []).append((left, bottom))
    unsaved = set()
    for piece in data.split(b"<c ")[1:]:
        at = _CELL.search(piece)
        if at and b"<f" in piece and (b"<v>" not in piece or b"<v></v>" in piece):
            unsaved.add(_at(at[1].decode("ascii")))
    hidden = frozenset(int(row[1]) for row in _HIDDEN.finditer(data))
    return _Marks(merged, frozenset(unsaved), frozenset(spanned), hidden)


def _at(ref: str) -> tuple[int, int]:
    column, row, _, _ = _boundaries(ref)
    return row, column


def _boundaries(ref: str) -> tuple[int, int, int, int]:
    """The first and last column and row of A1:B2. Raises ValueError for a whole row or column."""
    left, top, right, bottom = range_boundaries(ref)
    if left is None or top is None or right is None or bottom is None:
        raise ValueError(ref)
    return left, top, right, bottom
