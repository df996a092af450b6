"""Venue codes as rows: one code for an event, however many ask for it at once."""

import contextlib
import threading

import pytest

from models.codes import keys, signatures, venue_codes
from models.codes.venue_codes import CodeMethod, CodeProblem
from models.db import db
from tests.support.records.week import NINE, load_week, make_event


def test_two_who_ask_for_the_first_poster_get_one_code(app, monkeypatch):
    event_id = make_event(load_week()).id
    both, make, numbers = threading.Barrier(2), venue_codes.make_code, []

    def slowly(*args):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)  # for the other one, who must not come this far
        return make(*args)

    def ask() -> None:
        with app.app_context():
            numbers.append(venue_codes.codes_for_events([event_id], NINE)[event_id].number)
            db.session.remove()

    monkeypatch.setattr(venue_codes, "make_code", slowly)
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 2
    assert len(set(numbers)) == 1


@pytest.fixture
def long_key(runner):
    """Makes the key that signs from then on."""
    return lambda: runner.invoke(args=["key", "new", "venue", "--long"])


def problem(token):
    return venue_codes.read_code(token, NINE).problem


def test_with_a_long_key_new_codes_carry_144_bits_and_printed_ones_stay_good(app, long_key):
    week = load_week()
    event, other = make_event(week), make_event(week, "另一场")
    printed = venue_codes.code_for_event(event, NINE).token(NINE)
    assert long_key().exit_code == 0
    assert [row.algorithm for row in keys.all_keys() if row.purpose == "venue"] == [
        "hmac-sha256",
        "hmac-sha256-144",
    ]
    for method in CodeMethod:
        token = venue_codes.code_for_event(other, NINE, method).token(NINE)
        assert (len(token), problem(token)) == (40, None)
    again = venue_codes.code_for_event(event, NINE).token(NINE)
    assert (again, len(again), problem(printed)) == (printed, 24, None)


def test_a_new_issue_has_the_present_key_and_the_old_one_opens_it_no_more(app, long_key):
    event = make_event(load_week())
    code = venue_codes.code_for_event(event, NINE)
    old, printed = code.key, code.token(NINE)
    long_key()
    renewed = venue_codes.reissue(event, NINE)
    token = renewed.token(NINE)
    assert (renewed.number, len(token), problem(token), problem(printed)) == (
        code.number,
        40,
        None,
        CodeProblem.REVOKED,
    )
    # As if 64 bits had been guessed, with the key that signed the issue before.
    forged = signatures.sign_venue(renewed.purpose, old.id, renewed.number, old.secret, issue=renewed.issue)
    assert problem(forged) == CodeProblem.BAD_SIGNATURE
    forged = signatures.sign_venue(
        renewed.purpose, renewed.key_id, renewed.number, renewed.key.secret, issue=renewed.issue
    )
    assert (len(forged), problem(forged)) == (24, CodeProblem.BAD_SIGNATURE)


def test_a_long_key_is_for_venue_codes_alone(app, runner):
    answer = runner.invoke(args=["key", "new", "pass", "--long"])
    assert answer.exit_code == 2
    assert "--long is for venue codes alone" in answer.stderr
