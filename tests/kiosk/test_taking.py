"""A pass that a visitor takes: no name, once a tap, slowed down, at the door like any other."""

import re

import pytest
from sqlalchemy import select

from models import clock, passes
from models.base import db
from models.passes import TAKEN, Pass
from tests.support.week import NINE, load_week, make_door, make_event, minutes


@pytest.fixture
def week(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return load_week()


def test_from_the_event_page_to_the_door(client, week):
    event = make_event(week)
    page = client.get(f"/{week.id}/events/{event.id}").text
    assert re.search(r'<form method="post" action="/C/take">', page)
    answer = client.post("/C/take", data={"campaign": week.id, "group": "youth"})
    [made] = db.session.scalars(select(Pass)).all()
    assert (answer.status_code, answer.location) == (303, f"/C/{made.token}")
    assert (made.purpose, made.group, made.headcount, made.event_id, made.issued_by) == (
        TAKEN,
        "youth",
        1,
        None,
        None,
    )
    assert "青少年" in client.get(answer.location).text
    assert make_door(event).scan(made.token, NINE + minutes(1)).verdict == "stored"
    assert not answer.headers.getlist("Set-Cookie")


def test_what_was_not_told_is_unknown(client, week):
    client.post("/c/take", data={"campaign": week.id})
    assert [made.group for made in db.session.scalars(select(Pass))] == ["unknown"]


@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 404), ({"campaign": "none"}, 404), ({"campaign": "ip-2024", "group": "nobody"}, 400)],
    ids=str,
)
def test_what_cannot_be_taken(client, week, form, status):
    assert client.post("/C/take", data=form).status_code == status
    assert db.session.scalars(select(Pass)).all() == []


def test_after_the_week_there_is_none(client, week, monkeypatch):
    event = make_event(week)
    monkeypatch.setattr(clock, "now", lambda: NINE + minutes(6 * 24 * 60))
    assert client.post("/C/take", data={"campaign": week.id}).status_code == 409
    assert "/C/take" not in client.get(f"/{week.id}/events/{event.id}").text


def test_the_address_is_no_pass(client, week):
    assert client.get("/C/take").status_code == 404
    assert passes.open_pass("take") is None


class TestSlowedDown:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_a_script_is_told_to_wait(self, client, week):
        answers = [client.post("/C/take", data={"campaign": week.id}).status_code for _ in range(62)]
        assert answers == [303] * 60 + [429] * 2
