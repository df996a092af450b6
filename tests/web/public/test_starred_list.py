"""The star on every event: a list without an account and without a cookie, its page, its calendar, and its end."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import vobject
from markupsafe import escape
from sqlalchemy import func, select

from models import clock
from models.db import db
from models.ics.starred_list import StarredList
from models.publishing import lifecycle
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event, minutes

STAR = "/ip-2024/my/"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def events(campaign):
    return [make_event(campaign, title) for title in ("讲座", "展览", "沙龙")]


def begin(client, *events) -> str:
    """The secret of a new list with these events."""
    answer = client.post(STAR, data={"add": [event.id for event in events]}, headers=SCRIPT)
    assert answer.status_code == 200
    return answer.json["secret"]


def titles(body: bytes) -> list[str]:
    return [one.summary.value for one in vobject.readOne(body.decode()).contents.get("vevent", [])]


def shown(html: str) -> list[str]:
    return re.findall(r'class="event-title"><a [^>]*>([^<]*)<', html)


def test_a_star_without_javascript_asks_where_it_goes_and_begins_a_list(client, events):
    asked = client.post(STAR, data={"add": events[1].id})
    assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
    assert re.findall(r'<input type="hidden" name="add" value="(\d+)"', asked.text) == [str(events[1].id)] * 2
    assert db.session.scalar(select(func.count()).select_from(StarredList)) == 0
    answer = client.post(STAR, data={"add": events[1].id, "begin": "1"})
    assert answer.status_code == 303
    page = answer.headers["Location"]
    assert re.fullmatch(r"/ip-2024/my/[A-Za-z0-9_-]{24}/", page)
    assert "Set-Cookie" not in answer.headers
    listed = client.get(page)
    assert (listed.status_code, shown(listed.text)) == (200, ["展览"])
    assert f'name="remove" value="{events[1].id}" aria-pressed="true"' in listed.text
    assert "Set-Cookie" not in listed.headers


@pytest.mark.parametrize(
    "address",
    [
        "http://openweek.test/ip-2024/my/{secret}/",
        " https://openweek.test/ip-2024/my/{secret}/events?day=2024-04-20 ",
        "webcal://openweek.test/ip-2024/my/{secret}.ics?alarm=30",
        "{secret}",
    ],
)
def test_without_javascript_a_star_goes_to_the_list_whose_address_is_typed(client, events, address):
    secret = begin(client, events[0])
    page = f"/ip-2024/my/{secret}/"
    answer = client.post(STAR, data={"add": events[2].id, "list": address.format(secret=secret)})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert shown(client.get(page).text) == ["讲座", "沙龙"]
    opened = client.post(STAR, data={"list": address.format(secret=secret)})
    assert (opened.status_code, opened.headers["Location"]) == (303, page)
    assert db.session.scalar(select(func.count()).select_from(StarredList)) == 1


@pytest.mark.parametrize("typed", ["", "http://openweek.test/ip-2024/", "<b>", "A" * 24, "A" * 25])
def test_an_address_of_no_list_is_told_and_nothing_is_lost(client, events, typed):
    answer = client.post(STAR, data={"add": events[0].id, "list": typed})
    assert answer.status_code == 422
    assert f'name="add" value="{events[0].id}"' in answer.text
    assert f'value="{escape(typed)}" aria-describedby="list-hint list-wrong"' in answer.text
    opened = client.post(STAR, data={"list": typed})
    assert (opened.status_code, 'id="list-wrong"' in opened.text) == (422, True)


def test_every_event_has_a_star_on_its_card_and_on_its_page(client, events):
    week = client.get("/ip-2024/").text
    assert re.findall(r'form="star" name="add" value="(\d+)"', week) == [str(event.id) for event in events]
    one = client.get(f"/ip-2024/events/{events[0].id}").text
    assert re.findall(r'form="star" name="add" value="(\d+)"', one) == [str(events[0].id)]
    assert '<form id="star" method="post" action="/ip-2024/my/"' in one


def test_choosing_on_without_javascript_stays_in_the_same_list(client, events):
    secret = begin(client, events[0])
    page = f"/ip-2024/my/{secret}/"
    more = client.get(page + "events?q=展览")
    assert shown(more.text) == ["展览"]
    back = re.search(r'name="back" value="([^"]*)"', more.text)[1]
    answer = client.post(STAR, data={"add": events[1].id, "secret": secret, "back": back})
    assert (answer.status_code, unquote(answer.headers["Location"])) == (303, back)
    assert shown(client.get(page).text) == ["讲座", "展览"]
    answer = client.post(STAR, data={"remove": events[0].id, "secret": secret, "back": "//elsewhere.example"})
    assert answer.headers["Location"] == page
    assert shown(client.get(page).text) == ["展览"]


def test_a_script_is_told_the_list(client, events):
    secret = begin(client, events[0])
    answer = client.post(STAR, data={"add": events[2].id, "secret": secret}, headers=SCRIPT)
    page = f"/ip-2024/my/{secret}/"
    assert answer.json == {"secret": secret, "page": page, "events": [events[0].id, events[2].id]}


def test_the_calendar_of_a_list_keeps_what_is_cancelled(client, campaign, events):
    feed = f"/ip-2024/my/{begin(client, events[0], events[2])}.ics"
    first = client.get(feed)
    assert (first.status_code, titles(first.data)) == (200, ["讲座", "沙龙"])
    lifecycle.cancel(events[2], NINE + minutes(1))
    again = client.get(feed, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, titles(again.data)) == (200, ["讲座", "【已取消】沙龙"])
    lifecycle.withdraw(events[2], NINE + minutes(2))
    assert titles(client.get(feed).data) == ["讲座"]


def test_the_calendar_of_a_list_follows_http_and_is_nobody_elses(client, events):
    secret = begin(client, events[0])
    feed = f"/ip-2024/my/{secret}.ics"
    answer = client.get(feed)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    same = client.get(feed, headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["Cache-Control"] == "private, max-age=300"
    later = clock.now() + timedelta(days=1)
    assert client.get(feed, headers={"If-Modified-Since": clock_text(later)}).status_code == 200
    head = client.head(feed)
    assert (head.status_code, head.headers["ETag"], head.data) == (200, answer.headers["ETag"], b"")
    client.post(STAR, data={"add": events[1].id, "secret": secret})
    changed = client.get(feed, headers={"If-None-Match": answer.headers["ETag"]})
    assert (changed.status_code, titles(changed.data)) == (200, ["讲座", "展览"])


def clock_text(instant) -> str:
    return instant.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_what_carries_the_secret_is_kept_secret(client, events):
    secret = begin(client, events[0])
    for path in (
        f"/ip-2024/my/{secret}/",
        f"/ip-2024/my/{secret}/events",
        f"/ip-2024/my/{secret}.ics",
        "/ip-2024/my/x/",
        f"/ip-2024/my/{secret}",
        f"/ip-2024/my/{secret}/renew",
        f"/ip-2024/my/{secret}/nothing",
        f"/ip-2024/my/{secret}.json",
        f"/ip-2024//my/{secret}/",
        f"/IP-2024/MY/{secret}/",
        "/ip-2024/my/",
    ):
        answer = client.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "public" not in answer.headers["Cache-Control"]
    assert client.get(f"/ip-2024/my/{secret}/").headers["Cache-Control"] == "no-store"


def test_the_way_to_the_phone_is_the_page_itself(client, events):
    import numpy

    secret = begin(client, events[0])
    html = client.get(f"/ip-2024/my/{secret}/").text
    side = int(re.search(r'class="qr" viewBox="0 0 (\d+)', html)[1])
    pixels = numpy.full((side, side), 255, numpy.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", html):
        pixels[int(y), int(x) : int(x) + int(length)] = 0
    assert read(pixels.repeat(4, 0).repeat(4, 1)) == [f"http://openweek.test/ip-2024/my/{secret}/"]


def test_an_address_is_revoked(client, events):
    secret = begin(client, events[0])
    answer = client.post(f"/ip-2024/my/{secret}/renew")
    new = answer.headers["Location"]
    assert answer.status_code == 303
    assert [client.get(f"/ip-2024/my/{secret}{end}").status_code for end in ("/", ".ics", "/events")] == [
        404,
        404,
        404,
    ]
    assert shown(client.get(new).text) == ["讲座"]
    assert client.post(STAR, data={"add": events[1].id, "secret": secret}).status_code == 404
    assert client.post(new + "forget").headers["Location"] == "/ip-2024/my/"
    assert client.get(new).status_code == 404
    assert client.get(new.rstrip("/") + ".ics").mimetype == "text/plain"


def test_a_list_is_of_one_campaign(client, events):
    secret = begin(client, events[0])
    assert client.get(f"/other/my/{secret}/").status_code == 404
    assert client.get("/ip-2024/my/").status_code == 200


@pytest.mark.parametrize("given", [{}, {"add": "x"}, {"add": "99"}, {"add": "9" * 30}, {"add": "²"}])
def test_what_is_no_public_event_begins_no_list(client, events, given):
    assert client.post(STAR, data=given).status_code == 404


def test_a_long_list_asks_the_database_no_more_than_a_short_one(client, campaign, events, count_queries):
    def asked(secret: str) -> int:
        client.get(f"/ip-2024/my/{secret}/")  # what is kept for everybody is kept from here on
        with count_queries() as queries:
            assert client.get(f"/ip-2024/my/{secret}/").status_code == 200
        return len(queries)

    many = [make_event(campaign, f"讲座{number}", groups=("youth",)) for number in range(30)]
    assert asked(begin(client, events[0])) == asked(begin(client, *many))


class TestLimits:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_lists_are_not_made_by_the_thousand(self, client, events):
        begun = {"add": events[0].id, "begin": "1"}
        answers = [client.post(STAR, data=begun).status_code for _ in range(61)]
        assert answers == [303] * 60 + [429]
        # Who has a list goes on with it.
        assert client.post(STAR, data={"add": events[0].id, "secret": "x"}).status_code == 404
