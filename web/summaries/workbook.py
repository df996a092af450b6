"""The annex of a summary as a workbook: numbers are numbers, sums are formulas with their values."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from models.ledger.tables import METHODS
from models.places.regions import regions_by_code
from models.summaries.part import Part
from web.figures.sheets import NOTES_WIDE, height_of, print_whole_columns
from web.summaries.annex import crossed_table, definitions, event_table
from web.summaries.blocks import Table
from web.summaries.earlier_weeks import comparison, weeks_of
from web.summaries.names import figures_note, file_name, name_of, title_of
from web.words.figures import method_name
from web.words.outcomes import outcome_name, sureness, sureness_name
from web.words.terms import region_label


def write(part: Part, content: Mapping[str, Any]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title_of(part), "subject": file_name(part, "")})
    writer = _Writer(book)
    writer.notes(_("What this means"), [title_of(part), figures_note(content), *definitions()])
    for name, sheet in (("region", _("By region")), ("line", _("By sector")), ("day", _("By day"))):
        writer.table(sheet, crossed_table(part, content, name))
    writer.table(_("By method"), _methods(content))
    for name, sheet in (("focus", _("By focus")), ("format", _("By form"))):
        writer.table(sheet, _events_and_visits(part, content, name))
    for block in comparison(part, content) if weeks_of(content) else ():
        if isinstance(block, Table):
            writer.table(_("Compared with earlier weeks"), block)
    if content["outcomes"]:
        writer.table(_("Outcomes"), _outcomes(content))
    if content["event_rows"]:
        events = event_table(content)
        writer.table(_("Events"), Table(events.caption, events.head, events.rows, _sums(events)))
    writer.table(_("White spots"), _white_spots(content))
    book.close()
    return out.getvalue()


def _sums(table: Table) -> list[str | int]:
    last = len(table.head) - 1
    return [_("Total"), *([""] * (last - 1)), sum(int(row[last]) for row in table.rows)]


def _methods(content: Mapping[str, Any]) -> Table:
    rows = [(method_name(name), content["methods"][name]) for name in METHODS]
    return Table(_("Visits by method"), (_("Method"), _("Visits")), rows, (_("Total"), content["visits"]))


def _events_and_visits(part: Part, content: Mapping[str, Any], name: str) -> Table:
    events, counted = (
        content["events"]["by"][name],
        {row["key"]: row["visits"] for row in content["by"][name]},
    )
    keys = dict.fromkeys([*counted, *events])
    rows = [(name_of(part, name, key), events.get(key, 0), counted.get(key, 0)) for key in keys]
    heads = {"focus": _("Publicity focus"), "format": _("Form of activity")}
    return Table(
        "",
        (heads[name], _("Events"), _("Visits")),
        rows,
        (_("Total"), content["events"]["held"], content["visits"]),
    )


def _outcomes(content: Mapping[str, Any]) -> Table:
    """Without sums: views, leaflets and reports are not of one kind."""
    rows = [
        (outcome_name(kind), one["events"], one["number"], sureness_name(*sureness(one)))
        for kind, one in content["outcomes"].items()
        if kind != "other"
    ]
    return Table("", (_("Outcome"), _("Events"), _("Quantity"), _("How sure")), rows)


def _white_spots(content: Mapping[str, Any]) -> Table:
    states = (("silent", _("no event")), ("planned", _("events without figures")))
    rows = [
        (code, region_label(code) if code in regions_by_code() else code, words)
        for name, words in states
        for code in content["coverage"][name]
    ]
    return Table("", (_("Code"), _("County or district"), _("State")), rows)


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "border": 1, "bg_color": "#EEF1F5", "text_wrap": True})
        self.text = book.add_format({"border": 1})
        self.number = book.add_format({"border": 1, "num_format": "#,##0"})
        self.sum = book.add_format({"border": 1, "bold": True, "num_format": "#,##0"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def notes(self, name: str, lines: Sequence[str]) -> None:
        sheet = self.book.add_worksheet(name)
        print_whole_columns(sheet, 1)
        sheet.set_column(0, 0, NOTES_WIDE)
        for place, line in enumerate(lines):
            sheet.set_row(place, height_of(line, NOTES_WIDE))
            sheet.write_string(place, 0, line, self.wrapped)

    def table(self, name: str, table: Table) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        print_whole_columns(sheet, len(table.head))
        for column, text in enumerate(table.head):
            texts = [len(str(row[column])) for row in table.rows]
            sheet.set_column(column, column, min(60, 4 + 2 * max([len(text), *texts], default=8)))
            sheet.write_string(0, column, text, self.head)
        for place, row in enumerate(table.rows, 1):
            for column, value in enumerate(row):
                self._cell(sheet, place, column, value)
        if table.sums:
            self._sums(sheet, table)

    def _cell(self, sheet: Any, row: int, column: int, value: str | int) -> None:
        if isinstance(value, int):
            sheet.write_number(row, column, value, self.number)
        else:
            sheet.write_string(row, column, value, self.text)

    def _sums(self, sheet: Any, table: Table) -> None:
        last = len(table.rows)
        for column, value in enumerate(table.sums or ()):
            if isinstance(value, int) and last:
                first, end = xl_rowcol_to_cell(1, column), xl_rowcol_to_cell(last, column)
                sheet.write_formula(last + 1, column, f"=SUM({first}:{end})", self.sum, value)
            else:
                sheet.write(last + 1, column, value, self.sum)
