"""From the bytes of a file to its rows, or one sentence saying why that is not possible."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from importlib.resources import files

from models.errors import N_, Mistake
from models.imports.calendar import ics_file
from models.imports.findings import CalendarEntry, Row
from models.imports.spreadsheet import csv_file
from models.imports.spreadsheet.column_names import COLUMNS
from models.imports.spreadsheet.table_rows import MOST_ROWS, rows_of

__all__ = ["COLUMNS", "MOST_BYTES", "MOST_ROWS", "demo_file", "read", "read_file"]

MOST_BYTES = 20 * 1024 * 1024
_CALENDAR = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR[ \t]*[\r\n]", re.I)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|meta|\?xml|!--|table)", re.I)
# Files that people hand in by mistake, by their first bytes.
_OTHER_FILES = (
    (b"\xd0\xcf\x11\xe0", N_("This is an old spreadsheet format (.xls). Open it and save it as .xlsx.")),
    (b"%PDF", N_("This is a PDF. Import the table or calendar that it was made from.")),
    (
        b"{\\rtf",
        N_("This is a text document (.rtf). Copy its table into a spreadsheet and save it as .xlsx."),
    ),
    (b"\x89PNG", N_("This is a picture. Import the table or calendar that it shows.")),
    (b"\xff\xd8\xff", N_("This is a picture. Import the table or calendar that it shows.")),
    (b"Rar!", N_("This is a compressed file. Unpack it and import the table or calendar in it.")),
    (b"7z\xbc\xaf", N_("This is a compressed file. Unpack it and import the table or calendar in it.")),
    (b"\x1f\x8b", N_("This is a compressed file. Unpack it and import the table or calendar in it.")),
)


def demo_file() -> bytes:
    """The reported events that come with the system."""
    return files("models").joinpath("data/reported-events.csv").read_bytes()


def read_file(
    data: bytes, name: str = "", answers: Mapping[str, str] | None = None, most: int = MOST_ROWS
) -> list[Row] | list[CalendarEntry]:
    """The rows of a table (.csv, .xlsx) or the entries of a calendar (.ics), distinguished by content; its name
    decides nothing but the words for a file that is none of them. answers: the fields that a person named for columns.
    most: rows of a table.

    Raises Mistake, one sentence, for what is no such file, too large, or has nothing in it."""
    _fits(data)
    data = _without_utf16(data)
    if data.startswith(b"PK\x03\x04"):
        # Its library brings numpy where that is installed: no start and no worker pays for it that reads no workbook.
        from models.imports.spreadsheet import workbook

        return rows_of(workbook.tables(data), answers, most)
    if _is_calendar(data):
        return ics_file.read(data)
    _refuse_other(data)
    if name.lower().endswith((".ics", ".ical", ".ifb")):
        raise Mistake(N_("This is not a calendar: it does not start with BEGIN:VCALENDAR."))
    return rows_of([("", csv_file.lines(data))], answers, most)


def read_calendar(data: bytes) -> list[CalendarEntry]:
    """The entries of a calendar. Raises Mistake, one sentence, for any other file."""
    _fits(data)
    data = _without_utf16(data)
    if not _is_calendar(data):
        _refuse_other(data)
        raise Mistake(N_("This is not a calendar: it does not start with BEGIN:VCALENDAR."))
    return ics_file.read(data)


def read(data: bytes) -> list[Row]:
    """The rows of a CSV file; empty rows are left out. Raises Mistake for what has no header that is known."""
    _fits(data)
    return rows_of([("", csv_file.lines(_without_utf16(data)))])


def _is_calendar(data: bytes) -> bool:
    return _CALENDAR.match(data[:2000]) is not None


def _refuse_other(data: bytes) -> None:
    """Raises Mistake for a file of another kind, by the name of that kind."""
    for begin, sentence in _OTHER_FILES:
        if data.startswith(begin):
            raise Mistake(sentence)
    top = data[:4000].removeprefix(BOM_UTF8).decode("ascii", "replace")
    if "urn:schemas-microsoft-com:office:spreadsheet" in top or "Excel.Sheet" in top:
        raise Mistake(N_("This is a spreadsheet in XML. Open it and save it as .xlsx."))
    if _PAGE.match(top) and "<table" in data[:200_000].decode("ascii", "replace").lower():
        raise Mistake(
            N_(
                "This is a table in HTML, whatever its name ends with. Open it in a spreadsheet program and save it "
                "as .xlsx."
            )
        )
    if _PAGE.match(top):
        raise Mistake(
            N_(
                "This is a web page, not a calendar or a table; the address may need a sign-in. Open it in a browser "
                "and look for the address of the calendar itself (iCal)."
            )
        )
    if re.match(r"\s*[{\[]", top) and re.match(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])', top):
        raise Mistake(N_("This is JSON. Save it as a table (.csv, .xlsx) or a calendar (.ics)."))


def _fits(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise Mistake(N_("The file is larger than %(most)s MB. Please split it."), most=MOST_BYTES >> 20)
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
