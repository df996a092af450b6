"""Headcounts of everybody in the room stand beside the visits and are never added to them."""

from datetime import timedelta

import pytest

from models.corrections import headcounts
from models.errors import Mistake, NotFound
from models.figures.count import figures
from models.figures.headcounts import RoomCount, latest_headcount
from models.figures.recount.comparison import verify
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, minutes

LATER = NINE + timedelta(hours=3)


@pytest.fixture
def people(app):
    return make_people(load_week())


def note(people, heads: int, at=NINE) -> None:
    headcounts.note(people.lecture, people.lecture.occurrences[0], at, heads, people.gu, LATER)


def test_it_is_noted_and_changes_no_figure(people):
    make_device(people.lecture).touch("public", headcount=3)
    note(people, 120, NINE + minutes(30))
    note(people, 80)
    assert latest_headcount(people.lecture.id) == RoomCount(120, NINE + minutes(30))
    assert [(one.row.heads, one.account) for one in headcounts.noted(people.lecture)] == [
        (80, "gu@example.cn"),
        (120, "gu@example.cn"),
    ]
    whole = figures(people.lecture.campaign, LATER)
    assert (whole.visits, whole.participants) == (3, 0)
    assert verify(people.lecture.campaign).differences == []


def test_it_is_taken_back_once_by_a_row(people):
    note(people, 80)
    (one,) = headcounts.noted(people.lecture)
    with pytest.raises(NotFound):  # at another event
        headcounts.take_back(people.nanjing, one.row.id, people.gu, LATER)
    headcounts.take_back(people.lecture, one.row.id, people.he, LATER)
    assert (headcounts.noted(people.lecture), latest_headcount(people.lecture.id)) == ([], None)
    with pytest.raises(NotFound):
        headcounts.take_back(people.lecture, one.row.id, people.he, LATER)


@pytest.mark.parametrize(
    ("heads", "at"),
    [(-1, NINE), (1_000_000, NINE), (5, LATER + minutes(1)), (5, NINE - timedelta(days=1))],
)
def test_what_is_no_headcount_is_refused(people, heads, at):
    with pytest.raises(Mistake):
        note(people, heads, at)
    assert headcounts.noted(people.lecture) == []
