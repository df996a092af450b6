"""Forged venue codes: how many a browser and a network may try, over all workers, and who is not kept out by them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.phone.check_in import WRONG_OF_BROWSER, WRONG_OF_NETWORK
from kiosk.rate_limits import WRONG_CODES
from models.codes import venue_codes, wrong_codes
from models.codes.wrong_codes import Limit, WrongCodeCount, WrongCodes
from models.db import db
from models.errors import TooMany
from models.security.networks import network_of
from tests.support.browser.phone import rows, visits
from tests.support.records.week import NINE, make_event

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ELSEWHERE = "203.0.113.9"


def forged(token: str, number: int) -> str:
    """One of 32,768 texts with the same payload and a wrong signature; never the right one."""
    guess = "".join(LETTERS[number >> shift & 31] for shift in (10, 5, 0))
    return token[:-4] + guess + ("A" if token[-1] != "A" else "I")


def open_from(client, address: str, token: str):
    return client.get(f"/V/{token}", environ_base={"REMOTE_ADDR": address})


@pytest.fixture
def guesses(app, token):
    """`guesses(client, count, first)` opens so many forged codes, each answered by the other of two workers."""
    workers = [app.extensions[WRONG_CODES], WrongCodes()]

    def guess(client, count, first=0, method="get"):
        statuses = []
        for number in range(first, first + count):
            app.extensions[WRONG_CODES] = workers[number % 2]
            statuses.append(getattr(client, method)(f"/V/{forged(token, number)}").status_code)
        return statuses

    return guess


def test_a_browser_is_stopped_after_20_in_a_minute_over_all_workers(phone, another, token, guesses, week, at):
    phone.open(token)
    assert guesses(phone.client, WRONG_OF_BROWSER) == [404] * 20
    # Also a right code is refused now: the answer tells nothing about a guess.
    assert guesses(phone.client, 3, first=20) == [429] * 3
    right = phone.open(token)
    assert (right.status_code, right.headers["Retry-After"], right.headers["Cache-Control"]) == (
        429,
        "60",
        "no-store",
    )
    assert "请稍等一分钟" in right.text
    assert f'href="/V/{token}"' in right.text
    # Not the phone beside it, nor the same one a minute later.
    assert "已签到" in another().tap(token).text
    at(NINE + timedelta(minutes=1))
    assert "已签到" in phone.tap(token).text


def test_a_network_is_stopped_after_120_in_a_minute_whatever_cookie_it_sends(app, token, guesses, week):
    statuses = []
    for number in range(WRONG_OF_NETWORK + 5):
        client = app.test_client()
        client.set_cookie("ow_browser", f"invented{number}")
        statuses += guesses(client, 1, first=number)
    assert statuses == [404] * 120 + [429] * 5
    # Another network may try, and this one at another event.
    assert open_from(app.test_client(), ELSEWHERE, forged(token, 200)).status_code == 404
    other = venue_codes.code_for_event(make_event(week, "另一场"), NINE).token(NINE)
    assert open_from(app.test_client(), "127.0.0.1", forged(other, 0)).status_code == 404


def test_a_network_that_tries_one_event_after_the_other_is_stopped_at_all(app, token, guesses, week):
    """Else a forged code cost a row of the database each, without end."""
    client = app.test_client(use_cookies=False)
    for number in range(5):
        other = venue_codes.code_for_event(make_event(week, f"第{number}场"), NINE).token(NINE)
        guesses_at = [
            client.get(f"/V/{forged(other, guess)}").status_code for guess in range(WRONG_OF_NETWORK)
        ]
        assert guesses_at == [404] * WRONG_OF_NETWORK
    assert guesses(client, 2) == [429] * 2
    assert open_from(client, "127.0.0.1", token).status_code == 200
    assert open_from(client, ELSEWHERE, forged(token, 0)).status_code == 404


def test_what_is_posted_is_counted_too(phone, token, guesses, week):
    ticket = phone.ticket(token)
    assert guesses(phone.client, 10, method="post") == [404] * 10
    assert guesses(phone.client, 11, first=10) == [404] * 10 + [429]
    slowed = phone.post(token, ticket)
    assert (slowed.status_code, rows()) == (429, [])
    assert "您的选择已保留" in slowed.text


def test_a_class_behind_the_address_of_somebody_who_guesses_is_let_in(another, token, guesses, week):
    """60 pupils in a minute, while one of them tries more forged codes than the network may, from ever new browsers."""
    for first in range(0, WRONG_OF_NETWORK + 20, 20):
        guesses(another().client, 20, first=first)
    assert guesses(another().client, 1, first=200) == [429]
    assert ["已签到" in another().tap(token).text for _ in range(60)] == [True] * 60
    assert visits(week) == 60


def test_right_old_and_foreign_codes_are_not_counted(phone, event, token, week):
    code = venue_codes.code_for_event(event, NINE, venue_codes.CodeMethod.ROTATING)
    yesterday = code.token(NINE - timedelta(days=1))
    assert [phone.open(text).status_code for text in (yesterday, "wxp:payment", "A" * 24) * 40] == [
        410,
        404,
        404,
    ] * 40
    assert [phone.open(token).status_code for _ in range(30)] == [200] * 30
    assert db.session.scalars(select(WrongCodeCount)).all() == []


def test_in_english(another, token, guesses):
    phone = another(language="en")
    phone.open(token)
    guesses(phone.client, 21)
    assert "Too many wrong codes were tried from this phone or its network." in phone.open(token).text


def test_no_address_is_kept_and_after_an_hour_nothing(app):
    limits = [Limit(f"venue code of event 1 from {network_of('203.0.113.7')}", 1)]
    worker = WrongCodes()
    worker.count(limits, "key", NINE)
    with pytest.raises(TooMany) as caught:
        worker.count(limits, "key", NINE + timedelta(seconds=20))
    assert caught.value.wait == timedelta(seconds=40)
    [row] = db.session.scalars(select(WrongCodeCount)).all()
    assert ("203" in row.digest, len(row.digest), row.tried) == (False, 64, 2)
    # The same network has another name in a database with another key, and on another day.
    for secret, now in (("another", NINE), ("key", NINE + timedelta(days=1))):
        WrongCodes().count(limits, secret, now)
    wrong_codes.forget(NINE + timedelta(minutes=59))
    assert len(db.session.scalars(select(WrongCodeCount)).all()) == 3
    wrong_codes.forget(NINE + timedelta(days=2))
    assert db.session.scalars(select(WrongCodeCount)).all() == []
