"""A school behind one address, and a phone that taps without end."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.phone.check_in import NETWORK_LIMIT
from models.db import db
from models.figures.checks.kinds import CheckKind
from models.figures.checks.questions import questions
from models.ledger import network_counts
from models.ledger.network_counts import MOST_IN_A_MINUTE, STEP, NetworkCount, NetworkLimit
from tests.support.browser.phone import rows, visits
from tests.support.records.week import NINE

FIELD = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def kept(answer) -> list[tuple[str, str]]:
    """The fields of the form that the page sends again."""
    return FIELD.findall(answer.text.partition('id="retry"')[2])


@pytest.fixture
def settings(settings):
    return settings | {"RATELIMIT_ENABLED": True}


# On one kind of database: what counts a network is asked of both by the script below.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_school_of_500_behind_one_address_is_checked_in_within_ten_minutes(another, token, week, at, event):
    for number in range(500):
        # A class of 60 comes at once, the others over the next nine minutes.
        at(NINE + timedelta(seconds=0 if number < 60 else 60 + (number - 60) * 540 / 440))
        assert another().tap(token).status_code == 200
    assert visits(week) == 500
    assert CheckKind.ONE_NETWORK not in {row.question.kind for row in questions([event.id])}


def test_a_script_with_a_fresh_cookie_each_is_stopped_and_asked_about(app, another, token, week, at, event):
    phones = [another() for _ in range(300)]
    tickets = [phone.ticket(token) for phone in phones]
    # Two processes, each with a count of its own until it writes.
    limits = [app.extensions[NETWORK_LIMIT], NetworkLimit()]
    answers = []
    for number, (phone, ticket) in enumerate(zip(phones, tickets, strict=True)):
        at(NINE + timedelta(milliseconds=22 * number))
        app.extensions[NETWORK_LIMIT] = limits[number % 2]
        answers.append(phone.post(token, ticket))
    stored = [answer.status_code for answer in answers].count(303)
    assert MOST_IN_A_MINUTE - 2 * STEP <= stored <= MOST_IN_A_MINUTE + 2 * STEP
    assert visits(week) == stored
    slowed = answers[-1]
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "53")
    assert kept(slowed) == [("ticket", tickets[-1]), ("group", "youth")]
    [asked] = [row.question for row in questions([event.id]) if row.question.kind == CheckKind.ONE_NETWORK]
    assert (asked.amount, asked.visits) == (300, MOST_IN_A_MINUTE)
    # Another network is let in at the same moment.
    other = another()
    ticket = other.ticket(token)
    address = {"REMOTE_ADDR": "203.0.113.9"}
    form = {"ticket": ticket, "group": "youth"}
    assert other.client.post(f"/V/{token}", data=form, environ_base=address).status_code == 303


def test_of_a_network_nothing_stays_but_the_time_of_a_burst(event):
    secret = "key"
    for address, tried in (("203.0.113.7", MOST_IN_A_MINUTE), ("2001:db8::1", 2 * STEP)):
        limit = NetworkLimit()
        for _ in range(tried):
            limit.count(event.id, address, secret, NINE)
    before = db.session.scalars(select(NetworkCount.digest)).all()
    assert len(before) == 2
    assert "203" not in str(before)
    network_counts.forget(NINE + timedelta(minutes=62))
    db.session.expire_all()
    [row] = db.session.scalars(select(NetworkCount)).all()
    assert (row.tried, row.digest in before) == (MOST_IN_A_MINUTE, False)
    assert [burst.tried for burst in network_counts.bursts([event.id])[event.id]] == [MOST_IN_A_MINUTE]


def test_one_browser_is_slowed_down_and_its_choice_is_kept(phone, another, token, week):
    ticket = phone.ticket(token)
    answers = [phone.post(token, "no ticket").status_code for _ in range(20)]
    assert answers == [400] * 20
    slowed = phone.post(token, ticket, "youth")
    assert slowed.status_code == 429
    assert 1 <= int(slowed.headers["Retry-After"]) <= 61
    assert kept(slowed) == [("ticket", ticket), ("group", "youth")]
    assert f'data-seconds="{slowed.headers["Retry-After"]}"' in slowed.text
    assert "js/phone/retry.js" in slowed.text
    assert "您的选择已保留" in slowed.text
    assert rows() == []
    assert "已签到" in another().tap(token).text


def test_a_busy_moment_keeps_ticket_and_choice(phone, token, monkeypatch):
    from models.checkin import admit

    ticket = phone.ticket(token)

    def busy(*_args):
        raise admit.BusyError(admit.BUSY)

    with monkeypatch.context() as patched:
        patched.setattr(admit, "admit", busy)
        answer = phone.post(token, ticket, "public")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert kept(answer) == [("ticket", ticket), ("group", "public")]
    assert "已签到" in phone.follow(phone.post(token, *(value for _name, value in kept(answer)))).text
