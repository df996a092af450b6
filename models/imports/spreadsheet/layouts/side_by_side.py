"""Two tables with the same columns beside each other, as one below the other. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.column_names import bare
from models.imports.spreadsheet.columns import is_header
from models.imports.spreadsheet.headings import day_and_half

_LEAST = 3  # columns of each


def starts_of(cells: Sequence[str]) -> list[int]:
    """The first columns of the tables whose headers a line holds; [] where it is the header of one."""
    names = [bare(cell) for cell in cells]
    first = next((n for n, name in enumerate(names) if name), None)
    if first is None:
        return []
    starts = [n for n, name in enumerate(names) if name == names[first]]
    ends = [*starts[1:], len(names)]
    tables = [[name for name in names[start:end] if name] for start, end in zip(starts, ends, strict=True)]
    if len(starts) < 2 or len(tables[0]) < _LEAST or any(table != tables[0] for table in tables):
        return []
    return starts if is_header(cells[: starts[1]]) else []


def below_each_other(lines: Iterable[Line], header: Line, starts: Sequence[int]) -> Iterator[Line]:
    """The lines of the first table, then those of each other with its header; its cells stay in their columns."""
    ends = [*starts[1:], None]
    kept: list[Line] = []
    for line in lines:
        kept.append(line)
        yield Line(line.number, line.cells[: ends[0]], line.notes, line.spans)
    for start, end in zip(starts[1:], ends[1:], strict=True):
        for line in kept:
            if line.number < header.number:
                continue
            own = line.cells[start:end]
            if any(own):
                yield Line(line.number, [*[""] * start, *own], line.notes)
            elif _is_day(line):
                yield line  # a day above both


def _is_day(line: Line) -> bool:
    texts = [cell for cell in line.cells if cell]
    return len(texts) == 1 and bool(day_and_half(texts[0])[0])
