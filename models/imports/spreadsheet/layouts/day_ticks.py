"""Columns for the days of an event: 20日 | 21日 | 22日 with ticks below; as one column with the days. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.headings import day_and_half

_TICK = re.compile("[√✓✔☑●■◆★▲△○VvYy是1]|举办|开展")
_DAY_ALONE = re.compile(r"(\d{1,2})[日号]?(?:[（(](?:周|星期)?[一二三四五六日][)）])?")
_NAME = "日期"


def columns_of(header: Sequence[str], lines: Sequence[Line]) -> dict[int, str]:
    """The days of a header by their columns, where ticks stand below them; {} for any other table."""
    days = {n: day for n, cell in enumerate(header) if (day := _day(cell))}
    if len(days) < 2:
        return {}
    texts = [line.cells[n] for line in lines for n in days if n < len(line.cells) and line.cells[n]]
    return days if texts and all(map(_TICK.fullmatch, texts)) else {}


def _day(text: str) -> str:
    alone = _DAY_ALONE.fullmatch(text)
    if alone and ("日" in text or "号" in text):
        return f"{alone[1]}日"
    return day_and_half(text)[0]


def in_one_column(lines: Iterable[Line], header: Line, days: dict[int, str]) -> Iterator[Line]:
    """The lines with the days of each event in the first of the columns."""
    first = min(days)
    for line in lines:
        cells = list(line.cells)
        if line.number < header.number:
            yield line
            continue
        ticked = [day for n, day in days.items() if n < len(cells) and cells[n]]
        for n in days:
            if n < len(cells):
                cells[n] = ""
        if first < len(cells):
            cells[first] = _NAME if line.number == header.number else "、".join(ticked)
        yield Line(line.number, cells, line.notes, line.spans)
