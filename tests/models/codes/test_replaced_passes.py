"""A pass that replaced another: a new code, the same participant, and the history of both. Reissued posters."""

from uuid import uuid4

import pytest

from models.checkin.attempt import Attempt
from models.codes import pass_rows, passes, venue_codes
from models.codes.venue_codes import LAST_ISSUE
from models.db import db
from models.errors import Conflict, NotFound
from models.figures.count import figures
from models.figures.recount.comparison import verify
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def event(week):
    return make_event(week)


@pytest.fixture
def device(event):
    return make_device(event)


def counted(week):
    totals = figures(week, NINE + minutes(60))
    return totals.visits, totals.participants


def test_the_old_code_ends_and_the_new_one_is_the_same_person(week, device):
    old = passes.issue(week, "youth", NINE)[0]
    assert device.scan(old.token, NINE + minutes(1)).verdict == "stored"
    new = passes.replace(old.id, NINE + minutes(2))
    assert (new.group, new.headcount, new.purpose, new.token != old.token) == ("youth", 1, 1, True)
    answer = device.scan(old.token, NINE + minutes(3))
    assert (answer.verdict, answer.reason) == ("refused", "revoked")
    answer = device.scan(new.token, NINE + minutes(4))
    assert (answer.verdict, answer.since) == ("repeat", NINE + minutes(1))
    assert counted(week) == (1, 1)
    assert verify(week).differences == []


def test_the_same_holder_however_often_it_is_replaced(week, device):
    first = passes.issue(week, "youth", NINE, headcount=45)[0]
    last = passes.replace(passes.replace(first.id, NINE).id, NINE)
    assert {last.holder, first.holder} == {f"p:{first.serial:010x}"}
    elsewhere = make_device(make_event(week, "讲座"))
    answers = [device.scan(last.token, NINE + minutes(1), headcount=43)]
    answers.append(elsewhere.scan(last.token, NINE + minutes(2), headcount=43))
    assert [(answer.verdict, answer.headcount) for answer in answers] == [("stored", 43)] * 2
    assert counted(week) == (86, 43)


def test_both_codes_in_one_batch_are_one_visit(week, device):
    """A kiosk without a network let both in: the first one scanned before the replacement."""
    old = passes.issue(week, "public", NINE)[0]
    new = passes.replace(old.id, NINE + minutes(5))
    scans = [
        Attempt(uuid4(), "pass", NINE + minutes(at), code=row.token, shown="stored")
        for at, row in ((6, new), (4, old))
    ]
    answers = device.hand_in(*scans, now=NINE + minutes(10))
    assert [answer.verdict for answer in answers] == ["stored", "stored"]
    assert counted(week) == (1, 1)
    assert verify(week).differences == []


def test_a_pass_is_replaced_once(week):
    old = passes.issue(week, "youth", NINE)[0]
    new = passes.replace(old.id, NINE)
    with pytest.raises(Conflict):
        passes.replace(old.id, NINE)
    with pytest.raises(NotFound):
        passes.replace(4711, NINE)
    db.session.expire_all()
    assert (old.replaced_by.new_id, new.replaces.old_id) == (new.id, old.id)
    assert pass_rows.revoked_serials(week.id) == [f"{old.serial:010x}"]


class TestReissue:
    def test_the_older_print_ends_at_once(self, event):
        first = venue_codes.code_for_event(event, NINE).token(NINE)
        second = venue_codes.reissue(event, NINE).token(NINE)
        assert venue_codes.read_code(first, NINE).problem == "revoked"
        assert venue_codes.read_code(second, NINE).problem is None
        assert venue_codes.code_for_event(event, NINE).token(NINE) == second

    def test_after_the_last_issue_number_comes_a_new_code(self, event):
        first = venue_codes.code_for_event(event, NINE)
        for _ in range(LAST_ISSUE - 1):
            venue_codes.reissue(event, NINE)
        last = venue_codes.code_for_event(event, NINE)
        assert (last.number, last.issue) == (first.number, LAST_ISSUE)
        token = last.token(NINE)
        after = venue_codes.reissue(event, NINE)
        assert (after.number != first.number, after.issue) == (True, 1)
        assert venue_codes.read_code(token, NINE).problem == "revoked"

    def test_revoked_prints_open_nothing_and_a_new_one_may_be_made(self, event):
        token = venue_codes.code_for_event(event, NINE).token(NINE)
        venue_codes.revoke(event, NINE)
        venue_codes.revoke(event, NINE)
        assert venue_codes.read_code(token, NINE).problem == "revoked"
        assert venue_codes.printed_code(event) is None
        assert (
            venue_codes.read_code(venue_codes.code_for_event(event, NINE).token(NINE), NINE).problem is None
        )
