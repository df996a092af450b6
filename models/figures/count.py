"""Visits and participants together. Pages, the API, exports and documents all call figures()."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.campaigns.tables import Campaign
from models.figures.filters import FiguresFilter
from models.figures.participants import is_quick, participants
from models.figures.stored_sums import stored_participants, stored_rows, stored_visits_by_subregion
from models.figures.visits import visit_rows
from models.ledger.tables import METHODS
from models.places import regions
from models.places.regions import RegionLevel


@dataclass(frozen=True)
class Figures:
    """participants: a lower bound, not additive. methods: visits by method; they add up to visits.

    taken: the visits within the method "pass" by passes that visitors took themselves. rows: one dict per combination of
    `by`, in a stable order, with the dimensions by name, visits, methods, taken, and participants (None where figures()
    did not count them)."""

    as_of: datetime
    visits: int
    participants: int
    methods: dict[str, int]
    taken: int = 0
    rows: list[dict] = field(default_factory=list)


def figures(
    campaign: Campaign,
    now: datetime,
    by: Sequence[str] = (),
    part: FiguresFilter | None = None,
    *,
    exact: bool = False,
    level: RegionLevel | None = None,
) -> Figures:
    """Count a campaign, or a part of it, grouped by any of DIMENSIONS.

    Read from the sums where possible: then the cost does not depend on the size of the ledger. The participants of rows
    are counted for one dimension of EXACT_ALONE; for others only with exact, which is slow. level: of the regions in the
    rows; a region then stands for all below it, and its participants are not counted, because they do not add up."""
    part = part or FiguresFilter()
    rolls_up = level is not None and "region" in by
    rows = _rows(campaign, by, part, not rolls_up and bool(by) and (exact or is_quick(by)))
    if rolls_up:
        rows = _rolled_up(rows, by, level)
    return _figures(now, _total_participants(campaign, part), rows, by)


def figures_by_each(
    campaign: Campaign, now: datetime, dimensions: Sequence[str], part: FiguresFilter, counting: Sequence[str]
) -> dict[str, Figures]:
    """figures() by each of several dimensions, for a page. counting: the dimensions whose rows need their participants."""
    total = _total_participants(campaign, part)
    return {
        by: _figures(now, total, _rows(campaign, (by,), part, by in counting), (by,)) for by in dimensions
    }


def _rolled_up(rows: dict[tuple, dict], by: Sequence[str], level: RegionLevel | None) -> dict[tuple, dict]:
    sums: dict[tuple, dict] = {}
    for row in rows.values():
        values = {name: row[name] for name in by} | {"region": regions.rolled_up(row["region"], level)}
        key = tuple(values[name] for name in by)
        before = sums.get(key, {"visits": 0, "taken": 0, "methods": {}})
        sums[key] = values | {
            "visits": before["visits"] + row["visits"],
            "methods": _sum_methods([before["methods"], row["methods"]]),
            "taken": before["taken"] + row["taken"],
            "participants": None,
        }
    return sums


def _total_participants(campaign: Campaign, part: FiguresFilter) -> int:
    stored = stored_participants(campaign, part)
    return participants(campaign, (), part).get((), 0) if stored is None else stored


def _figures(now: datetime, total: int, rows: dict[tuple, dict], by: Sequence[str]) -> Figures:
    methods = _sum_methods(row["methods"] for row in rows.values())
    ordered = [rows[key] for key in sorted(rows, key=_sort_key)] if by else []
    taken = sum(row["taken"] for row in rows.values())
    return Figures(now, sum(methods.values()), total, methods, taken, ordered)


def _rows(
    campaign: Campaign, by: Sequence[str], part: FiguresFilter, with_participants: bool
) -> dict[tuple, dict]:
    """The rows by their keys, from the sums where possible."""
    rows = stored_rows(campaign, by, part)
    if rows is None or (with_participants and any(row["participants"] is None for row in rows.values())):
        return _counted_rows(campaign, by, part, with_participants)
    return rows


def _counted_rows(
    campaign: Campaign, by: Sequence[str], part: FiguresFilter, with_participants: bool
) -> dict[tuple, dict]:
    """Visits from the counters, participants from the presences, which takes as long as there are many."""
    rows = visit_rows(campaign, by, part)
    by_key = participants(campaign, by, part) if with_participants else None
    for key, row in rows.items():
        row["participants"] = by_key.get(key, 0) if by_key is not None else None
    return rows


def visits_by_subregion(
    campaign: Campaign, part: FiguresFilter, parent: str | None
) -> list[tuple[str | None, int]]:
    """Visits by the regions one level below a region (provinces for None), the largest first; None: not reported.

    Visits add up over regions; participants do not, so they are left out."""
    digits = len(regions.code_prefix(parent)) + 2 if parent else 2
    sums = stored_visits_by_subregion(campaign, part, digits)
    if sums is None:
        sums = {}
        for (code,), row in visit_rows(campaign, ("region",), part).items():
            prefix = code[:digits] if code else None
            sums[prefix] = sums.get(prefix, 0) + row["visits"]
    by_code = [(prefix.ljust(6, "0") if prefix else None, visits) for prefix, visits in sums.items()]
    return sorted(by_code, key=lambda item: (-item[1], item[0] or ""))


def _sum_methods(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = dict.fromkeys(METHODS, 0)
    for methods in rows:
        for name, visits in methods.items():
            total[name] += visits
    return total


def _sort_key(key: tuple) -> tuple:
    """None first; numbers by value, other values as text."""
    return tuple(
        (value is not None, str(value) if not isinstance(value, int) else f"{value:012d}") for value in key
    )
