"""Signing in and out, and the commands that make accounts."""

import re

import pytest

from models.db import db
from models.organizations.tables import find_account
from tests.support.cast import PASSWORD, make_cast, sign_in
from tests.support.week import load_week

WRONG = "The e-mail address and password do not match. Please check both and try again."


@pytest.fixture
def cast(app):
    return make_cast(load_week())


@pytest.fixture
def browser(client):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def enter(browser, email, password, **more):
    return browser.post("/desk/sign-in", data={"email": email, "password": password, **more})


def test_in_and_out(browser, cast):
    assert browser.get("/desk/").headers["Location"] == "/desk/sign-in"
    assert browser.get("/desk/events/1?x=1").headers["Location"] == "/desk/sign-in?next=/desk/events/1?x%3D1"
    answer = enter(browser, " GU@example.cn", PASSWORD, next="/desk/events/1?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/events/1?x=1")
    assert browser.get("/desk/").status_code == 200
    assert browser.get("/desk/sign-in").headers["Location"] == "/desk/"
    assert browser.post("/desk/sign-out").headers["Location"] == "/desk/sign-in"
    assert browser.get("/desk/").status_code == 303


def test_wrong_address_and_wrong_password_are_told_alike(browser, cast):
    pages = [enter(browser, *pair) for pair in (("gu@example.cn", "wrong"), ("nobody@example.cn", PASSWORD))]
    assert [page.status_code for page in pages] == [422, 422]
    its_own = r'gu@example.cn|nobody@example.cn|csrf_token" value="[^"]*'
    texts = [re.sub(its_own, "", page.text) for page in pages]
    assert texts[0] == texts[1]
    assert WRONG in texts[0]
    assert enter(browser, "gu\0@example.cn", PASSWORD).status_code == 422
    assert 'value="nobody@example.cn"' in pages[1].text


def test_a_closed_account_is_shut_out_at_once(browser, cast):
    sign_in(browser, cast.gu)
    cast.gu.closed_at = cast.gu.created_at
    db.session.commit()
    assert browser.get("/desk/").status_code == 303
    assert enter(browser, "gu@example.cn", PASSWORD).status_code == 422


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/ip-2024/",
        "/desk/\r\nX: y",
    ],
)
def test_the_way_on_never_leaves_the_desk(browser, cast, target):
    assert enter(browser, "gu@example.cn", PASSWORD, next=target).headers["Location"] == "/desk/"


def test_a_program_is_told_to_sign_in(browser, cast):
    answer = browser.get(f"/desk/events/{cast.lecture.id}/live.json")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_the_session_lives_on_the_desk_alone(browser, cast):
    answer = enter(browser, "gu@example.cn", PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert re.search(r"Path=/desk/(;|$)", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    for path in ("/ip-2024/", "/ip-2024/events.ics", "/ip-2024/figures", "/about/figures"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert browser.get("/desk/").headers["Cache-Control"] == "private, no-store"


class TestForgedForms:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"WTF_CSRF_ENABLED": True}

    def test_a_form_needs_its_mark(self, browser, cast):
        answer = enter(browser, "gu@example.cn", PASSWORD)
        assert answer.status_code == 400
        assert "came from another page" in answer.text
        page = browser.get("/desk/sign-in").text
        mark = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        assert enter(browser, "gu@example.cn", PASSWORD, csrf_token=mark).status_code == 303
        assert browser.post("/desk/sign-out").status_code == 400


class TestGuessing:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_guessing_is_slowed_down_for_one_address_and_nobody_else(self, browser, cast):
        for _guess in range(6):
            assert enter(browser, "gu@example.cn", "a guess").status_code == 422
        answer = enter(browser, "gu@example.cn", PASSWORD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert "Too many attempts" in answer.text
        assert enter(browser, "he@example.cn", PASSWORD).status_code == 303


class TestCommands:
    def test_an_account_and_its_token(self, app, runner, client):
        load_week()
        given = [
            "add",
            "gu@example.cn",
            "--org",
            "灌云县知识产权局",
            "--region",
            "320723",
            "--role",
            "organizer",
        ]
        made = runner.invoke(args=["account", *given, "--password-stdin"], input="a good password\n")
        assert (made.exit_code, made.stdout) == (0, "")
        assert find_account("gu@example.cn").organization.name == "灌云县知识产权局"
        assert enter(client, "gu@example.cn", "a good password").status_code == 303
        told = runner.invoke(args=["account", "token", "gu@example.cn", "--json"])
        assert re.fullmatch(r'\{"token": "owp_[\w-]{43}"\}\n', told.stdout)

    def test_what_does_not_fit_is_one_sentence(self, app, runner):
        load_week()
        answer = runner.invoke(args=["account", "token", "nobody@example.cn", "--json"])
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert len(answer.stderr.strip().splitlines()) == 1
        small = [
            "account",
            "add",
            "a@b.cn",
            "--org",
            "灌云县知识产权局",
            "--role",
            "organizer",
            "--password-stdin",
        ]
        short = runner.invoke(args=small, input="short\n")
        assert (short.exit_code, len(short.stderr.strip().splitlines())) == (2, 1)

    def test_a_script_has_a_password_made(self, app, runner, client):
        load_week()
        asked = ["account", "add", "gu@example.cn", "--org", "灌云县知识产权局", "--role", "organizer"]
        made = runner.invoke(args=asked)
        assert made.exit_code == 0
        password = re.search(r"[\w-]{16}(?=\n$)", made.stdout)[0]
        assert enter(client, "gu@example.cn", password).status_code == 303
