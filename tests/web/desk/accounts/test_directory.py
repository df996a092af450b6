"""Signing in through a directory: a small issuer of our own, asked over HTTP."""

import json
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from joserfc.jwk import RSAKey

from models.audit.tables import AuditEntry
from models.db import db
from tests.support.records.people import sign_in
from tests.support.servers.directory import CLIENT, KEY, SECRET, through
from wsgi import create_app


@pytest.fixture
def settings(settings, issuer):
    return settings | {
        "OPENWEEK_OIDC_ISSUER": issuer.url,
        "OPENWEEK_OIDC_CLIENT_ID": CLIENT,
        "OPENWEEK_OIDC_CLIENT_SECRET": SECRET,
    }


def test_a_verified_address_signs_in(english, people, issuer):
    assert "Sign in through your directory" in english.get("/desk/sign-in").text
    answer = through(english, issuer, email="GU@example.cn", email_verified=True)
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert "gu@example.cn" in english.get("/desk/").text
    bound, entry = db.session.query(AuditEntry).order_by(AuditEntry.id)
    assert (bound.verb, entry.verb) == ("directory_bound", "signed_in")
    assert json.loads(entry.detail)["method"] == "directory"


def test_what_is_sent_to_the_directory_has_128_bits(english, people, issuer):
    asked = parse_qs(urlsplit(english.get("/desk/sign-in/directory").location).query)
    assert (len(asked["nonce"][0]), len(asked["state"][0])) == (43, 30)  # of 64 and of 62 characters


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "gu@example.cn"},
        {"email": "gu@example.cn", "email_verified": False},
        {"email": "gu@example.cn", "email_verified": "true"},
        {"email": "nobody@example.cn", "email_verified": True},
        {},
    ],
)
def test_no_account_by_an_address_that_is_not_verified_or_not_known(english, people, issuer, claims):
    answer = through(english, issuer, **claims)
    assert (answer.status_code, "there is no account here for your address" in answer.text) == (422, True)
    assert english.get("/desk/").status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another client"},
        {"nonce": "of another sign-in"},
        {"exp": 1_000_000_000},
    ],
)
def test_what_a_token_must_say(english, people, issuer, claims):
    answer = through(english, issuer, email="gu@example.cn", email_verified=True, **claims)
    assert (answer.status_code, "did not confirm the sign-in" in answer.text) == (422, True)


def test_a_token_of_another_key_and_a_forged_return(english, people, issuer):
    issuer.key = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
    claims = {"email": "gu@example.cn", "email_verified": True}
    assert through(english, issuer, **claims).status_code == 422
    issuer.key = KEY
    assert through(english, issuer, state="forged", **claims).status_code == 422
    assert english.get("/desk/").status_code == 303


def test_a_closed_account_stays_out(english, people, issuer):
    people.gu.closed_at = people.gu.created_at
    db.session.commit()
    assert through(english, issuer, email="gu@example.cn", email_verified=True).status_code == 422


def test_a_directory_that_is_away(english, people, issuer):
    issuer.shutdown()
    issuer.server_close()
    answer = english.get("/desk/sign-in/directory")
    assert (answer.status_code, "Try again, or sign in with your password." in answer.text) == (422, True)


@pytest.mark.parametrize(
    "values",
    [
        {"OPENWEEK_OIDC_CLIENT_SECRET": ""},
        {"OPENWEEK_OIDC_ISSUER": "http://login.example.cn"},
        {"OPENWEEK_OIDC_ISSUER": "login.example.cn"},
    ],
)
def test_wrong_settings_stop_the_start(settings, values):
    with pytest.raises(click.ClickException, match="OPENWEEK_OIDC"):
        create_app(settings | values)


def test_without_one_there_is_no_button(app, english, people):
    app.config["DIRECTORY"] = None
    assert "Sign in through your directory" not in english.get("/desk/sign-in").text
    sign_in(english, people.gu)
