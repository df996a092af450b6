"""The live page: what it shows, that it tells of a scan, and that nothing new costs next to nothing."""

import re
from uuid import uuid4

import pytest

from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.pending_scan import ScanSource
from models.codes import passes
from tests.support.cast import make_cast, sign_in
from tests.support.week import A_MINUTE_PAST, NINE, load_week, make_door, minutes


@pytest.fixture
def cast(app):
    return make_cast(load_week())


@pytest.fixture
def door(cast):
    return make_door(cast.lecture)


@pytest.fixture
def desk(client, cast):
    """Gu's browser."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(client, cast.gu)
    return client


@pytest.fixture
def address(cast):
    return f"/desk/events/{cast.lecture.id}/live.json"


def crowd(cast, door):
    """A class of 43 by pass, one touch of a child, five heads counted an hour later, and one of an unknown group."""
    (group,) = passes.issue(cast.lecture.campaign, "youth", NINE, headcount=45)
    door.scan(group.token, headcount=43)
    door.touch("youth", A_MINUTE_PAST)
    door.tally("public", NINE + minutes(60), headcount=5)
    door.touch("unknown", NINE + minutes(61))


def test_the_figures_as_numbers(desk, cast, door, address):
    crowd(cast, door)
    told = desk.get(address).json
    assert (told["visits"], told["participants"]) == (50, 43)
    assert told["sentence"] == "Visits: 50. Participants: at least 43."


def test_the_page_shows_every_breakdown_without_script(desk, cast, door, address):
    crowd(cast, door)
    page = desk.get(address.removesuffix(".json")).text
    assert desk.get(address).json["html"].strip() in page
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


def test_who_has_it_already_is_told_so_until_something_happens(desk, cast, door, address):
    crowd(cast, door)
    first = desk.get(address)
    again = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    door.touch("public", A_MINUTE_PAST)
    news = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (news.status_code, news.json["visits"]) == (200, 51)


def test_a_page_knows_what_it_shows(desk, cast, door, address):
    crowd(cast, door)
    page = desk.get(address.removesuffix(".json")).text
    tag = page.split('data-tag="')[1].split('"')[0]
    assert desk.get(address, headers={"If-None-Match": f'"{tag}"'}).status_code == 304
    assert (
        desk.get(address, headers={"If-None-Match": f'"{tag}"', "Accept-Language": "zh"}).status_code == 200
    )


def test_an_undone_visit_is_gone(desk, cast, door, address):
    answer = door.touch("public")
    assert desk.get(address).json["visits"] == 1
    door.undo(answer.id)
    assert desk.get(address).json["visits"] == 0


def test_nothing_new_is_one_query_beside_the_permission(desk, cast, door, address, count_queries):
    crowd(cast, door)
    tag = desk.get(address).headers["ETag"]
    with count_queries() as few:
        desk.get(address, headers={"If-None-Match": tag})
    for number in range(30):
        door.touch("public", NINE + minutes(number))
    tag = desk.get(address).headers["ETag"]
    with count_queries() as many:
        desk.get(address, headers={"If-None-Match": tag})
    assert len(many) == len(few)
    assert [query.split()[1].split(".")[0] for query in few] == ["account", "event", "counter"]


def test_another_events_crowd_is_not_mixed_in(desk, cast, door, address):
    make_door(cast.court_day).tally("public", headcount=9)
    door.touch("public")
    assert desk.get(address).json["visits"] == 1


def test_what_stands_behind_a_method_is_told_apart(desk, cast, door, address):
    """Passes that visitors took, and what phones at a poster said of their distance."""
    (taken,) = passes.issue(cast.lecture.campaign, "public", NINE, self_issued=True)
    door.scan(taken.token)
    at_the_poster = ScanSource(cast.lecture.campaign, lambda at: [cast.lecture.id])
    told = [("b:1", "yes"), ("b:2", "no"), ("b:3", "not_told"), ("b:4", "yes")]
    phones = [
        Attempt(uuid4(), "venue", NINE, group="youth", holder=holder, method="printed", near=near)
        for holder, near in told
    ]
    admit.admit(phones, at_the_poster, NINE)
    parts = re.findall(
        r'methods-part"><dt>(.*?)</dt><dd class="number">(\d+)</dd>', desk.get(address).json["html"]
    )
    assert parts == [
        ("of which passes that visitors got themselves", "1"),
        ("of which nearby", "2"),
        ("of which farther away", "1"),
        ("of which position not given", "1"),
    ]
