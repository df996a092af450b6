"""The lines of any table as those of an ordinary one: a header, below it a line for each event."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from models.imports.findings import Line
from models.imports.spreadsheet import day_columns
from models.imports.spreadsheet.columns import is_header
from models.imports.spreadsheet.layouts import (
    cards,
    day_ticks,
    forms,
    numbered_columns,
    side_by_side,
    tick_columns,
    unnamed_columns,
    untitled,
)

# Lines above a header: the name of the table, who filled it in.
TOP = 10
# Tables that lie on their side are shorter.
_SIDEWAYS = 200


def ordinary_lines(
    table: Iterable[Line], answers: Mapping[str, str] | None
) -> tuple[Iterator[Line], list[Line], dict[str, str]]:
    """The lines of a sheet, those of one that lies on its side upright; the first of them as they are; the fields
    of columns whose names are not known, by their bare names."""
    lines = iter(table)
    start = list(islice(lines, _SIDEWAYS))
    whole = len(start) < _SIDEWAYS
    if whole and (forms_of_sheet := forms.upright(start)):
        return iter(forms_of_sheet), start, {}
    at = next((n for n, line in enumerate(start[:TOP]) if _is_top(line.cells, answers)), None)
    if at is None:
        if whole and (upright := day_columns.upright(start) or cards.upright(start)):
            return iter(upright), start, {}
        at = unnamed_columns.header_at(start, answers or {})
    if at is None:
        if header := untitled.header_of(start[:TOP]):
            return untitled.with_title(chain(start, lines), *header), start, {}
        return chain(start, lines), start, {}
    fields = unnamed_columns.fields_by_cells(start, at, answers or {})
    return _ordinary(chain(start, lines), start, at), start, fields


def _is_top(cells: Sequence[str], answers: Mapping[str, str] | None) -> bool:
    return is_header(cells, answers) or numbered_columns.columns_of(cells) is not None


def _ordinary(lines: Iterator[Line], start: Sequence[Line], at: int) -> Iterator[Line]:
    """The lines of a table with a header: tables beside each other one below the other, words for ticks."""
    top = start[at]
    if numbered := numbered_columns.columns_of(top.cells):
        return numbered_columns.one_by_one(lines, top, *numbered)
    if starts := side_by_side.starts_of(top.cells):
        return side_by_side.below_each_other(lines, top, starts)
    second = start[at + 1] if at + 1 < len(start) else top
    if ticks := tick_columns.columns_of(top.cells, second.cells, start[at + 2 :]):
        return tick_columns.in_words(lines, second, ticks)
    if days := day_ticks.columns_of(top.cells, start[at + 1 :]):
        return day_ticks.in_one_column(lines, top, days)
    return lines
