"""From the bytes of a file to its rows, or one sentence saying why that is not possible."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import chain, islice

from models.errors import N_, Mistake
from models.imports.calendar import ics_file
from models.imports.findings import CalendarEntry, Finding, Line, Row
from models.imports.spreadsheet.columns import (
    COLUMNS,
    Header,
    header_of,
    is_header,
    is_repeated,
    joined,
    only_the_title,
)
from models.imports.spreadsheet.row_ref import told_apart

__all__ = ["COLUMNS", "MOST_BYTES", "MOST_ROWS", "demo_file", "read", "read_file"]

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
# Lines above a header: the name of the table, who filled it in.
_ABOVE = 10
# Files that people hand in by mistake, by their first bytes.
_OLD_SPREADSHEET, _UTF16 = b"\xd0\xcf\x11\xe0", (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|\?xml|!--)", re.I)


def demo_file() -> bytes:
    """The reported events that come with the system."""
    return files("models").joinpath("data/reported-events.csv").read_bytes()


def read_file(data: bytes, name: str = "") -> list[Row] | list[CalendarEntry]:
    """The rows of a table (.csv, .xlsx) or the entries of a calendar (.ics), told apart by what is in the file; its name
    decides nothing but the words for a file that is none of them.

    Raises Mistake, one sentence, for what is no such file, too large, or has nothing in it."""
    _fits(data)
    data = _without_utf16(data)
    if data.startswith(b"PK\x03\x04"):
        # Its library brings numpy where that is installed: no start and no worker pays for it that reads no workbook.
        from models.imports.spreadsheet import workbook

        return _rows(workbook.tables(data))
    if ics_file.is_calendar(data):
        return ics_file.read(data)
    if _PAGE.match(data[:2000].removeprefix(BOM_UTF8).decode("ascii", "replace")):
        raise Mistake(
            N_(
                "This is a web page, not a calendar or a table; the address may need a sign-in. Open it in a "
                "browser and look for the address of the calendar itself (iCal)."
            )
        )
    if name.lower().endswith((".ics", ".ical", ".ifb")):
        raise Mistake(N_("This is not a calendar: it does not begin with BEGIN:VCALENDAR."))
    return read(data)


def read(data: bytes) -> list[Row]:
    """The rows of a CSV file in UTF-8 (with or without a mark at its start) or GB18030; empty rows are left out.

    Raises Mistake, one sentence, for what is not such a file or has no header that is known."""
    return _rows([("", _lines(_text(_without_utf16(data))))])


def _rows(tables: Iterable[tuple[str, Iterable[Line]]]) -> list[Row]:
    """The rows of the first table that has our header and of those, on other sheets, that have the same one; at the end
    one that is refused for each sheet with another one."""
    above: list[list[str]] = []
    header: Header | None = None
    rows: list[Row] = []
    left_out: list[Row] = []
    for name, table in tables:
        lines = iter(table)
        top = _top(lines, above)
        if top is None:
            continue
        own, lines = _header(top, lines, needed=not rows)
        if own and not rows:
            header, rows = own, _below(own, lines, MOST_ROWS)
        elif own and header and set(own.fields) == set(header.fields):
            rows += (_on(name, row) for row in _below(own, lines, MOST_ROWS - len(rows)))
        elif header and any(any(line.cells) for line in lines):
            left_out.append(_left_out(name, header, top.number))
    if rows:
        return told_apart(rows) + left_out
    if header is None:
        header_of(above[0] if above else [])
        raise only_the_title()
    raise Mistake(N_("The file has a header row but no data rows."))


def _on(name: str, row: Row) -> Row:
    """A row that stands on another sheet than the first."""
    for note in row.notes:
        note.cell = f"{name}!{note.cell}"
    return replace(row, sheet=name, notes=(Finding(N_("On the sheet “%(name)s”."), name=name), *row.notes))


def _left_out(name: str, header: Header, number: int) -> Row:
    why = N_("The sheet “%(name)s” has other columns and was not read. Import it as a separate file.")
    row = header.row(number, [""])
    return replace(
        row, cells=row.cells | {"title": name}, notes=(Finding(why, name=name),), sheet=name, unread=True
    )


def _top(lines: Iterator[Line], above: list[list[str]]) -> Line | None:
    """The line near the top that a header begins with. What stands above it is added to above."""
    for line in islice(lines, _ABOVE):
        if is_header(line.cells):
            return line
        if any(line.cells):
            above.append(line.cells)
    return None


def _header(top: Line, lines: Iterator[Line], needed: bool) -> tuple[Header | None, Iterator[Line]]:
    """The header that begins with a line, and what follows it. Where one is not needed, as another table was read: None
    for one that cannot be used."""
    after = next(lines, None)
    cells = joined(top.cells, after.cells) if after else None
    if after and cells is None:
        lines = chain([after], lines)
    try:
        return header_of(cells or top.cells), lines
    except Mistake:
        if needed:
            raise
        return None, lines


def _below(header: Header, lines: Iterable[Line], most: int) -> list[Row]:
    rows: list[Row] = []
    for line in lines:
        if any(line.cells) and not is_repeated(line.cells):
            if len(rows) == most:
                raise Mistake(N_("The file has more than %(most)s rows. Please split it."), most=MOST_ROWS)
            rows.append(header.row(line.number, line.cells, line.notes))
    return rows


def _lines(text: str) -> Iterator[Line]:
    table = csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True)
    try:
        for number, cells in enumerate(table, 1):
            yield Line(number, [cell.strip() for cell in cells])
    except csv.Error as error:
        if "field larger" in str(error):
            most = csv.field_size_limit()
            raise Mistake(
                N_("A cell in line %(line)s has more than %(most)s characters. Please shorten it."),
                line=table.line_num,
                most=most,
            ) from None
        raise Mistake(
            N_("The table breaks off at line %(line)s: a quotation mark is not closed, or is inside a cell."),
            line=table.line_num,
        ) from None


class _Semicolons(csv.excel):
    delimiter = ";"


def _dialect(text: str) -> type[csv.Dialect]:
    """Excel writes commas, tabs or semicolons, as the machine's region has it: the header tells."""
    top = text[:20_000].splitlines()[:_ABOVE]
    for dialect in (csv.excel, csv.excel_tab, _Semicolons):
        if any(is_header(line.split(dialect.delimiter)) for line in top):
            return dialect
    return csv.excel


def _fits(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise Mistake(
            N_("The file is larger than %(most)s MB. Please split it."),
            most=MOST_BYTES // 1024 // 1024,
        )
    if not data.removeprefix(BOM_UTF8).strip():
        raise Mistake(N_("The file is empty."))


def _without_utf16(data: bytes) -> bytes:
    """What Excel calls Unicode text, and some calendars too, as UTF-8."""
    if not data.startswith(_UTF16):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        raise Mistake(N_("The file starts like UTF-16 but is not. Save it as “CSV UTF-8”.")) from None


def _text(data: bytes) -> str:
    _fits(data)
    if data.startswith(_OLD_SPREADSHEET):
        raise Mistake(N_("This is an old spreadsheet format (.xls). Open it and save it as .xlsx."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 finds some meaning in almost any bytes; a table has no control characters.
        if _CONTROL.search(text):
            break
        return text
    raise Mistake(N_("This is not a CSV file in UTF-8 or GB18030."))
