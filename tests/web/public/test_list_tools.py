"""What stands above a list: subscribe and share with one tap, audience chips, the line "now", the way on from nothing."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from models import clock
from models.events.draft import EventDraft, OccurrenceDraft
from models.publishing.lifecycle import create
from tests.support.records.week import DAY, NINE, load_week, make_event, session

ENGLISH = {"Accept-Language": "en"}
HOUR = timedelta(hours=1)


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def read(client, campaign):
    return lambda path: client.get(path, headers=ENGLISH).text


def tools(html: str) -> list[tuple[str, str]]:
    """The links and buttons that subscribe and share: words and address."""
    part = re.search(r'<ul class="page-tools.*?</ul>', html, re.DOTALL)[0]
    found = re.findall(
        r'<(?:a|button)[^>]*?(?:href|data-share)="([^"]*)".*?>(.*?)</(?:a|button)>', part, re.DOTALL
    )
    return [(" ".join(re.sub("<[^>]+>", " ", words).split()), unescape(address)) for address, words in found]


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/ip-2024/", "/ip-2024/events.ics"),
        (
            "/ip-2024/events?day=2024-04-22&audience=youth",
            "/ip-2024/events.ics?day=2024-04-22&audience=youth",
        ),
        ("/ip-2024/events/1", "/ip-2024/events/1.ics"),
    ],
)
def test_every_view_is_subscribed_to_and_shared_with_one_tap(read, campaign, path, feed):
    make_event(campaign, groups=("youth",))
    words, addresses = zip(*tools(read(path)), strict=True)
    assert words == ("Subscribe", "Subscribe with Google", "Subscribe with Outlook", "Copy feed", "Share")
    webcal, google, outlook, _help, shared = addresses
    assert webcal == f"webcal://openweek.test{feed}"
    assert parse_qs(urlsplit(google).query)["cid"] == [webcal]
    assert parse_qs(urlsplit(outlook).query)["url"] == [f"http://openweek.test{feed}"]
    assert shared == f"http://openweek.test{path}"
    assert f'data-copy-text="http://openweek.test{feed.replace("&", "&amp;")}"' in read(path)


def test_an_event_without_a_date_is_shared_and_has_no_feed(read, campaign, app):
    event = create(campaign, EventDraft(title="待定"), NINE)
    assert [words for words, _address in tools(read(f"/ip-2024/events/{event.id}"))] == ["Share"]


def chips(html: str) -> dict[str, tuple[str, bool]]:
    """The audience chips: by key the address, and whether it is chosen."""
    found = re.findall(
        r'<a class="quick-chip group[^"]*" href="([^"]*)" data-group="(\w+)"( aria-current)?', html
    )
    return {key: (unescape(url), bool(current)) for url, key, current in found}


def test_an_audience_chip_adds_its_group_or_takes_it_away(read):
    page = chips(read("/ip-2024/?day=2024-04-22&audience=youth"))
    assert page == {
        "innovators": ("/ip-2024/?day=2024-04-22&audience=innovators&audience=youth", False),
        "government": ("/ip-2024/?day=2024-04-22&audience=government&audience=youth", False),
        "youth": ("/ip-2024/?day=2024-04-22", True),
        "public": ("/ip-2024/?day=2024-04-22&audience=public&audience=youth", False),
    }


def titles_and_line(html: str) -> list[str]:
    """The titles of the list outside the fold of past days, NOW with its time where the line stands, and [ or ] where
    what has ended today is folded."""
    html = re.sub('<details class="past-days.*?</details>', "", html.split("<aside")[0], flags=re.DOTALL)
    pattern = r'class="now-line">.*?>It is (\d\d:\d\d)<|class="event-title"><a [^>]*>([^<]+)|<(details|/details)[^>]*>'
    return [f"NOW {time}" if time else title or FOLD[tag] for time, title, tag in re.findall(pattern, html)]


FOLD = {"details": "[", "/details": "]"}


def test_the_line_now_stands_before_what_has_not_begun(read, campaign, monkeypatch):
    make_event(campaign, "全天", occurrences=(OccurrenceDraft(DAY, DAY),))
    make_event(campaign, "早课", occurrences=(session(NINE, 1),))
    make_event(campaign, "午课", occurrences=(session(NINE + 3 * HOUR, 1),))
    make_event(campaign, "明天", occurrences=(session(NINE + 24 * HOUR, 1, DAY + timedelta(days=1)),))
    lines = {}
    for hours in (-1, 0.5, 10, 24.5, -240):
        monkeypatch.setattr(clock, "now", lambda hours=hours: NINE + hours * HOUR)
        lines[hours] = titles_and_line(read("/ip-2024/"))
    assert lines == {
        -1: ["全天", "NOW 08:00", "早课", "午课", "明天"],
        0.5: ["全天", "早课", "NOW 09:30", "午课", "明天"],
        10: ["[", "早课", "午课", "]", "全天", "NOW 19:00", "明天"],
        24.5: ["明天", "NOW 09:30"],
        -240: ["全天", "早课", "午课", "明天"],
    }


def test_what_has_ended_stands_open_where_there_is_nothing_else(read, campaign, monkeypatch):
    make_event(campaign, "早课", occurrences=(session(NINE, 1),))
    monkeypatch.setattr(clock, "now", lambda: NINE + 5 * HOUR)
    assert '<details class="ended-today" open>' in read("/ip-2024/")
    make_event(campaign, "晚课", occurrences=(session(NINE + 9 * HOUR, 1),))
    assert '<details class="ended-today">' in read("/ip-2024/")


def test_what_initials_find_stands_after_what_words_find(read, campaign):
    make_event(campaign, "正在正在", occurrences=(session(NINE, 1),))  # zzzz by its initials
    make_event(campaign, "ZZZZ 展", occurrences=(session(NINE + 5 * HOUR, 1),))
    html = read("/ip-2024/?q=zzzz")
    assert titles_and_line(html) == ["ZZZZ 展", "正在正在"]
    assert html.index("ZZZZ 展") < html.index("Found by pinyin initials") < html.index("正在正在")
    assert re.findall(r'<h2 class="day-head" id="([^"]+)"', html) == [
        "day-2024-04-22",
        "day-2024-04-22-initials",
    ]


def test_nothing_found_has_ways_on(read, campaign):
    make_event(campaign, "壮锦新韵", region_code="450100")
    html = read("/ip-2024/?q=zzzz&day=2024-04-22")
    assert "Nothing was found for “zzzz”." in html
    ways = re.search(r'<p class="nothing-ways">(.*?)</p>', html)[1]
    assert re.findall(r'href="([^"]*)">([^<]+)', ways) == [
        ("/ip-2024/?q=zzzz", "Search all events"),
        ("/ip-2024/?day=2024-04-22#filters", "Change the search"),
        ("/ip-2024/", "Show all events"),
    ]
