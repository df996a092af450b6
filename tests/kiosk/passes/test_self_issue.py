"""A pass that a visitor takes: no name, once a tap, slowed down, at the door like any other."""

import hashlib
import re

import pytest
from sqlalchemy import select

from models import clock
from models.codes import passes
from models.codes.passes import Pass
from models.codes.self_issue_limit import SelfIssueCount
from models.codes.signatures import Purpose
from models.db import db, transaction
from models.operations import tick
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
        Purpose.SELF_ISSUED,
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
    assert passes.read_pass("take") is None


class TestSlowedDown:
    """Counted in the database: no worker and no node has a count of its own."""

    def take(self, client, week, address="192.0.2.1"):
        form = {"campaign": week.id}
        return client.post("/C/take", data=form, environ_base={"REMOTE_ADDR": address})

    def test_a_script_is_told_to_wait(self, client, week, monkeypatch):
        answers = [self.take(client, week).status_code for _ in range(62)]
        assert answers == [303] * 60 + [429] * 2
        assert self.take(client, week).headers["Retry-After"] == "60"
        assert len(db.session.scalars(select(Pass)).all()) == 60
        assert self.take(client, week, "192.0.2.2").status_code == 303
        monkeypatch.setattr(clock, "now", lambda: NINE + minutes(1))
        assert self.take(client, week).status_code == 303

    def test_also_one_that_has_time(self, client, week):
        self.take(client, week)
        [seen] = db.session.scalars(select(SelfIssueCount)).all()
        with transaction():
            db.session.add(SelfIssueCount(digest=seen.digest, minute=NINE - minutes(30), passes=598))
        assert self.take(client, week).status_code == 303
        answer = self.take(client, week)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
        assert "请稍候再试。" in answer.text

    def test_of_an_address_nothing_stays(self, app, client, week):
        self.take(client, week)
        [seen] = db.session.scalars(select(SelfIssueCount)).all()
        assert seen.passes == 1
        assert seen.digest not in (hashlib.sha256(b"192.0.2.1").hexdigest(), "192.0.2.1")
        tick.tick(NINE + minutes(60))
        assert len(db.session.scalars(select(SelfIssueCount)).all()) == 1
        tick.tick(NINE + minutes(61))
        assert db.session.scalars(select(SelfIssueCount)).all() == []
