"""Columns whose names are not known, by what stands in them: 工作 | 时间 | 地点. Pure."""

import re
from collections.abc import Mapping, Sequence

from models.imports.findings import Line
from models.imports.spreadsheet.cells import footer
from models.imports.spreadsheet.column_names import bare, is_left_out, options_of
from models.imports.spreadsheet.layouts.labels import labelled
from models.imports.spreadsheet.names.organizations import is_organization, is_rooted
from models.imports.spreadsheet.times import time_words
from models.imports.spreadsheet.times.time_and_place import time_and_place

_TIMES = {"start_date", "start_time", "time_text", "time_and_place"}
_PLACES = {"venue_text", "address", "organizers", "lead_unit", "undertakers", "audiences"}
# A table of persons, whose names are no titles.
_PERSONS = re.compile("姓名|名单|性别|职务|职称|身份证|车牌|航班|房间|到达|返程|name$")
_NO_TITLE = re.compile(
    "人$|人员|电话|联系|领导|老师|专家|嘉宾|备注|说明|数$|数量|金额|费|经费|级$|率$|进度|序|号$|码|图|要求|方式|情况|成效|周次|节次|密码|物料|物品|设备|是否|星期"
)
_HOSTS = {"organizers", "lead_unit", "undertakers", "department"}
_DAYS = {"start_date", "time_text", "time_and_place", "month"}
# Where one of these has a column, no other is looked for.
_RIVALS = {
    "time_and_place": _DAYS | {"start_time"},
    "start_date": _DAYS,
    "time_text": _DAYS | {"start_time"},
    "organizers": _HOSTS,
}
_LONGEST_TIME = 40
_LONGEST_NAME = 12
# 县文化馆 may be the host as well as the place.
_OFFICE = re.compile("(?:[局厅委办署]|政府|人民法院|检察院|海关|支队|公司|协会|管委会|委员会)$")
_SHORTEST = 4.0  # signs of a title on average
_FILLED = 0.7
_ROWS = 50


def header_at(lines: Sequence[Line], answers: Mapping[str, str]) -> int | None:
    """Where the header is of a table that names no column as the title; None where no other column must be it."""
    for at, line in enumerate(lines[:10]):
        names = [cell for cell in line.cells if cell]
        fields = _known(line, answers)
        if len(names) < 3 or any(_PERSONS.search(bare(name)) for name in names):
            continue
        if fields & _TIMES and fields & _PLACES and "title" not in fields and _title(lines, at):
            return at
    return None


def fields_by_cells(lines: Sequence[Line], at: int, answers: Mapping[str, str]) -> dict[str, str]:
    """By the bare names of columns that are not known the fields that their cells are of: title, days, hosts, places."""
    fields = _known(lines[at], answers)
    if any(_PERSONS.search(bare(name)) for name in lines[at].cells):
        return {}
    read: dict[str, str] = {}
    if "title" not in fields and (name := _title(lines, at)):
        read[name] = "title"
    for n, name in enumerate(lines[at].cells):
        if not _may_be(name) or bare(name) in read or bare(name) in answers:
            continue
        field = _field_of(_texts(lines, at, n))
        if field and not fields & _RIVALS[field] and field not in read.values():
            read[bare(name)] = field
    return read


def _known(line: Line, answers: Mapping[str, str]) -> set[str]:
    names = [cell for cell in line.cells if cell]
    return {field for name in names for field in options_of(name)} | {
        answers.get(bare(name), "") for name in names
    }


def _title(lines: Sequence[Line], at: int) -> str:
    names = enumerate(lines[at].cells)
    return next((bare(name) for n, name in names if _may_be(name) and _are_titles(lines, at, n)), "")


def _texts(lines: Sequence[Line], at: int, column: int) -> list[str]:
    """What stands in a column of the first rows, none where too many leave it empty."""
    below = [line for line in lines[at + 1 : at + 1 + _ROWS] if sum(map(bool, line.cells)) > 1]
    below = [line for line in below if not footer(next(filter(None, line.cells)))]
    texts = [line.cells[column] for line in below if column < len(line.cells) and line.cells[column]]
    return texts if texts and len(texts) >= _FILLED * len(below) else []


def _field_of(texts: Sequence[str]) -> str:
    """The field that all of these cells are of; "" for none."""
    if not texts:
        return ""
    if all(map(time_words.is_day, texts)):
        return "start_date"
    if all(len(text) < _LONGEST_TIME and time_and_place(text) == (text, "") for text in texts):
        return "time_text"
    if all(_says_both(text) for text in texts):
        return "time_and_place"
    if all(_OFFICE.search(text) and is_organization(text) and is_rooted(text) for text in texts):
        return "organizers"
    return ""


def _says_both(text: str) -> bool:
    """Whether a cell begins with its time and goes on with its place: 4月22日9时，人民广场."""
    words, rest = time_and_place(text)
    return bool(words and rest and text.startswith(words) and not labelled(text))


def _may_be(name: str) -> bool:
    plain = bare(name)
    if not plain or len(plain) > _LONGEST_NAME or options_of(name) or is_left_out(name):
        return False
    return _NO_TITLE.search(plain) is None


def _are_titles(lines: Sequence[Line], at: int, column: int) -> bool:
    texts = _texts(lines, at, column)
    if not texts:
        return False
    others = [
        text for text in texts if is_organization(text) or time_words.has_day(text) or text[0].isdigit()
    ]
    length = sum(map(len, texts)) / len(texts)
    return length >= _SHORTEST and 2 * len(set(texts)) > len(texts) and 2 * len(others) < len(texts)
