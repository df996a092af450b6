"""Codes that are typed: each names one thing, and a slip of the finger names nothing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import keys, passes, short_codes, venue_codes
from models.codes.short_codes import ALPHABET, ShortCode, ShortKind, read, written
from models.db import transaction
from tests.support.records.week import NINE, load_week, make_event

kinds = st.sampled_from(ShortKind)


@given(kind=kinds, data=st.data())
def test_what_is_written_is_read(kind, data):
    number = data.draw(st.integers(0, (1 << kind.bits) - 1))
    text = written(kind, number)
    assert (len(text), set(text) - set(ALPHABET)) == (8, set())
    for typed in (text, text.lower(), short_codes.spaced(text), f" {text[:3]}-{text[3:]} "):
        assert read(typed) == ShortCode(kind, number)


@given(kind=kinds, data=st.data())
def test_one_wrong_character_or_two_that_changed_places_are_noticed(kind, data):
    text = written(kind, data.draw(st.integers(0, (1 << kind.bits) - 1)))
    place = data.draw(st.integers(0, 7))
    other = data.draw(st.sampled_from(ALPHABET))
    wrong = text[:place] + other + text[place + 1 :]
    swapped = list(text)
    swapped[place - 1], swapped[place] = swapped[place], swapped[place - 1]
    for typed in (wrong, "".join(swapped)):
        assert typed == text or read(typed) is None


def test_no_character_looks_like_another():
    assert set("01OIL") & set(ALPHABET) == set()
    assert [read(text) for text in ("", "ABCD", "ABCDEFG0", "中文中文中文中文", "A" * 900)] == [None] * 5


@pytest.fixture
def week(app):
    return load_week()


def test_a_pass_is_found_by_its_code_also_after_a_change_of_keys(week):
    rows = passes.issue(week, "youth", NINE, count=30)
    code_of = short_codes.pass_code()
    codes = [code_of(row.id) for row in rows]
    with transaction():
        keys.make_key(keys.KeyPurpose.VENUE, NINE)
    assert [short_codes.pass_of(read(code)).id for code in codes] == [row.id for row in rows]
    assert len({short_codes.pass_code()(row.id) for row in rows} & set(codes)) == 0
    assert short_codes.venue_code_of(read(codes[0])) is None


def test_codes_in_a_row_have_nothing_in_common(week):
    first, second = map(short_codes.pass_code(), (1, 2))
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 5


def test_a_venue_code_is_found_as_long_as_its_print_is_valid(week):
    event = make_event(week)
    code = venue_codes.code_for_event(event, NINE)
    old = short_codes.of_venue_code(code)
    assert short_codes.venue_code_of(read(old)).number == code.number
    assert short_codes.pass_of(read(old)) is None
    venue_codes.reissue(event, NINE)
    assert short_codes.venue_code_of(read(old)) is None
    assert short_codes.venue_code_of(read(short_codes.of_venue_code(code))).number == code.number
    venue_codes.revoke(event, NINE)
    assert short_codes.venue_code_of(read(short_codes.of_venue_code(code))) is None


def test_guesses_find_nothing(week):
    passes.issue(week, "youth", NINE, count=100)
    dice = random.Random(7)
    guesses = [written(ShortKind.PASS, dice.getrandbits(34)) for _ in range(300)]
    assert [short_codes.pass_of(read(guess)) for guess in guesses] == [None] * 300
