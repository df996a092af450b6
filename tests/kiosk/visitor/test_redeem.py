"""A reward is handed out once, at the desk or by a steward's device."""

import pytest

from models import clock
from models.codes import passes, short_codes
from models.devices import kiosks
from tests.support.browser.phone import Phone
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return make_people(load_week())


@pytest.fixture
def full(people):
    """A pass with five stamps of three focus points."""
    from models.db import transaction

    held = passes.issue(people.lecture.campaign, "youth", NINE)[0]
    events = people.everything[:5]
    with transaction():
        for event, focus in zip(events, ("law", "progress", "achievements", "law", "law"), strict=True):
            event.main_focus = focus
    for event in events:
        make_device(event).scan(held.token)
    return held


def test_the_desk_hands_it_out_once(client, people, full):
    path, code = f"/desk/events/{people.lecture.id}/cards", short_codes.pass_code()(full.id)
    sign_in(client, people.shou)
    looked_up = client.post(path, data={"code": code})
    assert (looked_up.status_code, 'value="souvenir"' in looked_up.text) == (200, True)
    assert client.post(path, data={"code": code, "reward": "souvenir"}).status_code == 200
    again = client.post(path, data={"code": f"HTTP://OPENWEEK.TEST/C/{full.token}", "reward": "souvenir"})
    assert (again.status_code, 'value="souvenir"' in again.text) == (409, False)
    assert [client.post(path, data={"code": wrong}).status_code for wrong in ("", "AAAAAAAA", "x" * 500)] == [
        422
    ] * 3


def test_a_steward_hands_it_out_once(client, people, full):
    _kiosk, secret = kiosks.create_kiosk(people.court_day, NINE)

    def send(**body):
        return client.post("/api/v1/kiosk/cards", json=body, headers={"Authorization": f"Bearer {secret}"})

    seen = send(code=full.token).json
    assert (seen["stamps"], seen["focus_points"]) == (5, 3)
    assert [(one["key"], one["reached"], one["redeemed_at"]) for one in seen["rewards"]] == [
        ("souvenir", True, None)
    ]
    assert (
        send(code=full.token, reward="souvenir").json["rewards"][0]["redeemed_at"]
        == "2024-04-22T09:00:00.000+08:00"
    )
    assert send(code=full.token, reward="souvenir").status_code == 409
    assert send(code="nothing").status_code == 404


def test_a_phone_shows_the_number_by_which_its_card_is_found(client, people):
    from models.codes import venue_codes

    phone = Phone(client)
    page = phone.tap(venue_codes.code_for_event(people.lecture, NINE).token(NINE)).text
    number = page.partition('class="typed-code">')[2][:9]
    sign_in(client, people.gu)
    found = client.post(f"/desk/events/{people.lecture.id}/cards", data={"code": number})
    assert (found.status_code, "1枚章" in found.text) == (200, True)
