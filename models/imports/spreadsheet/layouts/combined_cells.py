"""Cells that hold what belongs into several columns: time and place, labels, a title that begins with its day. Pure."""

import re

from models.errors import N_
from models.imports.findings import Finding
from models.imports.spreadsheet.column_names import options_of
from models.imports.spreadsheet.column_synonyms import DAYS
from models.imports.spreadsheet.layouts.labels import in_brackets, labelled, without_contacts
from models.imports.spreadsheet.times import time_words
from models.imports.spreadsheet.times.time_and_place import time_and_place

_TIMES = {*DAYS, "month", "day_of_month", "time_and_place"}
_TITLE = "title"
# No 8:00上班路上听普法, and no 4:26我们在一起: one hour has a blank or a sign behind it.
_LEADING_HOURS = re.compile(
    r"(\d{1,2}[:：]\d\d\s*[-—–~至]+\s*\d{1,2}[:：]\d\d(?!\d)|\d{1,2}[:：]\d\d(?=[\s:：,，]))[\s:：,，]*"
    r"(?=[^\W\d]{2})(?![点时分起前后至])"
)
_TEXTS = ("description", "remarks")


def divide(
    values: dict[str, str], columns: dict[str, str], unknown: dict[str, tuple[str, str]]
) -> list[Finding]:
    """Moves into empty cells what other cells say, with the letter of the column where it stands. unknown: by name of a
    column that is not known its letter and text; those with labels are read and taken out."""
    notes = [
        *_hours_of_title(values),
        *_time_of_title(values, columns),
        *_divide_time_and_place(values, columns),
    ]
    for field in _TEXTS:
        for name, value in labelled(values[field]).items():
            _fill_by_name(values, columns, name, value, columns[field])
    for column, (at, text) in list(unknown.items()):
        labels = labelled(text)
        for name, value in labels.items():
            _fill_by_name(values, columns, name, value, at)
        if labels:
            del unknown[column]  # what it says besides stays in the description
            values["description"] = "\n".join(filter(None, (values["description"], without_contacts(text))))
    for name, value in in_brackets(values[_TITLE]).items():
        _fill_by_name(values, columns, name, value, columns.get(_TITLE, ""))
    if values["month"] and values["day_of_month"] and not values["start_date"]:
        month, day = (values[name].rstrip("月日号") for name in ("month", "day_of_month"))
        values["start_date"], columns["start_date"] = f"{month}月{day}日", columns["day_of_month"]
    return notes


def _fill(values: dict[str, str], columns: dict[str, str], field: str, text: str, at: str) -> None:
    if text and not values[field]:
        values[field], columns[field] = text, at


def _fill_by_name(values: dict[str, str], columns: dict[str, str], name: str, text: str, at: str) -> None:
    options = options_of(name)
    field = min(options, key=options.__getitem__, default="")
    # A column of its own decides, also where it is empty.
    if (
        field
        and field != _TITLE
        and field not in columns
        and not (field in _TIMES and _TIMES & columns.keys())
    ):
        _fill(values, columns, field, text, at)


def _time_of_title(values: dict[str, str], columns: dict[str, str]) -> list[Finding]:
    """4月20日上午，在市图书馆举办启动仪式, in a list without a column for the time."""
    if not values[_TITLE] or _TIMES & columns.keys():
        return []
    words, rest = time_and_place(values[_TITLE])
    if not words or not rest or not values[_TITLE].startswith(words):
        return []
    values["time_text"] = words
    return [
        Finding(N_("No column gives the time; “%(text)s” was read from the title."), text=words).about(_TITLE)
    ]


def _hours_of_title(values: dict[str, str]) -> list[Finding]:
    """9:00-9:30 启动仪式, beside a day without hours."""
    hours, title = _LEADING_HOURS.match(values[_TITLE]), values[_TITLE]
    days = values["time_text"] or values["start_date"]
    if hours is None or values["start_time"] or values["period"] or not time_words.is_day(days):
        return []
    values["time_text"] = f"{values['time_text']} {hours[1]}".strip()
    values[_TITLE] = title[hours.end() :]
    return [Finding(N_("The hours %(text)s were read from the title."), text=hours[1]).about(_TITLE)]


def _divide_time_and_place(values: dict[str, str], columns: dict[str, str]) -> list[Finding]:
    """时间及地点: 4月20日上午，人民广场."""
    text, notes = values["time_and_place"], []
    for field, part in zip(("time_text", "venue_text"), time_and_place(text) if text else (), strict=False):
        if part and values[field] and part != values[field]:
            why = N_("“%(text)s” was not read: another column says it as well.")
            notes.append(Finding(why, text=part[:80]).about("time_and_place"))
        _fill(values, columns, field, part, columns["time_and_place"])
    values["time_and_place"] = ""
    return notes
