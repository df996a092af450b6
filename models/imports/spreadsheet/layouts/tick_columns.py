"""Columns in which a tick says yes: 参加对象 above 青少年 | 社会公众, √ below; as one column with the words ticked. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.column_names import options_of

_TICK = re.compile("[√✓✔☑●■◆★VvYy是1]")
# What may be ticked.
_FIELDS = {"audiences", "format", "online"}


def columns_of(top: Sequence[str], below: Sequence[str], lines: Iterable[Line]) -> dict[int, tuple[int, str]]:
    """By column where its answer belongs and the word that a tick stands for; {} where the second line is another."""
    columns: dict[int, tuple[int, str]] = {}
    parent = 0
    for n, name in enumerate(below):
        parent = n if n < len(top) and top[n] else parent
        if name and name != (top[n] if n < len(top) else ""):
            if not _FIELDS & set(options_of(top[parent])):
                return {}
            columns[n] = (parent, name)
    ticks = [line.cells[n] for line in lines for n in columns if n < len(line.cells) and line.cells[n]]
    return columns if len(columns) > 1 and ticks and all(map(_TICK.fullmatch, ticks)) else {}


def in_words(lines: Iterable[Line], second: Line, columns: Mapping[int, tuple[int, str]]) -> Iterator[Line]:
    """The lines without the second of the header, and with words for ticks."""
    for line in lines:
        if line.number == second.number:
            continue
        if line.number < second.number:
            yield line
            continue
        cells = list(line.cells)
        ticked: dict[int, list[str]] = {parent: [] for parent, _ in columns.values()}
        for n, (parent, name) in columns.items():
            if n < len(cells) and cells[n]:
                ticked[parent].append(name if _TICK.fullmatch(cells[n]) else cells[n])
                cells[n] = ""
        for parent, words in ticked.items():
            if words:
                cells[parent] = ";".join(words)
        yield Line(line.number, cells, line.notes, line.spans)
