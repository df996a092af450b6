"""The page for the hall's screen: what runs, what is next, in turns where it does not fit."""

import re
from datetime import timedelta

import pytest

from models import clock
from models.events.draft import OccurrenceDraft, VenueDraft
from models.publishing.lifecycle import cancel
from tests.support.records.week import DAY, NINE, load_week, make_event, session

HOUR = timedelta(hours=1)


@pytest.fixture
def campaign(app):
    campaign = load_week()
    make_event(campaign, "早课", venues=(VenueDraft("图书馆"),), occurrences=(session(NINE, 2),))
    make_event(campaign, "展览", occurrences=(OccurrenceDraft(DAY, DAY),))
    make_event(campaign, "午课", occurrences=(session(NINE + 3 * HOUR, 1),))
    make_event(campaign, "明天", occurrences=(session(NINE + 24 * HOUR, 1, DAY + timedelta(days=1)),))
    cancel(make_event(campaign, "取消", occurrences=(session(NINE, 9),)), NINE - HOUR)
    return campaign


@pytest.fixture
def screen(client, campaign, monkeypatch):
    def read(now, query: str = "") -> dict[str, list[tuple[str, str]]]:
        """The rows of each part: when, and the title."""
        monkeypatch.setattr(clock, "now", lambda: now)
        html = client.get(f"/ip-2024/?screen=1{query}", headers={"Accept-Language": "en"}).text
        parts = re.findall(r"<h2>([^<]*?)\s*(?:<span.*?</span>)?</h2>(.*?)</section>", html, re.DOTALL)
        return {name: rows(part) for name, part in parts}

    return read


def rows(html: str) -> list[tuple[str, str]]:
    found = re.findall(r'screen-when">(.*?)</p>.*?screen-title" lang="zh">([^<]+)', html, re.DOTALL)
    return [(" ".join(re.sub("<[^>]+>", " ", when).split()), title) for when, title in found]


def test_it_says_what_runs_and_what_is_next(screen):
    assert screen(NINE + 1.5 * HOUR) == {
        "Under way": [("09:00–11:00", "早课"), ("all day", "展览")],
        "Next": [("12:00–13:00", "午课"), ("Tue 23 April 09:00–10:00", "明天")],
    }
    assert screen(NINE + 2.5 * HOUR) == {
        "Under way": [("all day", "展览")],
        "Next": [("12:00–13:00 in 30 minutes", "午课"), ("Tue 23 April 09:00–10:00", "明天")],
    }


def test_a_half_day_runs_in_its_half_of_the_day(screen, campaign):
    for half_day in ("morning", "afternoon"):
        make_event(campaign, half_day, occurrences=(OccurrenceDraft(DAY, DAY, half_day=half_day),))
    titles = [
        {name: [title for _when, title in part] for name, part in screen(NINE + hours * HOUR).items()}
        for hours in (1, 4, 10)
    ]
    assert titles == [
        {"Under way": ["早课", "展览", "morning"], "Next": ["afternoon", "午课", "明天"]},
        {"Under way": ["展览", "afternoon"], "Next": ["明天"]},
        {"Under way": ["展览"], "Next": ["明天"]},
    ]


def test_it_follows_the_filters(screen, campaign):
    assert screen(NINE, "&q=图书馆") == {"Under way": [("09:00–11:00", "早课")]}


def test_before_the_week_it_shows_what_comes_first_and_after_it_says_goodbye(screen, client):
    assert list(screen(NINE - 90 * 24 * HOUR)) == ["Next"]
    assert screen(NINE + 90 * 24 * HOUR) == {}
    assert "The week is over." in client.get("/ip-2024/?screen=1", headers={"Accept-Language": "en"}).text


def test_more_than_fits_is_shown_in_turns_a_minute_each(screen, campaign):
    for number in range(4):
        make_event(campaign, f"活动{number}", occurrences=(session(NINE, 3),))
    minute = timedelta(minutes=1)
    turns = [screen(NINE + number * minute)["Under way"] for number in range(3)]
    assert [[title for _when, title in turn] for turn in turns] == [
        ["早课", "活动0", "活动1", "活动2"],
        ["活动3", "展览"],
        ["早课", "活动0", "活动1", "活动2"],
    ]


def test_it_has_no_links_and_renews_itself_without_javascript(client, campaign):
    html = client.get("/ip-2024/events?screen=1").text
    assert "<a " not in html
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in html
