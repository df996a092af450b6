"""The list follows the clock: each day in the order of its own sessions."""

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale

from models import clock
from models.events.draft import OccurrenceDraft
from models.publishing.lifecycle import cancel
from tests.support.records.week import NINE, at, load_evenings_and_mornings, make_event, occurrence, session
from web.public.sharing.share_picture import when_line

ENGLISH = {"Accept-Language": "en"}
DAY = timedelta(days=1)


@pytest.fixture
def campaign(app):
    return load_evenings_and_mornings()


def days(html: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every day of a list: its name, and its events with what is said of their time."""
    parts = re.split(r'<h2 class="day-head"[^>]*>', html)[1:]
    return [(_words(part.split("</h2>")[0]), _cards(part)) for part in parts]


def _cards(html: str) -> list[tuple[str, str]]:
    titles = re.findall(r'class="event-title"><a [^>]*>([^<]+)', html)
    times = re.findall(r'<span class="unseen">When: </span>(.*?)</span></li>', html, re.DOTALL)
    return [(title, _words(time)) for title, time in zip(titles, times, strict=True)]


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_chosen_day_is_in_the_order_of_its_own_sessions(client, campaign):
    html = client.get("/ip-2024/?day=2024-04-23", headers=ENGLISH).text
    assert days(html) == [
        (
            "Tue 23 April",
            [
                ("早课", "Tue 23 April 09:00–10:00"),
                ("两场", "Tue 23 April 10:00–11:00, 15:00–16:00 (3 sessions in all)"),
                ("夜游", "22 Apr – 24 Apr, daily 20:00–21:00"),
            ],
        )
    ]


def test_the_programme_has_the_same_order(client, campaign):
    html = client.get("/ip-2024/programme?day=2024-04-23", headers=ENGLISH).text
    assert re.findall(r'<span class="event-title">([^<]+)', html) == ["早课", "两场", "夜游"]
    assert [_words(cell) for cell in re.findall(r"<td>(\d\d:.*?)</td>", html, re.DOTALL)] == [
        "09:00–10:00",
        "10:00–11:00 15:00–16:00 (3 sessions in all)",
        "20:00–21:00 (3 sessions in all)",
    ]


def test_an_event_of_several_days_stands_under_each_of_them(client, campaign):
    html = client.get("/ip-2024/", headers=ENGLISH).text
    assert [(day, [title for title, _time in cards]) for day, cards in days(html)] == [
        ("Mon 22 April", ["两场", "夜游"]),
        ("Tue 23 April", ["早课", "两场", "夜游"]),
        ("Wed 24 April", ["夜游"]),
    ]


def test_what_began_the_day_before_stands_first_and_by_its_own_time(client, campaign):
    overnight = session(at(0, 21), 36, day=at(0, 21).date())
    make_event(
        campaign,
        "马拉松",
        occurrences=(type(overnight)(at(0, 21).date(), at(2, 9).date(), at(0, 21), at(2, 9)),),
    )
    html = client.get("/ip-2024/?day=2024-04-23", headers=ENGLISH).text
    assert days(html)[0][1][0] == ("马拉松", "Mon 22 April 21:00 – Wed 24 April 09:00")


def read_at(client, monkeypatch, now, path="/ip-2024/", language="en"):
    monkeypatch.setattr(clock, "now", lambda: now)
    return client.get(path, headers={"Accept-Language": language})


def folded(html: str) -> tuple[list, list]:
    """The days in the fold, and those that stand open."""
    past = re.search(r"<details class=\"past-days\".*?</details>", html, re.DOTALL)
    return (days(past[0]), days(html.replace(past[0], ""))) if past else ([], days(html))


def heads(listed) -> list[str]:
    return [day for day, _cards in listed]


def states(html: str) -> list[tuple[str, str]]:
    """What the cards say of now, in their order; nothing where they say nothing."""
    cards = re.findall(r'<article class="card event-card.*?</article>', html, re.DOTALL)
    tags = [re.search(r'<p class="event-tags">(.*?)</p>', card, re.DOTALL) for card in cards]
    titles = [re.search(r'class="event-title"><a [^>]*>([^<]+)', card)[1] for card in cards]
    return [(title, _words(tag[1]) if tag else "") for title, tag in zip(titles, tags, strict=True)]


MONDAY, TUESDAY, WEDNESDAY = "Mon 22 April", "Tue 23 April", "Wed 24 April"


def test_the_week_opens_at_today_while_it_runs(client, campaign, monkeypatch):
    opened = {
        "before": (at(-10, 9), []),
        "first event day": (at(0, 9), []),
        "second": (at(1, 8), [MONDAY]),
        "second, late": (at(1, 23, 30), [MONDAY]),
        "third": (at(2, 14), [MONDAY, TUESDAY]),
        "after": (at(5, 9), []),
    }
    every = [MONDAY, TUESDAY, WEDNESDAY]
    for name, (now, past) in opened.items():
        html = read_at(client, monkeypatch, now).text
        before, after = folded(html)
        assert (heads(before), [head.removesuffix(" Today") for head in heads(after)]) == (
            past,
            every[len(past) :],
        ), name
        assert "3</strong> events" in html, name


def test_the_week_says_how_far_it_is(client, campaign, monkeypatch):
    said = {
        at(-10, 9): ("Starts in 8 days", "还有 8 天开始"),
        at(-3, 23, 30): ("Starts in 1 day", "还有 1 天开始"),
        at(0, 0): ("Day 3 of 7", "第 3 天，共 7 天"),
        at(4, 23, 59): ("Day 7 of 7", "第 7 天，共 7 天"),
        at(5, 0): ("The week is over", "本届宣传周已结束"),
    }
    for now, words in said.items():
        pages = (
            read_at(client, monkeypatch, now).text,
            read_at(client, monkeypatch, now, language="zh").text,
        )
        assert tuple(re.search(r'hero-state">([^<]+)', page)[1] for page in pages) == words


def test_past_days_that_were_chosen_or_are_all_there_is_stand_open(client, campaign, monkeypatch):
    for path in ("/ip-2024/?day=2024-04-22", "/ip-2024/?q=早课"):
        before, after = folded(read_at(client, monkeypatch, at(2, 14), path).text)
        assert (before, len(after)) == ([], 1), path


def test_many_past_events_are_a_link_for_each_day(client, campaign, monkeypatch):
    for number in range(50):
        make_event(campaign, f"活动{number}", occurrences=(occurrence(0, 7),))
    html = read_at(client, monkeypatch, at(1, 9), "/ip-2024/?mode=").text
    assert folded(html)[0] == [("Mon 22 April 52 events", [])]
    assert '<a href="/ip-2024/?day=2024-04-22">Mon 22 April</a>' in html


NOW = {
    at(1, 8, 35): ["Starts soon (in 25 minutes)", "", ""],
    at(1, 8, 59): ["Starts soon (in 1 minute)", "", ""],
    at(1, 9, 0): ["Under way", "Starts soon (in 60 minutes)", ""],
    at(1, 10, 0): ["Ended", "Under way", ""],
    at(1, 14, 0): ["Ended", "Starts soon (in 60 minutes)", ""],
    at(1, 16, 0): ["Ended", "Ended", ""],
    at(1, 23, 30): ["Ended", "Ended", "Ended"],
    at(0, 8, 35): ["", "", ""],  # the day before nothing is said of it
    at(5, 9): ["", "", ""],  # nor after the week
}


def test_each_card_says_how_far_it_is(client, campaign, monkeypatch):
    path = "/ip-2024/?day=2024-04-23"
    for now, words in NOW.items():
        said = states(read_at(client, monkeypatch, now, path).text)
        assert said == list(zip(["早课", "两场", "夜游"], words, strict=True)), now
    said = {at(1, 8, 35): "即将开始（25分钟后）", at(1, 9, 30): "正在进行", at(1, 10): "已结束"}
    for now, words in said.items():
        assert states(read_at(client, monkeypatch, now, path, "zh").text)[0] == ("早课", words), now


def test_the_page_of_an_event_says_how_far_it_is(client, campaign, monkeypatch):
    """The event of three evenings, before, between and after them, also once the week is over; and one that is called off."""
    said = {
        at(0, 9): "",
        at(0, 19, 30): "Starts soon (in 30 minutes)",
        at(1, 20, 30): "Under way",
        at(1, 23): "",
        at(2, 21): "Ended",
        at(9, 9): "Ended",
    }
    shown = client.get("/ip-2024/events.json").json["events"]
    path = next(f"/ip-2024/events/{event['id']}" for event in shown if event["title"] == "夜游")
    for now, words in said.items():
        tags = re.search(r'<p class="event-tags">(.*?)</p>', read_at(client, monkeypatch, now, path).text)
        assert (_words(tags[1]) if tags else "") == words, now
    event = make_event(campaign, "取消", occurrences=(occurrence(3, 9),))
    cancel(event, NINE)
    page = read_at(client, monkeypatch, at(3, 9, 30), f"/ip-2024/events/{event.id}").text
    assert _words(re.search(r'<p class="event-tags">(.*?)</p>', page)[1]) == "Cancelled"


def test_a_list_in_another_site_says_how_far_each_event_is(client, campaign, monkeypatch):
    answer = read_at(client, monkeypatch, at(1, 10), "/ip-2024/embed")
    rows = re.findall(r"<li\b[^>]*>.*?</li>", answer.text, re.DOTALL)
    assert [_words(row).split(" · ")[0] for row in rows[:3]] == [
        "早课 Ended",
        "两场 Under way",
        "夜游 Tue 23 April 20:00–21:00",
    ]
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_share_picture_says_all_the_days_and_not_the_first(campaign):
    event = make_event(campaign, "展览", occurrences=tuple(occurrence(days, 9, 8) for days in range(4)))
    with force_locale("zh"):
        assert when_line(event) == "4月22日—4月25日 每天 09:00–17:00"


def test_a_cancelled_or_untimed_event_is_not_under_way(client, campaign, monkeypatch):
    cancel(make_event(campaign, "取消", occurrences=(occurrence(3, 9),)), NINE)
    make_event(campaign, "全天", occurrences=(OccurrenceDraft(at(3, 9).date(), at(3, 9).date()),))
    path = "/ip-2024/?day=2024-04-25"
    assert states(read_at(client, monkeypatch, at(3, 9, 30), path).text) == [
        ("全天", ""),
        ("取消", "Cancelled"),
    ]
    assert states(read_at(client, monkeypatch, at(4, 0), path).text) == [
        ("全天", "Ended"),
        ("取消", "Cancelled"),
    ]


def test_no_cache_keeps_a_page_that_says_now(client, campaign, monkeypatch):
    answer = read_at(client, monkeypatch, at(1, 9, 0))
    assert answer.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": answer.headers["ETag"], "Accept-Language": "en"}
    assert client.get("/ip-2024/", headers=known).status_code == 304
    assert ("早课", "Under way") in states(answer.text)
    assert ("早课", "Ended") in states(read_at(client, monkeypatch, at(1, 10, 0)).text)
    assert client.get("/ip-2024/", headers=known).status_code == 200
    opened = [
        re.findall(r"<h2 id=\"day-([\d-]+)", read_at(client, monkeypatch, at(n, 9), "/ip-2024/embed").text)
        for n in (1, 2)
    ]
    assert opened == [["2024-04-23", "2024-04-24"], ["2024-04-24"]]


def test_the_unit_of_every_number_is_said(client, campaign):
    said = {
        "en": ("3 events · 7 sessions", "Number of events each day"),
        "zh": ("3 项活动 · 7 场", "每天的活动（项）"),
    }
    for language, (count, unit) in said.items():
        html = client.get("/ip-2024/", headers={"Accept-Language": language}).text
        assert _words(re.search(r'<p class="list-count"[^>]*>(.*?)</p>', html)[1]) == count
        assert re.findall(r'<p class="week-unit">([^<]*)</p>', html) == [unit]
        assert re.findall(r'class="week-count" aria-hidden="true">(\d+)<', html) == [
            "0",
            "0",
            "2",
            "3",
            "1",
            "0",
            "0",
        ]
