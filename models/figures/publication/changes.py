"""What the public table takes over of the changes since the last release. Pure.

Two releases, subtracted, are a table as well. So where a cell was public, a change of under 5 visits waits: the cell keeps
its published number until the change has grown to 5. Every cell then changes by nothing or by at least 5, and so does every
total of cells that only grow. Where nothing of a region was public before, its cells come whole, also the small ones.
So do those of days without visits in the last release, with a pattern of their own: as far as no total over all days that was
public has to be withheld for it; else they wait.

A withheld cell stays withheld, and is not lowered to nothing. Therefore the other table that fitted the first release
(withholding.Move) fits the later ones too, even for somebody who knows every change: the changes are the same in both.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import product

from models.figures.publication.withholding import ALL, SMALLEST, Cell, family, nodes_of, pattern, withheld

Sources = Mapping[str, int]  # visits by method


@dataclass(frozen=True)
class Waiting:
    """cells: whose change waits. visits: by how much these were counted higher than they are published; may be negative."""

    cells: int = 0
    visits: int = 0

    def __add__(self, other: "Waiting") -> "Waiting":
        return Waiting(self.cells + other.cells, self.visits + other.visits)


@dataclass(frozen=True)
class Published:
    """The table that is published: visits of each cell by method, and what of it and its totals is withheld.

    waiting: by unit, those where something waits."""

    sources: dict[Cell, Sources]
    hidden: frozenset[Cell]
    waiting: dict[str, Waiting]


def visits_of(sources: Mapping[Cell, Sources]) -> dict[Cell, int]:
    return {cell: sum(methods.values()) for cell, methods in sources.items()}


def next_release(
    counted: Mapping[Cell, Sources],
    before: Mapping[Cell, Sources],
    hidden: Set[Cell],
    was_public: Callable[[str], bool],
) -> Published:
    """before, hidden: of the last release. was_public: whether cells of a unit could be seen in it."""
    now, then = visits_of(counted), visits_of(before)
    values = _values(now, then, hidden, was_public)
    hidden_now = _withheld(values, then, hidden, was_public)
    sources = {
        cell: _sources(value, counted.get(cell, {}), before.get(cell, {}))
        for cell, value in sorted(values.items())
        if value
    }
    return Published(sources, hidden_now, _waiting(now, values))


def _withheld(
    values: dict[Cell, int], then: Mapping[Cell, int], hidden: Set[Cell], was_public: Callable[[str], bool]
) -> frozenset[Cell]:
    """What is withheld. Small cells of new days that would cost a public total wait: they are taken out of the values."""
    days = {day for _unit, day, _group in then}
    new = {cell: value for cell, value in values.items() if value and _is_new(cell, days, was_public)}
    # Each pattern by itself: a move goes by new cells alone.
    hidden = withheld({cell: new.pop(cell) for cell in list(new) if not was_public(cell[0])}, hidden)
    kept = {total for total in family(then) if total[1] == ALL and was_public(total[0])}
    while True:
        found = pattern(new, hidden, kept)
        waiting = [
            cell
            for cell, value in new.items()
            if value < SMALLEST and not found.open.isdisjoint(_totals(cell))
        ]
        for cell in waiting:
            values[cell] = 0
            del new[cell]
        if not waiting:
            return withheld(new, hidden) if found.open else found.hidden


def _is_new(cell: Cell, days: Set[str], was_public: Callable[[str], bool]) -> bool:
    """days: those with visits in the last release."""
    return not was_public(cell[0]) or cell[1] not in days


def _totals(cell: Cell) -> Iterator[Cell]:
    """A cell of a unit and the totals that it is part of."""
    return product(nodes_of(cell[0]), (cell[1], ALL), (cell[2], ALL))


def _waiting(now: Mapping[Cell, int], values: Mapping[Cell, int]) -> dict[str, Waiting]:
    waiting: dict[str, Waiting] = {}
    for cell, value in values.items():
        missing = now.get(cell, 0) - value
        if missing:
            waiting[cell[0]] = waiting.get(cell[0], Waiting()) + Waiting(1, missing)
    return waiting


def next_value(now: int, before: int, is_withheld: bool) -> int:
    """What a public cell shows next. What is withheld stays above 0, and nothing is lowered to 1 to 4."""
    if abs(now - before) < SMALLEST:
        return before
    if now >= SMALLEST or (not now and not is_withheld):
        return now
    return SMALLEST if before >= 2 * SMALLEST else before


def _values(
    now: Mapping[Cell, int], then: Mapping[Cell, int], hidden: Set[Cell], was_public: Callable[[str], bool]
) -> dict[Cell, int]:
    values: dict[Cell, int] = {}
    days = {day for _unit, day, _group in then}
    for cell in now.keys() | then.keys():
        counted, before = now.get(cell, 0), then.get(cell, 0)
        if _is_new(cell, days, was_public):
            values[cell] = counted or (before if cell in hidden else 0)
        else:
            values[cell] = next_value(counted, before, cell in hidden)
    for cell in _lowered_too_far(values, then, hidden, was_public):
        values[cell] = then[cell]
    return values


def _lowered_too_far(
    values: Mapping[Cell, int],
    then: Mapping[Cell, int],
    hidden: Set[Cell],
    was_public: Callable[[str], bool],
) -> list[Cell]:
    """The lowered cells that would leave 1 to 4 in a total which was published, and has nothing new in it."""
    lowered = [cell for cell, before in then.items() if values[cell] < before]
    if not lowered:
        return []
    totals = family(values)
    new = family({cell: value for cell, value in values.items() if not was_public(cell[0])})
    return [
        cell
        for cell in lowered
        if any(
            0 < totals[total] < SMALLEST and not new.get(total) and total not in hidden
            for total in _totals(cell)
        )
    ]


def _sources(value: int, counted: Sources, before: Sources) -> Sources:
    """By method what a cell shows: as counted now, or before; else as now, the rest to the largest method before."""
    if value == sum(counted.values()):
        return counted
    if value == sum(before.values()):
        return before
    largest = max(sorted(before), key=lambda method: before[method])
    rest = value - sum(counted.values())
    return {**counted, largest: counted.get(largest, 0) + rest}
