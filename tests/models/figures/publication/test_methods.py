"""Visits of the country by method: no small number and no small change follows from the total, nor from two or three releases."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.figures.publication.methods import IDENTIFIED, NOT_KEPT, identified_visits, public_methods
from models.figures.publication.participants import PublicParticipants, public_participants
from models.figures.publication.withholding import SMALLEST
from models.ledger.tables import METHODS
from tests.support.records.intervals import Sum, solution

NAMES = METHODS[:5]
counts = st.fixed_dictionaries({name: st.one_of(st.integers(0, 6), st.integers(0, 90)) for name in NAMES})
changes = st.lists(
    st.fixed_dictionaries({name: st.one_of(st.integers(-4, 6), st.just(0), st.just(60)) for name in NAMES}),
    max_size=3,
)


def releases_of(*tables) -> list:
    releases, before = [], None
    for visits in tables:
        before = public_methods(visits, before)
        releases.append(before)
    return releases


def withheld(public) -> set:
    return {name for name, visits in public.shown().items() if visits is None}


@settings(max_examples=150, deadline=None)
@given(counts, changes)
def test_no_small_method_and_no_small_change_can_be_solved_for(first, steps):
    """For who knows the methods shown and the total of every release, each has a second value that fits."""
    tables = [first]
    for step in steps:
        tables.append({name: max(0, tables[-1][name] + step[name]) for name in NAMES})
    known, sums, bounds, small = {}, [], {}, []
    for number, public in enumerate(releases_of(*tables)):
        visits, hidden = tables[number], withheld(public) & set(NAMES)
        small += [((number, name),) for name in NAMES if 0 < visits[name] < SMALLEST]
        small += [
            ((number, name),)
            for name in NAMES
            if name in known and 0 < abs(visits[name] - known[name]) < SMALLEST
        ]
        assert all(name in hidden for ((_number, name),) in small if _number == number)
        known |= {name: visits[name] for name in NAMES if name not in hidden}
        bounds |= {(number, name): (0, 999) for name in hidden}
        if hidden:
            left = sum(visits[name] for name in hidden)
            sums.append(Sum(tuple((number, name) for name in sorted(hidden)), left, left))
    for (one,) in small:
        true = tables[one[0]][one[1]]
        others = [(0, true - 1), (true + 1, 999)]
        assert any(
            solution(bounds | {one: other}, sums) is not None for other in others if other[0] <= other[1]
        )


def participants_of(tables, releases) -> list:
    """What is shown where everybody came once: as many participants as passes and browsers were counted."""
    shown, last = [], PublicParticipants()
    for visits, public in zip(tables, releases, strict=True):
        scanned = identified_visits(visits)
        last = public_participants(scanned, scanned, last, may_change=public.tells_participants)
        shown.append(last.shown)
    return shown


@settings(max_examples=150, deadline=None)
@given(counts, changes)
def test_no_small_method_follows_from_the_participants(first, steps):
    """At one event on one day, as the calendar says, a new number of participants is that of the visits scanned.

    Small is where 1 to 4 are counted, or as many more or fewer than were last shown: of what fits, nobody can tell it from one
    number alone, nor that only it or 0 fits. That a method without visits has none may follow."""
    tables = [first]
    for step in steps:
        tables.append({name: max(0, tables[-1][name] + step[name]) for name in NAMES})
    releases, before, known = releases_of(*tables), None, {}
    for visits, public, heads in zip(tables, releases, participants_of(tables, releases), strict=True):
        hidden = withheld(public) & set(NAMES)
        known |= {name: visits[name] for name in NAMES if name not in hidden}
        sums = [Sum(tuple(sorted(hidden)), *[sum(visits[name] for name in hidden)] * 2)]
        if heads is not None:
            scanned = heads - sum(visits[name] for name in IDENTIFIED - hidden if name in NAMES)
            most = scanned if heads != before else 999
            sums.append(Sum(tuple(sorted(hidden & IDENTIFIED)), scanned, most))
        before = heads if heads is not None else before
        for name in hidden:
            true, bounds = visits[name], dict.fromkeys(hidden, (0, 999))
            if not (0 < true < SMALLEST or 0 < abs(true - known.get(name, true)) < SMALLEST):
                continue
            others = [(0, true - 1), (true + 1, 999)]
            if 0 < true < SMALLEST and len(hidden) < len(NAMES):
                others[0] = (1, true - 1)
            assert any(low <= high and solution(bounds | {name: (low, high)}, sums) for low, high in others)


def hidden_sums(tables) -> list:
    """Of each release the sum of what is withheld, and what of it changed since the last one."""
    found, last = [], None
    for visits, public in zip(tables, releases_of(*tables), strict=True):
        hidden = withheld(public)
        total = sum(visits.get(name, 0) for name in hidden)
        found.append((total, total - sum(last.get(name, 0) for name in hidden) if last else 0))
        last = visits
    return found


@settings(max_examples=150, deadline=None)
@given(counts, changes)
def test_what_is_withheld_is_together_no_small_number_and_no_small_change(first, steps):
    """Only where all is withheld: then the sum is the total."""
    tables = [first]
    for step in steps:
        tables.append({name: max(0, tables[-1][name] + step[name]) for name in NAMES})
    for (total, change), public in zip(hidden_sums(tables), releases_of(*tables), strict=True):
        hidden = withheld(public)
        assert len(hidden) != 1
        if hidden and hidden != set(METHODS):
            assert total >= SMALLEST
            assert change == 0 or abs(change) >= SMALLEST


def test_two_small_methods_do_not_hide_each_other():
    (public,) = releases_of({"pass": 900, "touch": 1, "tally": 1})
    assert withheld(public) == {"pass", "touch", "tally"}


def test_two_small_changes_do_not_hide_each_other():
    tables = ({"pass": 900, "touch": 100, "tally": 60}, {"pass": 950, "touch": 101, "tally": 61})
    assert withheld(releases_of(*tables)[1]) == {"pass", "touch", "tally"}


def test_a_change_is_measured_from_the_number_last_shown():
    """100, then 103 withheld: as long as it is 103 it stays withheld, and 106 is shown."""
    tables = [
        {"pass": 900 + 50 * step, "estimate": number} for step, number in enumerate((100, 103, 103, 106))
    ]
    shown = [public.shown()["estimate"] for public in releases_of(*tables)]
    assert shown == [100, None, None, 106]


def test_methods_of_the_country():
    first = public_methods({"pass": 900, "touch": 3, "tally": 60, "printed": 200}, None)
    assert withheld(first) == {"touch", "tally"}
    second = public_methods({"pass": 903, "touch": 30, "tally": 60, "printed": 200}, first)
    assert withheld(second) == {"touch", "tally", "pass"}
    third = public_methods({"pass": 950, "touch": 30, "tally": 60, "printed": 300}, second)
    assert (third.shown()["pass"], third.shown()["printed"], third.shown()["touch"]) == (950, 300, None)


def test_one_method_that_changes_a_little_has_a_complement_that_changed():
    first = public_methods({"pass": 900, "printed": 200, "tally": 60}, None)
    assert withheld(public_methods({"pass": 950, "printed": 203, "tally": 60}, first)) == {"pass", "printed"}


def test_of_older_tables_the_methods_are_not_known():
    assert set(public_methods({NOT_KEPT: 20, "pass": 9}, None).shown().values()) == {None}


def test_the_complement_is_withheld_where_participants_do_not_tell_it():
    """Of 43 participants 41 had passes, so that 2 opened printed codes: a pass is the complement, not a tally."""
    tables = [{"pass": 41, "printed": 2, "tally": 20}]
    (public,) = releases = releases_of(*tables)
    assert (withheld(public), participants_of(tables, releases)) == ({"pass", "printed"}, [43])


def test_participants_are_withheld_where_a_method_follows_from_them():
    """42 visits, 41 of passes: 41 participants would say that staff counted 1. What was shown before stays."""
    tables = [{"pass": 41, "tally": 1}, {"pass": 90, "tally": 1}, {"pass": 90, "tally": 30}]
    releases = releases_of(*tables)
    assert [withheld(public) for public in releases] == [
        {"pass", "tally"},
        {"pass", "tally"},
        {"pass", "rotating", "touch", "tally"},
    ]
    assert participants_of(tables, releases) == [None, None, 90]
    tables = [{"pass": 41}, {"pass": 90, "tally": 1}]
    assert participants_of(tables, releases_of(*tables)) == [41, 41]
