"""Pages that are kept: the same bytes as a rendered one, nothing of one person, and nothing old after a change."""

import gzip
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest

from models import clock
from models.events.draft import EventDraft
from models.operations.campaign_loader import load_campaign
from models.publishing import lifecycle
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, THE_2024_WEEK, load_week, minutes, session
from web.server.public_pages import known_query

BEFORE = NINE - timedelta(days=30)
PATHS = ("/ip-2024/", "/ip-2024/events?day=2024-04-22", "/ip-2024/places", "/ip-2024/programme")
WEEK = PATHS[0]


@pytest.fixture
def campaign(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    campaign = load_week()
    add("讲座", campaign)
    return campaign


def add(title, campaign, now=BEFORE):
    draft = EventDraft(title=title, region_code="320723", occurrences=(session(),))
    return lifecycle.create(campaign, draft, now)


@pytest.fixture
def rendered(app):
    """The addresses that were rendered."""
    asked = []
    app.before_request(lambda: asked.append(1))
    return asked


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_rendered_once_for_all_codings_and_conditions(client, campaign, rendered, path):
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    smaller = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.data) == brotli.decompress(smaller.data) == plain.data
    assert (packed.headers["Content-Encoding"], smaller.headers["Content-Encoding"]) == ("gzip", "br")
    assert len({answer.headers["ETag"] for answer in (plain, packed, smaller)}) == 3
    assert plain.headers["Vary"] == "Accept-Language, Cookie, Accept-Encoding"
    head = client.head(path, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.data, head.headers) == (200, b"", packed.headers)
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", packed.headers["ETag"])
    assert len(rendered) == 1


def test_a_change_shows_at_the_next_request(client, campaign):
    assert "新的" not in client.get(WEEK).text
    event = add("新的", campaign, NINE)
    assert "新的" in client.get(WEEK).text
    lifecycle.cancel(event, NINE + minutes(1))
    assert "is-cancelled" in client.get(WEEK).text
    lifecycle.withdraw(event, NINE + minutes(2))
    assert "新的" not in client.get(WEEK).text
    load_campaign(replace(THE_2024_WEEK, name_en="Another Week"))
    assert "Another Week" in client.get(WEEK, headers={"Accept-Language": "en"}).text


def test_a_page_is_rendered_again_each_minute(client, campaign, rendered, monkeypatch):
    client.get(WEEK)
    monkeypatch.setattr(clock, "now", lambda: NINE + timedelta(seconds=59))
    client.get(WEEK)
    assert len(rendered) == 1
    monkeypatch.setattr(clock, "now", lambda: NINE + timedelta(seconds=60))
    client.get(WEEK)
    assert len(rendered) == 2


def test_each_language_has_its_own_page_whoever_asks(client, campaign, rendered):
    english = client.get(WEEK, headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    chinese = client.get(WEEK, headers={"Accept-Language": "zh-CN"}).text
    assert ('lang="en"' in english[:60], 'lang="zh-CN"' in chinese[:60]) == (True, True)
    assert client.get(WEEK).text == client.get(WEEK, headers={"Accept-Language": "fr"}).text == chinese
    client.set_cookie("lang", "en")
    assert client.get(WEEK, headers={"Accept-Language": "zh-CN"}).text == english
    assert len(rendered) == 2


def test_nothing_of_one_person_is_in_a_page(client, campaign, rendered):
    stranger = client.get(WEEK, headers={"Accept-Language": "zh"})
    sign_in(client, make_people(campaign).gu)
    client.set_cookie("anything", "mine")
    signed_in = client.get(
        WEEK, headers={"Accept-Language": "zh", "Authorization": "Bearer x", "Referer": "/me"}
    )
    assert (signed_in.status_code, signed_in.data) == (200, client.get(WEEK).data)
    assert "Set-Cookie" not in signed_in.headers
    assert "gu@example.cn" not in signed_in.text
    assert "csrf" not in stranger.text


def test_a_list_of_saved_events_is_never_kept(client, campaign):
    starred = add("展览", campaign)
    begun = client.post("/ip-2024/my/", data={"add": starred.id}, headers={"Accept": "application/json"})
    secret = begun.json["secret"]
    mine = client.get(f"/ip-2024/my/{secret}/events")
    assert (mine.status_code, secret in mine.text, mine.headers["Cache-Control"]) == (200, True, "no-store")
    assert "ETag" not in mine.headers
    assert secret not in client.get("/ip-2024/events").text


def test_unknown_parameters_find_the_page_that_is_kept(client, campaign, rendered):
    page = client.get(f"{WEEK}?day=2024-04-22&mode=online")
    for query in (
        "mode=online&day=2024-04-22",
        "day=2024-04-22&from=singlemessage&mode=online&isappinstalled=0",
    ):
        assert client.get(f"{WEEK}?{query}").data == page.data
    assert len(rendered) == 1
    assert 'name="back" value="/ip-2024/?day=2024-04-22&amp;mode=online"' in page.text


def test_mistakes_redirects_and_strange_weeks_are_not_kept(client, campaign, rendered):
    for path, status in (
        (f"{WEEK}?region=1", 400),
        (f"{WEEK}?province=320000", 302),
        ("/nowhere/", 404),
        ("/nowhere/events", 404),
        (f"{WEEK}?page=x&region=1", 400),
    ):
        for _again in range(2):
            assert client.get(path).status_code == status
    assert len(rendered) == 10
    assert client.post("/ip-2024/events").status_code == 405


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("", ""),
        ("utm=1", ""),
        ("page=1", ""),
        ("page=x", ""),
        ("screen=1&x=2", "screen=1"),
        ("screen=2", ""),
        ("page=2&q=b&q=a", "q=b&q=a&page=2"),
        ("day=2024-04-23&day=2024-04-22&day=2024-04-23&mode=", "day=2024-04-22&day=2024-04-23"),
        ("q=" + "活动".encode().decode("latin-1"), "q=%E6%B4%BB%E5%8A%A8"),
        ("q=%FF", None),
        ("province=&q=x", None),
        ("q=" + "x" * 2000, None),
    ],
)
def test_what_a_query_says_to_a_page(query, known):
    assert known_query(query) == known
