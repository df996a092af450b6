"""Headcounts of everybody in the room stand beside the visits and are never added to them."""

from datetime import timedelta

import pytest
from tests.support.cast import make_cast

from models.corrections import headcounts
from models.errors import Mistake, NotFound
from models.figures.count import figures
from models.figures.headcounts import RoomCount, latest_headcount
from models.figures.recount import verify
from tests.support.week import NINE, load_week, make_door, minutes

LATER = NINE + timedelta(hours=3)


@pytest.fixture
def cast(app):
    return make_cast(load_week())


def note(cast, heads: int, at=NINE) -> None:
    headcounts.note(cast.lecture, cast.lecture.occurrences[0], at, heads, cast.gu, LATER)


def test_it_is_noted_and_changes_no_figure(cast):
    make_door(cast.lecture).touch("public", headcount=3)
    note(cast, 120, NINE + minutes(30))
    note(cast, 80)
    assert latest_headcount(cast.lecture.id) == RoomCount(120, NINE + minutes(30))
    assert [(one.row.heads, one.account) for one in headcounts.noted(cast.lecture)] == [
        (80, "gu@example.cn"),
        (120, "gu@example.cn"),
    ]
    whole = figures(cast.lecture.campaign, LATER)
    assert (whole.visits, whole.participants) == (3, 0)
    assert verify(cast.lecture.campaign).differences == []


def test_it_is_taken_back_once_by_a_row(cast):
    note(cast, 80)
    (one,) = headcounts.noted(cast.lecture)
    with pytest.raises(NotFound):  # at another event
        headcounts.take_back(cast.nanjing, one.row.id, cast.gu, LATER)
    headcounts.take_back(cast.lecture, one.row.id, cast.he, LATER)
    assert (headcounts.noted(cast.lecture), latest_headcount(cast.lecture.id)) == ([], None)
    with pytest.raises(NotFound):
        headcounts.take_back(cast.lecture, one.row.id, cast.he, LATER)


@pytest.mark.parametrize(
    ("heads", "at"),
    [(-1, NINE), (1_000_000, NINE), (5, LATER + minutes(1)), (5, NINE - timedelta(days=1))],
)
def test_what_is_no_headcount_is_refused(cast, heads, at):
    with pytest.raises(Mistake):
        note(cast, heads, at)
    assert headcounts.noted(cast.lecture) == []
