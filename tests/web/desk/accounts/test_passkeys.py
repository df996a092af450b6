"""Passkeys with a device made of a few lines, so that both databases and every refusal are tried. In a browser:
tests/browser/desk/test_accounts.py."""

import hashlib
import html
import json
import re
from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as text_of

from models import clock
from models.accounts.second_factor.tables import Passkey
from models.audit.tables import AuditEntry
from models.db import db
from tests.support.records.people import PASSWORD, sign_in

PAGE = "/desk/account/second-factor"
ORIGIN = "http://openweek.test"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class Device:
    """One passkey. verifies: whether it checks its user."""

    def __init__(self, *, verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count, self.verifies = b"a passkey of the test", 0, verifies

    def _data(self, more: int = 0) -> bytes:
        self.count += 1
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(b"openweek.test").digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **response: str) -> str:
        own = text_of(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    def create(self, options: dict) -> str:
        point = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        data = self._data(ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(key)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client("webauthn.create", options)
        return self._answer(clientDataJSON=text_of(client), attestationObject=text_of(attestation))

    def get(self, options: dict, origin: str = ORIGIN) -> str:
        data, client = self._data(), _client("webauthn.get", options, origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=text_of(client), authenticatorData=text_of(data), signature=text_of(signature)
        )


def _client(kind: str, options: dict, origin: str = ORIGIN) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()


def options_on(client, path: str) -> dict:
    return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', client.get(path).text)[1]))


def add(client, device: Device) -> None:
    answer = device.create(options_on(client, PAGE))
    assert client.post(PAGE + "/passkeys", data={"answer": answer, "name": "phone"}).status_code == 303


def send(client, answer: str):
    return client.post("/desk/sign-in/passkey", data={"answer": answer})


@pytest.fixture
def device(english, people) -> Device:
    """Gu's; she is signed out."""
    device = Device()
    sign_in(english, people.gu)
    add(english, device)
    english.post("/desk/sign-out")
    return device


def first_step(client, email="gu@example.cn"):
    return client.post("/desk/sign-in", data={"email": email, "password": PASSWORD})


def test_as_the_second_step(english, device):
    assert first_step(english).location == "/desk/sign-in/code"
    options = options_on(english, "/desk/sign-in/code")
    assert [one["id"] for one in options["allowCredentials"]] == [text_of(device.id)]
    assert send(english, device.get(options)).location == "/desk/"
    assert db.session.query(Passkey).one().sign_count == 2
    methods = [json.loads(entry.detail).get("method") for entry in db.session.query(AuditEntry)]
    assert methods[-1] == "passkey"


def test_in_place_of_the_password(english, device):
    assert send(english, device.get(options_on(english, "/desk/sign-in"))).location == "/desk/"
    assert "gu@example.cn" in english.get("/desk/").text


def test_a_passkey_lets_its_owner_in_whatever_others_guess(app, device):
    stranger, new_phone = app.test_client(), app.test_client()
    form = {"email": "gu@example.cn", "password": "a guess"}
    answers = [stranger.post("/desk/sign-in", data=form).status_code for _ in range(14)]
    assert answers == [422] * 6 + [429] * 8
    assert first_step(new_phone).status_code == 429
    assert send(new_phone, device.get(options_on(new_phone, "/desk/sign-in"))).location == "/desk/"


def test_one_that_does_not_check_its_user_is_a_second_step_only(english, people):
    device = Device(verifies=False)
    sign_in(english, people.gu)
    add(english, device)
    english.post("/desk/sign-out")
    assert send(english, device.get(options_on(english, "/desk/sign-in"))).status_code == 422
    first_step(english)
    assert send(english, device.get(options_on(english, "/desk/sign-in/code"))).status_code == 303


def test_an_answer_is_good_once_also_with_its_old_cookie(english, app, device):
    answer = device.get(options_on(english, "/desk/sign-in"))
    cookie = english.get_cookie("openweek_desk", path="/desk/").value
    assert send(english, answer).status_code == 303
    thief = app.test_client()
    thief.set_cookie("openweek_desk", cookie, path="/desk/")
    assert send(thief, answer).status_code == 422


def test_what_is_refused(english, device, people):
    options = options_on(english, "/desk/sign-in")
    for answer in (
        device.get(options, origin="https://elsewhere.example"),
        device.get({"challenge": "AAAA"}),
        Device().get(options),
        "{}",
        "no JSON",
        '{"id": "\\u0000"}',
    ):
        english.get("/desk/sign-in")
        answered = send(english, answer)
        assert (answered.status_code, "The passkey could not be checked." in answered.text) == (422, True)
    people.gu.closed_at = clock.now()
    db.session.commit()
    assert send(english, device.get(options_on(english, "/desk/sign-in"))).status_code == 422
    assert english.get("/desk/").status_code == 303


def test_the_passkey_of_somebody_else_is_no_second_step(english, app, device, people):
    other = app.test_client()
    sign_in(other, people.he)
    his = Device()
    his.id = b"another passkey"
    add(other, his)
    other.post("/desk/sign-out")
    first_step(other, "he@example.cn")
    assert send(other, device.get(options_on(other, "/desk/sign-in/code"))).status_code == 422
    assert other.get("/desk/").status_code == 303


def test_a_challenge_is_over_after_a_while(english, device, monkeypatch):
    answer = device.get(options_on(english, "/desk/sign-in"))
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert send(english, answer).status_code == 422


def test_a_passkey_is_added_once(english, device, people):
    sign_in_again = device.get(options_on(english, "/desk/sign-in"))
    send(english, sign_in_again)
    answer = device.create(options_on(english, PAGE))
    assert english.post(PAGE + "/passkeys", data={"answer": answer}).status_code == 422
    assert english.post(PAGE + "/passkeys", data={"answer": "{}"}).status_code == 422
    row = db.session.query(Passkey).one()
    data = {"password": PASSWORD, "passkey": row.id}
    assert english.post(PAGE + "/remove", data=data).status_code == 303
    assert english.post(PAGE + "/remove", data=data).status_code == 404
    english.post("/desk/sign-out")
    assert first_step(english).location == "/desk/"
