"""The second factor: an app added and used, recovery codes, required by a setting. Passkeys: tests/browser."""

import re
import time
from datetime import UTC, datetime, timedelta

import click
import pyotp
import pytest

from models import clock
from models.accounts.second_factor import authenticator
from models.accounts.second_factor.tables import AuthenticatorApp, RecoveryCode
from models.accounts.tables import AccountSession
from models.audit.tables import AuditEntry
from models.db import db
from models.security.security_log import refusals
from tests.support.records.people import PASSWORD, sign_in
from tests.web.desk.accounts.test_accounts import choose
from wsgi import create_app

PAGE = "/desk/account/second-factor"


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """`later(steps)`: so many steps of 30 seconds pass. Else the clock stands still, in the middle of a step."""
    instant = datetime.fromtimestamp(time.time() // 30 * 30 + 15, UTC)

    def turn(steps: float) -> None:
        nonlocal instant
        instant += steps * timedelta(seconds=30)

    monkeypatch.setattr(clock, "now", lambda: instant)
    return turn


def code_of(secret: str, steps: int = 0) -> str:
    """The code that an app shows now, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(clock.now() + steps * timedelta(seconds=30))


def add_app(client) -> tuple[str, list[str]]:
    """Secret and recovery codes."""
    secret = re.search(r"data-secret>(\w+)<", client.get(PAGE).text)[1]
    assert client.post(PAGE + "/app", data={"code": code_of(secret)}).location == PAGE + "?done=added"
    return secret, re.findall(r"<li>([a-z2-7-]{32})</li>", client.get(PAGE).text)


@pytest.fixture
def gus_app(english, people, later) -> tuple[str, list[str]]:
    """Gu has an app, which shows a new code by now; she is signed out."""
    sign_in(english, people.gu)
    added = add_app(english)
    english.post("/desk/sign-out")
    later(1)
    return added


def first_step(client, password=PASSWORD, **more):
    return client.post("/desk/sign-in", data={"email": "gu@example.cn", "password": password, **more})


def second_step(client, code):
    return client.post("/desk/sign-in/code", data={"code": code})


def verbs() -> list[str]:
    return [entry.verb for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_in_two_steps(english, gus_app, people):
    secret, _codes = gus_app
    answer = first_step(english, next="/desk/events/1")
    assert answer.location == "/desk/sign-in/code"
    assert english.get("/desk/").status_code == 303  # not yet
    assert english.get("/desk/account/").status_code == 303
    for wrong in ("000000", "", "abc", code_of(secret, -5)):
        answer = second_step(english, wrong)
        assert (answer.status_code, "This code is not right" in answer.text) == (422, True)
    assert second_step(english, code_of(secret)).location == "/desk/events/1"
    assert english.get("/desk/").status_code == 200
    open_rows = db.session.query(AccountSession).filter_by(ended_at=None).all()
    assert [row.awaits_second_factor for row in open_rows] == [False]
    assert verbs()[-5:] == ["second_factor_failed"] * 4 + ["signed_in"]


def test_a_code_works_once(app, english, gus_app, later):
    secret, _codes = gus_app
    first_step(english)
    code = code_of(secret)
    assert second_step(english, code).status_code == 303
    other = app.test_client()
    first_step(other)
    assert second_step(other, code).status_code == 422
    later(1)
    assert second_step(other, code_of(secret)).status_code == 303


def test_a_code_is_good_for_the_30_seconds_in_which_it_is_shown(app, english, gus_app, later):
    """From the first to the last moment of its step, and neither before nor after."""
    secret, _codes = gus_app
    first_step(english)
    next_one = code_of(secret, 1)
    later(0.49)
    answer = second_step(english, next_one)
    assert (answer.status_code, "set the phone&#39;s clock to automatic" in answer.text) == (422, True)
    later(1)
    assert second_step(english, next_one).status_code == 303
    other = app.test_client()
    first_step(other)
    later(0.02)
    assert second_step(other, next_one).status_code == 422
    over = code_of(secret)
    later(1)
    assert second_step(other, over).status_code == 422
    assert second_step(other, code_of(secret)).status_code == 303


def test_recovery_codes_have_128_bits(gus_app):
    _secret, codes = gus_app
    assert {len(code.replace("-", "")) for code in codes} == {26}  # of 32 letters and digits: 16 bytes


def test_a_mistyped_recovery_code_is_still_there_and_no_app_is_spoken_of(english, gus_app):
    wrong = "abcd-efgh-ijkl-mnop-qrst-uvwx-yz"
    first_step(english)
    page = english.post("/desk/sign-in/code", data={"code": wrong}).text
    assert "This recovery code is not right, or was used already." in page
    assert f'value="{wrong}"' in page
    page = english.post("/desk/sign-in/code", data={"code": "000000"}).text
    assert "type it while the app shows it" in page
    assert 'value="000000"' not in page


def test_a_recovery_code_works_once(app, english, gus_app):
    _secret, codes = gus_app
    assert (len(codes), len(set(codes))) == (10, 10)
    assert not {row.digest for row in db.session.query(RecoveryCode)} & set(codes)
    first_step(english)
    assert second_step(english, codes[3].upper().replace("-", " ")).status_code == 303
    assert "9 recovery codes are left." in english.get(PAGE).text
    other = app.test_client()
    first_step(other)
    assert second_step(other, codes[3]).status_code == 422
    assert second_step(other, codes[4]).status_code == 303


def test_guessing_codes_is_slowed_down(app, english, gus_app, caplog):
    secret, _codes = gus_app
    refusals.forget()
    stranger = app.test_client()
    first_step(stranger)
    answers = [second_step(stranger, "000000").status_code for _guess in range(7)]
    assert answers == [422] * 6 + [429]
    assert second_step(stranger, code_of(secret)).status_code == 429
    (line,) = caplog.messages
    assert line.startswith("Second factor slowed down: from 127.0.0.1, account ")
    first_step(english)  # on a known device
    assert second_step(english, code_of(secret)).status_code == 303


def test_without_the_first_step_there_is_no_second(english, gus_app):
    secret, _codes = gus_app
    assert english.get("/desk/sign-in/code").location == "/desk/sign-in"
    assert second_step(english, code_of(secret)).location == "/desk/sign-in"
    answer = english.post("/desk/sign-in/passkey", data={"answer": "{}"})
    assert (answer.status_code, "The passkey could not be checked." in answer.text) == (422, True)


def test_a_link_for_a_new_password_asks_for_the_second_factor_too(english, runner, gus_app):
    link = runner.invoke(args=["account", "reset", "gu@example.cn"]).stdout.strip()
    answer = choose(english, link.removeprefix("http://openweek.test"))
    assert answer.location == "/desk/sign-in/code"
    assert english.get("/desk/").status_code == 303


def test_removing_it_asks_for_the_password(english, people):
    sign_in(english, people.gu)
    add_app(english)
    assert english.post(PAGE + "/remove", data={"password": "a guess"}).status_code == 422
    codes = english.post(PAGE + "/codes", data={"password": PASSWORD})
    assert codes.location == PAGE
    assert len(re.findall(r"<li>[a-z2-7-]{32}</li>", english.get(PAGE).text)) == 10
    assert english.post(PAGE + "/remove", data={"password": PASSWORD}).location == PAGE + "?done=removed"
    assert (db.session.query(AuthenticatorApp).count(), db.session.query(RecoveryCode).count()) == (0, 0)
    english.post("/desk/sign-out")
    assert first_step(english).location == "/desk/"
    assert english.post(PAGE + "/codes", data={"password": PASSWORD}).status_code == 409
    assert verbs()[1:5] == [
        "second_factor_added",
        "sign_in_failed",
        "recovery_codes_created",
        "second_factor_removed",
    ]


def test_a_wrong_first_code_adds_nothing(english, people):
    sign_in(english, people.gu)
    english.get(PAGE)
    answer = english.post(PAGE + "/app", data={"code": "000000"})
    assert (answer.status_code, "This code is not right" in answer.text) == (422, True)
    assert db.session.query(AuthenticatorApp).count() == 0


def test_a_code_sent_once_more_adds_nothing(english, people):
    """Its page has been answered, or was never opened: the browser holds no secret."""
    sign_in(english, people.gu)
    answer = english.post(PAGE + "/app", data={"code": "000000"})
    assert (answer.status_code, 'name="code"' in answer.text) == (422, True)


def test_who_manages_the_account_removes_it(app, english, gus_app, people):
    office = app.test_client()
    sign_in(office, people.bao)
    path = f"/desk/accounts/{people.gu.id}/remove-second-factor"
    assert office.post(path).status_code == 404
    sign_in(office, people.lian)
    assert [office.post(path).status_code for _twice in range(2)] == [303, 409]
    assert first_step(english).location == "/desk/"


def test_no_other_step_of_the_clock():
    secret, now = pyotp.random_base32(), clock.now()
    totp = pyotp.TOTP(secret)
    steps = [
        authenticator.step_of(secret, totp.at(now + offset * timedelta(seconds=30)), now)
        for offset in (-2, -1, 0, 1, 2)
    ]
    assert steps == [None, None, int(now.timestamp()) // 30, None, None]


def test_at_set_up_a_phone_whose_clock_is_wrong_is_told_so(english, people):
    sign_in(english, people.gu)
    secret = re.search(r"data-secret>(\w+)<", english.get(PAGE).text)[1]
    for steps in (-1, 1):
        answer = english.post(PAGE + "/app", data={"code": code_of(secret, steps)})
        assert (answer.status_code, "set the phone&#39;s clock to automatic" in answer.text) == (422, True)
    assert english.post(PAGE + "/app", data={"code": code_of(secret)}).status_code == 303


class TestRequired:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"OPENWEEK_SECOND_FACTOR": "required"}

    def test_offices_set_one_up_before_anything_else(self, english, people):
        sign_in(english, people.lian)
        for path in ("/desk/", "/desk/review/", "/desk/account/", "/desk/accounts/"):
            assert (english.get(path).status_code, english.get(path).location) == (303, PAGE)
        assert english.post("/desk/accounts/invite").location == PAGE
        assert english.get(f"/desk/events/{people.lecture.id}/live.json").status_code == 403
        assert "Your account needs a second factor." in english.get(PAGE).text
        add_app(english)
        assert english.get("/desk/").status_code == 200
        assert english.post(PAGE + "/remove", data={"password": PASSWORD}).status_code == 409
        assert db.session.query(AuthenticatorApp).count() == 1

    def test_organizers_may_do_without(self, english, people):
        sign_in(english, people.gu)
        assert english.get("/desk/").status_code == 200


class TestEveryone:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"OPENWEEK_SECOND_FACTOR": "everyone"}

    @pytest.mark.parametrize("name", ["gu", "lian", "kan", "shou", "fa"])
    def test_each_account_sets_one_up_before_anything_else(self, english, people, name):
        sign_in(english, getattr(people, name))
        for path in ("/desk/", "/desk/events/new", "/desk/account/"):
            assert (english.get(path).status_code, english.get(path).location) == (303, PAGE)
        assert english.post("/desk/account/tokens", data={"name": "a"}).location == PAGE
        assert "Your account needs a second factor." in english.get(PAGE).text
        add_app(english)
        assert english.get("/desk/").status_code == 200
        assert english.post(PAGE + "/remove", data={"password": PASSWORD}).status_code == 409


@pytest.mark.parametrize("value", ["all", "Everyone", "true"])
def test_another_value_stops_the_start(settings, value):
    with pytest.raises(click.ClickException, match="must be optional, required or everyone"):
        create_app(settings | {"OPENWEEK_SECOND_FACTOR": value})
