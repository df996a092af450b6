"""One question after coming: one tap, never twice, counts alone."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from models.codes import passes
from models.db import db, transaction
from models.devices import kiosks
from models.visitors.opinions import opinions_of
from models.visitors.tables import OpinionCount, OpinionMark
from tests.support.browser.phone import rows
from tests.support.records.week import NINE, make_device

QUESTION = "今天的活动，您有收获吗？"
SCAN = re.compile(r'name="scan" value="([0-9a-f-]{36})"')


@pytest.fixture(autouse=True)
def asked(event):
    with transaction():
        event.asks_opinion = True


def test_a_phone_is_asked_once(phone, token, event):
    page = phone.tap(token)
    assert QUESTION in page.text
    scan_id = SCAN.search(page.text)[1]
    path = f"/V/{token}/{rows()[-1].id}/opinion"
    for answer in ("gained", "nothing"):  # the second tap of the old page
        page = phone.follow(phone.client.post(path, data={"scan": scan_id, "answer": answer}))
        assert (QUESTION in page.text, "谢谢您的回答" in page.text) == (False, True)
    said = opinions_of(event)
    assert (said.n, said.answers) == (1, {"gained": 1, "somewhat": 0, "nothing": 0})
    assert list(said.groups) == ["youth"]


def test_a_pass_is_asked_after_its_visit_and_not_before(client, week, event):
    held, scan_id = passes.issue(week, "youth", NINE)[0], uuid4()
    address = f"/C/{held.token}"
    assert QUESTION not in client.get(address).text
    make_device(event).scan(held.token, id=scan_id)
    assert SCAN.search(client.get(address).text)[1] == str(scan_id)
    answer = client.post(f"{address}/opinion", data={"scan": str(scan_id), "answer": "somewhat"})
    assert (answer.status_code, answer.location) == (303, f"{address}?answered=1")
    assert QUESTION not in client.get(address).text
    assert opinions_of(event).answers == {"gained": 0, "somewhat": 1, "nothing": 0}


def test_nothing_of_the_person_is_kept(client, week, event):
    held, scan_id = passes.issue(week, "youth", NINE)[0], uuid4()
    make_device(event).scan(held.token, id=scan_id)
    client.post(f"/C/{held.token}/opinion", data={"scan": str(scan_id), "answer": "gained"})
    assert [column.name for column in OpinionMark.__table__.columns] == ["digest"]
    assert len(db.session.scalars(select(OpinionMark.digest)).one()) == 32
    [count] = db.session.scalars(select(OpinionCount))
    assert (count.occurrence_id, count.group, count.answer, count.answers) == (
        event.occurrences[0].id, "youth", "gained", 1,
    )  # fmt: skip


def test_what_is_no_answer_is_refused(client, week, event):
    held, scan_id = passes.issue(week, "youth", NINE)[0], uuid4()
    other = passes.issue(week, "youth", NINE)[0]
    make_device(event).scan(held.token, id=scan_id)
    sent = [
        client.post(f"/C/{token}/opinion", data={"scan": str(scan), "answer": answer}).status_code
        for token, scan, answer in (
            (held.token, scan_id, "splendid"),
            (other.token, scan_id, "gained"),
            (held.token, uuid4(), "gained"),
            (held.token, "x", "gained"),
        )
    ]
    assert sent == [400, 404, 404, 404]
    with transaction():
        event.asks_opinion = False
    assert (
        client.post(f"/C/{held.token}/opinion", data={"scan": scan_id, "answer": "gained"}).status_code == 409
    )
    assert opinions_of(event).n == 0


def test_a_kiosk_sends_the_tap_of_its_own_scan(client, week, event):
    kiosk, secret = kiosks.create_kiosk(event, NINE)
    device = make_device(event)
    device.kiosk, scan_id = kiosk, uuid4()
    device.touch("public", id=scan_id)

    def send(token=secret, **body):
        headers = {"Authorization": f"Bearer {token}"}
        return client.post("/api/v1/kiosk/opinions", json=body, headers=headers)

    assert send(scan=str(scan_id), answer="gained").json == {"counted": True}
    assert send(scan=str(scan_id), answer="gained").json == {"counted": False}
    assert send(scan=str(uuid4()), answer="gained").status_code == 404
    assert send("wrong", scan=str(scan_id), answer="gained").status_code == 401
    assert send(scan=1).status_code == 400
    assert opinions_of(event).groups == {"public": {"gained": 1, "somewhat": 0, "nothing": 0}}
