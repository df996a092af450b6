"""The live page: what it shows, that it tells of a scan, and that nothing new costs next to nothing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from models import clock
from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes
from tests.support.records.week import A_MINUTE_PAST, NINE, make_device, minutes


@pytest.fixture
def device(people):
    return make_device(people.lecture)


@pytest.fixture
def address(people):
    return f"/desk/events/{people.lecture.id}/live.json"


def crowd(people, device):
    """A class of 43 by pass, one touch of a child, five heads counted an hour later, and one of an unknown group."""
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45)
    device.scan(group.token, headcount=43)
    device.touch("youth", A_MINUTE_PAST)
    device.tally("public", NINE + minutes(60), headcount=5)
    device.touch("unknown", NINE + minutes(61))


def test_the_figures_as_numbers(gus_browser, people, device, address):
    crowd(people, device)
    told = gus_browser.get(address).json
    assert (told["visits"], told["participants"]) == (50, 43)
    assert told["sentence"] == "Visits: 50. Participants: at least 43."


def test_the_page_shows_every_breakdown_without_script(gus_browser, people, device, address):
    crowd(people, device)
    page = gus_browser.get(address.removesuffix(".json")).text
    assert gus_browser.get(address).json["html"].strip() in page
    assert "data-visits>50<" in page
    assert "data-participants>43<" in page
    numbers = [part.split("</li>")[0] for part in page.split("<li")[1:]]
    by_group = {
        key: part for part in numbers for key in ("youth", "public", "unknown") if f"group-{key}" in part
    }
    assert [
        f">{n}</strong>" in by_group[key] for key, n in (("youth", 44), ("public", 5), ("unknown", 1))
    ] == [True] * 3
    assert "09:00–10:00: 44" in page
    assert "10:00–11:00: 6" in page
    for words, number in (("scanned", 43), ("self-reported", 2), ("counted by staff", 5)):
        assert any(words in part and f">{number}</strong>" in part for part in numbers), words
    assert "style=" not in page


def test_who_has_it_already_is_told_so_until_something_happens(gus_browser, people, device, address):
    crowd(people, device)
    first = gus_browser.get(address)
    again = gus_browser.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    device.touch("public", A_MINUTE_PAST)
    news = gus_browser.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (news.status_code, news.json["visits"]) == (200, 51)


def test_a_page_knows_what_it_shows(gus_browser, people, device, address):
    crowd(people, device)
    page = gus_browser.get(address.removesuffix(".json")).text
    tag = page.split('data-tag="')[1].split('"')[0]
    assert gus_browser.get(address, headers={"If-None-Match": f'"{tag}"'}).status_code == 304
    assert (
        gus_browser.get(address, headers={"If-None-Match": f'"{tag}"', "Accept-Language": "zh"}).status_code
        == 200
    )


def test_an_undone_visit_is_gone(gus_browser, people, device, address):
    answer = device.touch("public")
    assert gus_browser.get(address).json["visits"] == 1
    device.undo(answer.id)
    assert gus_browser.get(address).json["visits"] == 0


def test_nothing_new_is_one_query_beside_the_permission(gus_browser, people, device, address, count_queries):
    crowd(people, device)
    tag = gus_browser.get(address).headers["ETag"]
    with count_queries() as few:
        gus_browser.get(address, headers={"If-None-Match": tag})
    for number in range(30):
        device.touch("public", NINE + minutes(number))
    tag = gus_browser.get(address).headers["ETag"]
    with count_queries() as many:
        gus_browser.get(address, headers={"If-None-Match": tag})
    assert len(many) == len(few)
    assert [query.split()[1].split(".")[0] for query in few] == ["account_session", "event", "counter"]


def test_figures_go_on_where_the_clock_is_set_back(gus_browser, people, device, address, monkeypatch):
    device.touch("public")
    assert gus_browser.get(address).json["visits"] == 1
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() - timedelta(hours=1))
    device.touch("public", NINE + minutes(1))
    assert gus_browser.get(address).json["visits"] == 2


def test_another_events_crowd_is_not_mixed_in(gus_browser, people, device, address):
    make_device(people.court_day).tally("public", headcount=9)
    device.touch("public")
    assert gus_browser.get(address).json["visits"] == 1


def test_what_stands_behind_a_method_is_told_apart(gus_browser, people, device, address):
    """Passes that visitors took, and what phones at a poster said of their distance."""
    (taken,) = passes.issue(people.lecture.campaign, "public", NINE, self_issued=True)
    device.scan(taken.token)
    at_the_poster = ScanSource(people.lecture.campaign, lambda at: [people.lecture.id])
    told = [("b:1", "yes"), ("b:2", "no"), ("b:3", "not_told"), ("b:4", "yes")]
    phones = [
        Attempt(uuid4(), "venue", NINE, group="youth", holder=holder, method="printed", near=near)
        for holder, near in told
    ]
    admit.admit(phones, at_the_poster, NINE)
    parts = re.findall(
        r'methods-part"><dt>(.*?)</dt><dd class="number">(\d+)</dd>', gus_browser.get(address).json["html"]
    )
    assert parts == [
        ("of which passes that visitors got themselves", "1"),
        ("of which nearby", "2"),
        ("of which farther away", "1"),
        ("of which position not given", "1"),
    ]


def test_it_shows_visits_by_kiosk_and_hour(gus_browser, people, device, address):
    device.touch("public", headcount=3)
    shown = gus_browser.get(address.removesuffix(".json")).text
    assert re.search(rf'<th scope="row">Kiosk {device.kiosk.name}</th><td class="number">3</td>', shown)
