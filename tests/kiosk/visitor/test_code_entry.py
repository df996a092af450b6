"""Codes that are typed lead to the same pages as those that are scanned, and guessing is slowed down."""

from datetime import timedelta

import pytest

from kiosk.rate_limits import WRONG_CODES
from kiosk.visitor import code_entry
from models.codes import passes, short_codes, venue_codes
from models.codes.short_codes import ShortKind, written
from models.codes.wrong_codes import WrongCodes
from models.drawing.page import lines_of
from tests.support.records.week import DAY, NINE, make_event, session

ONE_DAY = timedelta(days=1)


@pytest.fixture
def enter(client):
    return lambda code, language="zh": client.post(
        "/code", data={"code": code}, headers={"Accept-Language": language}
    )


def test_a_venue_code_leads_to_its_question(client, enter, event, token):
    code = short_codes.of_venue_code(venue_codes.printed_code(event))
    for typed in (code, code.lower(), short_codes.spaced(code)):
        answer = enter(typed)
        assert (answer.status_code, answer.location) == (303, f"/V/{token}")
    assert event.title in client.get(f"/V/{token}").text


def test_a_pass_leads_to_its_page_and_shows_its_code(client, enter, week):
    held = passes.issue(week, "youth", NINE)[0]
    code = short_codes.pass_code()(held.id)
    answer = enter(code)
    assert (answer.status_code, answer.location) == (303, f"/C/{held.token}")
    assert short_codes.spaced(code) in client.get(answer.location).text


def test_a_wrong_code_is_kept_in_the_field_with_what_to_do(enter, week):
    answer = enter("ABCD EFG3")
    assert answer.status_code == 422
    assert 'value="ABCD EFG3"' in answer.text
    assert "有字符缺失或有误" in answer.text
    for code, words in (
        (written(ShortKind.PASS, 5), "没有这个输入码"),
        (written(ShortKind.PHONE, 5), "这是集章卡的号码"),
    ):
        assert words in enter(code).text


def test_the_poster_says_where_to_type_what(event, token):
    from kiosk.paper import poster_layout

    code = venue_codes.printed_code(event)
    lines = [line.text for items in poster_layout.of_code(code, NINE).values() for line in lines_of(items)]
    typed = short_codes.spaced(short_codes.of_venue_code(code))
    assert f"扫不了码？打开 openweek.test/code 输入 {typed}" in lines


@pytest.fixture
def enter_at(app, client):
    """Types a code at one of two workers."""
    workers = [app.extensions[WRONG_CODES], WrongCodes()]

    def enter_at(number, code, address="192.0.2.7"):
        app.extensions[WRONG_CODES] = workers[number % 2]
        return client.post("/code", data={"code": code}, environ_base={"REMOTE_ADDR": address})

    return enter_at


@pytest.fixture
def held(week):
    return short_codes.pass_code()(passes.issue(week, "youth", NINE)[0].id)


def poster_of(event):
    return short_codes.of_venue_code(venue_codes.code_for_event(event, NINE))


def wrong(numbers):
    return [written(ShortKind.PASS, number + 10**9) for number in numbers]


def test_wrong_codes_are_counted_over_all_workers(enter_at, held):
    statuses = [enter_at(number, code).status_code for number, code in enumerate(wrong(range(59)))]
    assert statuses == [422] * 59
    assert enter_at(0, held).status_code == 303
    assert enter_at(0, *wrong([60])).status_code == 422
    waiting = enter_at(1, held)
    assert (waiting.status_code, "错误的码过多。请等一分钟" in waiting.text) == (429, True)
    assert 1 <= int(waiting.headers["Retry-After"]) <= 60
    assert enter_at(1, *wrong([61])).status_code == 429
    assert enter_at(1, held, "203.0.113.9").status_code == 303


def test_a_class_behind_the_address_of_somebody_who_guesses_gets_in(enter_at, event, week):
    tomorrow = make_event(week, "明天", occurrences=[session(NINE + ONE_DAY, day=DAY + ONE_DAY)])
    for number, code in enumerate(wrong(range(80))):
        enter_at(number, code)
    for number in range(400):  # mistyped, as their own checksum finds
        assert enter_at(number, "AAAAAAAA").status_code == 422
    assert [enter_at(number, poster_of(event)).status_code for number in range(40)] == [303] * 40
    # There is nothing to check in to yet: it waits as a pass does.
    assert enter_at(0, poster_of(tomorrow)).status_code == 429
    assert enter_at(0, poster_of(tomorrow), "203.0.113.9").status_code == 303


def test_of_an_hour_a_network_has_so_many_wrong_ones(enter_at, held, event, at, monkeypatch):
    assert code_entry.WRONG_IN_AN_HOUR == 300
    monkeypatch.setattr(code_entry, "WRONG_IN_AN_HOUR", 24)
    for minute in range(6):
        at(NINE + timedelta(minutes=minute))
        assert {enter_at(number, code).status_code for number, code in enumerate(wrong(range(4)))} == {422}
    at(NINE + timedelta(minutes=7))
    waiting = enter_at(0, held)
    assert (waiting.status_code, "请用摄像头扫码，或请工作人员协助" in waiting.text) == (429, True)
    assert int(waiting.headers["Retry-After"]) == 53 * 60
    assert [enter_at(1, *wrong([7])).status_code, enter_at(0, poster_of(event)).status_code] == [429, 303]
    at(NINE + timedelta(minutes=60))
    assert enter_at(1, held).status_code == 303


def test_a_new_issue_under_another_key_has_a_typed_code_that_opens_it(enter, event, token, runner):
    old = poster_of(event)
    runner.invoke(args=["key", "new", "venue", "--long"])
    renewed = venue_codes.reissue(event, NINE)
    assert enter(poster_of(event)).location == f"/V/{renewed.token(NINE)}"
    assert enter(old).status_code == 422
