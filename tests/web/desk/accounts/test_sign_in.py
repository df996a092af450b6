"""Signing in and out, and the commands that make accounts."""

import re

import pytest
from werkzeug.security import generate_password_hash

from models.audit.tables import AuditEntry
from models.db import db
from models.security.security_log import refusals
from tests.support.records.people import PASSWORD, sign_in
from tests.support.servers.applications import application

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
    its_own = r'gu@example.cn|nobody@example.cn|csrf_token" value="[^"]*|data-options="[^"]*'
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


SITE = "https://week.example.cn"


FROM_HERE: list[dict[str, str]] = [
    {},  # a browser or a firewall keeps it all back
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": SITE},
    {"Origin": f"{SITE}:8443"},  # of OPENWEEK_BASE_URL: a proxy may leave the port out
    {"Origin": "null"},
    {"Origin": "null", "Referer": f"{SITE}/desk/sign-in"},
    {"Referer": f"{SITE}/desk/sign-in"},
]
FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": SITE},
    {"Origin": "https://other.example.cn"},
    {"Origin": "http://week.example.cn"},
    {"Origin": f"{SITE}:444"},
    {"Origin": f"{SITE}:x"},
    {"Origin": "null", "Referer": "https://other.example.cn/desk/"},
    {"Referer": "https://week.example.cn.other.example/"},
]


def mark_on(page) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


class TestForgedForms:
    @pytest.fixture
    def settings(self, settings):
        served = {"SERVER_NAME": "week.example.cn", "PREFERRED_URL_SCHEME": "https"}
        return settings | served | {"WTF_CSRF_ENABLED": True, "OPENWEEK_BASE_URL": f"{SITE}:8443"}

    @pytest.fixture
    def mark(self, english, people):
        return mark_on(english.get("/desk/sign-in"))

    def test_a_form_needs_its_mark(self, english, people, mark):
        for wrong in ({}, {"csrf_token": f"{mark}x"}):
            answer = enter(english, "gu@example.cn", PASSWORD, **wrong)
            assert answer.status_code == 400
            assert "open too long" in answer.text
            assert 'value="gu@example.cn"' in answer.text
        assert english.get("/desk/").status_code == 303
        assert enter(english, "gu@example.cn", PASSWORD, csrf_token=mark).status_code == 303
        answer = english.post("/desk/account/tokens", headers={"Referer": f"{SITE}/desk/account/?x=1"})
        assert answer.status_code == 400
        assert "earlier session" in answer.text
        assert 'href="/desk/account/?x=1"' in answer.text
        assert english.post("/desk/sign-out").status_code == 400

    def test_a_form_of_the_desk_is_taken(self, english, mark):
        """With a secret that is no link's: the page itself answers 404."""
        for said in FROM_HERE:
            form = {"secret": "x", "csrf_token": mark}
            assert english.post("/desk/invitation", data=form, headers=said).status_code == 404, said

    def test_a_form_of_another_site_is_refused_with_the_right_mark(self, english, mark, caplog):
        refusals.forget()
        for said in FROM_ELSEWHERE:
            answer = english.post("/desk/invitation", data={"secret": "x", "csrf_token": mark}, headers=said)
            assert (answer.status_code, "came from another site" in answer.text) == (400, True), said
        (line,) = (one for one in caplog.messages if "another site" in one)
        assert line.startswith("Form of another site refused: from 127.0.0.1 at invitation.take")

    def test_two_tabs_sign_in_and_out(self, english, people, mark):
        """The mark of the second tab is that of the session before."""
        form = {"email": "gu@example.cn", "password": PASSWORD, "csrf_token": mark}
        assert english.post("/desk/sign-in", data=form).location == "/desk/"
        again = english.post("/desk/sign-in", data={**form, "next": "/desk/account/"})
        assert (again.status_code, again.location) == (303, "/desk/account/")
        out = {"csrf_token": mark_on(english.get("/desk/"))}
        for _tab in range(2):
            answer = english.post("/desk/sign-out", data=out)
            assert (answer.status_code, answer.location) == (303, "/desk/sign-in")


def guess(client, email, times=1):
    return [enter(client, email, "a guess").status_code for _guess in range(times)]


def test_guessing_is_slowed_down_for_one_address_and_nobody_else(english, people):
    assert guess(english, "gu@example.cn", 6) == [422] * 6
    answer = enter(english, "gu@example.cn", PASSWORD)
    assert (answer.status_code, 50 <= int(answer.headers["Retry-After"]) <= 60) == (429, True)
    assert "Too many attempts" in answer.text
    assert enter(english, "he@example.cn", PASSWORD).status_code == 303


def test_padding_the_address_makes_no_new_one(english, people):
    for padded in ("gu@example.cn" + " " * 300, " " * 300 + "gu@example.cn", "GU@example.cn"):
        assert guess(english, padded, 2) == [422] * 2
    assert guess(english, "gu@example.cn") == [429]


def test_guesses_are_counted_over_all_workers(app, english, people, settings):
    with application(settings) as other_worker:
        assert guess(other_worker.test_client(), "gu@example.cn", 4) == [422] * 4
    assert guess(english, "gu@example.cn", 3) == [422, 422, 429]


def test_the_owner_gets_in_on_a_known_device(app, english, people):
    sign_in(english, people.gu)
    english.post("/desk/sign-out")
    stranger = app.test_client()
    assert guess(stranger, "gu@example.cn", 14) == [422] * 6 + [429] * 8
    assert enter(english, "gu@example.cn", PASSWORD).status_code == 303
    assert enter(stranger, "gu@example.cn", PASSWORD).status_code == 429


def test_a_known_device_is_no_licence_to_guess(english, people):
    sign_in(english, people.gu)
    english.post("/desk/sign-out")
    assert guess(english, "gu@example.cn", 8) == [422] * 6 + [429] * 2
    assert guess(english, "he@example.cn", 1) == [422]


def test_the_mark_of_a_device_is_signed(app, english, people):
    sign_in(english, people.gu)
    mark = english.get_cookie("openweek_device", path="/desk/").value
    other = app.test_client()
    guess(other, "gu@example.cn", 6)
    other.set_cookie("openweek_device", mark[:-2] + "xx", path="/desk/")
    assert enter(other, "gu@example.cn", PASSWORD).status_code == 429
    other.set_cookie("openweek_device", mark, path="/desk/")
    assert enter(other, "gu@example.cn", PASSWORD).status_code == 303


def test_failures_are_in_the_log_without_the_address_that_was_typed(english, people):
    guess(english, "gu@example.cn")
    guess(english, "nobody@example.cn")
    entries = db.session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.verb, entry.account_id, entry.subject_id) for entry in entries] == [
        ("sign_in_failed", None, people.gu.id),
        ("sign_in_failed", None, None),
    ]
    assert [entry.network for entry in entries] == ["127.0.0.1"] * 2
    assert "nobody" not in "".join(entry.detail for entry in entries)


def test_a_hash_of_an_earlier_version_is_replaced_at_sign_in(english, people, real_passwords):
    people.gu.password_hash = generate_password_hash(PASSWORD, "scrypt:32768:8:1")
    db.session.commit()
    assert enter(english, "gu@example.cn", PASSWORD).status_code == 303
    assert people.gu.password_hash.startswith("scrypt:32768:8:3$")
    assert enter(english, "gu@example.cn", PASSWORD).status_code == 303
