"""Rows that are further sessions of the event above them: their title is one cell with that one's, or they say nothing but
when. Pure."""

import re
from dataclasses import replace

from models.errors import N_
from models.imports.findings import Finding, Row
from models.imports.spreadsheet.column_synonyms import DAYS
from models.imports.spreadsheet.times.time_and_place import time_and_place

_HOURS = re.compile(r"\d[:：时点]|[上下中]午|晚")
# What each session may have of its own.
_OF_SESSION = {*DAYS, "capacity", "id"}


def joined(event: Row, row: Row, *, one_title: bool) -> Row | None:
    """The row of an event with the session of the next one; None where that is an event of its own. one_title: both have one
    cell for the title."""
    if event.unread or not event.cells["title"] or not _says_the_same(event, row, one_title=one_title):
        return None
    whens = [_when(event), _when(row)]
    text = "；".join(whens)
    # Words that are not wholly a time stay in rows of their own; a day without hours would take those of the next.
    if (
        not all(whens)
        or len({_HOURS.search(when) is None for when in whens}) > 1
        or time_and_place(text) != (text, "")
    ):
        return None
    column = next((event.columns[name] for name in DAYS if event.columns.get(name)), "")
    cells = event.cells | dict.fromkeys(DAYS, "") | {"time_text": text}
    why = Finding(N_("Row %(row)s gives another session of this event."), row=row.number)
    return replace(
        event, cells=cells, columns={**event.columns, "time_text": column}, notes=(*event.notes, why)
    )


def _says_the_same(event: Row, row: Row, *, one_title: bool) -> bool:
    if row.cells["capacity"] not in ("", event.cells["capacity"]):
        return False
    others = {name: text for name, text in row.cells.items() if text and name not in _OF_SESSION}
    if not one_title and others:
        return False
    return all(event.cells.get(name) == text for name, text in others.items())


def _when(row: Row) -> str:
    cell = row.cells
    days = "至".join(dict.fromkeys(filter(None, (cell["start_date"], cell["end_date"]))))
    hours = "-".join(filter(None, (cell["start_time"], cell["end_time"])))
    return " ".join(filter(None, (days, hours, cell["period"], cell["time_text"])))
