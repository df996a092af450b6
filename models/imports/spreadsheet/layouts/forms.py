"""Forms for one event: 活动名称 | 甲 | 主办单位 | 乙, below it 活动时间 | 4月20日; as a table with a line for each form. Pure."""

from collections.abc import Sequence

from models.imports.findings import Line
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_names import RANKS, bare, is_left_out, options_of
from models.imports.spreadsheet.columns import is_header

_MOST_LINES = 200
# How much of what stands in a column of labels is known.
_KNOWN = 0.6
_LEAST = 3


def upright(lines: Sequence[Line]) -> list[Line]:
    """The lines of a sheet of forms, as a table with a header; [] for any other sheet."""
    filled = [line for line in lines if any(line.cells)]
    columns = _label_columns(filled)
    if not columns or columns[0] != min(_first(line) for line in filled):
        return []
    forms: list[tuple[Line, dict[str, str]]] = []
    below: list[Line] = []
    for line in filled:
        pairs = _pairs(line, columns)
        if pairs is None:
            return []
        for name, value in pairs:
            known = bare(name)
            if not forms or known in map(bare, forms[-1][1]):
                forms.append((line, {}))
            forms[-1][1][name] = value
        if not pairs and cells.footer(line.cells[_first(line)]):
            below.append(line)
    names = list({bare(name): name for _, form in forms for name in form}.values())
    if not is_header(names):
        return []
    events = [
        Line(line.number, [_value(form, name) for name in names], line.notes, sideways=True)
        for line, form in forms
    ]
    notes = [Line(line.number, [line.cells[_first(line)]], line.notes) for line in below]
    return [Line(filled[0].number, names, sideways=True), *events, *notes]


def _value(form: dict[str, str], name: str) -> str:
    return next((value for other, value in form.items() if bare(other) == bare(name)), "")


def _first(line: Line) -> int:
    return next(n for n, cell in enumerate(line.cells) if cell)


def _label_columns(lines: Sequence[Line]) -> list[int]:
    """The columns that hold names of fields, the title among them, and not one above values."""
    if not _LEAST <= len(lines) <= _MOST_LINES:
        return []
    columns = []
    fields: set[str] = set()
    for n in range(max(len(line.cells) for line in lines)):
        texts = [line.cells[n] for line in lines if n < len(line.cells) and line.cells[n]]
        known = [text for text in texts if options_of(text) or is_left_out(text)]
        if len(known) >= 2 and len(known) >= _KNOWN * sum(1 for text in texts if len(text) <= 12):
            columns.append(n)
            fields |= {field for text in known for field in options_of(text)}
    return columns if "title" in fields and len(fields) > _LEAST else []


def _is_label(text: str) -> bool:
    return bare(text) in RANKS


def _pairs(line: Line, columns: Sequence[int]) -> list[tuple[str, str]] | None:
    """The names and values of a line, [] for one text alone; None where a name has two values: then it is a table."""
    pairs = []
    ends = [*columns[1:], len(line.cells)]
    for start, end in zip(columns, ends, strict=True):
        name = line.cells[start] if start < len(line.cells) else ""
        values = [cell for cell in line.cells[start + 1 : end] if cell]
        if len(values) > 1 or (values and (not name or _is_label(values[0]))):
            return None
        if name and (values or options_of(name)):
            pairs.append((name, values[0] if values else ""))
    return pairs
