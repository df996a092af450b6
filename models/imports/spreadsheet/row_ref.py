"""What a row of a table is known by when its file is handed in again."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from models.errors import N_, Mistake
from models.imports.findings import InCell, Row
from models.imports.spreadsheet import cells

_LONGEST = 200
# What makes two events of two rows with one title, day and region.
_APART = ("start_time", "time_text", "venue_text", "address")


def of(row: Row) -> str:
    """Its id, else title, day and region. Raises Mistake where another row of the file is known by the same and tells
    another hour or place: which of them came earlier, the next file could not tell."""
    ref = row.cells["id"]
    if len(ref) > _LONGEST:
        raise InCell("id", N_("The ID has more than %(most)s characters. Please shorten it."), most=_LONGEST)
    if ref:
        return ref
    if row.twin is not None:
        raise Mistake(
            N_(
                "It has the same title and day as row %(row)s but another time or place. If it is a different "
                "event, give it its own number in the column 编号; if it is another session of the same event, put"
                " both times in one row."
            ),
            row=row.twin,
        )
    return "sha256:" + hashlib.sha256(_told(row.cells).encode()).hexdigest()[:32]


def told_apart(rows: Sequence[Row]) -> list[Row]:
    """The rows, each with its twin: the first that has the same title, day and region, where hour or place differ."""
    first: dict[str, Row] = {}
    found = []
    for row in rows:
        earlier = row if row.cells["id"] else first.setdefault(_told(row.cells), row)
        differs = any(cells.plain(row.cells[name]) != cells.plain(earlier.cells[name]) for name in _APART)
        found.append(replace(row, twin=earlier.number) if differs else row)
    return found


def _told(cell: dict[str, str]) -> str:
    names = ["title", "start_date", "province", "city", "county"]
    names += [name for name in ("region", "region_code") if cell[name]]
    if not cell["start_date"]:
        names.append("time_text" if cell["time_text"] else "start_time")
    return "\x1f".join(cells.plain(cell[name]) for name in names)
