"""What waits for a person: who sees it, what a decision does to the figures, and that it can be taken back."""

import re
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from models.checkin.attempt import Attempt
from models.codes import passes
from models.db import db
from models.devices import kiosks
from models.figures.recount.comparison import verify
from models.figures.visits import visits_of
from models.ledger.tables import Review
from tests.support.records.people import sign_in
from tests.support.records.week import A_MINUTE_PAST, NINE, make_device, minutes

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def page(people):
    return f"/desk/events/{people.lecture.id}/held"


@pytest.fixture
def device(people):
    """A device that was revoked at nine hands in a class of 43 and a touch; before, somebody came in good order."""
    device = make_device(people.lecture)
    device.touch("public", NINE - minutes(5), id=THREE)
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE - minutes(60), headcount=45)
    kiosks.revoke(device.kiosk.id, NINE)
    late = A_MINUTE_PAST + minutes(5)
    device.scan(group.token, A_MINUTE_PAST, id=ONE, headcount=43, shown="stored", now=late)
    device.touch("youth", A_MINUTE_PAST, id=TWO, shown="stored", now=late)
    return device


def visits(people) -> int:
    assert verify(people.lecture.campaign).agrees
    return visits_of([people.lecture.id]).get(people.lecture.id, 0)


def decide(gus_browser, page, decision, *ids, why="It was revoked by mistake."):
    return gus_browser.post(page, data={"scan": [str(id) for id in ids], "decision": decision, "why": why})


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def test_what_waits_is_told_with_its_reason_and_counted_on_the_event_s_page(
    gus_browser, people, device, page
):
    text = words(gus_browser.get(page).text)
    assert "2 scans to review" in text
    assert f"{device.kiosk.name} pass Young people · 43 people the kiosk was out of service" in text
    assert "2 scans need your review" in words(gus_browser.get(f"/desk/events/{people.lecture.id}").text)
    assert visits(people) == 1


def test_accepted_scans_count_from_now_on_and_the_page_tells_by_how_much(gus_browser, people, device, page):
    answer = decide(gus_browser, page, "accept", ONE, TWO)
    assert answer.status_code == 303
    assert "Visits of the event: 1 before, 45 now." in gus_browser.get(answer.location).text
    assert visits(people) == 45
    assert "Nothing to review." in gus_browser.get(page).text
    reviews = db.session.scalars(select(Review).order_by(Review.id)).all()
    assert [(review.scan_id, review.decision, review.account_id, review.why) for review in reviews] == [
        (ONE, "accept", people.gu.id, "It was revoked by mistake."),
        (TWO, "accept", people.gu.id, "It was revoked by mistake."),
    ]


def test_a_decision_can_be_taken_back_and_both_words_stay(gus_browser, people, device, page):
    decide(gus_browser, page, "accept", ONE)
    assert "Do not count it after all" in gus_browser.get(page).text
    decide(gus_browser, page, "set_aside", ONE)
    assert visits(people) == 1
    assert "Count it after all" in gus_browser.get(page).text
    assert [review.decision for review in db.session.scalars(select(Review).order_by(Review.id))] == [
        "accept",
        "set_aside",
    ]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"decision": "accept", "why": "x"}, "Please tick at least one scan."),
        ({"scan": ["no id"], "decision": "accept", "why": "x"}, "Please tick at least one scan."),
        ({"scan": [str(ONE)], "decision": "accept", "why": " "}, "Please give a reason"),
        ({"scan": [str(ONE)], "decision": "burn", "why": "x"}, "counts a scan or does not"),
        (
            {"scan": [str(ONE), str(UUID(int=9))], "decision": "accept", "why": "x"},
            "no longer here to review",
        ),
        ({"scan": [str(THREE)], "decision": "set_aside", "why": "x"}, "no longer here to review"),
    ],
)
def test_a_decision_that_is_none_gets_a_sentence_and_what_was_typed_stays(
    gus_browser, people, device, page, form, sentence
):
    answer = gus_browser.post(page, data=form)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f'value="{form["why"]}"' in answer.text
    assert (visits(people), db.session.scalars(select(Review)).all()) == (1, [])


def test_an_undo_that_is_held_back_waits_too(gus_browser, people, page):
    device, chief = make_device(people.lecture), make_device(people.lecture, supervisor=True)
    device.touch("public", id=ONE)
    kiosks.revoke(chief.kiosk.id, NINE)
    chief.undo(ONE, A_MINUTE_PAST, id=TWO)
    assert visits(people) == 1
    assert "undo · tap on the kiosk" in words(gus_browser.get(page).text)
    decide(gus_browser, page, "accept", TWO)
    assert visits(people) == 0


def test_a_scan_that_came_twice_with_other_content_is_shown(gus_browser, people, page):
    device = make_device(people.lecture)
    first = Attempt(ONE, "tally", NINE, group="youth", headcount=5)
    device.hand_in(first)
    device.hand_in(replace(first, headcount=9, shown="stored"), now=A_MINUTE_PAST)
    text = words(gus_browser.get(page).text)
    assert "staff count Young people · 5 people · checked in" in text
    assert "staff count Young people · 9 people · The kiosk showed: checked in" in text
    assert visits(people) == 5


def test_only_who_reaches_the_event_sees_and_decides(client, people, device, page):
    for stranger in (people.wang, people.bao):
        sign_in(client, stranger)
        assert client.get(page).status_code == 404
        assert decide(client, page, "accept", ONE).status_code == 404
    assert db.session.scalars(select(Review)).all() == []
    for someone in (people.he, people.lian, people.su, people.cui):
        sign_in(client, someone)
        assert client.get(page).status_code == 200


def test_a_scan_of_another_event_is_not_decided_on_from_here(gus_browser, people, device, page):
    other = make_device(people.court_day)
    kiosks.revoke(other.kiosk.id, NINE)
    scan_id = uuid4()
    other.touch("youth", A_MINUTE_PAST, id=scan_id)
    answer = decide(gus_browser, page, "accept", scan_id)
    assert (answer.status_code, db.session.scalars(select(Review)).all()) == (422, [])
