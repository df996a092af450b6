"""Numbers under 编号 that count the rows of a sheet and name no events. Pure."""

import re
from dataclasses import replace

from models.imports.findings import Row

_NUMBER = re.compile(r"\d{1,3}")


def without_row_numbers(rows: list[Row]) -> list[Row]:
    """The rows without the numbers under 编号 where these begin anew on each sheet: then they name no events."""
    titles: dict[str, set[str]] = {}
    for row in rows:
        if _NUMBER.fullmatch(row.cells["id"]):
            titles.setdefault(row.cells["id"], set()).add(row.cells["title"])
    if all(len(those) == 1 for those in titles.values()):
        return rows
    return [replace(row, cells=row.cells | {"id": ""}) if row.cells["id"] in titles else row for row in rows]
