"""The lines that say when an event is: equal sessions on days in a row are one."""

import re

import pytest

from tests.support.records.people import make_people, sign_in
from tests.support.records.week import at, load_week, make_event, occurrence, session

SEVEN = tuple(session(at(number, 0), 24, day=at(number, 12).date()) for number in range(-2, 5))


@pytest.fixture
def campaign(app):
    return load_week()


def lines(html: str) -> list[str]:
    """The lines of an event's page that say when it is."""
    block = re.search(r'<ul class="event-sessions">(.*?)</ul>', html, re.DOTALL)[1]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", line).split())
        for line in re.findall(r"<li>(.*?)</li>", block, re.DOTALL)
    ]


def test_equal_sessions_on_days_in_a_row_are_one_line(client, campaign):
    sign_in(client, make_people(campaign).cui)
    event = make_event(campaign, "自助站", occurrences=SEVEN)
    path = f"/ip-2024/events/{event.id}"
    for language, line in (
        ("en", "20 Apr – 26 Apr, daily 00:00–24:00"),
        ("zh", "4月20日—4月26日 每天 00:00–24:00"),
    ):
        said = {"Accept-Language": language}
        assert lines(client.get(path, headers=said).text) == [line]
        listed = client.get("/ip-2024/?q=自助站", headers=said).text
        assert listed.count(f"</span>{line}</span></li>") == 7
        assert client.get(f"/desk/events/{event.id}", headers=said).text.count(f"<li>{line}</li>") == 1


def test_what_differs_is_a_line_of_its_own(client, campaign):
    occurrences = (
        occurrence(0, 9),
        occurrence(0, 14),
        occurrence(1, 9),
        occurrence(1, 14),
        occurrence(2, 10),
        occurrence(4, 9),
    )
    event = make_event(campaign, "轮展", occurrences=occurrences)
    assert lines(client.get(f"/ip-2024/events/{event.id}", headers={"Accept-Language": "en"}).text) == [
        "22 Apr – 23 Apr, daily 09:00–10:00",
        "22 Apr – 23 Apr, daily 14:00–15:00",
        "Wed 24 April 10:00–11:00",
        "Fri 26 April 09:00–10:00",
    ]
