"""Refused tokens and pairing codes leave a line in the security log, without the credential."""

import pytest

from models import clock
from models.bearer import secret_digest
from models.devices import kiosks
from models.security.security_log import refusals
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event


@pytest.fixture
def week(app):
    refusals.forget()
    return load_week()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("events?", "API token"),
        ("figures?campaign=", "API token"),
        ("kiosk?", "Device token"),
        ("display?", "Screen token"),
    ],
)
def test_a_refused_token_leaves_one_line_without_it(client, week, caplog, path, kind):
    headers = {"Authorization": "Bearer owp_guess"}
    address = f"/api/v1/{path}{week.id if path.endswith('=') else ''}"
    assert {client.get(address, headers=headers).status_code for _ in range(30)} == {401}
    (line,) = caplog.messages
    assert line.startswith(f"{kind} refused: from 127.0.0.1 at ")
    assert f"digest {secret_digest('owp_guess')[:12]}" in line
    assert "owp_" not in line


def test_a_device_that_ended_is_known_by_its_digest(client, week, caplog):
    kiosk, token = kiosks.create_kiosk(make_event(week), clock.now())
    kiosks.revoke(kiosk.id, clock.now())
    assert client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert secret_digest(token)[:12] in caplog.messages[0]
    assert token not in caplog.text


@pytest.mark.parametrize("device", ["kiosk", "display"])
def test_wrong_pairing_codes_leave_one_line_without_them(client, week, caplog, device):
    kind = {"kiosk": "Pairing code of a kiosk", "display": "Pairing code of a screen"}[device]
    answers = [client.post(f"/api/v1/{device}/pair", json={"code": "GUESS234"}) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {400}
    (line,) = caplog.messages
    assert line.startswith(f"{kind} refused: from 127.0.0.1 at ")
    assert ("GUESS" in caplog.text, secret_digest("GUESS234")[:12] in caplog.text) == (False, False)


def test_no_credentials_are_no_attempt(client, week, caplog):
    assert client.get("/api/v1/events").status_code == 401
    assert caplog.messages == []


def test_who_is_slowed_down_at_sign_in_leaves_one_line(client, week, caplog):
    account = make_people(week).gu
    caplog.clear()
    for email in (account.email, "nobody@example.cn"):
        form = {"email": email, "password": "a guess"}
        assert [client.post("/desk/sign-in", data=form).status_code for _ in range(9)] == [422] * 6 + [
            429
        ] * 3
    assert caplog.messages == [
        f"Sign-in slowed down: from 127.0.0.1, {whose}, 1 since the last line"
        for whose in (f"account {account.id}", "no account")
    ]
