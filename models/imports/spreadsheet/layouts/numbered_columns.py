"""Columns for several events in one line: 活动一名称 | 活动一时间 | 活动二名称 | 活动二时间; as a line for each. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.column_names import options_of

_NUMBERED = re.compile(r"(\D*?)[(（]?([一二三四五六七八九1-9])[)）]?(\D{0,8})")

Groups = list[dict[int, int]]  # for each event the column of its cell by that of the first


def columns_of(header: Sequence[str]) -> tuple[list[str], Groups] | None:
    """The names of the columns without numbers, and the columns of each event; None for any other header."""
    groups: dict[str, dict[str, int]] = {}
    for n, cell in enumerate(header):
        match = _NUMBERED.fullmatch(cell)
        base = match and (match[1] + match[3] if options_of(match[1] + match[3]) else match[3] or match[1])
        if match and base and options_of(base):
            groups.setdefault(match[2], {})[base] = n
    first, *others = groups.values() or [{}]
    if not others or len(first) < 2 or "title" not in _fields(first):
        return None
    if any(not group.keys() <= first.keys() or "title" not in _fields(group) for group in others):
        return None
    names = list(header)
    for base, n in first.items():
        names[n] = base
    for group in others:
        for n in group.values():
            names[n] = ""
    return names, [{first[base]: n for base, n in group.items()} for group in (first, *others)]


def _fields(group: Iterable[str]) -> set[str]:
    return {field for base in group for field in options_of(base)}


def one_by_one(lines: Iterable[Line], header: Line, names: Sequence[str], groups: Groups) -> Iterator[Line]:
    """A line for each event, its cells in the columns of the first one."""
    taken = {n for group in groups for n in group.values()}
    for line in lines:
        if line.number < header.number:
            yield line
        elif line.number == header.number:
            yield Line(line.number, list(names), line.notes, line.spans)
        else:
            yield from _events(line, groups, taken)


def _events(line: Line, groups: Groups, taken: set[int]) -> Iterator[Line]:
    cells = [*line.cells, *[""] * (max(taken) + 1 - len(line.cells))]
    shared = ["" if n in taken else cell for n, cell in enumerate(cells)]
    if not any(cells[n] for n in taken):
        yield Line(line.number, shared, line.notes, line.spans)
    for number, group in enumerate(groups):
        own = list(shared)
        for first, n in group.items():
            own[first] = cells[n]
        if any(cells[n] for n in group.values()):
            yield Line(line.number, own, line.notes, line.spans, sideways=number > 0)
