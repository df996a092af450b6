"""The wall as a page, as JSON and as a stream: for everybody where released, at the desk for who reaches it."""

import csv
import io
import re
from html import unescape

import pytest

from models import clock
from models.db import db
from models.figures.publication import release
from tests.support.records.people import sign_in
from tests.support.records.week import make_device, make_event
from web.figures.live import streams
from web.figures.live.wall import curve


def crowd(people):
    device = make_device(people.lecture)
    device.tally("youth", headcount=999)
    device.tally("youth", headcount=235)


@pytest.fixture
def released(people):
    people.lecture.campaign.rehearsal = True
    db.session.commit()
    crowd(people)
    make_device(people.nanjing).touch("public", headcount=6)


def test_figures_that_are_not_released_are_not_shown(english, people):
    crowd(people)
    page = english.get("/ip-2024/wall")
    assert (page.status_code, "have not been published yet" in page.text) == (200, True)
    assert "1,234" not in page.text
    assert english.get("/ip-2024/wall.json").status_code == 403
    assert english.get("/ip-2024/wall.events").status_code == 403


def test_released_figures_are_shown_from_the_frozen_table_alone(english, people):
    """With what is withheld, without what nobody released: no later scan, no form, no arriving class, no other region."""
    crowd(people)
    make_device(people.lecture).tally("public", headcount=3)
    for group, heads in (("youth", 20), ("public", 30)):
        make_device(people.nanjing).tally(group, headcount=heads)
    make_device(people.urumqi).tally("public", headcount=40)
    campaign, now = people.lecture.campaign, clock.now()
    release.release(campaign, "320000", now, people.su, now)
    release.freeze_due(now)
    make_device(people.lecture).tally("youth", headcount=500)
    page = english.get("/ip-2024/wall").text
    assert ("wall-moments" in page, "wall-formats" in page) == (False, False)
    tile = r'<li class="tile[^"]*">(?:(?!</li>).)*class="tile-name">{}</span>(.*?)</li>'
    assert "1,287" in re.search(tile.format("Jiangsu"), page)[1]
    unpublished = re.search(tile.format("Xinjiang"), page)[1]
    assert ("not published" in unpublished, re.findall(r"\d", unpublished)) == (True, [])
    assert page.count("Publicity Week 2024 · Published so far: Jiangsu</p>") == 1
    assert '<span class="wall-published">Published so far: Jiangsu</span>' in page
    shown = english.get("/ip-2024/wall.json").json
    assert (shown["visits"], shown["participants"]) == (1287, None)
    groups = english.get("/ip-2024/wall?region=320700").text.partition("wall-groups")[2]
    assert (groups.count("<strong>–</strong>"), "1,237" in groups) == (2, False)
    assert ("Counties, at least" in page, "Provinces, at least" in page) == (True, True)
    county = english.get("/ip-2024/wall?region=320723").text
    cells = re.findall(r'<td class="v\d">([^<]+)', county)
    assert ("No visits yet" in county, "1,234" in county) == (False, False)
    assert (cells[8:12], set(cells[:8] + cells[12:])) == (
        ["0", "0", "–", "–"],
        {"0"},
    )  # the third of seven days
    assert english.get("/ip-2024/wall.json?region=650000").status_code == 403
    assert "have not been published yet" in english.get("/ip-2024/wall?region=650000").text


def test_released_visits_at_an_unknown_region_are_in_the_total_alone(english, people):
    crowd(people)
    make_device(make_event(people.lecture.campaign, "线上宣传", region_code=None)).tally(
        "youth", headcount=60
    )
    now = clock.now()
    release.release(people.lecture.campaign, None, now, people.cui, now)
    release.freeze_due(now)
    assert english.get("/ip-2024/wall.json").json["visits"] == 1294
    page = english.get("/ip-2024/wall")
    assert (page.status_code, "1,294" in page.text) == (200, True)
    assert english.get("/ip-2024/wall.json?region=320000").json["visits"] == 1234


def test_the_wall_leads_from_the_country_to_the_events(english, people, released):
    page = english.get("/ip-2024/wall").text
    assert 'data-visits data-key="1240">1,240<' in page
    assert 'href="/ip-2024/wall?region=320000"' in page
    assert 'href="/ip-2024/wall?region=710000"' not in page
    province = english.get("/ip-2024/wall?region=320000").text
    assert 'href="/ip-2024/wall?region=320700"' in province
    assert 'href="/ip-2024/wall?region=320723"' in english.get("/ip-2024/wall?region=320700").text
    assert f'href="/ip-2024/events/{people.lecture.id}"' in english.get("/ip-2024/wall?region=320723").text


def test_a_change_is_told_and_nothing_new_is_304(english, people, released):
    first = english.get("/ip-2024/wall.json?region=320000")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert (first.json["visits"], first.json["participants"]) == (1240, 0)
    assert english.get("/ip-2024/wall.json?region=320000", headers=tag).status_code == 304
    make_device(people.lecture).touch("youth", headcount=2)
    assert english.get("/ip-2024/wall.json?region=320000", headers=tag).json["visits"] == 1242


def test_the_stream_of_the_wall(english, people, released):
    answer = english.get("/ip-2024/wall.events", buffered=False)
    parts = answer.iter_encoded()
    assert next(parts) == b"retry: 2000\n\n"
    assert b'"visits": 1240' in next(parts)
    answer.close()


def test_strangers_of_one_network_have_few_streams_and_ask_beyond(english, people, released, monkeypatch):
    monkeypatch.setattr(streams, "MOST_OF_NETWORK", 2)

    def opened(address):
        return english.get("/ip-2024/wall.events", environ_base={"REMOTE_ADDR": address}, buffered=False)

    answers = [opened(address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")]
    assert [answer.status_code for answer in answers] == [200, 200, 503, 200]
    assert answers[2].headers["Retry-After"] == "30"
    answers[0].close()
    answers.append(opened("192.0.2.1"))
    assert answers[-1].status_code == 200
    for answer in answers:
        answer.close()


def test_an_unknown_region_is_refused_with_a_sentence(english, people, released):
    answer = english.get("/ip-2024/wall?region=999999")
    assert answer.status_code == 400


def test_the_desk_shows_the_wall_before_the_release_to_who_reaches_the_region(app, people):
    crowd(people)
    seen = {}
    for name in ("cui", "su", "bao", "fa", "gu"):
        browser = app.test_client()
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        sign_in(browser, getattr(people, name))
        answer = browser.get("/desk/wall.json?campaign=ip-2024&region=320000")
        seen[name] = answer.json["visits"] if answer.status_code == 200 else answer.status_code
    assert seen == {"cui": 1234, "su": 1234, "bao": 404, "fa": 404, "gu": 404}


def test_the_way_up_ends_where_the_account_does(english, people):
    sign_in(english, people.su)
    page = english.get("/desk/wall?campaign=ip-2024&region=320700").text
    trail = page[page.index('class="wall-trail"') : page.index("</nav>", page.index('class="wall-trail"'))]
    assert re.findall("<(?:a|span)[^>]*>([^<]+)", trail) == ["Jiangsu", "Lianyungang"]
    files = [unescape(one) for one in re.findall(r'"(/desk/live\.csv[^"]*)"', page)]
    assert files == [
        f"/desk/live.csv?campaign=ip-2024&region=320700&by={by}&level=county"
        for by in ("region", "day", "audience")
    ]
    assert {english.get(file).status_code for file in files} == {200}


def test_each_chart_has_its_data_as_a_file(english, people, released):
    """The sums are those of the wall; “by event” where the wall lists the events of a county."""
    for part, first in (("&level=province", "region"), ("&region=320723&level=county", "event")):
        page = english.get(f"/ip-2024/wall?{part[1:]}").text
        files = [unescape(one) for one in re.findall(r'"(/ip-2024/figures\.csv[^"]*)"', page)]
        assert files == [f"/ip-2024/figures.csv?by={by}{part}" for by in (first, "day", "audience", "format")]
        total = int(re.findall(r'data-visits data-key="(\d+)"', page)[0])
        for file in files:
            rows = list(csv.DictReader(io.StringIO(english.get(file).data.decode("utf-8-sig"))))
            assert sum(int(row["Visits"]) for row in rows) == total


def test_the_curve_has_a_gap_where_a_day_is_withheld():
    drawn = curve([10, 5, None, 20, 0], 3)
    assert drawn.lines == ["100.0,90.0 300.0,135.0", "700.0,0.0"]
    assert drawn.areas == ["100.0,180 100.0,90.0 300.0,135.0 300.0,180", "700.0,180 700.0,0.0 700.0,180"]
    assert (curve([None, None], 1).lines, curve([], -1).areas) == ([], [])
