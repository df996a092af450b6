"""What an auditor looks at: no Host header in an address, HSTS and cookie prefixes behind TLS, a full disk said."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from models.db import db, transaction
from models.events.draft import EventDraft, FormatDraft, ReportDraft, VenueDraft
from models.organizations.tables import Organization
from models.transactions import database_errors
from tests.support.records.people import PASSWORD, make_people
from tests.support.records.week import load_week

EVIL = {"Host": "evil.example"}


@pytest.mark.parametrize(
    ("asked", "status", "location"),
    [
        ("/ip-2024?region=330000&x=1", 308, "/ip-2024/?region=330000&x=1"),
        ("/desk", 308, "/desk/"),
        ("/nothing", 404, None),
        ("//evil.example/..", 404, None),
        ("/ip-2024//events", 308, "/ip-2024/events"),
    ],
)
def test_a_redirect_names_no_host(client, asked, status, location):
    load_week()
    answer = client.get(asked, headers=EVIL)
    assert (answer.status_code, answer.headers.get("Location")) == (status, location)
    assert "evil.example" not in answer.text


def full_disk():
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorname = "SQLITE_FULL"
    return OperationalError("INSERT", {}, cause)


def test_a_full_disk_is_told_to_the_client_and_to_the_operator(app, caplog, monkeypatch):
    monkeypatch.setattr(database_errors, "_next_line", {})

    @app.get("/api/full")
    def full():
        raise full_disk()

    answer = app.test_client().get("/api/full")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert caplog.messages == [
        "The disk of the database is full, or it is read-only, as a standby is: nothing can be saved: "
        "OperationalError, SQLITE_FULL"
    ]


def test_no_text_turns_the_direction_of_another(app):
    turned = "讲座\u202e\u2066gpj.exe\u0007"
    draft = EventDraft(
        title=turned,
        hosts=("甲", turned),
        venues=(VenueDraft(turned),),
        formats=(FormatDraft("other", turned),),
        report=ReportDraft(other=turned),
    )
    texts = (draft.title, draft.hosts[1], draft.venues[0].name, draft.formats[0].text, draft.report.other)
    assert texts == ("讲座gpj.exe",) * 5
    with transaction():
        organization = Organization(name=turned)
        db.session.add(organization)
    assert organization.name == "讲座gpj.exe"


class TestBehindTls:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"OPENWEEK_BASE_URL": "https://week.example"}

    def test_headers_and_cookies(self, app):
        people = make_people(load_week())
        client = app.test_client()
        form = {"email": people.gu.email, "password": PASSWORD}
        answer = client.post("/desk/sign-in", data=form, base_url="https://week.example")
        cookies = {cookie.split("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}
        assert set(cookies) == {"__Host-openweek_desk", "__Host-openweek_device"}
        for cookie in cookies.values():
            parts = cookie.split("; ")[1:]
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
            assert not any(part.startswith("Domain") for part in parts)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert client.get("/desk/", base_url="https://week.example").status_code == 200


def test_without_tls_no_promise_of_it(client):
    load_week()
    assert "Strict-Transport-Security" not in client.get("/ip-2024/").headers
