"""Wrong pairing codes, of kiosks and of screens, are counted over all workers and nodes; right ones are not."""

from datetime import timedelta

import pytest

from kiosk.api.pairing import WRONG_OF_NETWORK
from kiosk.rate_limits import WRONG_CODES
from models import clock
from models.codes.wrong_codes import WrongCodes
from models.devices import pairing, screens
from models.devices.pairing import ALPHABET, CODE_LENGTH, CODE_LIFE, LONG_CODE_LENGTH
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.applications import SECRET

KIOSK, SCREEN = "/api/v1/kiosk/pair", "/api/v1/display/pair"


@pytest.fixture
def at(monkeypatch):
    def set_time(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_time(NINE)
    return set_time


@pytest.fixture
def event(app, at):
    return make_event(load_week())


@pytest.fixture
def guess(app, client):
    """`guess(path, code)` at the other of two workers each time."""
    workers, count = [app.extensions[WRONG_CODES], WrongCodes()], iter(range(10_000))

    def ask(path, code="AAAAAAAA", address="192.0.2.7"):
        app.extensions[WRONG_CODES] = workers[next(count) % 2]
        return client.post(path, json={"code": code}, environ_base={"REMOTE_ADDR": address})

    return ask


def test_a_network_is_stopped_after_30_wrong_ones_of_kiosks_and_screens_together(guess, event, at):
    code = pairing.create_code(event, SECRET, NINE)
    statuses = [guess(path).status_code for path in (KIOSK, SCREEN) for _ in range(WRONG_OF_NETWORK // 2)]
    assert statuses == [400] * 30
    assert [guess(path).status_code for path in (KIOSK, SCREEN)] == [429] * 2
    # Also with a right code: the answer tells nothing about a guess.
    right = guess(KIOSK, code)
    assert (right.status_code, right.headers["Retry-After"], right.content_type) == (
        429,
        "60",
        "application/problem+json",
    )
    assert "错误的码过多" in right.json["detail"]
    # Another network pairs at this moment, and this one with the next minute.
    assert guess(SCREEN, screens.create_pairing(event, SECRET, NINE), "203.0.113.9").status_code == 200
    at(NINE + timedelta(minutes=1))
    assert guess(KIOSK, code).status_code == 200


def test_a_hall_of_devices_with_right_codes_is_paired(guess, event):
    codes = [pairing.create_code(event, SECRET, NINE) for _ in range(60)]
    assert [guess(KIOSK, code).status_code for code in codes] == [200] * 60


def test_a_code_to_be_typed_is_random_good_once_and_for_ten_minutes(guess, event, at):
    codes = [pairing.create_code(event, SECRET, NINE) for _ in range(200)]
    assert (len(set(codes)), {len(code) for code in codes}) == (200, {CODE_LENGTH})
    assert set("".join(codes)) == set(ALPHABET)
    # ASVS 6.5.4 asks for 20 bits of a code that somebody types, 6.5.5 for 10 minutes at most.
    assert len(ALPHABET) ** CODE_LENGTH > 2**39
    assert timedelta(minutes=10) >= CODE_LIFE
    assert [guess(KIOSK, codes[0]).status_code for _ in range(2)] == [200, 400]
    at(NINE + CODE_LIFE)
    assert guess(KIOSK, codes[1]).status_code == 400


def test_a_code_that_is_good_for_days_has_128_bits(app):
    assert len(ALPHABET) ** LONG_CODE_LENGTH >= 2**128
    codes = {pairing.random_code(LONG_CODE_LENGTH) for _ in range(100)}
    assert {len(code) for code in codes} == {26}
