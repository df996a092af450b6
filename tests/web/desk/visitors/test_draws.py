"""The draw at the desk, and what the hall sees before and after it."""

import pytest

from models import clock
from models.codes import passes
from models.visitors import draws
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device


@pytest.fixture
def people(app):
    return make_people(load_week())


def test_the_hall_sees_the_fingerprint_first_and_then_all(client, people, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    event = people.lecture
    for row in passes.issue(event.campaign, "youth", NINE, count=5):
        make_device(event).scan(row.token)
    sign_in(client, people.shou)
    desk = f"/desk/events/{event.id}/draws/"
    assert client.post(desk, data={"winners": "many"}).status_code == 422
    assert client.post(desk, data={"winners": "2"}).status_code == 303
    [draw] = draws.draws_of(event)
    before = client.get(f"/draw/{draw.id}").text
    assert (draws.commitment(draw.seed) in before, draw.seed in before) == (True, False)
    assert client.post(f"{desk}{draw.id}").location == f"/draw/{draw.id}"
    after = client.get(f"/draw/{draw.id}", headers={"Accept-Language": "zh"}).text
    [draw] = draws.draws_of(event)
    for words in (draw.seed, draws.commitment(draw.seed), " ".join(draw.entries)):
        assert words in after
    assert [
        f"<strong>{number}</strong>" in after for number in draws.winners_of(draw.seed, draw.entries, 2)
    ] == [True] * 2
    assert client.post(f"{desk}{draw.id}").status_code == 409
    assert client.get("/draw/9999").status_code == 404
