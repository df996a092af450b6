"""A session is a row: it is listed, it ends, and with it every copy of its cookie."""

from datetime import timedelta

import pytest

from models import clock
from models.accounts import sessions
from models.accounts.tables import AccountSession
from models.audit.tables import AuditEntry
from models.db import db
from tests.support.records.people import PASSWORD, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


SECURE = "https://week.example.cn"


@pytest.fixture
def second(app, english, people):
    """Another browser of Gu's, after the first."""
    sign_in(english, people.gu)
    other = app.test_client()
    other.environ_base.update(HTTP_ACCEPT_LANGUAGE="en", HTTP_USER_AGENT=FIREFOX)
    sign_in(other, people.gu)
    return other


def cookie(client) -> str:
    return client.get_cookie("openweek_desk", path="/desk/").value


def opened(client) -> int:
    return client.get("/desk/").status_code


def verbs() -> list[str]:
    return [entry.verb for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_a_copied_cookie_is_dead_after_signing_out(app, english, people):
    sign_in(english, people.gu)
    copy = app.test_client()
    copy.set_cookie("openweek_desk", cookie(english), path="/desk/")
    assert opened(copy) == 200
    assert english.post("/desk/sign-out").status_code == 303
    assert (opened(copy), opened(english)) == (303, 303)
    assert verbs() == ["signed_in", "signed_out"]


def test_no_page_outside_the_desk_ends_a_session(app, english, people):
    sign_in(english, people.gu)
    own = cookie(english)
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    public = [rule.replace("<campaign_id>", "ip-2024") for rule in rules if not rule.startswith("/desk/")]
    paths = [path for path in public if "<" not in path]
    assert {"/verify", "/ip-2024/", "/kiosk/"} <= set(paths)
    for path in paths:
        english.get(path, follow_redirects=False).close()
        assert cookie(english) == own, path
    assert opened(english) == 200


class TestBehindTls:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"OPENWEEK_BASE_URL": SECURE}

    def test_pages_outside_the_desk_do_not_read_its_session(self, english, people):
        """Its cookie comes along there, which over HTTP its path prevents."""
        form = {"email": people.gu.email, "password": PASSWORD}
        assert english.post("/desk/sign-in", data=form, base_url=SECURE).status_code == 303
        for path in ("/ip-2024/figures", "/verify", "/kiosk/", "/ip-2024/my/", "/nowhere"):
            headers = english.get(path, base_url=SECURE).headers
            assert "Cookie" not in headers.get("Vary", ""), path
            assert "Set-Cookie" not in headers, path
        assert english.get("/desk/", base_url=SECURE).status_code == 200


def test_an_open_live_page_ends_with_its_session(english, people):
    sign_in(english, people.gu)
    row, now = db.session.query(AccountSession).one(), clock.now()
    assert sessions.is_open(row.id, now)
    english.post("/desk/sign-out")
    assert not sessions.is_open(row.id, now)


def test_signing_in_again_makes_a_new_session(app, english, people):
    sign_in(english, people.gu)
    before = app.test_client()
    before.set_cookie("openweek_desk", cookie(english), path="/desk/")
    sign_in(english, people.gu)
    assert (opened(english), opened(before)) == (200, 303)
    assert db.session.query(AccountSession).filter_by(ended_at=None).count() == 1


def test_both_are_listed_and_the_other_one_is_ended(english, second):
    page = second.get("/desk/account/").text
    assert page.count("Firefox, Linux") == 1
    assert page.count("this browser") == 1
    first = db.session.query(AccountSession).order_by(AccountSession.id).first()
    answer = second.post(f"/desk/account/sessions/{first.id}/end")
    assert answer.location == "/desk/account/?done=session"
    assert "That browser is signed out." in second.get(answer.location).text
    assert (opened(english), opened(second)) == (303, 200)
    assert second.post(f"/desk/account/sessions/{first.id}/end").status_code == 404


def test_all_others_are_ended(app, english, second, people):
    third = app.test_client()
    sign_in(third, people.gu)
    assert second.post("/desk/account/sessions/end-others").status_code == 303
    assert [opened(client) for client in (english, second, third)] == [303, 200, 303]
    assert verbs() == ["signed_in", "signed_in", "signed_in", "session_ended"]


def test_nobody_ends_the_session_of_somebody_else(app, english, people):
    sign_in(english, people.gu)
    other = app.test_client()
    sign_in(other, people.he)
    gus = db.session.query(AccountSession).filter_by(account_id=people.gu.id).one()
    assert other.post(f"/desk/account/sessions/{gus.id}/end").status_code == 404
    assert opened(english) == 200


def test_a_session_is_over_after_a_week(english, people):
    sign_in(english, people.gu)
    row = db.session.query(AccountSession).one()
    row.created_at = clock.now() - timedelta(days=7)
    db.session.commit()
    assert opened(english) == 303


def test_when_it_was_last_used_is_written_every_few_minutes(english, people, count_queries):
    sign_in(english, people.gu)
    with count_queries() as queries:
        opened(english)
    assert [query for query in queries if query.startswith("UPDATE")] == []
    row = db.session.query(AccountSession).one()
    row.seen_at = old = clock.now() - timedelta(minutes=6)
    db.session.commit()
    opened(english)
    assert db.session.query(AccountSession).one().seen_at > old


def test_the_password_is_changed_and_other_sessions_end(english, second, people):
    def change(current, new, again=None):
        data = {"current": current, "new": new, "again": again or new}
        return second.post("/desk/account/password", data=data)

    for fields, sentence in (
        (("wrong", "another good one"), "This is not your current password."),
        ((PASSWORD, "short"), "A password needs at least 8 characters."),
        ((PASSWORD, "password1"), "This password is too easy to guess"),
        ((PASSWORD, "another good one", "yet another"), "The two new passwords differ."),
    ):
        answer = change(*fields)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert opened(english) == 200
    answer = change(PASSWORD, "another good one")
    assert answer.location == "/desk/account/?done=password"
    assert (opened(english), opened(second)) == (303, 200)
    again = english.post("/desk/sign-in", data={"email": "gu@example.cn", "password": PASSWORD})
    assert again.status_code == 422
    again = english.post("/desk/sign-in", data={"email": "gu@example.cn", "password": "another good one"})
    assert again.status_code == 303


def test_the_current_password_is_not_guessed_in_a_stolen_session(english, people):
    sign_in(english, people.gu)
    fields = {"current": "a guess", "new": "another good one", "again": "another good one"}
    answers = [english.post("/desk/account/password", data=fields).status_code for _guess in range(7)]
    assert answers == [422] * 6 + [429]


def test_who_manages_the_account_ends_them_all(english, second, people, app):
    office, stranger = app.test_client(), app.test_client()
    sign_in(office, people.lian)
    sign_in(stranger, people.wang)
    path = f"/desk/accounts/{people.gu.id}"
    assert stranger.post(f"{path}/sign-out").status_code == 404
    assert (opened(english), opened(second)) == (200, 200)
    assert office.post(f"{path}/sign-out").location == path
    assert (opened(english), opened(second), opened(office)) == (303, 303, 200)
    assert verbs()[-1] == "session_ended"


def test_one_that_nobody_uses_is_over_after_three_days(english, people):
    sign_in(english, people.gu)
    row = db.session.query(AccountSession).one()
    assert sessions.is_open(row.id, row.seen_at + sessions.IDLE - timedelta(seconds=1))
    assert not sessions.is_open(row.id, row.seen_at + sessions.IDLE)
    row.seen_at -= sessions.IDLE
    db.session.commit()
    assert opened(english) == 303
