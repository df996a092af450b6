"""No password, token or secret of an account or a device stands in an address (ASVS 14.2.1): neither in one that is asked for
nor in one that a browser is sent to. Passes, venue codes and lists are addresses by their nature, and are named here."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from models.codes import passes
from models.devices import kiosks
from models.devices.pairing import create_code
from tests.support.records.people import PASSWORD, sign_in
from tests.support.records.week import NINE
from tests.web.desk.accounts.test_accounts import CHOSEN, choose, invite, link_on, open_link

ROOT = Path(__file__).resolve().parents[2]
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
# What is printed, scanned, subscribed to or bookmarked, without an account: see docs/security.md, 14.2.1.
CAPABILITIES = re.compile(r"/(?:[cCvVrR]/|slip/|SLIP/|<campaign_id>/my/)")
# Links of the version before, for the 7 days that they are good.
EARLIER = {"/desk/invitation/<secret>", "/desk/reset/<secret>"}
SECRET_NAMES = {"token", "secret", "password", "code", "key", "text"}
NAMES_IN_QUERIES = ("token", "access_token", "api_key", "key", "secret", "authorization", "bearer")


@pytest.fixture
def addresses(app, monkeypatch):
    """Every address that is asked for and every one that an answer sends to, as text."""
    seen, answer = [], app.wsgi_app

    def noted(environ, start_response):
        seen.append(unquote(environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")))
        seen.append(environ.get("HTTP_REFERER", ""))

        def start(status, headers, exc_info=None):
            seen.extend(unquote(value) for name, value in headers if name in ("Location", "Refresh", "Link"))
            return start_response(status, headers, exc_info)

        return answer(environ, start)

    monkeypatch.setattr(app, "wsgi_app", noted)
    return seen


def test_secrets_in_paths_are_passes_codes_and_lists_alone(app):
    with_secret = {
        rule.rule for rule in app.url_map.iter_rules() if SECRET_NAMES.intersection(rule.arguments)
    }
    assert {rule for rule in with_secret if not CAPABILITIES.match(rule)} == EARLIER


def test_invitation_reset_and_sign_in_leave_nothing_in_an_address(app, english, people, addresses):
    stranger = app.test_client()
    sign_in(english, people.lian)
    invite(english)
    invitation = link_on(english)
    english.post(f"/desk/accounts/{people.gu.id}/reset")
    reset = link_on(english, f"/desk/accounts/{people.gu.id}")
    for link in (invitation, reset):
        path, mark, secret = link.partition("#")
        assert (path in ("/desk/invitation", "/desk/reset"), mark, len(secret)) == (True, "#", 32)
        assert stranger.get(path).status_code == 200
        assert choose(stranger, link, "short").status_code == 422
        assert choose(stranger, link).status_code == 303
        assert stranger.get("/desk/account/").status_code == 200
        stranger.post("/desk/account/tokens", data={"name": "x", "scope": "figures"})
        token = re.search(r"owp_[\w-]{43}", stranger.get("/desk/account/").text)[0]
        stranger.post("/desk/sign-out")
        stranger.post("/desk/sign-in", data={"email": "gu@example.cn", "password": CHOSEN})
        for value in (secret, token, CHOSEN, PASSWORD):
            assert [address for address in addresses if value in address] == []
    assert "/desk/invitation/password?" in addresses


def test_a_link_is_opened_without_scripts_by_copying_it_whole(app, english, people):
    sign_in(english, people.lian)
    invite(english)
    link, stranger = link_on(english), app.test_client()
    path, _mark, secret = link.partition("#")
    assert 'name="secret"' in stranger.get(path).text
    for typed in (
        secret,
        f"http://openweek.test{link}",
        f"  {link}\n",
        f"http://openweek.test{path}/{secret}",
    ):
        answer = app.test_client().post(path, data={"secret": typed})
        assert (answer.status_code, answer.location) == (303, path + "/password")
    for typed in ("", "x", "#", f"{link}x"):
        assert app.test_client().post(path, data={"secret": typed}).status_code == 404
    # Without the link there is nothing at the address of the password.
    for method in ("get", "post"):
        answer = getattr(app.test_client(), method)(path + "/password")
        assert (answer.status_code, answer.location) == (303, path)


def test_a_link_of_the_version_before_opens_and_leaves_its_address(app, english, people):
    sign_in(english, people.lian)
    invite(english)
    path, _mark, secret = link_on(english).partition("#")
    stranger = app.test_client()
    answer = stranger.get(f"{path}/{secret}")
    assert (answer.status_code, answer.location, answer.headers["Referrer-Policy"]) == (
        303,
        path + "/password",
        "no-referrer",
    )
    assert "灌云县知识产权局" in stranger.get(path + "/password").text


def test_a_link_that_was_opened_is_kept_for_an_hour(app, english, people, monkeypatch):
    from datetime import timedelta

    from models import clock

    sign_in(english, people.lian)
    invite(english)
    link, stranger, now = link_on(english), app.test_client(), clock.now()
    assert open_link(stranger, link).status_code == 200
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: now + timedelta(minutes=61))
        assert stranger.get("/desk/invitation/password").location == "/desk/invitation"


@pytest.mark.parametrize("name", NAMES_IN_QUERIES)
def test_no_token_is_taken_from_a_query(app, people, name):
    from models.accounts.tokens import new_token_of

    _kiosk, device = kiosks.create_kiosk(people.lecture, NINE)
    personal = new_token_of("gu@example.cn", NINE, ("figures", "events"))
    client = app.test_client()
    campaign = people.lecture.campaign_id
    for path, token in (
        ("/api/v1/kiosk", device),
        ("/api/v1/display", device),
        ("/api/v1/organizations", personal),
        (f"/api/v1/campaigns/{campaign}/events", personal),
        ("/api/v1/events", personal),
    ):
        without = client.get(path).status_code
        for value in (token, f"Bearer {token}"):
            assert client.get(path, query_string={name: value}).status_code == without
    assert client.get("/api/v1/kiosk", query_string={name: device}).status_code == 401
    assert client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {device}"}).status_code == 200


def test_a_password_or_a_code_in_a_query_opens_nothing(app, people):
    client = app.test_client()
    query = {"email": "gu@example.cn", "password": PASSWORD}
    assert client.post("/desk/sign-in", query_string=query).status_code == 422
    assert client.get("/desk/sign-in", query_string=query).status_code == 200
    assert client.get("/desk/").status_code == 303
    assert client.post("/desk/sign-in", data=query).status_code == 303
    code = create_code(people.lecture, app.config["SECRET_KEY"], NINE)
    assert client.post("/api/v1/kiosk/pair", query_string={"code": code}).status_code in (400, 415)


def test_forms_with_something_secret_are_posted():
    """A form by GET writes its fields into the address."""
    found = []
    for folder in ("web", "kiosk"):
        for path in (ROOT / folder / "templates").rglob("*.html"):
            for form in FORM.findall(path.read_text(encoding="utf-8")):
                head = form.partition(">")[0]
                posted = re.search(r'method="(?:post|dialog)"', head)
                if not posted and re.search(
                    r'csrf_token|token\(\)|type="(?:password|email)"|name="(?:secret|password|code)"', form
                ):
                    found.append(f"{path.name}: {head}")
    assert found == []


def test_who_is_looked_for_by_e_mail_is_in_no_address(english, people, addresses):
    sign_in(english, people.cui)
    for path, field in (("/desk/accounts/", "q"), ("/desk/audit/", "account")):
        answer = english.post(path, data={field: "wang@example.cn"})
        assert 'value="wang@example.cn"' in english.get(answer.location).text
    page = english.get(f"/desk/accounts/{people.gu.id}").text
    assert re.findall(r'(?:href|action)="[^"]*(?:@|%40)[^"]*"', page) == []
    assert [address for address in addresses if "@" in address] == []


def test_pages_with_a_pass_in_their_path_tell_no_other_site(client, people):
    held = passes.issue(people.lecture.campaign, "youth", NINE)[0]
    answer = client.get(f"/C/{held.token}")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
