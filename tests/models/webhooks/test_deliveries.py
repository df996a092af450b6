"""Webhooks against a real receiver: signed, in order, again until acknowledged, never after that."""

import hashlib
import hmac
import json
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from models.audit.tables import OPERATOR
from models.db import db
from models.publishing import lifecycle, review
from models.webhooks import endpoints, send
from models.webhooks.announce import announce
from models.webhooks.tables import WebhookAttempt, WebhookDelivery
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes

ALL = [kind.value for kind in endpoints.KINDS]


class Receiver:
    """Answers with these statuses in turn, then 204. `got`: (delivery id, signature, body) of each request."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[tuple[int, str, bytes]] = []
        answers, got = list(statuses), self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((int(self.headers["Openweek-Delivery"]), self.headers["Openweek-Signature"], body))
                self.send_response(answers.pop(0) if answers else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def kinds(self) -> list[str]:
        return [json.loads(body)["kind"] for _id, _signature, body in self.got]


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def receiver():
    receiver = Receiver(500, 500)
    yield receiver
    receiver.close()


to_loopback = partial(send.post, allowed=lambda address: address.is_loopback)


def tick(now) -> None:
    announce(now)
    send.send_due(now, to_loopback)


def test_each_delivery_comes_in_order_until_it_is_acknowledged_and_never_again(people, receiver):
    endpoint = endpoints.add(people.gu, receiver.url, ALL, NINE, OPERATOR)
    draft = make_event(people.lecture.campaign, "新活动", publish=False)
    review.submit(draft, NINE, people.gu)
    review.approve(draft, NINE, people.lian)
    lifecycle.change(draft, replace(lifecycle.draft_of(draft), title="改名"), NINE, people.lian)
    lifecycle.cancel(people.lecture, NINE, people.lian, "下雨")
    for after in (0, 1, 1.5, 3, 4):
        tick(NINE + minutes(after))
    ids = [number for number, _signature, _body in receiver.got]
    # 500 at once and after a minute; not after half of the two that follow; then all the rest.
    assert ids == [ids[0]] * 3 + sorted(set(ids))[1:]
    assert receiver.kinds[2:] == ["event.submitted", "event.published", "event.changed", "event.cancelled"]
    for _number, signature, body in receiver.got:
        seconds, digest = (part.split("=")[1] for part in signature.split(","))
        signed = hmac.new(endpoint.secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
        assert digest == signed.hexdigest()
    content = json.loads(receiver.got[-1][2])
    assert (content["event"]["id"], content["event"]["status"], content["why"]) == (
        people.lecture.id, "cancelled", "下雨",
    )  # fmt: skip
    assert [row.status for row in db.session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id))] == [
        500, 500, 204, 204, 204, 204,
    ]  # fmt: skip


def test_check_ins_come_together_and_those_from_before_not_at_all(people, receiver):
    device = make_device(people.lecture)
    device.tally("public", headcount=7)
    endpoints.add(people.gu, receiver.url, ["event.checked_in"], NINE, OPERATOR)
    tick(NINE)
    assert receiver.got == []
    device.tally("public", NINE + minutes(1), headcount=3)
    device.tally("youth", NINE + minutes(2), headcount=2)
    for after in (3, 4, 6, 7):
        tick(NINE + minutes(after))
    content = json.loads(receiver.got[-1][2])
    assert (receiver.kinds, content["visits"], content["new"]) == (["event.checked_in"] * 3, 12, 5)


def test_only_events_in_the_accounts_reach_are_told(people, receiver):
    endpoints.add(people.wang, receiver.url, ALL, NINE, OPERATOR)
    lifecycle.cancel(people.lecture, NINE, people.lian, "下雨")
    lifecycle.cancel(people.court_day, NINE, people.lian, "下雨")
    announce(NINE)
    bodies = [json.loads(row.body)["event"]["title"] for row in db.session.scalars(select(WebhookDelivery))]
    assert bodies == ["法院开放日"]


def test_a_private_address_is_refused_and_the_log_says_so(people, receiver):
    endpoint = endpoints.add(people.gu, receiver.url, ALL, NINE, OPERATOR)
    endpoints.send_test(endpoint, NINE)
    assert (send.send_due(NINE), receiver.got) == (0, [])
    ((_delivery, (attempt,)),) = endpoints.log_of(endpoint)
    assert str(attempt.mistake) == (
        "127.0.0.1 is an internal network address, not a public one, so it is not read."
    )


def test_an_endpoint_that_never_acknowledges_is_paused_and_resumed_by_a_person(people):
    endpoint = endpoints.add(people.gu, "https://hook.example/a", ALL, NINE, OPERATOR)
    endpoints.send_test(endpoint, NINE)
    asked: list[str] = []

    def refuse(url: str, _body: bytes, _headers: dict) -> send.Posted:
        asked.append(url)
        return send.Posted(500)

    now = NINE
    for _each in range(send.MOST_ATTEMPTS + 5):
        send.send_due(now, refuse)
        now += timedelta(hours=6)
    assert (len(asked), endpoint.paused_at is not None) == (send.MOST_ATTEMPTS, True)
    endpoints.resume(endpoint, now)
    assert send.send_due(now, lambda *_sent: send.Posted(200)) == 1
