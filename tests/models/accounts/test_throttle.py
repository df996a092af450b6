"""Guessing is slowed down by the address that is guessed at and by the network it comes from."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from models.accounts import throttle
from models.accounts.tables import FailedSignIn
from models.accounts.throttle import Guess, normalized_address
from models.db import db
from models.errors import TooMany
from tests.support.records.week import NINE

SECOND = timedelta(seconds=1)


def allowed(guesses, start=NINE) -> int:
    """How many of these guesses, one a second, are let through before the first that is not."""
    for number, guess in enumerate(guesses):
        try:
            throttle.count_guess(guess, start + number * SECOND)
        except TooMany:
            return number
    return len(guesses)


def at(subject="gu@example.cn", network="192.0.2.1", device="") -> Guess:
    return Guess(subject, network, device)


def test_one_address_from_many_networks(app):
    assert allowed([at(network=f"192.0.2.{number}") for number in range(50)]) == 6


def test_many_at_the_same_moment_are_counted_too(app):
    def guess(number: int) -> int:
        with app.app_context():
            return allowed([at(network=f"192.0.2.{number}")])

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(guess, range(64))) == 6


def test_many_addresses_from_one_network(app):
    assert allowed([at(f"p{number}@example.cn") for number in range(50)]) == 20


def test_half_an_ipv6_address_is_one_network(app):
    assert allowed([at(f"p{number}@x.cn", f"2001:db8:0:1::{number:x}") for number in range(50)]) == 20
    assert throttle.network_of("::ffff:192.0.2.9") == "192.0.2.9"
    assert throttle.network_of("unix:") == "unix:"


def test_a_known_device_has_a_count_of_its_own(app):
    assert allowed([at(network="192.0.2.1")] * 50) == 6
    assert allowed([at(f"p{number}@example.cn") for number in range(50)]) == 14  # the network is used up
    assert allowed([at(device="her phone")] * 50) == 6


def test_it_waits_until_the_oldest_is_over(app):
    assert allowed([at()] * 10) == 6
    with pytest.raises(TooMany) as caught:
        throttle.count_guess(at(), NINE + 10 * SECOND)
    assert caught.value.wait == 50 * SECOND
    assert throttle.count_guess(at(), NINE + 61 * SECOND) > 0


def test_an_hour_has_a_limit_of_its_own(app):
    minutes = [NINE + timedelta(minutes=number) for number in range(41)]
    for minute in minutes[:40]:
        throttle.count_guess(at(), minute)
    with pytest.raises(TooMany) as caught:
        throttle.count_guess(at(), minutes[40])
    assert caught.value.wait == timedelta(minutes=20)


def test_right_ones_do_not_count(app):
    for number in range(30):
        guess_id = throttle.count_guess(at(), NINE + number * SECOND)
        throttle.take_back(guess_id)
    db.session.commit()
    assert db.session.query(FailedSignIn).count() == 0


def test_padding_and_case_make_no_other_address():
    padded = [" GU@example.cn", "gu@example.cn" + " " * 300, " " * 300 + "gu@EXAMPLE.cn\t"]
    assert {normalized_address(text) for text in padded} == {"gu@example.cn"}
    assert len(normalized_address("x" * 300)) == 254


def test_old_ones_are_forgotten(app):
    allowed([at()] * 3)
    throttle.delete_old(NINE + timedelta(days=2))
    assert db.session.query(FailedSignIn).count() == 0
