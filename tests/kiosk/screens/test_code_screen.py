"""Screens: paired once, codes for a day without the key, and an end that is an end at once."""

import base64
import json
from datetime import timedelta

import numpy
import pytest

from models import clock
from models.codes import signatures, venue_codes
from models.db import db
from models.devices import screens
from models.devices.screens import Screen
from models.errors import Conflict
from models.publishing.lifecycle import cancel
from tests.support.records.codes import read
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_event, minutes
from tests.support.servers.applications import SECRET

PREFIX = "http://OPENWEEK.TEST/V/"


@pytest.fixture
def at(monkeypatch):
    """`at(instant)` is the time from now on."""

    def set_time(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_time(NINE)
    return set_time


@pytest.fixture
def week(app, at):
    return load_week()


@pytest.fixture
def event(week):
    return make_event(week)


@pytest.fixture
def token(client, event):
    code = screens.create_pairing(event, SECRET, NINE)
    answer = client.post("/api/v1/display/pair", json={"code": f"{code[:4].lower()}-{code[4:]}"})
    assert answer.status_code == 200
    return answer.json["token"]


def ask(client, token, **query):
    return client.get("/api/v1/display", headers={"Authorization": f"Bearer {token}"}, query_string=query)


def decoded(side, bits):
    """The text of a symbol that was sent as bits, by a decoder that is not ours."""
    dark = numpy.unpackbits(numpy.frombuffer(base64.b64decode(bits), numpy.uint8))[: side * side]
    light = numpy.pad(1 - dark.reshape(side, side), 4, constant_values=1).astype(numpy.uint8) * 255
    return read(numpy.kron(light, numpy.ones((6, 6), numpy.uint8)))


def test_it_fetches_the_codes_of_the_next_hour(client, event, token):
    told = ask(client, token).json
    present = signatures.step_at(NINE.timestamp())
    assert (told["first"], len(told["codes"]), told["step_seconds"], told["day"]) == (present, 120, 30, 2880)
    assert told["event"] == {"id": event.id, "title": event.title}
    assert told["server_time"] == "2024-04-22T09:00:00.000+08:00"
    for later in (0, 1, 119):
        [text] = decoded(told["side"], told["codes"][later])
        assert text.startswith(PREFIX)
        moment = NINE + timedelta(seconds=30 * later)
        assert venue_codes.read_code(text, moment).problem is None
        assert venue_codes.read_code(text, moment).code.method == "rotating"
        assert venue_codes.read_code(text, moment + minutes(2)).problem == "expired"


def test_a_day_in_advance_and_no_more(client, token):
    present = signatures.step_at(NINE.timestamp())
    counts = [len(ask(client, token, **{"from": present + ahead}).json["codes"]) for ahead in (0, 2870, 2880)]
    assert counts == [120, 10, 0]
    assert len(ask(client, token, **{"from": 0, "count": 1}).json["codes"]) == 1
    assert ask(client, token, **{"from": "soon"}).status_code == 400


def test_nothing_that_signs_is_sent(client, event, token):
    answer = ask(client, token, count=120).get_data()
    display = db.session.query(Screen).one()
    secret = display.code.key.secret
    for spelled in (secret, secret.hex().encode(), base64.b64encode(secret)):
        assert spelled not in answer


def test_ending_it_ends_its_codes_and_no_other(client, event, token):
    other = venue_codes.code_for_event(event, NINE)
    told = ask(client, token).json
    display = db.session.query(Screen).one()
    screens.revoke(event, display.id, NINE)
    assert venue_codes.read_code(decoded(told["side"], told["codes"][0])[0], NINE).problem == "revoked"
    assert venue_codes.read_code(other.token(NINE), NINE).problem is None
    answer = ask(client, token)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_a_pairing_code_is_good_once_and_for_ten_minutes(client, event, at):
    code = screens.create_pairing(event, SECRET, NINE)
    answers = [client.post("/api/v1/display/pair", json={"code": code}).status_code for _ in range(2)]
    assert answers == [200, 400]
    late = screens.create_pairing(event, SECRET, NINE)
    at(NINE + minutes(11))
    assert client.post("/api/v1/display/pair", json={"code": late}).status_code == 400
    assert client.post("/api/v1/kiosk/pair", json={"code": code}).status_code == 400
    assert [
        client.post("/api/v1/display/pair", **body).status_code for body in ({"data": "x"}, {"json": []})
    ] == [
        415,
        400,
    ]


def test_strangers_get_nothing(client, week):
    assert [client.get("/api/v1/display").status_code, ask(client, "owd_none").status_code] == [401, 401]
    cancelled = make_event(week, "取消的活动")
    cancel(cancelled, NINE)
    with pytest.raises(Conflict):
        screens.create_pairing(cancelled, SECRET, NINE)


def test_the_desk_pairs_and_ends_screens(app, client):
    people = make_people(load_week())
    gu, wang = app.test_client(), app.test_client()
    sign_in(gu, people.gu)
    sign_in(wang, people.wang)
    here = f"/desk/events/{people.lecture.id}"
    assert wang.post(f"{here}/displays").status_code == 404
    assert gu.post(f"{here}/displays").location == f"{here}/passes#screens"
    page = gu.get(f"{here}/passes").text
    code = page.split('class="pairing-code" translate="no">')[1].split("</p>")[0]
    code = code.replace('<span class="pairing-gap"> </span>', "")
    paired = client.post(
        "/api/v1/display/pair", data=json.dumps({"code": code}), content_type="application/json"
    )
    assert paired.status_code == 200
    assert "pairing-code" not in gu.get(f"{here}/passes").text
    end = f"{here}/displays/{paired.json['display']}/revoke"
    assert [wang.post(end).status_code, gu.post(end).status_code] == [404, 303]
    assert gu.post(f"{here}/displays/999/revoke").status_code == 404
    assert ask(client, paired.json["token"]).status_code == 401
