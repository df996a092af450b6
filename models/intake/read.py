"""From the bytes of a file to its rows, or one sentence saying why that is not possible."""

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8
from collections import Counter
from importlib.resources import files

from models.errors import N_, Mistake
from models.intake.findings import Row

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
COLUMNS = (
    "id", "year", "title", "start_date", "end_date", "start_time", "end_time", "time_text", "venue_text", "province",
    "city", "county", "organizers", "audiences", "format", "online", "attendance_reported", "materials_reported",
    "consultations_reported", "views_reported", "other_outcomes", "source_url",
)  # fmt: skip
# Files that people hand in by mistake, by their first bytes.
_SPREADSHEET, _UTF16 = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def demo_file() -> bytes:
    """The reported events that come with the system."""
    return files("models").joinpath("data/reported-events.csv").read_bytes()


def read(data: bytes) -> list[Row]:
    """The rows of a CSV file in UTF-8 (with or without a mark at its start) or GB18030; empty rows are left out.

    Raises Mistake, one sentence, for what is not such a file or has other columns."""
    table = csv.reader(io.StringIO(_text(data), newline=""), strict=True)
    rows = []
    try:
        header = _header(next(table, []))
        for number, cells in enumerate(table, 2):
            if number > MOST_ROWS + 1:
                raise Mistake(N_("The file has more than %(most)s rows. Divide it."), most=MOST_ROWS)
            cells = [cell.strip() for cell in cells]
            if any(cells):
                rows.append(_row(number, header, cells))
    except csv.Error:
        raise Mistake(
            N_(
                "The table breaks off at line %(line)s: a quotation mark is not closed, or stands inside a cell."
            ),
            line=table.line_num,
        ) from None
    if not rows:
        raise Mistake(N_("The file has a header and no rows below it."))
    return rows


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Mistake(
            N_("The file is larger than %(most)s MB. Divide it into several."),
            most=MOST_BYTES // 1024 // 1024,
        )
    if not data.removeprefix(BOM_UTF8).strip():
        raise Mistake(N_("The file is empty."))
    if data.startswith(_SPREADSHEET):
        raise Mistake(N_("This is a spreadsheet, not a CSV file. Open it and save it as “CSV UTF-8”."))
    if data.startswith(_UTF16):
        raise Mistake(N_("The file is written in UTF-16. Save it as “CSV UTF-8”."))
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


def _header(cells: list[str]) -> list[str]:
    names = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in cells]
    missing = [name for name in COLUMNS if name not in names]
    unknown = [
        cell.strip()[:40] for cell, name in zip(cells, names, strict=True) if name and name not in COLUMNS
    ]
    twice = [name for name, times in Counter(names).items() if times > 1 and name]
    if len(missing) == len(COLUMNS):
        raise Mistake(
            N_("The first row must name the columns, and it names none of them: %(columns)s."),
            columns=", ".join(COLUMNS),
        )
    missing_text, unknown_text = ", ".join(missing), ", ".join(unknown[:20])
    if missing and unknown:
        raise Mistake(
            N_("The first row lacks %(missing)s, and these columns are not known: %(unknown)s."),
            missing=missing_text, unknown=unknown_text,
        )  # fmt: skip
    if missing:
        raise Mistake(N_("The first row lacks these columns: %(missing)s."), missing=missing_text)
    if unknown:
        raise Mistake(N_("These columns are not known: %(unknown)s. Take them out."), unknown=unknown_text)
    if twice:
        raise Mistake(N_("These columns stand twice: %(columns)s."), columns=", ".join(twice))
    return names


def _row(number: int, header: list[str], cells: list[str]) -> Row:
    padded = cells + [""] * (len(header) - len(cells))
    values = {name: cell for name, cell in zip(header, padded, strict=False) if name}
    return Row(number, values, surplus=any(cells[len(header) :]))
