"""What the public table takes over of the changes since the last release. Pure.

Two releases, subtracted, are a table as well. So where a cell was public, a change of under 5 visits waits: the cell keeps
its published number until the change has grown to 5. Every cell then changes by nothing or by at least 5, and so does every
total of cells that only grow. Where nothing of a region was public before, its cells come whole, also the small ones.
So do those of days without visits in the last release, once they are over, with a pattern of their own: as far as no total
over all days that was public has to be withheld for it; else they wait. A day of which cells were withheld because all their
visits wait is no new one: that said 1 to 4 of them, and a complement which takes it that they can be 0 would be none.

A withheld cell stays withheld, and is not lowered to nothing. Therefore the other table that fitted the first release
(withholding.Move) fits the later ones too, even for somebody who knows every change: the changes are the same in both.

A public cell whose count fell to 1 to 4 is withheld as well. Its totals hold a number that does not depend on the count.
So is a cell, or a total, all of whose visits wait: its totals hold none of them, and no 0 stands where somebody was counted.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from models.figures.publication.methods import NOT_KEPT
from models.figures.publication.new_totals import complement
from models.figures.publication.withholding import (
    ALL,
    SMALLEST,
    Cell,
    family,
    is_inside,
    pattern,
    totals_of,
    withheld,
)

Sources = Mapping[str, int]  # visits by method


@dataclass(frozen=True)
class Waiting:
    """cells: whose change waits. more, fewer: by how many visits these were counted higher, and lower, than is published."""

    cells: int = 0
    more: int = 0
    fewer: int = 0

    def __add__(self, other: "Waiting") -> "Waiting":
        return Waiting(self.cells + other.cells, self.more + other.more, self.fewer + other.fewer)


@dataclass(frozen=True)
class LastRelease:
    """What could be seen of it. nodes: those that were public. fallen: see Published."""

    sources: Mapping[Cell, Sources]
    hidden: frozenset[Cell]
    nodes: frozenset[str]
    fallen: frozenset[Cell] = frozenset()

    @cached_property
    def days(self) -> frozenset[str]:
        return frozenset(day for _unit, day, _group in (*self.sources, *self.fallen)) - {ALL}

    def has(self, cell: Cell) -> bool:
        """Whether a cell of a unit was public, on a day that had visits, published or waiting."""
        return cell[1] in self.days and is_inside(cell[0], self.nodes)


NOTHING = LastRelease({}, frozenset(), frozenset())


def last_release(
    sources: Mapping[Cell, Sources],
    hidden: Set[Cell],
    nodes: frozenset[str],
    fallen: Set[Cell] = frozenset(),
) -> LastRelease:
    """sources, hidden: also of regions that were not public, as older versions stored them."""
    return LastRelease(
        {cell: methods for cell, methods in sources.items() if is_inside(cell[0], nodes)},
        frozenset(cell for cell in hidden if is_inside(cell[0], nodes)),
        nodes,
        frozenset(cell for cell in fallen if is_inside(cell[0], nodes)),
    )


@dataclass(frozen=True)
class Published:
    """The table that is published: visits of each cell by method, and what of it and its totals is withheld.

    hidden: stays so. fallen: only until a later release, see above. waiting: by unit, those where something waits."""

    sources: dict[Cell, Sources]
    hidden: frozenset[Cell]
    fallen: frozenset[Cell]
    waiting: dict[str, Waiting]


def visits_of(sources: Mapping[Cell, Sources]) -> dict[Cell, int]:
    return {cell: sum(methods.values()) for cell, methods in sources.items()}


def due(counted: Mapping[Cell, Sources], last: LastRelease, today: str) -> dict[Cell, Sources]:
    """Without new days that are not over: what is small of them would be published as nothing, and wait from then on."""
    if not last.days:
        return dict(counted)
    return {cell: methods for cell, methods in counted.items() if cell[1] < today or cell[1] in last.days}


def next_release(counted: Mapping[Cell, Sources], last: LastRelease, public: frozenset[str]) -> Published:
    """public: the nodes that are so now; what lies outside is left out."""
    counted = {cell: methods for cell, methods in counted.items() if is_inside(cell[0], public)}
    now, then = visits_of(counted), visits_of(last.sources)
    values = _values(now, then, last)
    hidden = _withheld(values, then, last, public)
    _keep_lowered_too_far(values, then, last)  # new cells that wait are in no total any more
    sources = {
        cell: _sources(value, counted.get(cell, {}), last.sources.get(cell, {}))
        for cell, value in sorted(values.items())
        if value
    }
    fallen = {cell for cell, value in values.items() if 0 < now.get(cell, 0) < SMALLEST <= value}
    fallen |= _unseen(values, (cell for cell, visits in now.items() if visits and not values[cell]))
    return Published(sources, hidden, frozenset(fallen - hidden), _waiting(now, values))


def _unseen(values: Mapping[Cell, int], waiting: Iterable[Cell]) -> set[Cell]:
    """These cells and their totals, where nothing of them is published."""
    found = {total for cell in waiting for total in totals_of(cell)}
    if found:
        found -= {total for cell, value in values.items() if value for total in totals_of(cell)}
    return found


def _withheld(
    values: dict[Cell, int], then: Mapping[Cell, int], last: LastRelease, public: frozenset[str]
) -> frozenset[Cell]:
    """What is withheld. Small cells of new days that would cost a public total wait: they are taken out of the values."""
    new = {cell: value for cell, value in values.items() if value and not last.has(cell)}
    # Each pattern by itself: a move goes by new cells alone.
    units = {cell: new.pop(cell) for cell in list(new) if not is_inside(cell[0], last.nodes)}
    hidden = withheld(units, last.hidden, public)
    if last.nodes and last.nodes != public:
        hidden = complement(last.hidden, hidden, family(values), last.nodes, public)
    kept = {total for total in family(then) if total[1] == ALL and is_inside(total[0], last.nodes)}
    while True:
        found = pattern(new, hidden, kept, public)
        waiting = [
            cell
            for cell, value in new.items()
            if value < SMALLEST and not found.open.isdisjoint(totals_of(cell))
        ]
        for cell in waiting:
            values[cell] = 0
            del new[cell]
        if not waiting:
            return withheld(new, hidden, public) if found.open else found.hidden


def _waiting(now: Mapping[Cell, int], values: Mapping[Cell, int]) -> dict[str, Waiting]:
    waiting: dict[str, Waiting] = {}
    for cell, value in values.items():
        missing = now.get(cell, 0) - value
        if missing:
            one = Waiting(1, max(missing, 0), max(-missing, 0))
            waiting[cell[0]] = waiting.get(cell[0], Waiting()) + one
    return waiting


def next_value(now: int, before: int, is_withheld: bool) -> int:
    """What a public cell shows next, or holds where it is withheld. What stays withheld stays above 0."""
    value = max(1, now) if is_withheld else now
    if abs(value - before) < SMALLEST:
        return before
    if is_withheld or not now or now >= SMALLEST:
        return value
    return SMALLEST if before >= 2 * SMALLEST else before


def _values(now: Mapping[Cell, int], then: Mapping[Cell, int], last: LastRelease) -> dict[Cell, int]:
    values: dict[Cell, int] = {}
    for cell in now.keys() | then.keys():
        counted = now.get(cell, 0)
        values[cell] = (
            next_value(counted, then.get(cell, 0), cell in last.hidden) if last.has(cell) else counted
        )
    _keep_lowered_too_far(values, then, last)
    return values


def _keep_lowered_too_far(values: dict[Cell, int], then: Mapping[Cell, int], last: LastRelease) -> None:
    for cell in _lowered_too_far(values, then, last):
        values[cell] = then[cell]


def _lowered_too_far(values: Mapping[Cell, int], then: Mapping[Cell, int], last: LastRelease) -> list[Cell]:
    """The lowered cells that would leave 1 to 4 in a total which was published, and has nothing new in it."""
    lowered = [cell for cell, before in then.items() if values[cell] < before]
    if not lowered:
        return []
    totals = family(values)
    new = family({cell: value for cell, value in values.items() if not last.has(cell)})
    return [
        cell
        for cell in lowered
        if any(
            0 < totals[total] < SMALLEST and not new.get(total) and total not in last.hidden
            for total in totals_of(cell)
            if is_inside(total[0], last.nodes)
        )
    ]


def _sources(value: int, counted: Sources, before: Sources) -> Sources:
    """By method what a cell shows: as counted now, or before; else as now, the rest to the largest method before."""
    if value == sum(counted.values()):
        return counted
    of = counted if NOT_KEPT in before and counted else before
    largest = max(sorted(of), key=lambda method: of[method])
    rest = value - sum(counted.values()) + counted.get(largest, 0)
    if value == sum(before.values()) and (of is before or rest < 0):
        return before
    return {**counted, largest: rest}
