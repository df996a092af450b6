"""Outcomes: exact, about and reported numbers, as rows."""

import pytest
from sqlalchemy import select

from models.db import db
from models.errors import Mistake
from models.figures.count import figures
from models.outcomes import outcomes
from models.outcomes.outcomes import Outcome, OutcomeKind, Precision, StatedOutcome
from models.outcomes.reported_number import lower_bound
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("800余份", 800),
        ("1.1万人次", 11_000),
        ("发放宣传资料3,000多份", 3_000),
        ("5千余次", 5_000),
        ("1.2亿", 120_000_000),
        ("300余万", 300),
        ("13种790册", 790),
        ("10余种1000余份", 1_000),
        ("超过30万", 300_000),
        ("an audience of more than 10 million", 10_000_000),
        ("5k份", 5_000),
        ("近千份", None),
        ("约500份", None),
        ("不足100", None),
        ("数千人", None),
        ("全校师生", None),
    ],
)
def test_the_words_of_a_report_are_a_lower_bound(text, number):
    assert lower_bound(text) == number


def stated(**texts) -> dict:
    return {
        OutcomeKind(kind): StatedOutcome(Precision(precision), text)
        for kind, (precision, text) in texts.items()
    }


def test_each_kind_has_its_newest_statement(people):
    first = stated(leaflets=("reported", "800余份"), views=("about", "12,000"), media_new=("exact", "4"))
    assert outcomes.state(people.lecture, first, people.gu, NINE) == 3
    assert outcomes.state(people.lecture, first, people.gu, NINE) == 0
    changed = stated(leaflets=("exact", "812"), views=("about", ""))
    assert outcomes.state(people.lecture, changed, people.he, NINE) == 2
    assert [
        (row.kind, row.precision, row.number, row.text)
        for row in outcomes.outcomes_of(people.lecture).values()
    ] == [("leaflets", "exact", 812, ""), ("media_new", "exact", 4, "")]
    assert [row.number for row in db.session.scalars(select(Outcome).order_by(Outcome.id))] == [
        800,
        12_000,
        4,
        812,
        None,
    ]
    assert figures(people.lecture.campaign, NINE).visits == 0


@pytest.mark.parametrize("text", ["800余份", "-4", "4.5", "99999999999", "x" * 201])
def test_an_exact_number_is_a_whole_one(people, text):
    wrong = stated(leaflets=("exact", text), views=("exact", "5"))
    assert list(outcomes.problems_of(wrong)) == ["leaflets"]
    with pytest.raises(Mistake):
        outcomes.state(people.lecture, wrong, people.gu, NINE)
    assert outcomes.outcomes_of(people.lecture) == {}
