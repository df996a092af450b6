"""Questions about figures: cheating is asked about, an honest week is not; answers are rows."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models.campaigns import file as campaign_file
from models.db import db
from models.errors import Mistake
from models.events.tables import Event
from models.figures.checks.answers import CheckAnswer, answer
from models.figures.checks.questions import questions
from models.operations import campaign_loader
from models.synthetic.fill import fill
from tests.support.records.inflation import KINDS, cheat
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, make_event


def honest_week():
    load_week()
    again = replace(campaign_file.default_campaign_file(), id="again", number=7)
    campaign = campaign_loader.load_campaign(again, rehearsal=True)
    fill(campaign, 60, 2500, 3, NINE)
    return list(db.session.scalars(select(Event.id).where(Event.campaign_id == campaign.id)))


def test_nobody_is_asked_about_an_honest_week(app):
    events = honest_week()
    asked = questions(events)
    assert [(one.question.kind, one.question.amount, one.question.limit) for one in asked] == []
    assert len(events) == 60


def test_every_kind_of_cheating_is_asked_about(app):
    events = cheat(load_week())
    asked = {(one.event.title, one.question.kind) for one in questions(list(events.values()))}
    assert {name for name in events if (name, name) not in asked} == set()
    assert len(KINDS) == 13


@pytest.fixture
def asked(app):
    """An office, and the question about an event whose figures came within a minute."""
    people = make_people(load_week())
    event = make_event(people.lecture.campaign)
    device = make_device(event)
    for _ in range(6):
        device.tally("public", headcount=9)
    return people, event


def test_an_answer_is_a_row_and_nothing_changes(asked):
    people, event = asked
    (one,) = questions([event.id])
    assert (one.question.kind, one.question.visits, list(one.answers)) == ("one_minute", 54, [])
    answer(event, one.question.kind, one.question.key, "note", "打过电话", people.lian, NINE)
    answer(event, one.question.kind, one.question.key, "accept", "  一个班 集体入场 ", people.lian, NINE)
    (again,) = questions([event.id])
    assert again.question == one.question
    assert [(row.decision, row.why, row.account) for row in again.answers] == [
        ("accept", "一个班 集体入场", people.lian),
        ("note", "打过电话", people.lian),
    ]
    assert db.session.scalar(select(func.count()).select_from(CheckAnswer)) == 2


@pytest.mark.parametrize(("decision", "why"), [("accept", " "), ("delete", "x"), ("note", "长" * 501)])
def test_an_answer_without_a_reason_is_refused(asked, decision, why):
    people, event = asked
    with pytest.raises(Mistake):
        answer(event, "one_minute", "", decision, why, people.lian, NINE)
