"""The result page of a phone: the right group afterwards, another person with the same phone."""

import re

import pytest

from models.campaigns.tables import UNKNOWN_GROUP
from models.db import db, transaction
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.publishing.lifecycle import cancel
from tests.support.browser.phone import CHANGE, TICKET, rows, visits
from tests.support.records.week import NINE, minutes


def by_group(week):
    by = figures(week, NINE, ("audience",)).rows
    return {row["audience"]: row["visits"] for row in by if row["visits"]}


def test_a_wrong_group_is_mended_as_rows(phone, token, week, at):
    page = phone.tap(token, "government")
    assert by_group(week) == {"government": 1}
    at(NINE + minutes(5))
    after = phone.follow(phone.change(token, page, "youth"))
    assert re.findall(r'class="chip group-n\d+ group-(\w+)"', after.text) == ["youth"]
    first, *others = rows()
    undo, corrected = sorted(others, key=lambda row: row.kind)
    assert [(row.kind, row.group, row.verdict, row.at) for row in (first, undo, corrected)] == [
        ("venue", "government", "stored", NINE),
        ("undo", None, "stored", NINE + minutes(5)),
        ("venue", "youth", "stored", NINE),
    ]
    assert (undo.undoes, corrected.holder) == (first.id, first.holder)
    assert by_group(week) == {"youth": 1}
    assert verify(week).agrees


def test_a_change_can_be_changed_and_a_second_tap_adds_nothing(phone, token, week):
    page = phone.tap(token, "government")
    answers = [phone.change(token, page, "youth") for _ in range(3)]
    assert len({answer.location for answer in answers}) == 1
    assert len(rows()) == 3
    phone.follow(phone.change(token, phone.follow(answers[0]), UNKNOWN_GROUP))
    assert by_group(week) == {UNKNOWN_GROUP: 1}
    assert (len(rows()), visits(week)) == (5, 1)
    assert verify(week).agrees


def test_also_from_the_page_that_says_already_checked_in(phone, token, week):
    phone.tap(token, "government")
    page = phone.open(token)
    assert "您今天已签到过" in page.text
    phone.follow(phone.change(token, page, "youth"))
    assert by_group(week) == {"youth": 1}


def test_after_the_ticket_s_15_minutes_the_staff_are_asked(phone, token, week, at):
    page = phone.tap(token, "government")
    at(NINE + minutes(15.1))
    assert CHANGE.search(phone.open(token).text) is None
    answer = phone.change(token, page, "youth")
    assert (answer.status_code, "请联系现场工作人员" in answer.text) == (410, True)
    assert by_group(week) == {"government": 1}


def test_another_browser_changes_nothing(phone, another, token, week):
    page = phone.tap(token, "government")
    stranger = another()
    stranger.tap(token)
    assert stranger.change(token, page, "youth").status_code == 404
    assert by_group(week) == {"government": 1, "youth": 1}


@pytest.mark.parametrize("group", ["", "cats", "youth\x00"])
def test_an_unknown_group_changes_nothing(phone, token, week, group):
    page = phone.tap(token, "government")
    assert phone.change(token, page, group).status_code == 400
    assert by_group(week) == {"government": 1}


def test_whom_the_page_let_in_stays_in_a_full_room_and_at_a_cancelled_event(
    phone, another, token, week, event, at
):
    with transaction():
        event.occurrences[0].capacity = 2
    page = phone.tap(token, "government")
    another().tap(token, "public")
    phone.follow(phone.change(token, page, "youth"))
    assert by_group(week) == {"youth": 1, "public": 1}
    late = phone.open(token)
    cancel(event, NINE)
    db.session.expire_all()
    phone.follow(phone.change(token, late, "innovators"))
    assert by_group(week) == {"innovators": 1, "public": 1}
    assert verify(week).agrees


def test_another_person_with_the_same_phone_counts(phone, token, week):
    phone.tap(token, "youth")
    page = phone.open(token)
    assert TICKET.search(page.text) is None
    link = re.search(r'href="(/[Vv]/[^"]*another=1)"', page.text)[1]
    ticket = TICKET.search(phone.get(link).text)[1]
    phone.follow(phone.post(token, ticket, "public"))
    assert by_group(week) == {"youth": 1, "public": 1}
    assert len({row.holder for row in rows()}) == 2
    assert "您今天已签到过" in phone.open(token).text
    assert visits(week) == 2
