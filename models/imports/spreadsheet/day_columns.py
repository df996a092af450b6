"""Tables laid out sideways: a column for each day, or a column for each event; as lines of an ordinary table."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from models.errors import N_
from models.imports.findings import Finding, Line
from models.imports.spreadsheet.column_names import is_left_out, options_of
from models.imports.spreadsheet.columns import is_header
from models.imports.spreadsheet.headings import day_and_half
from models.imports.spreadsheet.layouts.title_and_place import are_pairs, titles_and_places
from models.imports.spreadsheet.names.organizations import is_organization
from models.imports.spreadsheet.times import time_words

_TITLE, _DAY, _HOURS = "活动名称", "日期", "时间"
_SIDE = {"organizers": "主办单位", "venue_text": "地点", "region": "地区", "county": "地区"}
_TIMES = {"start_date", "end_date", "start_time", "end_time", "time_text", "period"}
_TWO_WAYS = re.compile(r"[\\/／|\s]+")
_BRACKETS = re.compile("[(（]([^()（）]{2,})[)）]$")
_HOURS_AND_PLACE = re.compile(
    r"([^（）()]+)[(（](\d{1,2}[:：]\d\d(?:\s*[-—–~至]+\s*\d{1,2}[:：]\d\d)?)[，,、\s]+([^（）()]{2,})[)）]"
)
_LEADING_HOURS = re.compile(r"(\d{1,2}[:：]\d\d(?:\s*[-—–~至]+\s*\d{1,2}[:：]\d\d)?)[\s:：]*")
_TOP = 10  # lines among which the row of days is looked for


def upright(lines: Sequence[Line]) -> list[Line]:
    """The lines of a table that lies on its side, as one with a header, below what stands above it; [] for any other table."""
    table = _of_events(lines) or _of_days(lines) or _of_halves(lines)
    return [*(line for line in lines if line.number < table[0].number), *table] if table else []


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
    known = [name for name in names if options_of(name) or is_left_out(name)]
    if not is_header(names) or len(known) < min(3, len(names)) or 2 * len(known) <= len(names):
        return []
    width = max(len(line.cells) for line in table)
    columns = [[line.cells[n] if n < len(line.cells) else "" for line in table] for n in range(1, width)]
    events = [Line(table[0].number, cells, table[0].notes, sideways=True) for cells in columns if any(cells)]
    return [Line(table[0].number, names), *events] if events else []


def _of_days(lines: Sequence[Line]) -> list[Line]:
    """单位 | 4月22日 | 4月23日: each filled cell below a day is an event of that day, what stands first in its row the host,
    the place or the part of the day."""
    for at, line in enumerate(lines[:_TOP]):
        days = {n: day for n, cell in enumerate(line.cells) if (day := day_and_half(cell))[0]}
        first = min(days, default=0)
        if len(days) < 2 or first == 0 or len(days) + first < sum(map(bool, line.cells)):
            if sum(map(bool, line.cells)) > 1:
                return []  # a header that is not known, and no title of the table
            continue
        left = [n for n in range(first) if not is_left_out(line.cells[n])]
        corner = _fields_of_corner(line.cells[left[-1]]) if left else set()
        rows = [_Beside.of(below, left, corner) for below in lines[at + 1 :]]
        cells = [row.line.cells[n] for row in rows for n in days if n < len(row.line.cells)]
        places = _places(lines[at + 1 :])
        paired = _SIDE["venue_text"] not in {*places, *(row.column for row in rows)} and are_pairs(cells)
        names = [_TITLE, _DAY, _HOURS, *(row.column for row in rows if row.column), *places]
        names = list(dict.fromkeys([*names, _SIDE["venue_text"]] if paired else names))
        return [
            Line(line.number, names, sideways=True),
            *(event for row in rows for event in row.events(days, names, paired=paired)),
        ]
    return []


def _of_halves(lines: Sequence[Line]) -> list[Line]:
    """日期 | 上午 | 下午 | 单位: each filled cell below a part of the day is an event."""
    for at, line in enumerate(lines[:_TOP]):
        halves = {n: cell for n, cell in enumerate(line.cells) if time_words.HALF_DAYS.get(cell)}
        fields = {field for cell in line.cells for field in options_of(cell)}
        if len(halves) < 2 or not {"start_date", "time_text"} & fields:
            continue
        others = [n for n, cell in enumerate(line.cells) if cell and n not in halves]
        below = [each for each in lines[at + 1 :] if any(each.cells)]
        texts = [each.cells[n] for each in below for n in halves if n < len(each.cells) and each.cells[n]]
        # Where each ends with brackets, the place stands in them.
        placed = all(map(_BRACKETS.search, texts)) and "venue_text" not in fields
        paired = not placed and "venue_text" not in fields and are_pairs(texts)
        names = [
            _TITLE,
            _HOURS,
            *([_SIDE["venue_text"]] if placed or paired else []),
            *(line.cells[n] for n in others),
        ]
        events = [Line(line.number, names, sideways=True)]
        for each in below:
            beside = [each.cells[n] if n < len(each.cells) else "" for n in others]
            for n, half in halves.items():
                cell = each.cells[n] if n < len(each.cells) else ""
                for text, *place in titles_and_places(cell) if paired else _lines(cell):
                    own = [*_of_cell(text, half, placed), *place]
                    events.append(Line(each.number, [*own, *beside], each.notes, sideways=True))
        return events
    return []


def _divided(text: str, half: str) -> dict[str, str]:
    """Title, hours and place of 专利讲座（9:00，市图书馆）; {} for any other text."""
    match = _HOURS_AND_PLACE.fullmatch(text)
    if match is None:
        return {}
    return {_TITLE: match[1], _HOURS: f"{half}{match[2]}", _SIDE["venue_text"]: match[3]}


def _of_cell(text: str, half: str, placed: bool) -> list[str]:
    """Title, hours and place of 9:00-11:00 专利讲座（市图书馆）."""
    hours = _LEADING_HOURS.match(text)
    title = text[hours.end() :] if hours else text
    place = _BRACKETS.search(title) if placed else None
    words = f"{half}{hours[1]}" if hours else half
    return [title[: place.start()], words, place[1]] if place else [title, words]


@dataclass(frozen=True, slots=True)
class _Beside:
    """One row below days. column: the name over text, which stands first in it. unread: what else stands at its left."""

    line: Line
    column: str
    text: str
    unread: str

    @classmethod
    def of(cls, line: Line, left: Sequence[int], corner: Set[str]) -> "_Beside":
        texts = [line.cells[n] if n < len(line.cells) else "" for n in left]
        text = texts.pop() if texts else ""
        column = _column(text, corner) if text else ""
        rest = [*texts, *([] if column else [text])]
        return cls(line, column, text, "、".join(each for each in rest if each and not each.isdigit()))

    def events(
        self, days: Mapping[int, tuple[str, str]], names: Sequence[str], *, paired: bool
    ) -> Iterator[Line]:
        """paired: below each title stands its place."""
        for column, (day, half) in days.items():
            cell = self.line.cells[column] if column < len(self.line.cells) else ""
            for title, *place in titles_and_places(cell) if paired else _lines(cell):
                values = (
                    {_TITLE: title, _HOURS: half, self.column: self.text}
                    | ({_SIDE["venue_text"]: place[0]} if place else {})
                    | _divided(title, half)
                    | {_DAY: day}
                )
                notes = self.line.notes
                if self.unread:
                    why = N_("“%(text)s” at the left of this event was not read.")
                    notes = (*notes, Finding(why, text=self.unread[:80]))
                yield Line(self.line.number, [values.get(name, "") for name in names], notes, sideways=True)


def _places(lines: Sequence[Line]) -> list[str]:
    """The column for places, where cells have them in brackets."""
    texts = (text for line in lines for cell in line.cells for text in cell.split("\n"))
    return [_SIDE["venue_text"]] if any(map(_HOURS_AND_PLACE.fullmatch, texts)) else []


def _fields_of_corner(name: str) -> set[str]:
    """The fields of what stands at the left: 单位\\日期 says of the row of days as well."""
    return {field for part in _TWO_WAYS.split(name) for field in options_of(part)} - _TIMES


def _column(text: str, corner: Set[str]) -> str:
    """The column for what stands at the left of a row, by the name above it; where that is not known, by what it is."""
    if time_words.has_hours(text):
        return _HOURS
    field = next((name for name in _SIDE if name in corner), "")
    if field:
        return _SIDE[field]
    if corner:
        return ""  # 活动形式 above 讲座
    return _SIDE["organizers" if is_organization(text) else "venue_text"]


def _lines(cell: str) -> list[list[str]]:
    return [[line.strip()] for line in cell.split("\n") if line.strip()]
