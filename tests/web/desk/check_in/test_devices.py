"""The devices of an event on its desk: pairing by code and picture, how each stands, and what is done from afar."""

import re
from datetime import timedelta

import pytest

from models import clock
from models.db import db, transaction
from models.devices import control, kiosks, pairing
from models.devices.kiosks import Heartbeat, Kiosk
from models.drawing.qr import outline
from tests.support.records.people import sign_in
from tests.support.records.week import make_device, make_event, session


@pytest.fixture
def today(people):
    """An event of Gu's organization that is open now."""
    now = clock.now()
    day = people.lecture.campaign.today(now)
    event = make_event(people.lecture.campaign, "今天", occurrences=(session(now, 1, day),))
    with transaction():
        event.lead_id = people.gu.organization_id
    return event


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def code_of(page: str) -> str | None:
    shown = re.search(r'<p class="pairing-code"[^>]*>(.+)</p>', page)
    return re.sub(r"<[^>]+>|\s", "", shown[1]) if shown else None


def device_page(event, kiosk=None) -> str:
    return f"/desk/events/{event.id}/devices" + (f"/{kiosk.id}" if kiosk else "")


def test_a_device_is_paired_with_the_code_on_the_page(gus_browser, people, app):
    path = device_page(people.lecture)
    assert gus_browser.post(f"{path}/pair").headers["Location"] == f"{path}#pairing"
    page = gus_browser.get(path).text
    code = code_of(page)
    assert len(code) == 8
    assert "http://openweek.test/kiosk/" in page
    assert code_of(gus_browser.get(path).text) == code  # still there when the page is loaded again
    assert code_of(gus_browser.get(device_page(people.abroad)).text) is None
    kiosk, _token = pairing.pair(code, app.secret_key, clock.now())
    page = gus_browser.get(path).text
    assert code_of(page) is None  # used
    assert f"{kiosk.name} has joined." in page
    assert f'formaction="{device_page(people.lecture, kiosk)}/revoke"' in page


def test_the_picture_holds_the_code_where_no_log_sees_it(gus_browser, people):
    path = device_page(people.lecture)
    gus_browser.post(f"{path}/pair")
    page = gus_browser.get(path).text
    held = outline(f"http://openweek.test/kiosk/#pair={code_of(page)}")
    assert held.path in page


@pytest.mark.parametrize(
    ("kind", "scopes", "expires"),
    [
        (None, ["scan", "tally"], False),
        ("entrance", ["scan", "tally"], False),
        ("scan", ["scan"], False),
        ("tally", ["tally"], False),
        ("supervisor", ["scan", "tally", "supervisor"], False),
        ("phone", ["scan"], True),
    ],
)
def test_what_the_device_may_do_is_chosen_at_the_desk(gus_browser, today, app, kind, scopes, expires):
    path = device_page(today)
    gus_browser.post(f"{path}/pair", data={"may": kind} if kind else {})
    kiosk, _token = pairing.pair(code_of(gus_browser.get(path).text), app.secret_key, clock.now())
    assert (kiosk.scopes, kiosk.expires_at is not None) == (scopes, expires)


def test_an_unknown_kind_pairs_nothing(gus_browser, people):
    answer = gus_browser.post(f"{device_page(people.lecture)}/pair", data={"may": "everything"})
    assert (answer.status_code, "Choose what the kiosk is allowed to do." in answer.text) == (400, True)
    assert code_of(gus_browser.get(device_page(people.lecture)).text) is None


def test_a_phone_for_an_event_that_is_over_is_refused_in_a_sentence(gus_browser, people):
    answer = gus_browser.post(f"{device_page(people.lecture)}/pair", data={"may": "phone"})
    assert (answer.status_code, "This event is over" in answer.text) == (409, True)


def test_stewards_join_in_a_row(gus_browser, today, app):
    path, joined = device_page(today), []
    gus_browser.post(f"{path}/pair", data={"may": "phone"})
    for _ in range(3):
        kiosk, _token = pairing.pair(code_of(gus_browser.get(path).text), app.secret_key, clock.now())
        joined.append(kiosk.name)
        page = gus_browser.get(path).text
        assert f'data-next="{kiosk.id}"' in page
        gus_browser.post(f"{path}/pair", data={"may": "phone"})
    page = gus_browser.get(path).text
    assert re.findall(r"(K\d+) has joined\.", page) == joined[::-1]
    assert len(code_of(page)) == 8
    gus_browser.post(f"{path}/{joined[0][1:]}/revoke")
    assert re.findall(r"(K\d+) has joined\.", gus_browser.get(path).text) == joined[:0:-1]


def test_a_paired_device_asks_for_no_next_one(gus_browser, today, app):
    path = device_page(today)
    gus_browser.post(f"{path}/pair")
    pairing.pair(code_of(gus_browser.get(path).text), app.secret_key, clock.now())
    assert "data-next" not in gus_browser.get(path).text


def test_a_code_that_is_too_old_says_so(gus_browser, people, app, monkeypatch):
    path, now = device_page(people.lecture), clock.now()
    gus_browser.post(f"{path}/pair")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    page = gus_browser.get(path).text
    assert code_of(page) is None
    assert "Nobody used the code within 10 minutes. It is no longer valid." in page
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=21))
    assert "no longer valid" not in gus_browser.get(path).text


def test_the_parts_are_fetched_and_unchanged_ones_cost_nothing(gus_browser, today, app):
    path = device_page(today)
    gus_browser.post(f"{path}/pair")
    page = gus_browser.get(path).text
    tag = page.split('data-tag="')[1].split('"')[0]
    told = gus_browser.get(f"{path}.json").json
    assert all(part.strip() in page for part in told["parts"].values())
    unchanged = gus_browser.get(f"{path}.json", headers={"If-None-Match": f'"{tag}"'})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    kiosk, _token = pairing.pair(code_of(page), app.secret_key, clock.now())
    news = gus_browser.get(f"{path}.json", headers={"If-None-Match": f'"{tag}"'})
    assert (news.status_code, news.json["sentence"]) == (200, f"{kiosk.name} has joined.")
    assert kiosk.name in news.json["parts"]["devices"]
    assert "csrf_token" not in str(told)  # a token is new at every look, and so would the answer be


def test_the_list_tells_what_each_device_told(gus_browser, today):
    kiosk, now = make_device(today).kiosk, clock.now()
    with transaction():
        told = Heartbeat(
            kiosk_id=kiosk.id, at=now, waiting=12, aside=2, oldest_at=now - timedelta(minutes=18),
            version="abc123", battery=9, charging=False,
        )  # fmt: skip
        db.session.add(told)
    shown = words(gus_browser.get(f"{device_page(today)}.json").json["parts"]["devices"])
    heard = clock.day_of(now, today.campaign.zone)
    assert heard == clock.day_of(clock.now(), today.campaign.zone)
    for part in (
        f"{kiosk.name} in service",
        "To upload 12 scans, the oldest from 18 min ago",
        "Could not be uploaded 2 scans",
        "Battery 9 %",
        "Permissions scans and counts",
        "App version abc123",
    ):
        assert part in shown
    assert "offline" not in shown
    card = words(gus_browser.get(f"/desk/events/{today.id}").text)
    assert "1 in service 12 scans to upload" in card


def test_one_device_is_named_told_locked_and_ended(gus_browser, today):
    kiosk = make_device(today).kiosk
    path = device_page(today, kiosk)

    def post(verb, **data):
        answer = gus_browser.post(f"{path}/{verb}", data=data)
        return answer.status_code, answer.headers.get("Location")

    assert post("name", name="东门") == (303, path)
    assert post("message", message="请移到二号门") == (303, path)
    assert post("lock") == (303, path)
    page = words(gus_browser.get(path).text)
    for part in ("东门", "locked", "Message shown 请移到二号门", "Unlock", "Remove message"):
        assert part in page
    assert post("unlock") == (303, path)
    assert post("message") == (303, path)
    row = db.session.get_one(Kiosk, kiosk.id)
    assert (row.name, row.message, row.locked_at) == ("东门", "", None)
    assert post("revoke") == (303, device_page(today))
    page = words(gus_browser.get(path).text)
    assert "Scans still to upload can be handed in until" in page
    assert "Lock this kiosk" not in page
    assert post("lock")[0] == 409


def test_what_was_typed_stays_when_it_cannot_be_used(gus_browser, today):
    kiosk = make_device(today).kiosk
    long = "东" * 40
    answer = gus_browser.post(f"{device_page(today, kiosk)}/name", data={"name": long})
    assert answer.status_code == 422
    assert f'value="{long}" aria-invalid="true"' in answer.text
    assert "A name can have up to 30 characters." in answer.text
    assert db.session.get_one(Kiosk, kiosk.id).name == kiosk.name


def test_a_device_is_moved_within_reach_only(gus_browser, people, today):
    kiosk = make_device(today).kiosk
    path = device_page(today, kiosk)
    tomorrow = clock.now() + timedelta(days=1)
    day = today.campaign.today(tomorrow)
    other, foreign = (
        make_event(today.campaign, name, occurrences=(session(tomorrow, 1, day),))
        for name in ("明天", "别人")
    )
    with transaction():
        other.lead_id, foreign.lead_id = people.gu.organization_id, people.wang.organization_id
    offered = gus_browser.get(path).text
    assert f'<option value="{other.id}">' in offered
    assert f'<option value="{foreign.id}">' not in offered
    for event in (foreign.id, 0, 2**40, "x"):
        assert gus_browser.post(f"{path}/move", data={"event": event}).status_code == 404
    assert gus_browser.post(f"{path}/move", data={"event": other.id}).headers["Location"] == device_page(
        today
    )
    assert gus_browser.get(path).status_code == 404  # it is not here any more
    assert gus_browser.get(device_page(other, kiosk)).status_code == 200
    left = gus_browser.get(device_page(today)).text
    assert "1 kiosk was used here before" in left
    assert f'href="{device_page(other)}"' in left


def test_where_a_device_went_is_told_only_to_those_who_reach_it(people, gus_browser, today):
    kiosk, now = make_device(today).kiosk, clock.now()
    with transaction():
        people.court_day.occurrences[0].end_at = now + timedelta(days=1)
    control.move(kiosk, today, people.court_day, now)
    shown = gus_browser.get(device_page(today)).text
    assert kiosk.name in shown
    assert "法院开放日" not in shown
    assert gus_browser.get(device_page(today, kiosk)).status_code == 404
    office = gus_browser.application.test_client()
    sign_in(office, people.cui)
    assert "法院开放日" in office.get(device_page(today)).text


def test_another_organizations_devices_do_not_exist(people, gus_browser):
    kiosk, other = make_device(people.lecture).kiosk, make_device(people.court_day).kiosk
    path = device_page(people.lecture)
    pages = ("", ".json", f"/{kiosk.id}", f"/{kiosk.id}.json")
    posts = (
        "/pair",
        *(f"/{kiosk.id}/{verb}" for verb in ("name", "message", "lock", "unlock", "move", "revoke")),
    )
    stranger = gus_browser.application.test_client()
    sign_in(stranger, people.wang)
    assert [stranger.get(path + page).status_code for page in pages] == [404] * 4
    assert [stranger.post(path + page).status_code for page in posts] == [404] * 7
    # Her own event does not reach his device, nor his hers.
    assert stranger.post(f"{device_page(people.court_day, kiosk)}/revoke").status_code == 404
    assert gus_browser.post(f"{device_page(people.lecture, other)}/revoke").status_code == 404
    assert [db.session.get_one(Kiosk, one.id).revoked_at for one in (kiosk, other)] == [None, None]
    nobody = gus_browser.application.test_client()
    assert nobody.get(path).headers["Location"].startswith("/desk/sign-in")
    assert nobody.get(f"{path}.json").status_code == 401
    for name in ("he", "lian", "su", "cui"):
        visitor = gus_browser.application.test_client()
        sign_in(visitor, getattr(people, name))
        assert [visitor.get(path + page).status_code for page in pages] == [200] * 4, name


def test_thirty_devices_ask_the_database_no_more_often_than_one(gus_browser, people, count_queries):
    make_device(people.lecture)
    with count_queries() as one:
        gus_browser.get(f"{device_page(people.lecture)}.json")
    for _ in range(29):
        make_device(people.lecture)
    with count_queries() as thirty:
        shown = gus_browser.get(f"{device_page(people.lecture)}.json").json["parts"]["devices"]
    assert shown.count('class="card device') == 30
    assert len(thirty) == len(one)


def test_an_ended_device_is_told_until_when_it_hands_over(gus_browser, people):
    kiosk = make_device(people.lecture).kiosk
    kiosks.revoke(kiosk.id, clock.now())
    until = clock.now() + kiosks.GRACE_AFTER_END
    assert f"until {clock.day_of(until, 'Asia/Shanghai'):%a %-d %B %Y}" in words(
        gus_browser.get(device_page(people.lecture, kiosk)).text
    )
