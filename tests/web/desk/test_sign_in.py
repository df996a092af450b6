"""Signing in and out, and the commands that make accounts."""

import re

import pytest

from models.db import db
from tests.support.people import PASSWORD, sign_in

WRONG = "The e-mail address and password do not match. Please check both and try again."


def enter(english, email, password, **more):
    return english.post("/desk/sign-in", data={"email": email, "password": password, **more})


def test_in_and_out(english, people):
    assert english.get("/desk/").headers["Location"] == "/desk/sign-in"
    assert english.get("/desk/events/1?x=1").headers["Location"] == "/desk/sign-in?next=/desk/events/1?x%3D1"
    answer = enter(english, " GU@example.cn", PASSWORD, next="/desk/events/1?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/events/1?x=1")
    assert english.get("/desk/").status_code == 200
    assert english.get("/desk/sign-in").headers["Location"] == "/desk/"
    assert english.post("/desk/sign-out").headers["Location"] == "/desk/sign-in"
    assert english.get("/desk/").status_code == 303


def test_wrong_address_and_wrong_password_are_told_alike(english, people):
    pages = [enter(english, *pair) for pair in (("gu@example.cn", "wrong"), ("nobody@example.cn", PASSWORD))]
    assert [page.status_code for page in pages] == [422, 422]
    its_own = r'gu@example.cn|nobody@example.cn|csrf_token" value="[^"]*'
    texts = [re.sub(its_own, "", page.text) for page in pages]
    assert texts[0] == texts[1]
    assert WRONG in texts[0]
    assert enter(english, "gu\0@example.cn", PASSWORD).status_code == 422
    assert 'value="nobody@example.cn"' in pages[1].text


def test_a_closed_account_is_shut_out_at_once(english, people):
    sign_in(english, people.gu)
    people.gu.closed_at = people.gu.created_at
    db.session.commit()
    assert english.get("/desk/").status_code == 303
    assert enter(english, "gu@example.cn", PASSWORD).status_code == 422


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
def test_the_way_on_never_leaves_the_desk(english, people, target):
    assert enter(english, "gu@example.cn", PASSWORD, next=target).headers["Location"] == "/desk/"


def test_a_program_is_told_to_sign_in(english, people):
    answer = english.get(f"/desk/events/{people.lecture.id}/live.json")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_the_session_lives_on_the_desk_alone(english, people):
    answer = enter(english, "gu@example.cn", PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert re.search(r"Path=/desk/(;|$)", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    for path in ("/ip-2024/", "/ip-2024/events.ics", "/ip-2024/figures", "/about/figures"):
        answer = english.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert english.get("/desk/").headers["Cache-Control"] == "private, no-store"


class TestForgedForms:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"WTF_CSRF_ENABLED": True}

    def test_a_form_needs_its_mark(self, english, people):
        answer = enter(english, "gu@example.cn", PASSWORD)
        assert answer.status_code == 400
        assert "came from another page" in answer.text
        page = english.get("/desk/sign-in").text
        mark = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        assert enter(english, "gu@example.cn", PASSWORD, csrf_token=mark).status_code == 303
        assert english.post("/desk/sign-out").status_code == 400


class TestGuessing:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_guessing_is_slowed_down_for_one_address_and_nobody_else(self, english, people):
        for _guess in range(6):
            assert enter(english, "gu@example.cn", "a guess").status_code == 422
        answer = enter(english, "gu@example.cn", PASSWORD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert "Too many attempts" in answer.text
        assert enter(english, "he@example.cn", PASSWORD).status_code == 303
