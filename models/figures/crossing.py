"""Two dimensions crossed as a table whose totals add up, and the office's standard sheet: region × line × group (条块表).

Regions can be rolled up to provinces or prefectures: a figure of a county then stands in the row of the region above it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from models.campaigns.tables import UNKNOWN_GROUP, Campaign, TermKind
from models.errors import N_, Mistake
from models.figures.dimensions import DIMENSIONS
from models.figures.filters import FiguresFilter
from models.figures.live import evidence
from models.figures.visits import visit_rows
from models.ledger.tables import METHODS
from models.places import regions
from models.places.regions import RegionLevel

Key = TypeVar("Key")
Methods = dict[str, int]  # visits by method

SAME_TWICE = N_("Choose two different dimensions.")
UNKNOWN_DIMENSION = N_("Figures cannot be grouped by “%(name)s”. Use: %(known)s.")


@dataclass(frozen=True)
class MethodVisits:
    """Visits with the methods of which they are the sum."""

    methods: Methods

    @property
    def visits(self) -> int:
        return sum(self.methods.values())

    @property
    def evidence(self) -> dict[str, int]:
        """Visits scanned, self-reported, counted by staff, declared afterwards."""
        return evidence(self.methods)


NOTHING = MethodVisits(dict.fromkeys(METHODS, 0))


@dataclass(frozen=True)
class Crossing:
    """The rows and columns in a stable order, every cell with visits, and the totals of rows, of columns and of all."""

    rows: str
    columns: str
    row_values: list
    column_values: list
    cells: dict[tuple, MethodVisits]
    row_totals: dict
    column_totals: dict
    total: MethodVisits

    def cell(self, row: object, column: object) -> MethodVisits:
        return self.cells.get((row, column), NOTHING)


@dataclass(frozen=True)
class StandardRow:
    """One region, or one line of a region. line: None in the row of a whole region, "" where the line is not known."""

    region: str | None
    line: str | None
    groups: dict[str, int]
    total: MethodVisits


@dataclass(frozen=True)
class StandardSheet:
    """Region × line × group. Each region is the sum of its lines; total: the sum of the regions."""

    groups: list[str]
    rows: list[StandardRow]
    total: StandardRow


def crossing(
    campaign: Campaign,
    rows: str,
    columns: str,
    part: FiguresFilter,
    level: RegionLevel | None = None,
) -> Crossing:
    """Visits by two dimensions. level: of the regions where one of the two is the region. Raises Mistake."""
    for name in (rows, columns):
        if name not in DIMENSIONS:
            raise Mistake(UNKNOWN_DIMENSION, name=name[:40], known=", ".join(DIMENSIONS))
    if rows == columns:
        raise Mistake(SAME_TWICE)
    counted = visit_rows(campaign, (rows, columns), part)
    values = [
        ((_value(row, rows, level), _value(row, columns, level)), row["methods"]) for row in counted.values()
    ]
    row_totals = _sums(values, lambda key: key[0])
    column_totals = _sums(values, lambda key: key[1])
    return Crossing(
        rows,
        columns,
        _ordered(campaign, rows, row_totals),
        _ordered(campaign, columns, column_totals),
        _sums(values, lambda key: key),
        row_totals,
        column_totals,
        _sums(values, lambda _key: None).get(None, NOTHING),
    )


def standard_sheet(campaign: Campaign, part: FiguresFilter, level: RegionLevel | None) -> StandardSheet:
    """The 条块表: for each region its lines in the notice's order, each with its groups."""
    counted = [
        ((regions.rolled_up(row["region"], level), row["line"] or "", row["audience"]), row["methods"])
        for row in visit_rows(campaign, ("region", "line", "audience"), part).values()
    ]
    groups = [term.key for term in campaign.groups] + [UNKNOWN_GROUP]
    by_region = _sums(counted, lambda key: (key[0], None, key[2]))
    by_line = _sums(counted, lambda key: key)
    whole = _sums(counted, lambda key: (None, None, key[2]))
    lines = {
        region: _ordered(campaign, "line", {key[1] for key in by_line if key[0] == region})
        for region in _ordered(campaign, "region", {key[0] for key in by_line})
    }
    rows = [
        row
        for region, of_region in lines.items()
        for row in (
            _standard_row(region, None, groups, by_region),
            *(_standard_row(region, line, groups, by_line) for line in of_region),
        )
    ]
    return StandardSheet(groups, rows, _standard_row(None, None, groups, whole))


def _standard_row(
    region: str | None, line: str | None, groups: list[str], sums: Mapping[tuple, MethodVisits]
) -> StandardRow:
    of_group = {group: sums.get((region, line, group), NOTHING) for group in groups}
    total = _sums([(None, one.methods) for one in of_group.values()], lambda key: key)[None]
    return StandardRow(region, line, {group: one.visits for group, one in of_group.items()}, total)


def _value(row: dict, name: str, level: RegionLevel | None) -> object:
    return regions.rolled_up(row[name], level) if name == "region" else row[name]


def _sums(values: Iterable[tuple[Key, Methods]], key_of: Callable[[Key], object]) -> dict[Any, MethodVisits]:
    sums: dict[Any, Methods] = {}
    for key, methods in values:
        total = sums.setdefault(key_of(key), dict.fromkeys(METHODS, 0))
        for method, visits in methods.items():
            total[method] += visits
    return {key: MethodVisits(methods) for key, methods in sums.items()}


def _ordered(campaign: Campaign, dimension: str, values: Iterable) -> list:
    """In the notice's order where it has one, else by value; what is not known comes last."""
    order: dict[object, int] = {}
    if dimension in ("audience", "line", "focus", "format"):
        order = {term.key: number for number, term in enumerate(campaign.terms_of(TermKind(dimension)))}
    elif dimension == "method":
        order = {str(method): number for number, method in enumerate(METHODS)}
    sortable = {
        value: str(value).rjust(12, "0") if isinstance(value, int) else str(value) for value in values
    }
    return sorted(
        sortable,
        key=lambda value: (value in (None, "", UNKNOWN_GROUP), order.get(value, len(order)), sortable[value]),
    )
