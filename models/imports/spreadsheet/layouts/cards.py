"""Sheets whose cells are events of their own, with labels in them; as a table. Pure."""

from collections.abc import Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.columns import is_header
from models.imports.spreadsheet.layouts.labels import labelled


def upright(lines: Sequence[Line]) -> list[Line]:
    """名称：甲\\n时间：4月20日\\n地点：… in each cell, as a table with a header; [] for any other sheet."""
    cards = [(line, values) for line in lines for cell in line.cells if (values := labelled(cell))]
    names = list(dict.fromkeys(name for _, values in cards for name in values))
    others = sum(1 for line in lines for cell in line.cells if cell and not labelled(cell))
    if not cards or others > len(cards) or not is_header(names):
        return []
    events = [
        Line(line.number, [values.get(name, "") for name in names], line.notes, sideways=True)
        for line, values in cards
    ]
    return [Line(cards[0][0].number, names, sideways=True), *events]
