"""The sheet that tells how to subscribe: the address in every form, for every view, and what to do about a large one."""

import re
from pathlib import Path

import numpy
import pytest
import vobject

from models.campaigns.tables import find_campaign
from models.events.draft import EventDraft
from models.ics import entries
from models.public.filters import EVERYTHING
from models.publishing import lifecycle
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event
from web.public import subscribe

DRAWINGS = Path(__file__).resolve().parents[3] / "static" / "sketches.svg"
ENGLISH = {"Accept-Language": "en"}
SHEET = "/ip-2024/subscribe"
WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50", **ENGLISH}


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def events(campaign):
    codes = {"讲座": "320723", "展览": "320102", "沙龙": "110105", "论坛": None}
    return [make_event(campaign, title, region_code=code, groups=("youth",)) for title, code in codes.items()]


def codes(html: str) -> list[str]:
    """The texts of the QR codes of a page."""
    found = []
    for side, path in re.findall(r'class="qr" viewBox="0 0 (\d+) .*?<path d="([^"]*)"', html):
        pixels = numpy.full((int(side), int(side)), 255, numpy.uint8)
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
            pixels[int(y), int(x) : int(x) + int(length)] = 0
        found += read(pixels.repeat(4, 0).repeat(4, 1))
    return found


def test_every_view_has_its_sheet(client, events):
    query = "?region=320000&audience=youth"
    feed = "openweek.test/ip-2024/events.ics" + query
    written = feed.replace("&", "&amp;")
    assert f'href="{SHEET}{query.replace("&", "&amp;")}"' in client.get("/ip-2024/" + query).text
    answer = client.get(SHEET + query + "&from=groupmessage", headers=ENGLISH)
    assert answer.status_code == 200
    assert f'href="webcal://{written}"' in answer.text
    assert f'value="http://{written}"' in answer.text
    assert codes(answer.text) == [f"http://openweek.test{SHEET}{query}", f"webcal://{feed}"]
    calendar = vobject.readOne(client.get(feed.removeprefix("openweek.test")).text)
    assert [one.summary.value for one in calendar.vevent_list] == ["讲座", "展览"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", ["iPhone", "Huawei", "Xiaomi", "OPPO", "Google Calendar", "Outlook"])
def test_each_calendar_has_its_steps_and_a_drawing(client, events, name):
    page = client.get(SHEET, headers=ENGLISH).text
    block = next(part for part in page.split('class="card how')[1:] if f"<h3>{name}" in part)
    symbol = re.search(r"sketches\.svg[^#]*#(\w+)", block)[1]
    assert f'<symbol id="{symbol}"' in DRAWINGS.read_text()
    assert block.count("<li>") >= 2
    assert "pictures are illustrations" in page


def test_inside_wechat_its_advice_comes_first(client, events):
    def order(headers) -> list[str]:
        return re.findall(r"#(\w+)\"/></svg>\s*<ol>", client.get(SHEET, headers=headers).text)

    assert order(WECHAT)[0] == "wechat"
    assert order(ENGLISH)[-1] == "wechat"
    assert sorted(order(WECHAT)) == sorted(order(ENGLISH))
    assert "User-Agent" in client.get(SHEET).headers["Vary"]


def test_reminders_are_part_of_the_address(client, events):
    plain = client.get(SHEET, headers=ENGLISH).text
    assert f'href="{SHEET}?alarm=30"' in plain
    page = client.get(f"{SHEET}?region=320000&alarm=30", headers=ENGLISH).text
    address = re.search(r'id="feed-address"[^>]*value="http://openweek.test([^"]*)"', page)[1].replace(
        "&amp;", "&"
    )
    assert address == "/ip-2024/events.ics?region=320000&alarm=30"
    assert client.get(address).data.count(b"BEGIN:VALARM") == 2
    assert client.get(f"{SHEET}?alarm=soon").status_code == 400


def test_it_says_how_late_a_change_arrives(client, events):
    page = client.get(SHEET, headers=ENGLISH).text
    assert "too slowly for last-minute changes" in page
    assert "every 8 to 24 hours" in page


def test_a_large_calendar_offers_what_lies_below(client, events, monkeypatch):
    assert "This calendar is large" not in client.get(SHEET, headers=ENGLISH).text
    monkeypatch.setattr(entries, "LARGE_FEED", 1000)
    page = client.get(f"{SHEET}?audience=youth", headers=ENGLISH).text
    assert "This calendar is large: about 0.0 MB." in page
    offered = re.search(r'<ul class="parts">(.*?)</ul>', page, re.DOTALL)[1]
    assert re.findall(r'href="([^"]*)"[^>]*>([^<]*)</a> <span class="number">(\d+)<', offered) == [
        (f"{SHEET}?region=110000&amp;audience=youth", "Beijing", "1"),
        (f"{SHEET}?region=320000&amp;audience=youth", "Jiangsu", "2"),
    ]


def test_parts_go_down_to_the_counties(events, campaign):
    campaign = find_campaign("ip-2024")

    def offered(*codes: str) -> list[tuple[str, int]]:
        return [
            (part.region.code, part.count)
            for part in subscribe.region_parts(campaign, EVERYTHING.replace(region=codes))
        ]

    assert offered("320000") == [("320100", 1), ("320700", 1)]
    assert offered("320700") == [("320723", 1)]
    assert offered("320723") == []
    assert offered("110000", "320000") == [("110000", 1), ("320000", 2)]


def test_a_filter_that_is_none_is_said(client, campaign):
    answer = client.get(f"{SHEET}?region=999999", headers=ENGLISH)
    assert answer.status_code == 400
    assert "There is no region with the code “999999”." in answer.text


def test_a_view_without_dates_says_that_its_calendar_is_empty(client, campaign):
    lifecycle.create(campaign, EventDraft(title="待定", region_code="320723"), NINE)
    make_event(campaign, "讲座", region_code="110105")
    told = "so the calendar is empty"
    assert told in client.get(SHEET + "?region=320000", headers=ENGLISH).text
    assert told not in client.get(SHEET, headers=ENGLISH).text
