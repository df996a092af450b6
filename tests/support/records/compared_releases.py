"""Releases made up of small counts, and what somebody finds out who compares them."""

from itertools import pairwise, product

from hypothesis import strategies as st

from models.figures.publication.changes import NOTHING, last_release, next_release, visits_of
from models.figures.publication.withholding import ALL, SMALLEST, family, nodes_of
from tests.support.records.intervals import Sum, solution

UNITS = ("320723", "320724", "3207=", "320102", "650102", "66=", "?")
DAYS, GROUPS = ("2024-04-20", "2024-04-21", "2024-04-22", "2024-04-23"), ("public", "youth")
CELLS = list(product(UNITS, DAYS, GROUPS))
NODES = sorted({node for unit in UNITS for node in nodes_of(unit)})
AREAS = (("320723",), ("3207",), ("32",), ("32", "66="), (ALL,))  # what is released, in growing order

visits = st.one_of(st.integers(0, 7), st.integers(0, 90))
tables = st.one_of(
    st.fixed_dictionaries({}, optional=dict.fromkeys(cells, visits))
    for cells in (CELLS, [cell for cell in CELLS if cell[1] == DAYS[0]])  # of later days nothing yet
)
growth = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(CELLS, st.one_of(st.integers(1, 12), st.just(60)))),
    min_size=1,
    max_size=2,
)
corrections = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(CELLS, st.integers(-90, 20))), min_size=1, max_size=2
)
areas = st.lists(st.sampled_from(range(len(AREAS))), min_size=3, max_size=3).map(sorted)


def sequence(first, changes, areas, *, fallen=True) -> list:
    """The releases of a table and its changes: the nodes that are public, the cells, what is withheld.

    fallen: also because the count fell to 1 to 4."""
    counted, releases, last, public = dict(first), [], NOTHING, frozenset()
    for number, area in zip(range(1 + len(changes)), areas, strict=False):
        if number:
            counted = {
                cell: max(0, counted.get(cell, 0) + changes[number - 1].get(cell, 0)) for cell in CELLS
            }
        sources = {cell: {"pass": visits} for cell, visits in counted.items() if visits}
        public |= frozenset(AREAS[area])
        published = next_release(sources, last, public)
        last = last_release(published.sources, published.hidden, public, published.fallen)
        releases.append(
            (public, visits_of(last.sources), published.hidden | (published.fallen if fallen else set()))
        )
    return releases


def is_public(node, public) -> bool:
    """Whether a node lies in what is released."""
    units = [unit for unit in UNITS if node in nodes_of(unit)]
    return all(public & set(nodes_of(unit)[nodes_of(unit).index(node) :]) for unit in units)


def units_cells(key) -> list:
    node, day, group = key
    return [
        cell
        for cell in CELLS
        if node in nodes_of(cell[0]) and day in (cell[1], ALL) and group in (cell[2], ALL)
    ]


def public_keys(public) -> list:
    nodes = [node for node in NODES if is_public(node, public)]
    return list(product(nodes, (*DAYS, ALL), (*GROUPS, ALL)))


def public_cells(public) -> list:
    return [cell for cell in CELLS if is_public(cell[0], public)]


def solved(releases) -> set:
    """The small cells, as the cells of units that they hold, which somebody can compute who knows everything published, and
    every change of a public cell of a day that was in the release before. A cell that was withheld on a day of which nothing
    has been published holds at least 1. On days without visits of its unit a cell is 0: the calendar has no event there."""
    least, known, small, days, begun = {}, set(), set(), set(), dict.fromkeys(DAYS, 0)
    waited = set()
    for public, cells, hidden in releases:
        values, keys = family(cells), public_keys(public)
        new_days = {day for _unit, day, _group in cells} - days
        days = {day for _unit, day, _group in cells}
        begun |= {day: begun[day] + 1 for day in new_days}  # a day that was emptied is new once more
        for unit, day, group in CELLS:
            if is_public(unit, public) and begun[day]:
                name, number = (unit, day, group, begun[day]), cells.get((unit, day, group), 0)
                at_least = int(number > 0 and (unit, day, group) in waited)
                least[name] = min(number - at_least, least.get(name, number))
        waited = {cell for cell in CELLS if cell in hidden and not begun[cell[1]]}
        parts = {
            key: frozenset(least.keys() & {(*cell, begun[cell[1]]) for cell in units_cells(key)})
            for key in keys
        }
        known |= {parts[key] for key in set(keys) - hidden}
        small |= {parts[key] for key in keys if 0 < values.get(key, 0) < SMALLEST}
    held = {cell[:2] for _public, cells, _hidden in releases for cell in cells}
    bounds = {cell: (-min(1, number), int(cell[:2] in held)) for cell, number in least.items()}
    return small - _open(small, bounds, [Sum(tuple(sorted(cells)), 0, 0) for cells in known])


def _open(small, bounds, sums) -> set:
    """The sums that have another value in a second table."""
    different = set()
    for cells in sorted(small, key=sorted):
        for change in (1, -1):
            if cells in different:
                break
            other = solution(bounds, [Sum(tuple(sorted(cells)), change, change), *sums])
            if other is not None:
                different |= {one for one in small if sum(other[cell] for cell in one)}
    return different


def small_changes(releases, keys_of) -> list:
    """The cells whose published numbers tell a change of 1 to 4."""
    found = []
    for (public, first, _first_hidden), (_public, second, hidden) in pairwise(releases):
        old, new = family(first), family(second)
        keys = set(keys_of(public)) - hidden
        found += [key for key in keys if 0 < abs(new.get(key, 0) - old.get(key, 0)) < SMALLEST]
    return found
