"""Rows as CSV or XLSX, in pieces: memory stays flat, however many rows there are."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import xlsxwriter

from models.exports.tables import ExportFormat
from models.text.spreadsheet_cells import safe_cell

Row = Sequence[object]
BOM = "\ufeff"  # Excel reads UTF-8 only where a file begins with it
PIECE = 256 * 1024  # bytes
MOST_ROWS_OF_A_SHEET = 1_048_576  # of XLSX; the rest follows on further sheets
CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PDF: "application/pdf",
}


def pieces(format: ExportFormat, heads: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    return _csv(heads, rows) if format == ExportFormat.CSV else _xlsx(heads, rows)


def _csv(heads: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    file = io.StringIO()
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([safe_cell(_plain(value)) for value in row])
        if file.tell() >= PIECE:
            yield file.getvalue().encode()
            file.seek(0)
            file.truncate()
    yield file.getvalue().encode()


def _xlsx(heads: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """Written to a temporary file: the directory of a zip stands at its end."""
    with tempfile.TemporaryFile() as file:
        # Texts are texts: no formula, link or number is made of them.
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(file, options) as book:
            sheet, line = book.add_worksheet(), 0
            for row in _with_heads(heads, rows):
                if line == MOST_ROWS_OF_A_SHEET:
                    sheet, line = book.add_worksheet(), 0
                for column, value in enumerate(row):
                    sheet.write(line, column, safe_cell(_plain(value)))
                line += 1
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _with_heads(heads: Row, rows: Iterable[Row]) -> Iterator[Row]:
    yield heads
    yield from rows


def _plain(value: object) -> object:
    return "" if value is None else value.isoformat() if isinstance(value, date) else value
