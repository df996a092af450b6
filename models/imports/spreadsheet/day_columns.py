"""Tables laid out sideways: a column for each day, or a column for each event; as lines of an ordinary table."""

from collections.abc import Iterator, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.columns import is_header, options_of
from models.imports.spreadsheet.headings import day_and_half
from models.imports.spreadsheet.times import time_words

_TITLE, _DAY, _HOURS = "活动名称", "日期", "时间"
_SIDE = {"organizers": "主办单位", "venue_text": "地点", "region": "地区", "county": "地区"}
_TOP = 10  # lines among which the row of days is looked for


def upright(lines: Sequence[Line]) -> list[Line]:
    """The lines of a table that lies on its side, as one with a header; [] for any other table."""
    return _of_events(lines) or _of_days(lines)


def _of_events(lines: Sequence[Line]) -> list[Line]:
    """活动名称 | 甲 | 乙 above 时间 | 4月20日 | 4月22日: each column is an event."""
    filled = [line for line in lines if any(line.cells)]
    if not 2 <= len(filled) <= 30:
        return []
    start = next((n for n, line in enumerate(filled) if "title" in options_of(line.cells[0])), None)
    if start is None:
        return []
    table = filled[start:]
    names = [line.cells[0] for line in table]
    if not is_header(names) or not all(options_of(name) or not name for name in names):
        return []
    width = max(len(line.cells) for line in table)
    columns = [[line.cells[n] if n < len(line.cells) else "" for line in table] for n in range(1, width)]
    events = [Line(table[0].number, cells, table[0].notes) for cells in columns if any(cells)]
    return [Line(table[0].number, names), *events] if events else []


def _of_days(lines: Sequence[Line]) -> list[Line]:
    """单位 | 4月22日 | 4月23日: each filled cell below a day is an event of that day, what stands first in its row the host,
    the place or the part of the day."""
    for at, line in enumerate(lines[:_TOP]):
        days = {n: cell for n, cell in enumerate(line.cells) if day_and_half(cell)[0]}
        first = min(days, default=0)
        if len(days) < 2 or first == 0 or len(days) + first < sum(map(bool, line.cells)):
            if sum(map(bool, line.cells)) > 1:
                return []  # a header that is not known, and no title of the table
            continue
        side = line.cells[first - 1]
        field = next((name for name in _SIDE if name in options_of(side)), "")
        header = [_TITLE, _DAY, _HOURS, *([_SIDE[field]] if field else [])]
        return [Line(line.number, header), *_cells_of(lines[at + 1 :], days, first - 1, bool(field))]
    return []


def _cells_of(lines: Sequence[Line], days: dict[int, str], side: int, named: bool) -> Iterator[Line]:
    for line in lines:
        beside = line.cells[side] if side < len(line.cells) else ""
        hours = "" if named or not (time_words.has_hours(beside)) else beside
        for column, day in days.items():
            text = line.cells[column] if column < len(line.cells) else ""
            for title in filter(None, (piece.strip() for piece in text.split("\n"))):
                date, half = day_and_half(day)
                yield Line(
                    line.number, [title, date, hours or half, *([beside] if named else [])], line.notes
                )
