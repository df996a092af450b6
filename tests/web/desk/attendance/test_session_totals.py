"""Estimates and headcounts at the desk."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tokens import new_token_of
from models.db import db
from models.figures.count import figures
from models.ledger.estimates import Estimate
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device

EVENING = NINE + timedelta(hours=11)


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return make_people(load_week())


@pytest.fixture
def page(people) -> str:
    return f"/desk/events/{people.lecture.id}/totals/"


def estimate(people, **fields) -> dict:
    session = people.lecture.occurrences[0].id
    return {"session": session, "group": "public", "heads": "1,000", "basis": "门口目测", **fields}


def test_an_estimate_is_shown_apart_everywhere(gus_browser, people, page):
    make_device(people.lecture).tally("public", headcount=300)
    answer = gus_browser.post(f"{page}estimate", data=estimate(people))
    assert answer.status_code == 303
    shown = gus_browser.get(answer.location).text
    assert "Other visits: 300. The declared total adds 700." in shown
    assert "stated by gu@example.cn on" in shown
    live = gus_browser.get(f"/desk/events/{people.lecture.id}/live").text
    assert re.search(r"declared afterwards</dt><dd class=\"number\">700", live, re.IGNORECASE)
    token = new_token_of(people.gu.email, NINE)
    answer = gus_browser.get(
        "/api/v1/figures",
        query_string={"campaign": "ip-2024", "by": "audience"},
        headers={"Authorization": f"Bearer {token}"},
    )
    (row,) = answer.json["rows"]
    assert (row["visits"], row["methods"]["tally"], row["methods"]["estimate"]) == (1000, 300, 700)


def test_it_is_withdrawn(gus_browser, people, page):
    gus_browser.post(f"{page}estimate", data=estimate(people))
    withdrawn = gus_browser.post(f"{page}estimate/withdraw", data=estimate(people))
    assert withdrawn.status_code == 303
    assert figures(people.lecture.campaign, EVENING).visits == 0
    assert [
        (row.heads, row.account_id) for row in db.session.scalars(select(Estimate).order_by(Estimate.id))
    ] == [
        (1000, people.gu.id),
        (None, people.gu.id),
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"heads": "数千"}, "Enter the total as a number from 1 to 999,999."),
        ({"basis": " "}, "Say how the total is known"),
        ({"session": "0"}, "Choose a session of this event that has begun."),
        ({"group": "martians"}, "Choose one of the groups of the week"),
    ],
)
def test_a_wrong_estimate_gets_a_sentence_and_what_was_typed_stays(
    gus_browser, people, page, fields, sentence
):
    typed = estimate(people, **fields)
    answer = gus_browser.post(f"{page}estimate", data=typed)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f'value="{typed["heads"]}"' in answer.text
    assert db.session.scalars(select(Estimate)).all() == []


def test_a_headcount_stands_beside_the_visits(gus_browser, people, page):
    make_device(people.lecture).tally("public", headcount=30)
    when = f"{people.lecture.occurrences[0].id}:2024-04-22"
    answer = gus_browser.post(f"{page}headcount", data={"when": when, "time": "10:00", "people": "120"})
    assert answer.status_code == 303
    shown = gus_browser.get(answer.location).text
    assert ("120 people in the room" in shown, "Visits of this session: 30" in shown) == (True, True)
    for address in (f"/desk/events/{people.lecture.id}", f"/desk/events/{people.lecture.id}/live"):
        assert "Headcount: 120 people in the room, Mon 22 April 2024 10:00" in gus_browser.get(address).text
    assert figures(people.lecture.campaign, EVENING).visits == 30
    back = re.search(r'action="([^"]*/headcount/\d+/back)"', shown)[1]
    assert gus_browser.post(back).status_code == 303
    assert "Headcount:" not in gus_browser.get(f"/desk/events/{people.lecture.id}").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"people": "many"}, "Enter how many people were in the room"),
        ({"time": "x"}, "Enter the time of counting as hours and minutes"),
        ({"time": "23:00"}, "in the future"),
        ({"when": "0:2024-04-22"}, "Choose a session"),
    ],
)
def test_a_wrong_headcount_gets_a_sentence(gus_browser, people, page, fields, sentence):
    when = f"{people.lecture.occurrences[0].id}:2024-04-22"
    answer = gus_browser.post(
        f"{page}headcount", data={"when": when, "time": "10:00", "people": "120", **fields}
    )
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_of_an_event_out_of_reach_there_is_no_such_page(client, people, page):
    sign_in(client, people.wang)
    assert [
        client.get(page).status_code,
        *(
            client.post(page + part, data=estimate(people)).status_code
            for part in ("estimate", "estimate/withdraw", "headcount", "headcount/1/back")
        ),
    ] == [404] * 5
