"""Add numbers to the rows of FigureSum, in one statement whatever their number."""

import json
import os
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from models.db import db, on_postgresql
from models.ledger.sum_tables import SUM_COLUMNS, SumKind

_STRIPES = 16
_STRIPED = (SumKind.TOTAL, SumKind.LINE, SumKind.AUDIENCE, SumKind.DAY)

SumKey = tuple[str, str, str]  # campaign id, kind, value
Sums = dict[SumKey, list[int]]  # numbers in the order of SUM_COLUMNS

_TYPES = {
    "campaign_id": "text",
    "kind": "text",
    "value": "text",
    "stripe": "integer",
    **dict.fromkeys(SUM_COLUMNS, "integer"),
}
# Each row is one JSON array.
_VALUES = {
    "sqlite": (f"json_extract(value, '$[{number}]')" for number in range(len(_TYPES))),
    "postgresql": (f"CAST(value ->> {number} AS {kind})" for number, kind in enumerate(_TYPES.values())),
}
_ROWS = {"sqlite": "json_each(:rows) WHERE true", "postgresql": "json_array_elements(CAST(:rows AS json))"}
_ADD = {
    dialect: text(
        f"INSERT INTO figure_sum ({', '.join(_TYPES)}) SELECT {', '.join(_VALUES[dialect])} FROM {rows} "
        "ON CONFLICT (campaign_id, kind, value, stripe) DO UPDATE SET "
        + ", ".join(f"{name} = figure_sum.{name} + excluded.{name}" for name in SUM_COLUMNS)
    )
    for dialect, rows in _ROWS.items()
}


def add_to_sums(sums: Mapping[SumKey, Sequence[int]]) -> None:
    """Add numbers to the sums, inside the caller's transaction."""
    own = os.getpid() % _STRIPES if on_postgresql() else 0  # processes rarely share a row
    rows = [
        [campaign_id, kind, value, own if kind in _STRIPED else 0, *numbers]
        for (campaign_id, kind, value), numbers in sorted(sums.items())
        if any(numbers)
    ]
    if rows:
        statement = _ADD[db.session.get_bind().dialect.name]
        db.session.connection().execute(statement, {"rows": json.dumps(rows, ensure_ascii=False)})
