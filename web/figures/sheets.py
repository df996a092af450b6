"""Tables of figures as workbooks: real numbers, totals as formulas, the meaning of the words on a sheet of its own."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import xlsxwriter
from flask import Response
from flask_babel import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from models.text.spreadsheet_cells import safe_cell

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVERY_ROW = ""
BOM = "\ufeff"  # Excel reads UTF-8 only where a file begins with it
_LINE_HIGH = 15  # points
NOTES_WIDE, _WORDS_WIDE = 68, 20  # characters of the default font: A4 between its margins
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Table:
    """One sheet. texts: how many columns on the left hold texts; the others are numbers, None where there is none.

    total_of: which rows the last row adds up: EVERY_ROW, or those with this text in the last column of texts; None: there is
    no such row."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    texts: int
    total_of: str | None = EVERY_ROW


@dataclass(frozen=True)
class _Formats:
    bold: Format
    number: Format
    bold_number: Format


def workbook(tables: Sequence[Table], notes: Sequence[tuple[str, str]], name: str) -> Response:
    """A workbook as a download. notes: word and meaning, on the last sheet."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    formats = _Formats(
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"num_format": "#,##0"}),
        book.add_format({"num_format": "#,##0", "bold": True}),
    )
    for table in tables:
        title = table.title.translate(_NOT_IN_SHEET_NAMES)[:31]
        _write_table(book.add_worksheet(title), table, formats)
    _write_notes(
        book.add_worksheet(_("What this means")), notes, formats.bold, book.add_format({"text_wrap": True})
    )
    book.close()
    response = Response(file.getvalue(), content_type=WORKBOOK)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def as_csv(table: Table, name: str) -> Response:
    """The same rows as a text table, without the row of totals."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(map(safe_cell, table.heads))
    for row in table.rows:
        writer.writerow(["" if value is None else safe_cell(plain(value)) for value in row])
    response = Response(BOM + file.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def print_whole_columns(sheet: Worksheet, columns: int) -> None:
    """On paper: A4, all columns on one page, the head on each."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if columns > 5:
        sheet.set_landscape()


def _write_table(sheet: Worksheet, table: Table, formats: _Formats) -> None:
    print_whole_columns(sheet, len(table.heads))
    sheet.freeze_panes(1, table.texts)
    sheet.set_column(0, max(table.texts - 1, 0), 26)
    for column, head in enumerate(table.heads):
        sheet.write_string(0, column, head, formats.bold)
    for position, row in enumerate(table.rows, 1):
        heavy = bool(table.total_of) and row[table.texts - 1] == table.total_of
        for column, value in enumerate(row):
            if value is None:
                continue
            if column < table.texts:
                sheet.write_string(position, column, plain(value), formats.bold if heavy else None)
            else:
                sheet.write_number(
                    position, column, int(str(value)), formats.bold_number if heavy else formats.number
                )
    if table.total_of is not None and table.rows:
        _write_totals(sheet, table, formats)


def _write_totals(sheet: Worksheet, table: Table, formats: _Formats) -> None:
    """A formula for each column, with its value for programs that do not calculate."""
    last, label = len(table.rows) + 1, xl_col_to_name(table.texts - 1)
    added = [row for row in table.rows if not table.total_of or row[table.texts - 1] == table.total_of]
    sheet.write_string(last, 0, _("Total"), formats.bold)
    for column in range(table.texts, len(table.heads)):
        name = xl_col_to_name(column)
        cells = f"{name}2:{name}{last}"
        formula = f"=SUM({cells})"
        if table.total_of:
            formula = f'=SUMIF({label}2:{label}{last},"{table.total_of}",{cells})'
        value = sum(int(str(row[column] or 0)) for row in added)
        sheet.write_formula(last, column, formula, formats.bold_number, value)


def _write_notes(sheet: Worksheet, notes: Sequence[tuple[str, str]], bold: Format, wrapped: Format) -> None:
    print_whole_columns(sheet, 2)
    sheet.set_column(0, 0, _WORDS_WIDE)
    sheet.set_column(1, 1, NOTES_WIDE - _WORDS_WIDE)
    for row, (word, meaning) in enumerate(notes):
        sheet.set_row(row, height_of(meaning, NOTES_WIDE - _WORDS_WIDE))
        sheet.write_string(row, 0, word, bold)
        sheet.write_string(row, 1, meaning, wrapped)


def height_of(text: str, columns: int) -> float:
    """Points of a row whose text is wrapped. Not every program measures it by itself."""
    wide = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return _LINE_HIGH * max(1, ceil(1.1 * wide / columns))


def plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
