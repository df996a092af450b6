"""A week with visits: a group of youth and some of the public at the lecture, a few in Nanjing."""

from datetime import timedelta

import pytest

from models.codes import passes
from models.outcomes import highlights, outcomes
from models.outcomes.outcomes import OutcomeKind, Precision, StatedOutcome
from tests.support.records.people import People, make_people
from tests.support.records.week import NINE, load_week, make_device


@pytest.fixture
def people(app) -> People:
    people = make_people(load_week())
    lecture, nanjing = make_device(people.lecture), make_device(people.nanjing)
    [class_pass] = passes.issue(people.lecture.campaign, "youth", NINE, headcount=40)
    lecture.scan(class_pass.token, headcount=38)
    lecture.tally("public", NINE + timedelta(minutes=5), headcount=12)
    nanjing.touch("public", headcount=3)
    stated = {
        OutcomeKind.LEAFLETS: StatedOutcome(Precision.REPORTED, "800余份"),
        OutcomeKind.VIEWS: StatedOutcome(Precision.EXACT, "1200"),
    }
    outcomes.state(people.lecture, stated, people.gu, NINE)
    outcomes.state(people.nanjing, {OutcomeKind.VIEWS: StatedOutcome(Precision.EXACT, "30")}, people.su, NINE)
    highlights.write_highlight(people.lecture, "全县中学生首次走进庭审。", people.gu, NINE)
    return people
