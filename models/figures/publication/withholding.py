"""Which cells of the public table are withheld, so that no cell under 5 can be computed from the others. Pure.

The public table has visits by region, day and group, with every total: of each region above, of all days, of all groups.
Everything that is published anywhere is one of these cells or a sum of them, and the pattern is computed once for the whole
campaign. So it does not matter which parts somebody downloads.

For each small cell a second table is found that agrees with everything published and differs in that cell: one visit goes
from a cell to its neighbour and back (Move). What such a move changes is withheld: the small cell, and its complement. So the
small cell has at least two values that fit, also for somebody who knows that visits are whole and not negative, and who reads
in the calendar on which days a region has no event: a cell gets one more only where its region has visits on that day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise, product
from math import inf
from typing import NamedTuple

from models.places import regions
from models.places.regions import RegionLevel

SMALLEST = 5  # visits of a cell that is published, unless it has none
ALL = ""  # of regions the whole country, of days all days, of groups all groups
NOWHERE = "?"  # events whose region is not known
# Regions that are tried as the complement, and further ones where it would cost a total of all days and groups.
_PARTNERS, _FURTHER = 3, 9
_EACH = 5  # what one more withheld cell costs, beside its visits
_WEIGHT = {
    len(ALL): 100,
    2: 10,
}  # by the digits of a node: totals of the country and of provinces are wanted most

Cell = tuple[str, str, str]  # node, day, group


def unit_of(code: str | None) -> str:
    """The smallest node that holds a region's own events: a county, or "32=" for what takes place at a province itself."""
    if not code:
        return NOWHERE
    return code if regions.level_of(code) == RegionLevel.COUNTY else regions.code_prefix(code) + "="


def node_of(code: str) -> str:
    """The node of a region with everything below it."""
    return regions.code_prefix(code)


def code_of(unit: str) -> str | None:
    """The region of a unit."""
    return None if unit == NOWHERE else unit.rstrip("=").ljust(6, "0")


@lru_cache(maxsize=10_000)
def nodes_of(unit: str) -> tuple[str, ...]:
    """A unit and all nodes above it, the country last."""
    digits = unit.rstrip("=") if unit != NOWHERE else ""
    above = [
        digits[:length]
        for length in (4, 2)
        if length < len(digits) or (unit != digits and length == len(digits))
    ]
    return (unit, *above, ALL)


@lru_cache(maxsize=10_000)
def path_of(node: str) -> tuple[str, ...]:
    """A node and those above it."""
    if node == NOWHERE or node.endswith("="):
        return nodes_of(node)
    return (*(node[:length] for length in (6, 4, 2) if length <= len(node)), ALL)


def is_inside(node: str, nodes: Set[str]) -> bool:
    """Whether a node is one of these or lies in one."""
    return not nodes.isdisjoint(path_of(node))


def totals_of(cell: Cell) -> Iterator[Cell]:
    """A cell of a unit and the totals that it is part of."""
    unit, day, group = cell
    return product(nodes_of(unit), (day, ALL), (group, ALL))


def family(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """Every cell of the public table: those of units and all totals."""
    values: dict[Cell, int] = defaultdict(int)
    for cell, visits in cells.items():
        for key in totals_of(cell):
            values[key] += visits
    return dict(values)


class Move(NamedTuple):  # a million are made for a country
    """One visit out of a cell of a unit, and back by way of another unit, day or group; None: not by way of this."""

    start: Cell
    unit: str | None
    day: str | None
    group: str | None

    def changed(self) -> Iterator[Cell]:
        """The cells of the public table that it changes: totals over what it goes by stay."""
        return product(
            _nodes_changed(self.start[0], self.unit),
            (self.start[1], ALL if self.day is None else self.day),
            (self.start[2], ALL if self.group is None else self.group),
        )

    def fits(self, cells: Mapping[Cell, int], held: Set[tuple[str, str]]) -> bool:
        """Whether no cell gets negative, this way round or the other, nor one more on a day without visits of its unit.

        cells: those with visits. held: their units and days."""
        out, back = [self.start], list[Cell]()
        if self.unit is not None:
            back.append((self.unit, self.start[1], self.start[2]))
        if (day := self.day) is not None:
            out, back = (
                [*out, *((unit, day, group) for unit, _day, group in back)],
                [*back, *((unit, day, group) for unit, _day, group in out)],
            )
        if (group := self.group) is not None:
            out, back = (
                [*out, *((unit, day, group) for unit, day, _group in back)],
                [*back, *((unit, day, group) for unit, day, _group in out)],
            )
        if not all((unit, day) in held for unit, day, _group in (*out, *back)):
            return False
        return all(cell in cells for cell in out) or (bool(back) and all(cell in cells for cell in back))


class Shift(NamedTuple):
    """One visit out of a cell of a unit into any other one: more totals change than by a Move, no other needs visits."""

    start: Cell
    end: Cell

    def changed(self) -> Iterator[Cell]:
        return iter(sorted(set(totals_of(self.start)) ^ set(totals_of(self.end))))

    def fits(self, _cells: Mapping[Cell, int], held: Set[tuple[str, str]]) -> bool:
        return self.end[:2] in held


@lru_cache(maxsize=100_000)
def _nodes_changed(own: str, other: str | None) -> tuple[str, ...]:
    nodes = set(nodes_of(own))
    return tuple(sorted(nodes ^ set(nodes_of(other)) if other is not None else nodes))


@dataclass(frozen=True)
class Pattern:
    """open: the small cells for which no complement was found."""

    hidden: frozenset[Cell]
    open: frozenset[Cell]


WHOLE = frozenset({ALL})


def withheld(
    cells: Mapping[Cell, int], before: Set[Cell] = frozenset(), shown: Set[str] = WHOLE
) -> frozenset[Cell]:
    """The cells of the public table that are withheld. before: those withheld in an earlier release, which stay so.

    cells: visits by unit, day and group. shown: the nodes that are public; totals above them are not, and cost nothing."""
    return pattern(cells, before, frozenset(), shown).hidden


def pattern(cells: Mapping[Cell, int], before: Set[Cell], kept: Set[Cell], shown: Set[str]) -> Pattern:
    """As withheld(). kept: cells that are no complement; without them every small cell has one."""
    search = _Search(cells, before, kept, shown)
    search.run()
    return Pattern(frozenset(search.hidden), frozenset(search.open))


class _Prices(dict[Cell, float]):
    """What it costs to withhold a cell: nothing where it is withheld, inf where it must not be."""

    def __init__(self, values: Mapping[Cell, int], hidden: Set[Cell], kept: Set[Cell]) -> None:
        super().__init__({cell: _price(cell, visits) for cell, visits in values.items()})
        self.update(dict.fromkeys(kept, inf))
        self.update(dict.fromkeys(hidden, 0))

    def __missing__(self, cell: Cell) -> float:
        return _EACH * _WEIGHT.get(len(cell[0]), 1)


def _price(cell: Cell, visits: int) -> float:
    return (_EACH + visits) * _WEIGHT.get(len(cell[0]), 1)


class _Search:
    def __init__(
        self, cells: Mapping[Cell, int], before: Set[Cell], kept: Set[Cell], shown: Set[str]
    ) -> None:
        self.open = set[Cell]()
        self.cells = {cell: visits for cell, visits in cells.items() if visits}
        self.values = family(self.cells)
        self.hidden, self.covered = set(before), set[Cell]()
        self.prices = _Prices(self.values, before, kept)
        self.days = sorted({day for _unit, day, _group in self.cells})
        self.groups = sorted({group for _unit, _day, group in self.cells})
        self.starts: dict[Cell, Cell] = {}
        for cell in sorted(self.cells):
            for key in totals_of(cell):
                self.starts.setdefault(key, cell)
        self.held = {(unit, day) for unit, day, _group in self.cells}
        # Units in each node with visits on a day, or on any; the smallest first.
        self.members = defaultdict[tuple[str, str], list[str]](list)
        for unit, day in sorted(
            self.held | {(unit, ALL) for unit, _day in self.held},
            key=lambda one: (self.values[one[0], ALL, ALL], one),
        ):
            for node in nodes_of(unit):
                self.members[node, day].append(unit)
        self.whole = ALL in shown
        nodes = {node for node, _day in self.members}
        self.shown = {node for node in nodes if self.whole or is_inside(node, shown)}
        self._partners: dict[tuple[str, str, str], list[str]] = {}

    def run(self) -> None:
        small = [
            cell for cell, visits in self.values.items() if 0 < visits < SMALLEST and cell[0] in self.shown
        ]
        # Totals first: what is withheld for them often covers the cells below.
        for cell in sorted(small, key=lambda cell: (cell.count(ALL) * -1, cell)):
            if cell not in self.covered:
                changed = self._cheapest(cell)
                self.hidden.update(changed)
                self.prices.update(dict.fromkeys(changed, 0))
                self.covered.update(changed)
                if not changed:
                    self.open.add(cell)

    def _cheapest(self, small: Cell) -> tuple[Cell, ...]:
        """What the move changes that costs least, of several the first."""
        best: tuple[Cell, ...] = ()
        lowest = inf
        others = self._others(small[0], *self.starts[small][:2])
        # Those within a region first: they cost no total above it, so that most others are given up at their first cell.
        for moves in (
            self._moves(small, [*others[:_PARTNERS], None]),
            self._moves(small, others[_PARTNERS:]),
            self._shifts(small),
        ):
            for move in moves:
                changed = tuple(move.changed())
                if not self.whole:
                    changed = tuple(cell for cell in changed if cell[0] in self.shown)
                cost = self._cost(changed, lowest)
                if cost < lowest and move.fits(self.cells, self.held):
                    best, lowest = changed, cost
                    if not cost:
                        return best
            if best and not any(day == group == ALL for _node, day, group in best):
                break
        return best

    def _cost(self, changed: Iterable[Cell], limit: float) -> float:
        """As far as the limit."""
        cost, prices = 0.0, self.prices
        for cell in changed:
            cost += prices[cell]
            if cost >= limit:
                break
        return cost

    def _moves(self, small: Cell, units: Iterable[str | None]) -> Iterator[Move]:
        """The moves that change a cell by way of these units. The last resort, one visit less in every total, always fits."""
        _node, day, group = small
        start = self.starts[small]
        days = [None, *(one for one in self.days if one != start[1])] if day != ALL else [None]
        groups = [None, *(one for one in self.groups if one != start[2])] if group != ALL else [None]
        for unit, other_day, other_group in product(units, days, groups):
            yield Move(start, unit, other_day, other_group)

    def _shifts(self, small: Cell) -> Iterator[Shift]:
        start = self.starts[small]
        units = (start[0], *self._others(small[0], start[0], ALL))
        for end in product(units, self.days, self.groups):
            if small not in totals_of(end):
                yield Shift(start, end)

    def _others(self, node: str, unit: str, day: str) -> list[str]:
        """Units outside a node with visits on a day, the nearest first, then the smallest. node: the unit or one above it."""
        if (node, unit, day) not in self._partners:
            above = nodes_of(unit)
            found = list[str]()
            for inner, outer in pairwise(above[above.index(node) :]):
                beside = (one for one in self.members[outer, day] if inner not in nodes_of(one))
                found += islice(beside, _PARTNERS + _FURTHER - len(found))
            self._partners[node, unit, day] = found
        return self._partners[node, unit, day]
