"""A pass that a visitor takes: no name, once a tap, slowed down, checked in like any other."""

import hashlib
import re

import pytest
from sqlalchemy import select

from models import clock
from models.codes import pass_lookup
from models.codes.passes import Pass
from models.codes.self_issue_limit import SelfIssueCount
from models.codes.signatures import Purpose
from models.db import db, transaction
from models.operations import tick
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes


@pytest.fixture
def week(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return load_week()


def test_from_the_event_page_to_the_check_in(client, week):
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
    assert make_device(event).scan(made.token, NINE + minutes(1)).verdict == "stored"
    assert not answer.headers.getlist("Set-Cookie")


def test_a_group_is_asked_for(client, week):
    event = make_event(week)
    page = client.get(f"/{week.id}/events/{event.id}").text
    assert (
        '<select id="take-group" name="group" required>\n        <option value="">请选择群体</option>' in page
    )
    assert client.post("/c/take", data={"campaign": week.id}).status_code == 400
    client.post("/c/take", data={"campaign": week.id, "group": "unknown"})
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
    assert pass_lookup.read_pass("take") is None


class TestSlowedDown:
    """Counted in the database: no worker and no node has a count of its own."""

    def take(self, client, week, address="192.0.2.1"):
        form = {"campaign": week.id, "group": "youth"}
        return client.post("/C/take", data=form, environ_base={"REMOTE_ADDR": address})

    def taken_before(self, client, week, count, ago):
        self.take(client, week)
        [seen] = db.session.scalars(select(SelfIssueCount)).all()
        with transaction():
            if ago:
                db.session.add(
                    SelfIssueCount(digest=seen.digest, minute=NINE - minutes(ago), passes=count - 1)
                )
            else:
                seen.passes = count

    def test_a_school_behind_one_address_is_not_slowed_down(self, client, week):
        assert [self.take(client, week).status_code for _ in range(61)] == [303] * 61

    def test_a_script_is_told_to_wait_and_its_choice_is_kept(self, client, week, monkeypatch):
        self.taken_before(client, week, 600, ago=0)
        answer = self.take(client, week)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text) == [
            ("group", "youth"),
            ("campaign", week.id),
        ]
        assert "js/phone/retry.js" in answer.text
        assert len(db.session.scalars(select(Pass)).all()) == 1
        assert self.take(client, week, "192.0.2.2").status_code == 303
        monkeypatch.setattr(clock, "now", lambda: NINE + minutes(1))
        assert self.take(client, week).status_code == 303

    def test_also_one_that_has_time(self, client, week):
        self.taken_before(client, week, 2999, ago=30)
        assert self.take(client, week).status_code == 303
        answer = self.take(client, week)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")

    def test_of_an_address_nothing_stays(self, app, client, week):
        self.take(client, week)
        [seen] = db.session.scalars(select(SelfIssueCount)).all()
        assert seen.passes == 1
        assert seen.digest not in (hashlib.sha256(b"192.0.2.1").hexdigest(), "192.0.2.1")
        tick.tick(NINE + minutes(60))
        assert len(db.session.scalars(select(SelfIssueCount)).all()) == 1
        tick.tick(NINE + minutes(61))
        assert db.session.scalars(select(SelfIssueCount)).all() == []
