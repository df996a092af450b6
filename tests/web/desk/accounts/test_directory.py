"""Signing in through a directory: a small issuer of our own, asked over HTTP."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from models.audit.tables import AuditEntry
from models.db import db
from tests.support.records.people import sign_in
from wsgi import create_app

CLIENT, SECRET = "openweek", "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"}, auto_kid=False)


class Issuer(ThreadingHTTPServer):
    """claims: what the next token says beside the usual. key: what signs it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict = {}
        self.key = KEY
        self.challenge = ""

    def id_token(self) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 300}
        return jwt.encode({"alg": "RS256", "kid": "one"}, usual | self.claims, self.key)


class _Handler(BaseHTTPRequestHandler):
    server: Issuer

    def log_message(self, *_args: object) -> None:
        pass

    def _answer(self, body: dict, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/keys":
            self._answer({"keys": [KEY.as_dict(private=False)]})
            return
        self._answer(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        client = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self.headers["Authorization"] in (f"Basic {client}", f"Basic {plain}")
        if not known or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.server.challenge:
            self._answer({"error": "invalid_grant"}, 400)
            return
        token = {"access_token": "x", "token_type": "Bearer", "id_token": self.server.id_token()}
        self._answer(token)


@pytest.fixture
def issuer():
    with Issuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, daemon=True)
        thread.start()
        yield issuer
        issuer.shutdown()
        thread.join()


@pytest.fixture
def settings(settings, issuer):
    return settings | {
        "OPENWEEK_OIDC_ISSUER": issuer.url,
        "OPENWEEK_OIDC_CLIENT_ID": CLIENT,
        "OPENWEEK_OIDC_CLIENT_SECRET": SECRET,
    }


def through(client, issuer, state=None, **claims):
    """Go to the directory and come back with what it says."""
    answer = client.get("/desk/sign-in/directory")
    assert answer.location.startswith(issuer.url + "/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert (asked["client_id"], asked["redirect_uri"]) == (
        CLIENT,
        "http://openweek.test/desk/sign-in/directory/done",
    )
    issuer.challenge = asked["code_challenge"]
    issuer.claims = {"nonce": asked["nonce"]} | claims
    return client.get(f"/desk/sign-in/directory/done?code=c&state={state or asked['state']}")


def test_a_verified_address_signs_in(english, people, issuer):
    assert "Sign in through your directory" in english.get("/desk/sign-in").text
    answer = through(english, issuer, email="GU@example.cn", email_verified=True)
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert "gu@example.cn" in english.get("/desk/").text
    entry = db.session.query(AuditEntry).one()
    assert (entry.verb, json.loads(entry.detail)["method"]) == ("signed_in", "directory")


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
