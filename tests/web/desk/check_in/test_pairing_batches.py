"""Pairing many devices at once: the sheet, its codes, their end, their revocation."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.db import db
from models.devices.pairing import PairingCode
from models.devices.pairing_batches import PairingBatch
from tests.support.files.pdf_text import words
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week

BEFORE = NINE - timedelta(days=2)


@pytest.fixture
def now(monkeypatch) -> list:
    present = [BEFORE]
    monkeypatch.setattr(clock, "now", lambda: present[0])
    return present


@pytest.fixture
def people(app, now):
    return make_people(load_week())


@pytest.fixture
def page(people) -> str:
    return f"/desk/events/{people.lecture.id}/pairing-codes/"


def make(browser, page, **fields):
    return browser.post(
        page, data={"devices": 12, "may": "entrance", "codes": "each", "until": "2024-04-22", **fields}
    )


def codes(answer) -> list[str]:
    return [code for text in words(answer.data) for code in re.findall(r"[2-9A-HJKMNP-Z]{26}(?=http)", text)]


def pair(browser, code: str) -> int:
    return browser.post("/api/v1/kiosk/pair", json={"code": code}).status_code


def test_each_device_has_a_code_of_its_own(gus_browser, people, page):
    answer = make(gus_browser, page)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    printed = codes(answer)
    assert (len(printed), len(set(printed)), len(words(answer.data))) == (12, 12, 2)
    assert [pair(gus_browser, code) for code in (printed[0], printed[0].lower(), printed[1])] == [
        200,
        400,
        200,
    ]
    assert "2 of 12 paired" in gus_browser.get(page).text
    stored = db.session.scalars(select(PairingCode.digest)).all()
    assert not set(printed) & set(stored)


def test_one_code_pairs_so_many_devices_and_no_more(gus_browser, people, page):
    answer = make(gus_browser, page, devices=3, codes="shared")
    (code,) = codes(answer)
    assert [pair(gus_browser, code) for _ in range(4)] == [200, 200, 200, 400]
    shown = gus_browser.get(page).text
    assert ("3 of 3 paired" in shown, "no longer valid" in shown) == (True, True)


def test_codes_end_and_are_revoked(gus_browser, people, page, now):
    printed = codes(make(gus_browser, page))
    batch = db.session.scalars(select(PairingBatch)).one()
    assert gus_browser.post(f"{page}{batch.id}/revoke").status_code == 303
    assert pair(gus_browser, printed[0]) == 400
    printed = codes(make(gus_browser, page))
    now[0] = NINE + timedelta(hours=14, minutes=58)  # 23:58
    assert pair(gus_browser, printed[0]) == 200
    now[0] += timedelta(minutes=1)
    assert pair(gus_browser, printed[1]) == 400


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"devices": 0}, "Choose from 1 to 200 kiosks."),
        ({"devices": 201}, "Choose from 1 to 200 kiosks."),
        ({"until": "2024-04-19"}, "Choose an end in the next 14 days."),
        ({"until": "2024-06-01"}, "Choose an end in the next 14 days."),
        ({"may": "phone"}, "Choose what the kiosk is allowed to do."),
    ],
)
def test_a_wrong_choice_gets_a_sentence(gus_browser, people, page, fields, sentence):
    answer = make(gus_browser, page, **fields)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert db.session.scalars(select(PairingCode)).all() == []


def test_of_an_event_out_of_reach_there_are_none(client, people, page):
    sign_in(client, people.wang)
    assert [
        client.get(page).status_code,
        make(client, page).status_code,
        client.post(f"{page}1/revoke").status_code,
    ] == [404] * 3
