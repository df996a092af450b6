"""Calendars of others: pulled when due, taken in for the office that gave the address, and never left to cancel."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from models.db import db
from models.errors import Mistake, NotFound
from models.events.tables import Event, EventChange, EventStatus
from models.imports.feeds import fetch as fetching
from models.imports.feeds import fetch_many, subscriptions
from models.imports.feeds.fetch import Fetched
from models.imports.feeds.subscriptions import HOUR, Subscription
from models.operations import tick
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week

URL = "https://week.example/a.ics"
BEFORE = NINE - timedelta(days=10)


def calendar(*uids: str, cancelled: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//others//EN"]
    for number, uid in enumerate(uids):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20240401T000000Z",
            f"SUMMARY:讲座{uid}",
            f"DTSTART:20240422T0{number + 1}0000Z",
            f"DTEND:20240422T0{number + 1}3000Z",
            *(["STATUS:CANCELLED"] if uid == cancelled else []),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


class Source:
    """Stands for the other side: gives what it was told to, and notes what it was asked with."""

    def __init__(self) -> None:
        self.body: bytes | None = calendar("a", "b", "c")
        self.failing: Mistake | None = None
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, url: str, etag: str, last_modified: str) -> Fetched:
        self.asked.append((url, etag, last_modified))
        if self.failing:
            raise self.failing
        return Fetched(self.body, '"tag"', "")


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def feed(people) -> Subscription:
    return subscriptions.add(people.lian, people.lecture.campaign, URL, BEFORE)


def events(feed: Subscription) -> dict[str, Event]:
    found = db.session.scalars(select(Event).where(Event.origin == f"feed:{feed.id}"))
    return {event.origin_ref[-1]: event for event in found}


def test_what_it_brings_is_published_in_the_offices_region(people, feed, source):
    assert subscriptions.pull_due(BEFORE, source) == 1
    assert source.asked == [(URL, "", "")]
    assert feed.last_result == {"new": 3}
    assert (feed.pulled_at, feed.next_at, feed.error) == (BEFORE, BEFORE + HOUR, None)
    taken = events(feed)
    assert {key: (event.title, event.status, event.region_code) for key, event in taken.items()} == {
        key: (f"讲座{key}", EventStatus.PUBLISHED, "320723") for key in "abc"
    }
    by = select(EventChange.account_id).where(EventChange.event_id == taken["a"].id)
    assert db.session.scalars(by).all() == [people.lian.id]


def test_refused_rows_keep_their_reasons_and_what_is_asked_is_not_counted(feed, source):
    subscriptions.pull_due(BEFORE, source)
    source.body = calendar("a", "x").replace(b"DTSTART:20240422T020000Z\r\n", b"")
    subscriptions.pull_due(BEFORE + HOUR, source)
    assert feed.last_result == {
        "same": 1,
        "refused": 1,
        "reasons": [["讲座x", "The event has no start time (DTSTART).", {}]],
    }
    source.body = calendar("a")
    subscriptions.pull_due(BEFORE + HOUR * 2, source)
    assert feed.last_result == {"same": 1}  # of the two that are gone a person is asked


def test_a_feed_takes_calendars_alone(feed, source):
    source.body = "活动名称,日期\n讲座,2024-04-22\n".encode()
    subscriptions.pull_due(BEFORE, source)
    assert str(feed.error) == "This is not a calendar: it does not start with BEGIN:VCALENDAR."


def test_it_is_pulled_once_an_hour_and_asked_for_changes_only(feed, source):
    subscriptions.pull_due(BEFORE, source)
    assert subscriptions.pull_due(BEFORE + HOUR - timedelta(seconds=1), source) == 0
    source.body = None
    assert subscriptions.pull_due(BEFORE + HOUR, source) == 1
    assert source.asked[-1] == (URL, '"tag"', "")
    assert feed.last_result == {"new": 3}  # of the last time that it brought something
    assert feed.pulled_at == BEFORE + HOUR


def test_a_failure_is_told_and_tried_less_and_less_often(feed, source):
    source.failing = Mistake("%(host)s took too long to answer.", host="week.example")
    waits, now = [], BEFORE
    for _ in range(7):
        assert subscriptions.pull_due(now, source) == 1
        waits.append((feed.next_at - now) // HOUR)
        now = feed.next_at
    assert waits == [2, 4, 8, 16, 24, 24, 24]
    assert str(feed.error) == "week.example took too long to answer."
    source.failing = None
    subscriptions.pull_due(now, source)
    assert (feed.error, feed.failures, feed.next_at) == (None, 0, now + HOUR)


def test_what_is_no_calendar_is_a_failure_in_one_sentence_and_changes_nothing(feed, source):
    subscriptions.pull_due(BEFORE, source)
    source.body = b"<!doctype html><title>Sign in</title>"
    subscriptions.pull_due(BEFORE + HOUR, source)
    assert "web page" in str(feed.error)
    assert len(events(feed)) == 3
    assert feed.etag == '"tag"'


def test_what_vanishes_or_is_called_off_waits_for_a_person(people, feed, source):
    subscriptions.pull_due(BEFORE, source)
    source.body = calendar("a", "b", cancelled="b")
    subscriptions.pull_due(BEFORE + HOUR, source)
    taken = events(feed)
    (told,) = subscriptions.watched(people.lian)
    assert [one.event_id for one in told.vanished] == [taken["b"].id, taken["c"].id]
    assert {event.status for event in taken.values()} == {EventStatus.PUBLISHED}
    subscriptions.answer(people.lian, feed, taken["b"].id, BEFORE + HOUR, cancel=True)
    subscriptions.answer(people.su, feed, taken["c"].id, BEFORE + HOUR, cancel=False)
    assert [events(feed)[key].status for key in "abc"] == [
        EventStatus.PUBLISHED,
        EventStatus.CANCELLED,
        EventStatus.PUBLISHED,
    ]
    subscriptions.pull_due(BEFORE + 2 * HOUR, source)
    assert subscriptions.watched(people.lian)[0].vanished == []  # both were answered


def test_what_comes_back_is_offered_no_more_and_anew_when_it_goes_again(people, feed, source):
    subscriptions.pull_due(BEFORE, source)
    counts = []
    for hour, uids in enumerate((("a", "b"), ("a", "b", "c"), ("a", "b")), 1):
        source.body = calendar(*uids)
        subscriptions.pull_due(BEFORE + hour * HOUR, source)
        counts.append(len(subscriptions.watched(people.lian)[0].vanished))
    assert counts == [1, 0, 1]


def test_each_office_sees_its_own_and_those_below(people, feed):
    subscriptions.add(people.cui, people.lecture.campaign, "https://committee.example/a.ics", BEFORE)
    seen = {
        name: len(subscriptions.watched(getattr(people, name)))
        for name in ("lian", "su", "cui", "bao", "gu", "wang")
    }
    assert seen == {"lian": 1, "su": 1, "cui": 2, "bao": 0, "gu": 0, "wang": 0}
    for account in (people.bao, people.gu):
        with pytest.raises(NotFound):
            subscriptions.feed_for(account, feed.id)


def test_organizers_have_no_pulled_calendars(people):
    with pytest.raises(NotFound):
        subscriptions.add(people.gu, people.lecture.campaign, URL, BEFORE)


def test_an_address_is_pulled_once_and_no_more_after_it_was_removed(people, feed, source):
    with pytest.raises(Mistake, match="This address is already registered"):
        subscriptions.add(people.lian, people.lecture.campaign, "webcal://week.example/a.ics", BEFORE)
    subscriptions.remove(feed, BEFORE)
    assert subscriptions.pull_due(BEFORE, source) == 0
    again = subscriptions.add(people.lian, people.lecture.campaign, URL, BEFORE)
    assert again.id != feed.id


class Hanging(Source):
    """One address of which nothing is ever heard, as where the name service hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.never = threading.Event()

    def __call__(self, url: str, etag: str, last_modified: str) -> Fetched:
        if "slow" in url:
            self.never.wait()
        return super().__call__(url, etag, last_modified)


def test_all_are_fetched_side_by_side_and_one_that_hangs_is_left_behind(people, feed, monkeypatch):
    slow = subscriptions.add(people.lian, people.lecture.campaign, "https://slow.example/a.ics", BEFORE)
    both = threading.Barrier(2, timeout=30)
    source = Hanging()

    def meet(url: str, etag: str, last_modified: str) -> Fetched:
        both.wait()  # each of the two is only let on when the other is on its way
        return source(url, etag, last_modified)

    monkeypatch.setattr(subscriptions, "gather", partial(fetch_many.gather, seconds=2))
    assert subscriptions.pull_due(BEFORE, meet) == 2
    source.never.set()
    assert (feed.error, feed.last_result) == (None, {"new": 3})
    assert str(slow.error) == "slow.example took too long to answer."


def test_what_nobody_thought_of_is_told_at_once_and_holds_up_nobody(people, feed, caplog, monkeypatch):
    strange = subscriptions.add(people.lian, people.lecture.campaign, "https://strange.example/a.ics", BEFORE)
    source = Source()

    def fetch(url: str, etag: str, last_modified: str) -> Fetched:
        if "strange" in url:
            raise RuntimeError("nobody thought of this")
        return source(url, etag, last_modified)

    monkeypatch.setattr(subscriptions, "gather", partial(fetch_many.gather, seconds=2))
    assert subscriptions.pull_due(BEFORE, fetch) == 2
    assert feed.last_result == {"new": 3}
    assert str(strange.error) == "strange.example cannot be reached or did not answer correctly."
    assert caplog.messages == ["Fetching from strange.example failed unexpectedly"]


def test_a_tick_that_took_long_leaves_the_rest_to_the_next_one(people, feed, source):
    others = [
        subscriptions.add(people.lian, people.lecture.campaign, f"https://{name}.example/a.ics", BEFORE)
        for name in ("b", "c")
    ]
    assert subscriptions.pull_due(BEFORE, source, patience=0) == 1
    assert [one.pulled_at for one in (feed, *others)] == [BEFORE, None, None]
    assert subscriptions.pull_due(BEFORE, source) == 2
    assert [one.pulled_at for one in others] == [BEFORE, BEFORE]


def test_a_slip_of_ours_over_one_file_is_noted_and_stops_no_other(people, feed, source, monkeypatch, caplog):
    other = subscriptions.add(people.lian, people.lecture.campaign, "https://other.example/a.ics", BEFORE)
    real = subscriptions.read_calendar

    def slip(data: bytes) -> list:
        if not caplog.records:
            raise ZeroDivisionError
        return real(data)

    monkeypatch.setattr(subscriptions, "read_calendar", slip)
    assert subscriptions.pull_due(BEFORE, source) == 2
    assert "The operator can find it in the log" in str(feed.error)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert (other.error, other.last_result) == (None, {"new": 3})


def test_what_was_removed_while_it_was_fetched_is_not_taken_in(app, feed, source):
    def remove_meanwhile(url: str, etag: str, last_modified: str) -> Fetched:
        with app.app_context():
            subscriptions.remove(db.session.get_one(Subscription, feed.id), BEFORE)
        return source(url, etag, last_modified)

    assert subscriptions.pull_due(BEFORE, remove_meanwhile) == 1
    assert (events(feed), feed.pulled_at) == ({}, None)


def test_a_week_long_over_is_not_pulled(feed, source):
    assert subscriptions.pull_due(NINE + timedelta(days=60), source) == 0


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    class Calendar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar")
            self.end_headers()
            self.wfile.write(calendar("a"))

        def log_message(self, *_args: object) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Calendar)
    found.asked = 0
    thread = threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def test_the_tick_pulls_but_not_from_inside_the_network(people, server):
    url = f"http://127.0.0.1:{server.server_port}/a.ics"
    feed = subscriptions.add(people.lian, people.lecture.campaign, url, BEFORE)
    assert tick.tick(BEFORE).feeds == 1
    assert "is an internal network address" in str(feed.error)
    assert server.asked == 0
    allowed = partial(fetching.fetch, allowed=lambda address: address.is_loopback)
    subscriptions.soon(feed, BEFORE)
    subscriptions.pull_due(BEFORE, allowed)
    assert (feed.error, feed.last_result) == (None, {"new": 1})
