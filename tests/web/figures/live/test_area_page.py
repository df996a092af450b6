"""The live view of an area at the desk: who sees what, narrowed by region and line, as page, JSON and stream."""

import re
from datetime import timedelta

import pytest
from flask import render_template
from flask_babel import force_locale

from models.live.area import Area
from models.live.attention import Attention, RunningSession
from models.live.quarters import day_course
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_device
from web.figures.live import area_page
from web.figures.sheet_tables import course_table


@pytest.fixture
def crowd(people):
    make_device(people.lecture).tally("youth", headcount=900)
    make_device(people.court_day).tally("youth", headcount=200)
    make_device(people.nanjing).tally("public", headcount=30)
    make_device(people.urumqi).tally("public", headcount=4)


@pytest.fixture
def signed_in(app, people):
    def browser_of(name):
        browser = app.test_client()
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        sign_in(browser, getattr(people, name))
        return browser

    return browser_of


def test_each_account_sees_its_area(signed_in, crowd):
    names = ("cui", "su", "fa", "lian", "kan", "bao", "wang")
    seen = {name: signed_in(name).get("/desk/live.json?campaign=ip-2024").json["visits"] for name in names}
    assert seen == {
        "cui": 1134, "su": 1130, "fa": 200, "lian": 1100, "kan": 1100, "bao": 0, "wang": 200,
    }  # fmt: skip


def test_an_area_is_narrowed_by_region_and_line_and_not_widened(signed_in, crowd):
    su = signed_in("su")
    visits = [
        su.get(f"/desk/live.json?campaign=ip-2024&{query}").json.get("visits")
        for query in ("region=320700", "region=320700&line=courts", "region=320100", "line=courts")
    ]
    assert visits == [1100, 200, 30, 200]
    refused = [
        su.get(f"/desk/live.json?campaign=ip-2024&{query}").status_code
        for query in ("region=650000", "region=999999", "line=nothing")
    ]
    assert refused == [404, 404, 404]


def test_the_page_shows_without_script_what_the_stream_sends(signed_in, crowd):
    browser = signed_in("su")
    page = browser.get("/desk/live?campaign=ip-2024").text
    told = browser.get("/desk/live.json?campaign=ip-2024").json
    assert told["html"].strip() in page
    assert "data-visits>1,130<" in page
    assert 'href="/desk/live?campaign=ip-2024&amp;region=320700"' in page
    assert "style=" not in page
    answer = browser.get("/desk/live.events?campaign=ip-2024", buffered=False)
    parts = answer.iter_encoded()
    assert next(parts) == b"retry: 2000\n\n"
    assert b'"visits": 1130' in next(parts)
    answer.close()


@pytest.mark.parametrize(
    "address",
    ["events/{}/live.events", "live.events?campaign=ip-2024", "wall.events?campaign=ip-2024"],
    ids=["event", "area", "wall"],
)
@pytest.mark.parametrize("languages", [("zh", "en"), ("en", "zh")], ids="-".join)
def test_each_page_is_told_in_its_own_language(app, people, address, languages):
    """Both in one look for changes, whichever page was opened first."""
    sentences = {"zh": "人次：1", "en": "Visits: 1"}
    answers = []
    for language in languages:
        browser = app.test_client()
        sign_in(browser, people.cui)
        path = f"/desk/{address.format(people.lecture.id)}"
        answers.append(browser.get(path, headers={"Accept-Language": language}, buffered=False))
    streams = [answer.iter_encoded() for answer in answers]
    for stream in streams:
        assert [next(stream)[:6], next(stream)[:4]] == [b"retry:", b"id: "]  # both are open
    make_device(people.lecture).touch("youth")
    told = [next(stream).decode() for stream in streams]
    for answer in answers:
        answer.close()
    assert [sentences[language] in text for language, text in zip(languages, told, strict=True)] == [
        True,
        True,
    ]


def test_a_scan_changes_the_area_and_leaves_others_alone(signed_in, crowd, people):
    su, bao = signed_in("su"), signed_in("bao")
    address = "/desk/live.json?campaign=ip-2024"
    before = {browser: browser.get(address).headers["ETag"] for browser in (su, bao)}
    make_device(people.lecture).touch("youth")
    after = [
        browser.get(address, headers={"If-None-Match": tag}).status_code for browser, tag in before.items()
    ]
    assert after == [200, 304]


def test_the_course_of_the_day_as_a_table_says_what_the_chart_shows(signed_in, crowd, people):
    campaign = people.lecture.campaign
    course = day_course(campaign, Area(campaign.id, "320000"), NINE.date(), 1130)
    with force_locale("en"):
        table = course_table(campaign, course)
    assert table.heads == ["Day", "Time", "Young people", "General public", "Visits"]
    assert table.rows == [[NINE.date(), "09:00", 1100, 30, 1130]]
    answer = signed_in("su").get("/desk/live.csv?campaign=ip-2024&by=hour")
    assert answer.text == "\ufeffDay,Time,Visits\r\n"  # the day that is shown is the week's last
    assert signed_in("su").get("/desk/live.csv?campaign=ip-2024&by=hour&region=650000").status_code == 404


def test_the_course_as_a_table_is_not_read_anew_for_each_click(signed_in, crowd, count_queries, monkeypatch):
    monkeypatch.setattr(area_page, "SLOW_LEAST", timedelta(hours=1))
    su = signed_in("su")
    su.get("/desk/live?campaign=ip-2024")
    with count_queries() as queries:
        assert su.get("/desk/live.csv?campaign=ip-2024&by=hour").status_code == 200
    assert [query for query in queries if "presence.visit_id" in query] == []


def test_a_session_without_a_venue_says_its_hour_alone(app, people):
    sessions = [
        RunningSession(number, "讲座", venue, starts, 3, None, None)
        for number, (venue, starts) in enumerate(
            [("图书馆", NINE), (None, NINE), ("图书馆", None), (None, None)]
        )
    ]
    attention = Attention(4, sessions, [], 0, [], [], 0, 0)
    with app.test_request_context():
        html = render_template(
            "figures/area_sessions.html", attention=attention, campaign=people.lecture.campaign
        )
    notes = re.findall(r'</a><span class="small soft" lang="zh">([^<]*)<', html)
    assert notes == ["图书馆 · 09:00", "09:00", "图书馆", ""]
