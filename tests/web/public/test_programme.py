"""Views for other places: a frame in another site, a programme sheet for paper, a map of the site for search engines."""

import re
from datetime import timedelta
from html import unescape

import pytest

from models.publishing.lifecycle import cancel, withdraw
from tests.support.records.week import NINE, load_week, make_event, session

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def week(app):
    campaign = load_week()
    day = timedelta(days=1)
    events = [
        make_event(campaign, "讲座", groups=("youth",)),
        make_event(campaign, "开放日", region_code="110105"),
        make_event(campaign, "第二天", occurrences=(session(NINE + day, day=(NINE + day).date()),)),
    ]
    cancel(events[1], NINE)
    return events


def titles(text: str) -> list[str]:
    return re.findall(r'<a href="/ip-2024/events/\d+" rel="noopener" lang="zh">([^<]+)</a>', text)


def test_only_the_embed_may_stand_in_a_frame(client, week):
    answer = client.get("/ip-2024/embed?audience=youth&utm_source=chat", headers=ENGLISH)
    assert titles(answer.text) == ["讲座"]
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    for path in ("/ip-2024/", "/ip-2024/events", "/ip-2024/places", "/ip-2024/programme"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"], path


def test_the_embed_takes_filters_and_a_theme(client, week):
    text = client.get("/ip-2024/embed?day=2024-04-22&theme=dark", headers=ENGLISH).text
    assert titles(text) == ["讲座", "开放日"]
    assert 'class="theme-dark"' in text
    assert "Cancelled" in text
    assert 'class="theme-' not in client.get("/ip-2024/embed?theme=pink").text
    wrong = client.get("/ip-2024/embed?region=999999", headers=ENGLISH)
    assert (wrong.status_code, "There is no region with the code" in wrong.text) == (400, True)


def test_the_theme_goes_along_to_the_next_page(client, week):
    for number in range(50):
        make_event(week[0].campaign, f"活动{number}")
    text = unescape(client.get("/ip-2024/embed?theme=dark").text)
    assert 'href="/ip-2024/embed?theme=dark&page=2"' in text
    assert 'href="/ip-2024/embed?theme=dark"' in unescape(client.get("/ip-2024/embed?theme=dark&page=2").text)


def test_the_list_offers_what_to_copy(client, week):
    text = client.get("/ip-2024/?audience=youth&day=2024-04-22", headers=ENGLISH).text
    copied = unescape(re.search(r'<textarea id="embed-code"[^>]*>(.*?)</textarea>', text, re.DOTALL)[1])
    source = "http://openweek.test/ip-2024/embed?day=2024-04-22&amp;audience=youth"
    assert copied.startswith(f'<iframe src="{source}" title="')
    assert copied.endswith('" width="100%" height="600" loading="lazy"></iframe>')


def test_the_programme_of_a_day(client, week):
    text = client.get("/ip-2024/programme?day=2024-04-22", headers=ENGLISH).text
    words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    for part in ("Mon 22 April 2024", "09:00–11:00", "讲座", "Cancelled 开放日", "灌云县知识产权局"):
        assert part in words, part
    assert "第二天" not in words
    assert '<a href="/ip-2024/programme?day=2024-04-22">' in client.get("/ip-2024/?day=2024-04-22").text


def test_an_event_of_many_days_takes_one_line_of_the_week_s_programme(client, week):
    days = [session(NINE + timedelta(days=n), day=(NINE + timedelta(days=n)).date()) for n in range(4)]
    make_event(week[0].campaign, "展览", occurrences=tuple(days))
    text = client.get("/ip-2024/programme", headers=ENGLISH).text
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in text.split("<tr")]
    assert next(row for row in rows if "展览" in row).startswith("> 09:00–11:00 (4 sessions in all) 展览")


def test_the_programme_holds_more_than_a_page_of_the_list(client, week):
    for number in range(60):
        make_event(week[0].campaign, f"活动{number}")
    text = client.get("/ip-2024/programme?day=2024-04-22").text
    assert text.count('<th scope="row"') == 62


def test_the_map_of_the_site(client, week):
    withdraw(week[2], NINE)
    index = client.get("/sitemap.xml")
    assert index.mimetype == "application/xml"
    assert re.findall("<loc>(.*?)</loc>", index.text) == ["http://openweek.test/ip-2024/sitemap-1.xml"]
    part = client.get("/ip-2024/sitemap-1.xml")
    assert re.findall("<loc>(.*?)</loc>", part.text) == [
        *(f"http://openweek.test/ip-2024/{path}" for path in ("", "events", "places")),
        *(f"http://openweek.test/ip-2024/events/{event.id}" for event in week[:2]),
    ]
    assert part.text.count("<lastmod>") == 5
    assert (
        client.get("/ip-2024/sitemap-1.xml", headers={"If-None-Match": part.headers["ETag"]}).status_code
        == 304
    )
    assert client.get("/ip-2024/sitemap-2.xml").status_code == 404


def test_a_large_week_comes_in_parts(client, week, monkeypatch):
    monkeypatch.setattr("web.public.sharing.sitemap.EVENTS_PER_PART", 2)
    index = client.get("/sitemap.xml").text
    assert index.count("<loc>") == 2
    assert client.get("/ip-2024/sitemap-2.xml").text.count("<loc>") == 1
