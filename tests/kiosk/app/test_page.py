"""Pairing a device, and what a paired device is told."""

import re
from base64 import b64decode
from datetime import timedelta

import pytest

from kiosk.app.staff_words import CHECKS
from models import clock
from models.codes import keys, passes
from models.db import db
from models.devices import kiosks, pairing
from models.devices.kiosks import Kiosk
from models.events.draft import OccurrenceDraft
from tests.support.records.check_in_cases import CASES
from tests.support.records.week import DAY, NINE, load_week, make_event, session
from tests.support.servers.applications import SECRET

pytest_plugins = ["tests.support.records.queries"]


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def event(week):
    return make_event(week, "现场宣传", venue_text="县文化馆", capacity=30)


@pytest.fixture
def pair(client):
    return lambda code, **kwargs: client.post("/api/v1/kiosk/pair", json={"code": code}, **kwargs)


@pytest.fixture
def told(client, event):
    """What a device of the event is told now."""
    _kiosk, token = kiosks.create_kiosk(event, clock.now())

    def ask():
        return client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {token}"})

    return ask


def problem(answer) -> tuple[int, str]:
    assert answer.content_type.startswith("application/problem+json")
    assert answer.json["status"] == answer.status_code
    return answer.status_code, answer.json["detail"]


ENGLISH = {"headers": {"Accept-Language": "en"}}
WRONG_CODE = "This pairing code is wrong, used or no longer valid. Please get a new one."


def test_a_code_becomes_a_device_and_a_token(pair, client, event):
    code = pairing.create_code(event, SECRET, clock.now())
    answer = pair(code)
    kiosk = db.session.scalars(db.select(Kiosk)).one()
    assert answer.json["kiosk"] == {
        "id": kiosk.id,
        "name": f"K{kiosk.id}",
        "supervisor": False,
        "scopes": ["scan", "tally"],
        "expires": None,
    }
    told = client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {answer.json['token']}"})
    assert told.json["kiosk"] == answer.json["kiosk"]
    assert [one["id"] for one in told.json["events"]] == [event.id]


def test_a_code_may_be_typed_as_people_type(pair, event):
    code = pairing.create_code(event, SECRET, clock.now())
    assert pair(f" {code[:4].lower()}-{code[4:]} ").status_code == 200


@pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(days=1)])
def test_a_code_is_good_for_ten_minutes(pair, event, age):
    code = pairing.create_code(event, SECRET, clock.now() - age)
    assert problem(pair(code, **ENGLISH)) == (400, WRONG_CODE)


def test_a_code_is_good_for_one_device(pair, event):
    code = pairing.create_code(event, SECRET, clock.now())
    assert pair(code).status_code == 200
    assert problem(pair(code, **ENGLISH)) == (400, WRONG_CODE)
    assert problem(pair("ABCDEFGH", **ENGLISH)) == (400, WRONG_CODE)
    assert len(db.session.scalars(db.select(Kiosk)).all()) == 1


def test_what_is_no_pairing_request_is_told_so(client, week):
    def send(data, kind="application/json"):
        return problem(client.post("/api/v1/kiosk/pair", data=data, content_type=kind, **ENGLISH))

    as_json = (400, 'Send the pairing code as JSON: {"code": "…"}.')
    bodies = ("{", "[]", "{}", '{"code": 7}', "null", "[" * 100_000)
    assert [send(data) for data in bodies] == [as_json] * len(bodies)
    assert send("code=ABCDEFGH", "application/x-www-form-urlencoded") == (415, "Send it as application/json.")


class TestTooManyTries:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_guessing_is_slowed_down(self, pair, week):
        answers = [pair("ABCDEFGH") for _ in range(31)]
        assert [answer.status_code for answer in answers] == [400] * 30 + [429]
        assert problem(answers[-1])[0] == 429
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_only_a_device_in_service_is_told(client, event):
    kiosk, token = kiosks.create_kiosk(event, clock.now())

    def ask(authorization=None):
        given = {"Authorization": authorization} if authorization else {}
        return client.get("/api/v1/kiosk", headers={"Accept-Language": "en", **given})

    strangers = [
        None,
        "Bearer",
        "Bearer owk_wrong",
        "Bearer é",
        "Basic é",
        "Bearer a=b",
        f"Basic {token}",
        f"Bearer {token}x",
    ]
    unknown = "This device is not paired. Ask the organizer for a pairing code."
    assert [problem(ask(given)) for given in strangers] == [(401, unknown)] * len(strangers)
    assert ask(f"bearer {token}").status_code == 200
    kiosks.revoke(kiosk.id, clock.now())
    ended = "This kiosk is out of service. To use it again, pair it with a new code."
    assert problem(ask(f"Bearer {token}")) == (401, ended)


def test_a_revoked_device_may_still_hand_in_for_a_week(client, event):
    kiosk, token = kiosks.create_kiosk(event, clock.now())

    def hand_in():
        given = {"Authorization": f"Bearer {token}"}
        return client.post("/api/v1/scans", json={"scans": []}, headers=given).status_code

    kiosks.revoke(kiosk.id, clock.now())
    assert hand_in() == 200
    kiosk.revoked_at = clock.now() - timedelta(days=7, minutes=1)
    db.session.commit()
    assert hand_in() == 401


def test_it_is_told_its_event_with_the_open_hours(told, event):
    [one] = told().json["events"]
    [occurrence] = event.occurrences
    assert one == {
        "id": event.id,
        "merged": [],
        "title": "现场宣传",
        "status": "published",
        "track_exits": False,
        "asks_opinion": False,
        "occurrences": [
            {
                "id": occurrence.id,
                "event": event.id,
                "start": "2024-04-22T09:00:00.000+08:00",
                "end": "2024-04-22T11:00:00.000+08:00",
                "half_day": None,
                "when_told": None,
                "venue": "县文化馆",
                "capacity": 30,
                "opens": "2024-04-22T08:00:00.000+08:00",
                "closes": "2024-04-22T12:00:00.000+08:00",
                "held": True,
                "inside": 0,
            }
        ],
    }


def test_without_a_clock_time_the_whole_day_is_open(client, week):
    event = make_event(week, occurrences=(OccurrenceDraft(DAY, DAY, half_day="morning"),), time_text="上午")
    _kiosk, token = kiosks.create_kiosk(event, NINE)
    answer = client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {token}"})
    [occurrence] = answer.json["events"][0]["occurrences"]
    assert (occurrence["start"], occurrence["end"]) == ("2024-04-22", "2024-04-22")
    assert (occurrence["half_day"], occurrence["when_told"]) == ("morning", "上午")
    assert occurrence["opens"] == "2024-04-22T00:00:00.000+08:00"
    assert occurrence["closes"] == "2024-04-23T00:00:00.000+08:00"


def test_a_stewards_phone_is_told_until_when(client, event):
    until = clock.now() + timedelta(hours=3)
    _kiosk, token = kiosks.create_kiosk(event, clock.now(), may_tally=False, expires_at=until)
    told = client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {token}"}).json
    assert told["kiosk"]["scopes"] == ["scan"]
    assert told["kiosk"]["expires"] == clock.instant_text(until)
    assert (told["message"], told["locked"]) == (None, False)


def test_it_is_told_the_groups_keys_rules_and_the_time(told, week):
    before = clock.now()
    body = told().json
    assert body["campaign"]["number"] == week.number
    assert body["campaign"]["zone"] == "Asia/Shanghai"
    assert [(group["number"], group["key"]) for group in body["groups"]] == [
        (1, "innovators"),
        (2, "government"),
        (3, "youth"),
        (4, "public"),
    ]
    assert body["groups"][2]["name"]["zh"] == "青少年"
    assert body["groups"][2]["colour"] == "group-n3 group-youth"
    key = keys.current_key(keys.KeyPurpose.PASS)
    assert b64decode(body["keys"][str(key.id)]["public"]) == key.public
    assert body["keys"][str(key.id)]["algorithm"] == "ed25519"
    assert body["rules"] == {
        "version": 3,
        "open_before_minutes": 60,
        "open_after_minutes": 60,
        "same_code_guard_ms": 3000,
        "undo_minutes": 15,
        "max_batch": 500,
        "max_headcount": 999,
    }
    assert body["least_client"] == 1
    assert before - timedelta(seconds=1) <= clock.parse_instant(body["server_time"]) <= clock.now()


def test_it_is_told_which_passes_to_refuse(told, week):
    kept, ended = passes.issue(week, "youth", NINE, count=2)
    passes.revoke(ended.id, clock.now())
    assert told().json["revoked"] == [f"{ended.serial:010x}"]
    assert f"{kept.serial:010x}" not in told().json["revoked"]


def test_many_occurrences_cost_no_more_questions(told, client, week, count_queries):
    with count_queries() as for_one:
        told()
    occurrences = tuple(session(NINE + timedelta(days=n), day=DAY + timedelta(days=n)) for n in range(4))
    event = make_event(week, "四天的活动", occurrences=occurrences)
    _kiosk, token = kiosks.create_kiosk(event, clock.now())
    with count_queries() as for_four:
        client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {token}"})
    assert len(for_four) == len(for_one) <= 14


def test_the_page_and_its_decoder_may_run_webassembly_and_nothing_inline(client, week):
    page = client.get("/kiosk/")
    reader = client.get("/kiosk/reader.js")
    assert page.status_code == reader.status_code == 200
    for answer in (page, reader):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "unsafe-inline" not in policy
    assert reader.content_type.startswith(("text/javascript", "application/javascript"))
    reader.close()  # it is a file that is being sent
    assert " style=" not in page.text
    assert "onclick" not in page.text


def test_the_help_says_what_the_check_in_cases_prove(client, week):
    """Offline: yes where every case is decided as online; known where one is not, by what is new; else later or no."""

    def told(check: str) -> str:
        ends = [
            [(case[side]["verdict"], case[side].get("reason")) for side in ("online", "offline")]
            for case in CASES
            if case["check"] == check
        ]
        same = [online == offline for online, offline in ends]
        if all(same):
            return "yes"
        if any(same):
            return "known"
        return "later" if all(offline[0] is None for _online, offline in ends) else "no"

    assert {check: told(check) for check in {case["check"] for case in CASES}} == CHECKS
    page = client.get("/kiosk/").text
    assert re.findall(r'data-offline="(\w+)"', page) == list(CHECKS.values())


def test_the_page_speaks_the_readers_language_and_carries_both(client, week):
    chinese, english = client.get("/kiosk/"), client.get("/kiosk/", **ENGLISH)
    assert '<html lang="zh-CN"' in chinese.text
    assert "配对本机</span></h1>" in chinese.text
    assert '<html lang="en"' in english.text
    assert "Pair this device</span></h1>" in english.text
    assert '"pair_title": "Pair this device"' in chinese.text
