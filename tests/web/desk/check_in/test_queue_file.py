"""Importing a queue file: who may do it, what is refused with which sentence, and importing a file again."""

import hmac
import json
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from models import clock
from models.checkin.queue_file import ImportedQueueFile
from models.codes import passes
from models.db import db
from models.devices import kiosks
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_device, minutes

PAGE = "/desk/handed-over/"


@pytest.fixture
def kiosk(people):
    return make_device(people.lecture).kiosk


def scan(at=NINE, **fields) -> dict:
    required = {"id": str(uuid4()), "at": clock.instant_text(at), "kind": "touch", "group": "youth"}
    return {**required, "shown": "stored", **fields}


def signed(kiosk, text: str, fields: dict) -> bytes:
    signature = hmac.digest(kiosk.digest.encode(), text.encode("utf-8", "replace"), "sha256").hex()
    content = {
        "format": "openweek-handover",
        "kiosk": {"id": kiosk.id, "name": kiosk.name},
        "campaign": kiosk.campaign_id,
        "device_time": clock.instant_text(NINE),
        "signature": signature,
    }
    return json.dumps(content | fields).encode()


def saved(kiosk, scans, /, skew_ms=None, **changes) -> bytes:
    """The file as docs/queue-file.md says. scans: a list, or the text of the content."""
    content = {"skew_ms": skew_ms, "device_time": clock.instant_text(NINE), "scans": scans}
    text = scans if isinstance(scans, str) else json.dumps(content)
    return signed(kiosk, text, {"version": 2, "content_json": text} | changes)


def saved_by_version_1(kiosk, scans, skew_ms) -> bytes:
    text = json.dumps(scans)
    return signed(kiosk, text, {"version": 1, "skew_ms": skew_ms, "scans_json": text})


def upload(gus_browser, data: bytes, name="openweek-K1.json"):
    return gus_browser.post(PAGE, data={"file": (BytesIO(data), name)}, content_type="multipart/form-data")


def rows() -> list[Scan]:
    return list(db.session.scalars(select(Scan).order_by(Scan.number)))


def test_the_file_becomes_check_ins_of_its_device(gus_browser, people, kiosk):
    code = passes.issue(people.lecture.campaign, "public", NINE)[0].token
    scans = [
        scan(),
        scan(kind="pass", code=code),
        scan(kind="pass", code_length=9, code_hash="0" * 64, shown="refused"),
    ]
    answer = upload(gus_browser, saved(kiosk, scans))
    assert answer.status_code == 200
    assert "3 scans in the file." in answer.text
    assert "3 were new." in answer.text
    by_id = {str(row.id): (row.kiosk_id, row.verdict, row.reason) for row in rows()}
    assert [by_id[sent["id"]] for sent in scans] == [
        (kiosk.id, "stored", None),
        (kiosk.id, "stored", None),
        (kiosk.id, "refused", "unknown_code"),
    ]
    assert verify(people.lecture.campaign).visits == 2
    assert verify(people.lecture.campaign).agrees


def test_the_same_file_again_adds_nothing_and_says_so(gus_browser, people, kiosk):
    data = saved(kiosk, [scan() for _ in range(3)])
    upload(gus_browser, data)
    assert "Nothing new: the server already has all of them." in upload(gus_browser, data).text
    assert len(rows()) == 3
    imports = db.session.scalars(select(ImportedQueueFile).order_by(ImportedQueueFile.id)).all()
    assert [(file.kiosk_id, file.scans, file.new, file.account_id) for file in imports] == [
        (kiosk.id, 3, 3, people.gu.id),
        (kiosk.id, 3, 0, people.gu.id),
    ]
    assert gus_browser.get(PAGE).text.count(f">{kiosk.name}</th>") == 2


def test_more_than_one_batch(gus_browser, kiosk):
    assert "1201 were new." in upload(gus_browser, saved(kiosk, [scan() for _ in range(1201)])).text
    assert len(rows()) == 1201


def test_one_that_cannot_be_read_holds_up_no_other(gus_browser, kiosk):
    scans = [scan(), {"at": "?"}, scan(group=7), "nonsense"]
    assert "2 had no ID and could not be saved." in upload(gus_browser, saved(kiosk, scans)).text
    by_id = {str(row.id): (row.verdict, row.reason) for row in rows()}
    assert by_id == {scans[0]["id"]: ("stored", None), scans[2]["id"]: ("refused", "bad_scan")}


def test_the_device_s_clock_is_corrected_by_what_the_device_knew(gus_browser, kiosk):
    """The time of the import says nothing about the clock."""
    day = timedelta(days=1)
    upload(
        gus_browser, saved(kiosk, [scan(NINE + day), scan(NINE + minutes(5), skew_ms=0)], skew_ms=86_400_000)
    )
    assert sorted((row.at, row.skew_ms) for row in rows()) == [(NINE, 86_400_000), (NINE + minutes(5), 0)]


def test_the_skew_of_a_file_is_signed(gus_browser, kiosk):
    """Else whoever carries the file could move the scans to another day."""
    sent = [scan(NINE + minutes(5))]
    file = json.loads(saved(kiosk, sent, skew_ms=1000))
    file["content_json"] = file["content_json"].replace('"skew_ms": 1000', '"skew_ms": 86400000')
    answer = upload(gus_browser, json.dumps(file).encode())
    assert (answer.status_code, "The file has been changed since" in answer.text) == (422, True)
    outside = saved(kiosk, sent, skew_ms=1000)[:-1] + b', "skew_ms": 86400000}'
    assert upload(gus_browser, outside).status_code == 200
    assert [(row.at, row.skew_ms) for row in rows()] == [(NINE + minutes(5) - timedelta(seconds=1), 1000)]


def test_a_file_of_version_1_is_read_without_its_skew(gus_browser, kiosk):
    scans = [scan(NINE), scan(NINE + minutes(5), skew_ms=60_000)]
    answer = upload(gus_browser, saved_by_version_1(kiosk, scans, skew_ms=86_400_000))
    assert (answer.status_code, "2 were new." in answer.text) == (200, True)
    assert sorted((row.at, row.skew_ms or 0) for row in rows()) == [(NINE, 0), (NINE + minutes(4), 60_000)]


def test_a_revoked_device_s_scans_are_kept_and_wait_for_a_person(gus_browser, people, kiosk):
    kiosks.revoke(kiosk.id, NINE)
    answer = upload(gus_browser, saved(kiosk, [scan()]))
    assert "1 will count once it has been reviewed." in answer.text
    assert verify(people.lecture.campaign).visits == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda kiosk: b"", "This is not a file saved by a kiosk."),
        (lambda kiosk: b"<html>sign in to the network</html>", "This is not a file saved by a kiosk."),
        (lambda kiosk: b"[" * 100_000, "This is not a file saved by a kiosk."),
        (lambda kiosk: saved(kiosk, [scan()], version=3), "This is not a file saved by a kiosk."),
        (
            lambda kiosk: saved(kiosk, [scan()], kiosk={"id": "1"}),
            "This is not a file saved by a kiosk.",
        ),
        (lambda kiosk: saved(kiosk, "{}"), "This is not a file saved by a kiosk."),
        (lambda kiosk: saved(kiosk, "[" * 100_000), "This is not a file saved by a kiosk."),
        (lambda kiosk: saved(kiosk, []), "The file has no scans"),
        (lambda kiosk: saved(kiosk, [scan()], signature=None), "The file has no signature"),
        (
            lambda kiosk: saved(kiosk, [scan()], signature="0" * 64),
            "The file has been changed since the kiosk saved it",
        ),
        (
            lambda kiosk: saved(kiosk, [scan()], signature="ü"),
            "The file has been changed since the kiosk saved it",
        ),
        (
            lambda kiosk: saved(kiosk, [scan()], content_json=json.dumps({"scans": [scan()]})),
            "The file has been changed since the kiosk saved it",
        ),
        (
            lambda kiosk: saved(kiosk, [scan()], content_json='["\ud800"]'),
            "This is not a file saved by a kiosk.",
        ),
        (
            lambda kiosk: saved(kiosk, [scan()], kiosk={"id": 10**30}),
            "This file is not from one of your kiosks",
        ),
    ],
)
def test_what_is_no_such_file_gets_one_sentence_and_leaves_nothing(gus_browser, kiosk, make, sentence):
    answer = upload(gus_browser, make(kiosk))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (rows(), db.session.scalars(select(ImportedQueueFile)).all()) == ([], [])


def test_without_a_file(gus_browser, kiosk):
    answer = gus_browser.post(PAGE, data={})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_only_who_reaches_the_device_takes_its_file_in(client, people, kiosk):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    data = saved(kiosk, [scan(id=str(UUID(int=5)))])
    for stranger in (people.wang, people.bao):
        sign_in(client, stranger)
        answer = upload(client, data)
        assert (answer.status_code, "This file is not from one of your kiosks" in answer.text) == (422, True)
    assert rows() == []
    for someone in (people.he, people.lian, people.su, people.cui):
        sign_in(client, someone)
        assert upload(client, data).status_code == 200
    assert len(rows()) == 1
    sign_in(client, people.wang)
    assert kiosk.name not in client.get(PAGE).text


def test_who_is_not_signed_in_signs_in_first(client, kiosk):
    assert client.get(PAGE).headers["Location"].startswith("/desk/sign-in")
    assert upload(client, saved(kiosk, [scan()])).status_code == 303
    assert rows() == []
