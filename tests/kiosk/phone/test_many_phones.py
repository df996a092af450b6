"""A school behind one address, and a phone that taps without end."""

import re

import pytest

from tests.support.phone import rows, visits

FIELD = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def kept(answer) -> list[tuple[str, str]]:
    """The fields of the form that the page sends again."""
    return FIELD.findall(answer.text.partition('id="retry"')[2])


@pytest.fixture
def settings(settings):
    return settings | {"RATELIMIT_ENABLED": True}


def test_a_school_of_700_behind_one_address_is_checked_in(another, token, week):
    answers = [another().tap(token).status_code for _ in range(700)]
    assert answers == [200] * 700
    assert visits(week) == 700


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
