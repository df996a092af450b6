"""Cells under 5 cannot be computed: neither by linear algebra from everything published, nor by whole numbers."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from models.figures.publication.withholding import ALL, SMALLEST, family, nodes_of, unit_of, withheld
from tests.support.records.equations import Equations

UNITS = ("320723", "320724", "320102", "3207=", "32=", "650102", "66=", "?")
DAYS, GROUPS = ("2024-04-20", "2024-04-21", "2024-04-26"), ("government", "public", "youth")

cells = st.dictionaries(
    st.tuples(st.sampled_from(UNITS), st.sampled_from(DAYS), st.sampled_from(GROUPS)),
    st.one_of(st.integers(1, 6), st.integers(1, 90)),
    min_size=1,
    max_size=24,
)


def coefficients(key, unknowns) -> list[Fraction]:
    """A cell of the public table as a sum of the cells of units."""
    node, day, group = key
    return [
        Fraction(int(node in nodes_of(unit) and day in (one_day, ALL) and group in (one_group, ALL)))
        for unit, one_day, one_group in unknowns
    ]


def solved(cells, hidden) -> list:
    """The small cells that somebody can compute who knows everything published, zeros included, and from the calendar on
    which days a unit has no event."""
    values = family(cells)
    unknowns = list(product(sorted({cell[:2] for cell in cells}), GROUPS))
    unknowns = [(*unit_day, group) for unit_day, group in unknowns]
    nodes = sorted({node for unit in UNITS for node in nodes_of(unit)})
    equations = Equations()
    for key in product(nodes, (*DAYS, ALL), (*GROUPS, ALL)):
        if key not in hidden:
            equations.add(coefficients(key, unknowns))
    small = [key for key, visits in values.items() if 0 < visits < SMALLEST]
    return [key for key in small if equations.tell(coefficients(key, unknowns))]


@settings(max_examples=60, deadline=None)
@given(cells)
def test_no_small_cell_can_be_solved_for(cells):
    hidden = withheld(cells)
    assert {key for key, visits in family(cells).items() if 0 < visits < SMALLEST} <= hidden
    assert solved(cells, hidden) == []


def test_the_solver_of_this_test_solves_what_is_not_protected():
    """Without the complement the total gives the small cell away."""
    table = {("320723", DAYS[0], "youth"): 3, ("320723", DAYS[0], "public"): 50}
    small = {key for key, visits in family(table).items() if visits < SMALLEST}
    assert solved(table, small) == sorted(small, key=list(family(table)).index)


@settings(max_examples=25, deadline=None)
@given(cells, cells)
def test_what_was_withheld_stays_so(first, second):
    hidden = withheld(first)
    later = withheld(first | second, hidden)
    assert hidden <= later
    assert solved(first | second, later) == []


def test_the_same_data_give_the_same_pattern_in_any_order():
    table = {key: 2 + number % 9 for number, key in enumerate(product(UNITS, DAYS, GROUPS))}
    assert withheld(table) == withheld(dict(reversed(table.items())))


def test_totals_stay_where_there_are_neighbours():
    """A small cell among large ones costs eight cells and no total."""
    table = dict.fromkeys(product(("320723", "320724", "320102"), DAYS, GROUPS), 40)
    table["320723", DAYS[0], "youth"] = 3
    hidden = withheld(table)
    assert len(hidden) == 8
    assert {key[0] for key in hidden} == {"320723", "320724"}
    assert [key for key in hidden if ALL in key] == []


def test_the_complement_lies_where_an_event_can_have_been():
    """A neighbour without an event on that day would give the small cell away: it is 0 for every reader of the calendar."""
    table = {
        ("320723", DAYS[0], "youth"): 3,
        ("320723", DAYS[0], "public"): 50,
        ("320724", DAYS[1], "youth"): 40,
    }
    hidden = withheld(table)
    assert {key for key in hidden if key[:2] == ("320724", DAYS[0])} == set()
    assert ((ALL, ALL, ALL) in hidden, solved(table, hidden)) == (False, [])


def test_nodes():
    assert nodes_of(unit_of("320723")) == ("320723", "3207", "32", "")
    assert nodes_of(unit_of("320700")) == ("3207=", "3207", "32", "")
    assert nodes_of(unit_of("660000")) == ("66=", "66", "")
    assert nodes_of(unit_of(None)) == ("?", "")
