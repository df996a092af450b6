"""A workbook from anywhere, cut down to what may be read: a zip of a few KB can hold billions of rows or cells.

Sheets are searched as text, never parsed, before openpyxl sees them: it would walk every row up to the last number."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise

from models.errors import N_, Mistake

MOST_UNPACKED = 40 * 1024 * 1024
MOST_OF_OTHERS = 8 * 1024 * 1024  # styles, links, names: read whole by openpyxl
MOST_PARTS = 500
MOST_SHEETS = 100
MOST_COLUMNS = 60
MOST_LINES = 60_000
MOST_CELLS = 600_000
MOST_STRINGS = 300_000
MOST_RUNS = (
    400_000  # elements beside one for each string and one for its text: parts of texts in other letters
)
MOST_OF_A_ROW = 20_000  # elements: a row is held whole while it is read
MOST_AROUND = 200_000  # elements before the first row, from the last one on, and in another part: merged cells, links, styles
MOST_NAMES = 10_000  # of cells; openpyxl keeps each as an object of its own
MOST_FORMATS = 5_000  # spreadsheet programs keep 250, of 255 characters; openpyxl's patterns take the square of their length
# What openpyxl leaves alone where only values are read: as long as the table, and longer.
_UNREAD = ("xl/calcChain.xml", "xl/pivotCache/", "xl/pivotTables/", "xl/externalLinks/")
# Not the numFmtId of each cell's style: an office's table that grew for years has 10,000 of these.
_FORMAT = re.compile(rb"numFmt[\s/>]")
_LONG_FORMAT = re.compile(rb"""formatCode\s*=\s*(?:"[^"]{400}|'[^']{400})""")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
# (?>…) and *+ never look at a place twice: of a tag with 300,000 attributes, a few KB in the zip, else each with each.
_EMPTY_CELL = re.compile(rb'<(?:\w+:)?c\s(?>[^<>]*?\br="[A-Z]{1,3}\d{1,10}")[^<>]*+(?<=/)>')
_ROW = re.compile(rb'<(?P<prefix>\w+:)?row\b(?>[^<>]*?\br="(?P<number>\d+)")[^<>]*+>')
_ROW_BEGINS = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb'<(?:\w+:)?c\b(?>(?:[^<>]*?\br="(?P<column>[A-Z]+)\d+")?)[^<>]*+>')
_ATTRIBUTE = re.compile(r'(?<![\w:])([\w:]++)="([^"<>]*+)"')


def too_large() -> Mistake:
    return Mistake(
        N_("This spreadsheet is too large. Keep only the table with the events and save it again.")
    )


def too_many_rows() -> Mistake:
    return Mistake(N_("The file has more than %(most)s rows. Split it into several files."), most=MOST_LINES)


def bounded(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The workbook without empty cells and without what lies beyond the last row that is read; and the XML of its sheets
    by their names. Raises Mistake for one with content beyond, or too large; ValueError for one that is damaged."""
    parts = zipfile.ZipFile(io.BytesIO(data))
    entries = [entry for entry in parts.infolist() if not entry.filename.startswith(_UNREAD)]
    # Those that are not read count, too: the sheets are looked for among the names of all.
    if len(parts.infolist()) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise too_large()
    if "xl/workbook.xml" not in parts.namelist():
        raise _other_package(set(parts.namelist()))
    paths = dict(_paths(parts))
    if len(paths) > MOST_SHEETS:
        raise too_large()
    sheets: dict[str, bytes] = {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for entry in entries:
            content = parts.read(entry)  # no more than the entry announces
            if entry.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(content):
                raise ValueError("a spreadsheet declares no entities; they serve to swell it")
            if entry.filename in paths.values():
                content = _cut(content)
                sheets |= {name: content for name, path in paths.items() if path == entry.filename}
            elif entry.filename.endswith("sharedStrings.xml"):
                strings = content.count(b"<si") + content.count(b":si")
                if strings > MOST_STRINGS or _elements_in(content) > 2 * strings + MOST_RUNS:
                    raise too_large()
            elif entry.filename.endswith((".xml", ".rels")):
                _check_other(content)
            target.writestr(entry.filename, content)
    return stream.getvalue(), sheets


def _check_other(content: bytes) -> None:
    """Styles, links, names. Raises Mistake."""
    if len(content) > MOST_OF_OTHERS or _elements_in(content) > MOST_AROUND:
        raise too_large()
    if content.count(b"definedName") > 2 * MOST_NAMES:  # begins and ends
        raise too_large()
    if sum(1 for _ in _FORMAT.finditer(content)) > MOST_FORMATS or _LONG_FORMAT.search(content):
        raise too_large()


def _cut(sheet: bytes) -> bytes:
    """A sheet up to its last row that may be read."""
    sheet = _EMPTY_CELL.sub(b"", sheet)
    for row in _ROW.finditer(sheet):
        if len(row["number"]) > 10 or int(row["number"]) > MOST_LINES:
            if _CELL.search(sheet, row.end()):
                raise too_many_rows()
            prefix = row["prefix"] or b""
            sheet = sheet[: row.start()] + b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"
            break
    for count, cell in enumerate(_CELL.finditer(sheet)):
        if count >= MOST_CELLS:
            raise too_large()
        if cell["column"] and _position(cell["column"]) > MOST_COLUMNS:
            raise Mistake(
                N_("The spreadsheet has more than %(most)s columns. Keep only the table with the events."),
                most=MOST_COLUMNS,
            )
    if sheet.count(b"<row") + sheet.count(b":row") > MOST_LINES * 2:
        raise too_many_rows()
    _check_rows(sheet)
    return sheet


def _check_rows(sheet: bytes) -> None:
    """How much stands in one row and around the rows, in elements that are no cells, too. Raises Mistake."""
    begins = [row.start() for row in _ROW_BEGINS.finditer(sheet)] or [len(sheet)]
    if max(_elements_in(sheet, 0, begins[0]), _elements_in(sheet, begins[-1])) > MOST_AROUND:
        raise too_large()
    if any(_elements_in(sheet, *row) > MOST_OF_A_ROW for row in pairwise(begins)):
        raise too_large()


def _elements_in(content: bytes, start: int = 0, end: int | None = None) -> int:
    return content.count(b"<", start, end) - content.count(b"</", start, end)


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters[:8]:
        position = position * 26 + letter - 64
    return position


def _other_package(names: set[str]) -> Mistake:
    """What another zip is called by those who handed it in."""
    if "word/document.xml" in names:
        return Mistake(
            N_("This is a Word document (.docx). Copy its table into a spreadsheet and save it as .xlsx.")
        )
    if "content.xml" in names:
        return Mistake(N_("This is an OpenDocument file. Open it and save it as .xlsx."))
    return Mistake(N_("This is a compressed file but not a spreadsheet (.xlsx)."))


def _paths(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The sheets of a workbook by their names, with where in the zip they lie."""
    book = parts.read("xl/workbook.xml").decode("utf-8", "replace")
    links = parts.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {link.get("Id"): link.get("Target", "") for link in _elements(links, "Relationship")}
    for sheet in _elements(book, "sheet"):
        target = targets.get(sheet.get("r:id"), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in parts.namelist():
            yield sheet.get("name", ""), path


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    """The attributes of each element of a name."""
    for element in re.finditer(rf"<(?:\w+:)?{name}\s([^<>]*)>", text):
        yield {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(element[1])}
