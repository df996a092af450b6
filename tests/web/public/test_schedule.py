"""The list follows the clock: each day in the order of its own sessions."""

import re
from datetime import timedelta

import pytest

from tests.support.week import NINE, load_week, make_event, session

ENGLISH = {"Accept-Language": "en"}
DAY = timedelta(days=1)


def at(days: int, hour: int, minute: int = 0):
    """A moment of the week, by days after 22 April and by the clock of Shanghai."""
    return NINE + days * DAY + timedelta(hours=hour - 9, minutes=minute)


def sitting(days: int, hour: int, hours: float = 1):
    return session(at(days, hour), hours, day=(NINE + days * DAY).date())


@pytest.fixture
def campaign(app):
    campaign = load_week()
    make_event(campaign, "夜游", occurrences=tuple(sitting(days, 20) for days in (0, 1, 2)))
    make_event(campaign, "早课", occurrences=(sitting(1, 9),))
    make_event(campaign, "两场", occurrences=(sitting(0, 8), sitting(1, 10), sitting(1, 15)))
    return campaign


def days(html: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every day of a list: its name, and its events with what is said of their time."""
    parts = re.split(r'<h2 class="day-head"[^>]*>', html)[1:]
    return [(_words(part.split("</h2>")[0]), _cards(part)) for part in parts]


def _cards(html: str) -> list[tuple[str, str]]:
    titles = re.findall(r'class="event-title"><a [^>]*>([^<]+)', html)
    times = re.findall(
        r"icon-clock.*?</span>(.*?)</span></li>|#clock.*?</span>(.*?)</span></li>", html, re.DOTALL
    )
    return [(title, _words("".join(time))) for title, time in zip(titles, times, strict=True)]


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
                ("夜游", "Tue 23 April 20:00–21:00 (3 sessions in all)"),
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
