"""Bodies of requests on their way in: compressed, broken off, nested, in other shapes."""

import gzip
import json
from uuid import uuid4

import pytest
from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.unreader import IterUnreader

from models import clock
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from tests.support.records.week import load_week, make_event


@pytest.fixture
def send(client):
    week = load_week()
    day = week.today(clock.now())
    event = make_event(week, occurrences=(OccurrenceDraft(day, day),))
    _kiosk, token = kiosks.create_kiosk(event, clock.now())

    def send_(body: bytes, path="/api/v1/scans", coding=None, **kwargs):
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        headers |= {"Content-Encoding": coding} if coding else {}
        return client.post(path, data=body, content_type="application/json", headers=headers, **kwargs)

    return send_


def scans(**fields) -> dict:
    scan = {"id": str(uuid4()), "at": clock.instant_text(clock.now()), "kind": "touch", "group": "youth"}
    return {"scans": [scan | fields]}


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_a_gzip_body_is_read(send, coding):
    answer = send(gzip.compress(json.dumps(scans()).encode()), coding=coding)
    assert (answer.status_code, answer.json["results"][0]["verdict"]) == (200, "stored")


def test_a_gzip_body_that_unpacks_to_too_much_is_413(send):
    answer = send(gzip.compress(b" " * 40_000_000), coding="gzip")
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(json.dumps(scans()).encode())[:-9]])
def test_a_gzip_body_that_is_none_or_broken_off_is_400(send, body):
    answer = send(body, coding="gzip")
    assert (answer.status_code, answer.json["detail"]) == (400, "The request is not valid JSON.")


def test_another_coding_is_415_and_says_what_is_taken(send):
    answer = send(b"\x28\xb5\x2f\xfd", coding="zstd")
    assert answer.status_code == 415
    assert answer.json["detail"] == "Send the content as it is, or compressed with gzip."


@pytest.mark.parametrize("path", ["/api/v1/scans", "/api/v1/kiosk/heartbeat", "/api/v1/kiosk/pair"])
def test_a_broken_chunked_body_is_400(send, path):
    broken = Body(ChunkedReader(None, IterUnreader([b"zz\r\n{}\r\n0\r\n\r\n"])))
    overrides = {"wsgi.input": broken, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = send(b"", path, environ_overrides=overrides)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_body_nested_without_end_is_400(send):
    deep = "[" * 60_000 + "]" * 60_000
    answer = send(f'{{"scans": [{{"id": "x", "at": {deep}}}]}}'.encode())
    assert (answer.status_code, answer.json["detail"]) == (400, "The request is not valid JSON.")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"3", b"null", b'{"code": 3}', b'{"code": null}', b'{"code": "\xff"}']
)
def test_a_pairing_body_of_another_shape_says_what_to_send(send, body):
    answer = send(body, "/api/v1/kiosk/pair")
    assert (answer.status_code, answer.json["detail"]) == (
        400,
        'Send the pairing code as JSON: {"code": "…"}.',
    )
