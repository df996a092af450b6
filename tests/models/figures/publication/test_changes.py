"""Two and three releases compared tell no number under 5, also for somebody who takes it that counts only grow."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.figures.publication import table_json
from models.figures.publication.changes import (
    NOTHING,
    Waiting,
    due,
    last_release,
    next_release,
    next_value,
    visits_of,
)
from models.figures.publication.methods import NOT_KEPT, PublicMethods
from models.figures.publication.participants import PublicParticipants, public_participants
from models.figures.publication.public_table import table_of
from models.figures.publication.withholding import ALL, SMALLEST, WHOLE, family, withheld
from models.public.filters import Filters
from tests.support.records.compared_releases import (
    CELLS,
    DAYS,
    GROUPS,
    UNITS,
    areas,
    corrections,
    growth,
    public_cells,
    public_keys,
    sequence,
    small_changes,
    solved,
    tables,
    units_cells,
)
from tests.support.records.intervals import Sum, solution

X = "320723"
# All that comes on the second day is 1, in the second release; the third one has two more days.
ONE = (X, DAYS[1], "youth")
DAY_OF_ONE = (
    {(X, DAYS[0], "youth"): 50, (X, DAYS[0], "public"): 40},
    [{ONE: 1}, {(X, DAYS[2], "public"): 6, (X, DAYS[3], "youth"): 40, (X, DAYS[3], "public"): 40}],
)


@settings(max_examples=40, deadline=None)
@given(tables, growth, areas)
@example(*DAY_OF_ONE, [0, 0, 0])
@example(*DAY_OF_ONE, [4, 4, 4])
def test_releases_of_growing_counts_tell_no_small_number(first, changes, areas):
    releases = sequence(first, changes, areas)
    assert small_changes(releases, public_keys) == []
    assert solved(releases) == set()


@settings(max_examples=40, deadline=None)
@given(tables, corrections, areas)
def test_corrections_tell_no_small_number_either(first, changes, areas):
    releases = sequence(first, changes, areas)
    assert small_changes(releases, public_cells) == []
    assert solved(releases) == set()


@settings(max_examples=60, deadline=None)
@given(tables, st.one_of(growth, corrections), areas)
def test_small_numbers_are_withheld_and_stay_so(first, changes, areas):
    hidden_before = frozenset()
    for public, cells, hidden in sequence(first, changes, areas, fallen=False):
        values = family(cells)
        assert {key for key in public_keys(public) if 0 < values.get(key, 0) < SMALLEST} <= hidden
        assert hidden_before <= hidden
        hidden_before = hidden


DAY = DAYS[0]
FIRST = {
    ("320723", DAY, "youth"): 50,
    ("320723", DAY, "public"): 40,
    ("320724", DAY, "youth"): 60,
    ("320102", DAY, "youth"): 20,
    ("320102", DAY, "public"): 30,
}
LATE = ("320724", DAY, "public")


def possible(releases, cell, up_to=9) -> list[int]:
    """The values of a cell in the last release that agree with all that was published, where counts only grow."""
    cells = [one for one in CELLS if one[1] == DAY]
    last = len(releases) - 1
    bounds = {(number, one): (0, 99) for number in range(last + 1) for one in cells}
    sums = [Sum(((number + 1, one),), 0, 99, ((number, one),)) for number in range(last) for one in cells]
    for number, (_public, values, hidden) in enumerate(releases):
        for key in set(public_keys({ALL})) - hidden:
            names = tuple((number, one) for one in units_cells(key) if one[1] == DAY)
            sums.append(Sum(names, family(values).get(key, 0), family(values).get(key, 0)))
    return [
        value
        for value in range(up_to)
        if solution(bounds, [Sum(((last, cell),), value, value), *sums]) is not None
    ]


def test_two_patterns_of_their_own_would_tell_the_small_number():
    """The first release says 0, the second withholds 3 and says the totals: its complement cannot have shrunk."""
    second = FIRST | {LATE: 3}
    before = withheld(FIRST)
    releases = [(None, FIRST, before), (None, second, withheld(second, before))]
    assert LATE in releases[1][2]
    assert len(possible(releases[1:], LATE)) > 1
    assert possible(releases, LATE) == [3]


def test_a_day_of_which_all_waits_is_no_new_day():
    """Its 1 waits on. As a new day's it would be in the totals, its complement a cell of 0; but it was said that it is none."""
    first, second, third = sequence(*DAY_OF_ONE, [4, 4, 4])
    for _public, cells, hidden in (second, third):
        assert ({cell for cell in cells if cell[1] == DAYS[1]}, ONE in hidden) == (set(), True)
    assert family(third[1])[ALL, ALL, "youth"] == 90
    counted = {cell: {"pass": number} for cell, number in (third[1] | {ONE: 1}).items()}
    last = last_release({cell: counted[cell] for cell in second[1]}, frozenset(), WHOLE)
    as_new = next_release(counted, last, WHOLE)
    told = solved([first, second, (WHOLE, visits_of(as_new.sources), as_new.hidden | as_new.fallen)])
    assert (ONE in as_new.hidden, frozenset({(*ONE, 1)}) in told) == (True, True)


@pytest.mark.parametrize(
    ("late", "shown", "waiting"),
    [(3, 0, {"320724": Waiting(1, 3)}), (4, 0, {"320724": Waiting(1, 4)}), (5, 5, {}), (0, 0, {})],
)
def test_a_change_of_under_5_waits(late, shown, waiting):
    """No 0 stands for it, neither in its cell nor in a total that holds nothing else."""
    first = {cell: {"pass": number} for cell, number in FIRST.items()}
    second = first | {LATE: {"pass": late}}
    published = next_release(second, last_release(first, frozenset(), WHOLE), WHOLE)
    assert (visits_of(published.sources).get(LATE, 0), published.waiting) == (shown, waiting)
    assert published.hidden == frozenset()
    assert published.fallen == ({LATE, ("320724", ALL, "public")} if waiting else set())


def test_a_county_all_of_whose_visits_wait_is_withheld_and_not_missing():
    """In the table as it is counted, as in the stored one."""
    first = {cell: {"pass": number} for cell, number in FIRST.items()}
    second = first | {("650102", DAY, "youth"): {"pass": 3}}
    one = next_release(second, last_release(first, frozenset(), WHOLE), WHOLE)
    rest = PublicParticipants(), PublicMethods(), one.waiting
    table = table_of(datetime.now(UTC), one.sources, one.hidden, one.fallen, *rest)
    stored = table_json.read(table.as_of, table_json.written(table))
    for found in (table, stored):
        rows = found.answer(("region",), Filters()).rows
        assert [row["visits"] for row in rows if row["region"] == "650102"] == [None]
        assert dict(found.subregions(Filters()))["650000"] is None


def test_a_new_day_comes_once_it_is_over():
    """Of a day that was public before, what comes in late is not held back, nor is the first release."""
    first = {cell: {"pass": number} for cell, number in FIRST.items()}
    later = {("320723", day, "youth"): {"pass": 9} for day in DAYS[1:]}
    last = last_release(first, frozenset(), WHOLE)
    assert due(first | later, last, DAYS[1]) == first
    assert due(first | later, last, DAYS[2]) == first | {("320723", DAYS[1], "youth"): {"pass": 9}}
    assert due(first | later, last, DAY) == first
    assert due(first | later, NOTHING, DAY) == first | later
    assert due(first, last_release({}, frozenset(), WHOLE), DAY) == first


def test_a_new_day_comes_whole_where_no_public_total_is_lost():
    """Of two days the small cells have each other's day for a complement; of one day they would cost the totals."""
    days = [{(unit, day, group): 40 for unit in UNITS for group in GROUPS} for day in DAYS]
    two = days[1] | days[2] | {("320723", DAYS[1], "youth"): 3}
    shown, hidden = sequence(days[0], [two], [4, 4])[1][1:]
    assert (shown["320723", DAYS[1], "youth"], ("320723", DAYS[1], "youth") in hidden) == (3, True)
    assert {key for key in hidden if key[1] == ALL} == set()
    one = days[1] | {("320723", DAYS[1], "youth"): 3}
    shown, hidden = sequence(days[0], [one], [4, 4])[1][1:]
    cell = ("320723", DAYS[1], "youth")
    assert (shown.get(cell, 0), hidden) == (0, {cell})


def test_a_new_day_that_waits_leaves_no_small_total_of_days_that_were_lowered():
    """The 27 visits that were set aside stay: with the 3 of the new day the total would be 6, and without them 3."""
    unit = "650104"
    others = {(one, day, "public"): 60 for one in ("320723", "110101") for day in DAYS[:2]}
    first = others | {(unit, DAYS[0], "youth"): 28, (unit, DAYS[1], "youth"): 2}
    counted = others | {
        (unit, DAYS[0], "youth"): 1,
        (unit, DAYS[1], "youth"): 2,
        (unit, DAYS[2], "youth"): 3,
        ("110101", DAYS[2], "public"): 60,
    }
    last = NOTHING
    for cells in (first, counted):
        published = next_release({cell: {"pass": number} for cell, number in cells.items()}, last, WHOLE)
        last = last_release(published.sources, published.hidden, WHOLE, published.fallen)
    shown = family(visits_of(published.sources))
    assert ((unit, ALL, "youth") in published.hidden, shown[unit, ALL, "youth"]) == (False, 30)


def test_what_waits_comes_when_it_has_grown():
    releases = sequence(FIRST, [{LATE: 3}, {LATE: 3}], [4, 4, 4])
    assert [cells.get(LATE, 0) for _public, cells, _hidden in releases] == [0, 0, 6]


def test_a_region_that_was_not_public_comes_whole():
    """The small cell of the second release is withheld with its complement, and the first region keeps its numbers."""
    releases = sequence({("320723", DAY, "youth"): 50}, [{("650102", DAY, "youth"): 3}], [2, 4])
    assert [cells.get(("650102", DAY, "youth"), 0) for _public, cells, _hidden in releases] == [0, 3]
    assert ("650102", DAY, "youth") in releases[1][2]


EARLY = [{("320723", DAY, "youth"): 2, ("650102", DAY, "youth"): 1}, {}]


def test_an_early_release_of_a_county_costs_the_country_no_total():
    """The county's 2 has its complement in a second county, which nobody saw before."""
    large = {(unit, DAY, group): 5_000 for unit in UNITS for group in GROUPS if unit != "320723"}
    for totals in (large, large | {("650102", DAY, "youth"): 1}):
        releases = sequence(EARLY[0], [totals, {}, {}], [0, 4, 4])
        assert set(releases[0][1]) == {("320723", DAY, "youth")}
        assert {key[0] for key in releases[0][2]} == {"320723"}
        for _public, cells, hidden in releases[1:]:
            assert sum(cells.values()) >= 50_000
            assert [key for key in hidden if key[0] == ALL] == []


def test_what_older_versions_withheld_of_regions_that_were_not_public_is_left_out():
    sources = {("320723", DAY, "youth"): {"pass": 2}, ("650102", DAY, "youth"): {"pass": 1}}
    last = last_release(sources, withheld(EARLY[0]), frozenset({"320723"}))
    assert set(last.sources) == {("320723", DAY, "youth")}
    assert {key[0] for key in last.hidden} == {"320723"}


def test_days_after_a_release_come_whole_though_small():
    """A county counts 4 in each of many cells on the days after the country's release of the first day."""
    later = {("320723", day, group): 4 for day in DAYS[1:] for group in GROUPS}
    _public, cells, hidden = sequence(FIRST, [later], [4, 4])[1]
    assert {cell: cells.get(cell) for cell in later} == later
    assert (ALL, ALL, ALL) not in hidden


def test_of_a_table_without_methods_the_rest_is_on_the_largest_method():
    cell = ("66=", DAY, "youth")
    last = last_release({cell: {NOT_KEPT: 40}}, frozenset(), WHOLE)
    for counted, shown in (
        ({"pass": 30, "touch": 12}, {"pass": 28, "touch": 12}),
        ({"pass": 30, "touch": 10}, {"pass": 30, "touch": 10}),
        ({"pass": 30, "touch": 20}, {"pass": 30, "touch": 20}),
        ({"touch": 38}, {"touch": 40}),
    ):
        assert next_release({cell: counted}, last, WHOLE).sources == {cell: shown}
    assert next_release(
        {cell: {}}, last_release({cell: {NOT_KEPT: 3}}, frozenset(), WHOLE), WHOLE
    ).sources == {cell: {NOT_KEPT: 3}}


@pytest.mark.parametrize(
    ("counted", "visits", "last", "shown"),
    [
        (100, 200, None, (100, 100)), (103, 200, 100, (100, 100)), (105, 200, 100, (105, 105)), (3, 200, None, (None, None)),
        (100, 98, 100, (None, 100)), (90, 90, 100, (90, 90)),
    ],
)  # fmt: skip
def test_participants_are_never_more_than_visits(counted, visits, last, shown):
    found = public_participants(counted, visits, PublicParticipants(last, last))
    assert (found.shown, found.last) == shown


@pytest.mark.parametrize(
    ("now", "before", "is_withheld", "shown"),
    [
        (12, 10, False, 10), (15, 10, False, 15), (8, 3, True, 8), (0, 3, True, 3),
        (7, 40, False, 7), (3, 40, False, 5), (3, 9, False, 9), (0, 40, False, 0), (0, 9, True, 1), (0, 40, True, 1),
        (3, 40, True, 3), (0, 5, True, 5),
    ],
)  # fmt: skip
def test_corrections(now, before, is_withheld, shown):
    assert next_value(now, before, is_withheld) == shown


def test_a_number_that_falls_to_1_to_4_is_withheld_until_it_is_0_or_5():
    """Its totals hold what does not depend on the count: 5 where that is far enough from the old number, else this."""
    cells = {("66=", DAY, "youth"): 40, ("66=", DAY, "public"): 9, ("320723", DAY, "youth"): 80}
    for youth, public, shown, fallen in (
        (3, 2, (5, 9), {"youth", "public"}), (1, 4, (5, 9), {"youth", "public"}), (0, 0, (0, 0), set()), (6, 9, (6, 9), set()),
    ):  # fmt: skip
        last = last_release({cell: {"pass": number} for cell, number in cells.items()}, frozenset(), WHOLE)
        counted = dict(
            zip(
                cells,
                ({"pass": youth} if youth else {}, {"pass": public} if public else {}, {"pass": 80}),
                strict=True,
            )
        )
        published = next_release(counted, last, WHOLE)
        values = visits_of(published.sources)
        assert tuple(values.get(("66=", DAY, group), 0) for group in ("youth", "public")) == shown
        assert published.fallen == {("66=", DAY, group) for group in fallen}
        assert published.hidden == frozenset()


def test_a_total_is_not_lowered_to_a_small_number():
    """The withheld 3 of another day would be all that is left of the two days."""
    cells = {("66=", DAYS[0], "youth"): 40, ("66=", DAYS[1], "youth"): 3}
    first = {cell: {"pass": number} for cell, number in cells.items()}
    hidden = frozenset({("66=", DAYS[1], "youth")})
    counted = {("66=", DAYS[1], "youth"): {"pass": 3}}
    published = next_release(counted, last_release(first, hidden, WHOLE), WHOLE)
    assert visits_of(published.sources) == cells


def test_methods_add_up_to_what_is_shown():
    cell = ("66=", DAY, "youth")
    before = {cell: {"pass": 30, "touch": 10}}
    for counted, shown in (
        ({"pass": 30, "touch": 13}, {"pass": 30, "touch": 10}),
        ({"pass": 30, "touch": 16}, {"pass": 30, "touch": 16}),
        ({"touch": 3}, {"pass": 2, "touch": 3}),
    ):
        published = next_release({cell: counted}, last_release(before, frozenset(), WHOLE), WHOLE)
        assert published.sources == {cell: shown}


def test_participants_do_not_tell_how_many_visits_wait():
    """Of 9 new participants 3 came with visits that wait: they wait with them, through further releases."""
    shown, last = [], PublicParticipants(50, 50, 100)
    for counted, visits in ((59, 106), (59, 106), (62, 112), (40, 112), (70, 112)):
        last = public_participants(counted, visits, last)
        shown.append((last.shown, last.visits))
    assert shown == [(56, 106), (56, 106), (62, 112), (40, 112), (40, 112)]


def test_participants_wait_where_they_fell_by_few_more_than_the_visits():
    """8 fewer, of whom 3 had visits that wait: 5 fewer are shown."""
    found = public_participants(42, 45, PublicParticipants(50, 50, 50))
    assert (found.shown, found.visits) == (45, 45)
