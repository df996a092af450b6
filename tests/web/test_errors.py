"""Each way to fail, as a page and as problem JSON."""

import sqlite3

import pytest
from flask import abort
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, TimeoutError

from models.accounts import sessions
from models.db import db, transaction
from models.errors import Conflict, Mistake, NotFound
from models.transactions import database_errors
from tests.support.records.week import load_week
from web import errors

ENGLISH = {"Accept-Language": "en"}


class DeadlockError(Exception):
    sqlstate = "40P01"


class NoColumnError(Exception):
    sqlstate = "42703"


def locked() -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorname = "SQLITE_BUSY"
    return OperationalError("INSERT", {}, cause)


FAILURES = {
    "mistake": Mistake("“%(text)s” is not a day. Write it as 2024-04-20.", text="20 April"),
    "long": Mistake("“%(text)s” is not a day. Write it as 2024-04-20.", text="9" * 41),
    "unknown": NotFound("There is no kiosk %(id)s.", id=7),
    "conflict": Conflict("This event has no date yet. Add one before pairing a kiosk."),
    "locked": locked(),
    "deadlock": OperationalError("INSERT", {}, DeadlockError()),
    "pool": TimeoutError("pool"),
    "no-column": OperationalError("SELECT", {}, NoColumnError()),
    "bug": ZeroDivisionError("secret detail"),
}


@pytest.fixture
def settings(settings):
    """As served: an unforeseen fault becomes a page instead of reaching the test."""
    return settings | {"TESTING": False}


@pytest.fixture
def browser(app):
    @app.get("/fail/<kind>")
    @app.get("/fail/<kind>.json")
    @app.get("/api/fail/<kind>")
    def fail(kind):
        if kind.isdecimal():
            abort(int(kind))
        raise FAILURES[kind]

    return app.test_client()


@pytest.mark.parametrize(
    ("kind", "status", "detail"),
    [
        ("mistake", 400, "“20 April” is not a day. Write it as 2024-04-20."),
        ("long", 400, f"“{'9' * 40}…” is not a day. Write it as 2024-04-20."),
        ("unknown", 404, "There is no kiosk 7."),
        ("conflict", 409, "This event has no date yet. Add one before pairing a kiosk."),
        ("404", 404, errors.SENTENCES[404]),
        ("413", 413, errors.SENTENCES[413]),
        ("415", 415, errors.SENTENCES[415]),
        ("429", 429, errors.SENTENCES[429]),
        ("406", 406, errors.SENTENCES[400]),
        ("locked", 503, errors.SENTENCES[503]),
        ("deadlock", 503, errors.SENTENCES[503]),
        ("pool", 503, errors.SENTENCES[503]),
        ("no-column", 500, errors.SENTENCES[500]),
        ("bug", 500, errors.SENTENCES[500]),
    ],
)
@pytest.mark.parametrize("shape", ["/api/fail/{}", "/fail/{}.json", "/fail/{}"])
def test_a_failure_has_one_shape(browser, kind, status, detail, shape):
    response = browser.get(shape.format(kind), headers=ENGLISH)
    assert response.status_code == status
    if shape == "/fail/{}":
        assert response.content_type == "text/html; charset=utf-8"
        assert detail in response.text
        assert "Traceback" not in response.text
        assert "secret detail" not in response.text
    else:
        assert response.content_type == "application/problem+json"
        assert response.json["detail"] == detail
        assert set(response.json) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("path", ["/a%00b/", "/a%00b/events.json", "/ip-2024/events.ics%00", "/desk/%00"])
def test_a_nul_character_is_in_no_address(browser, path):
    assert browser.get(path).status_code == 404


def test_the_problem_says_the_status_that_was_answered(browser):
    assert browser.get("/api/fail/406").json["status"] == 406


@pytest.mark.parametrize(("kind", "after"), [("429", "60"), ("locked", "2")])
def test_who_has_to_wait_is_told_how_long(browser, kind, after):
    assert browser.get(f"/api/fail/{kind}").headers["Retry-After"] == after


def test_a_method_that_is_not_taken_says_which_are(browser):
    response = browser.post("/api/fail/mistake")
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (
        405,
        {"GET", "HEAD", "OPTIONS"},
    )


def test_a_code_in_the_address_is_not_logged(browser, caplog):
    browser.application.add_url_rule("/V/<token>/broken", "broken", lambda token: 1 / 0)
    browser.get("/V/ABCDEF234567/broken")
    assert "ABCDEF234567" not in caplog.messages[0]
    assert caplog.messages == ["Exception on /V/… [GET]"]


def test_a_failed_statement_is_logged_without_its_values(browser, caplog):
    values = {"address": "@".join(["gu", "example.cn"])}  # put together, for the log quotes this very code

    @browser.application.get("/fail/statement")
    def statement():
        db.session.execute(text("SELECT no_such_function(:address)"), values)

    assert browser.get("/fail/statement").status_code == 500
    assert "no_such_function" in caplog.text
    assert "gu@example.cn" not in caplog.text


def test_of_a_scanned_address_nothing_is_logged_or_said_back(browser, caplog, monkeypatch):
    """A payment code that somebody opened below /V/ has slashes of its own."""
    monkeypatch.setitem(browser.application.view_functions, "phone_check_in.not_a_code", lambda text: 1 / 0)
    browser.get("/V/https://pay.example/secret [GET] 4711\n4711")
    assert caplog.messages == ["Exception on /V/… [GET]"]
    wrong_method = browser.put("/V/https://pay.example/secret-4711")
    assert wrong_method.status_code == 405
    assert "4711" not in wrong_method.text


def test_an_unusable_database_is_one_line_in_the_log_and_a_503_to_everybody(client, caplog, monkeypatch):
    load_week()
    monkeypatch.setattr(database_errors, "_next_line", {})
    with transaction():
        db.session.execute(text("ALTER TABLE event RENAME TO lost"))
    answers = [client.get(f"/ip-2024/events{suffix}") for suffix in ("", "/1", ".ics", ".json")]
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "2")] * 4
    (line,) = caplog.messages
    assert line.startswith(database_errors.UNUSABLE)
    assert caplog.text.count("Traceback") == 0


def test_who_is_signed_in_is_told_too_that_the_database_is_away(gus_browser, monkeypatch):
    def is_away(*_asked):
        raise locked()

    monkeypatch.setattr(sessions, "session_of_token", is_away)
    for path in ("/desk/", "/desk/account/"):
        answer = gus_browser.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "2")
        assert "Please try again in a few seconds." in answer.text
