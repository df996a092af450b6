"""Live pages that are told of changes: what is sent, to whom, and how streams end."""

import json
import threading
import time
from datetime import timedelta
from functools import partial
from socket import socketpair

import pytest

from models import clock
from models.db import db
from models.organizations.tables import Account
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, make_event, session
from tests.support.servers import processes
from tests.support.servers.watchers import Watchers, desk_cookie, wait_until
from web.figures.live import connections as live_connections
from web.figures.live import pauses as live_pauses
from web.figures.live import streams as live_streams
from web.figures.live.messages import message
from web.figures.live.pauses import Allowance, pause_after
from web.figures.live.slow_parts import SlowParts
from web.figures.live.streams import LiveStreams
from web.server.hand_over import HandOver

FIRST = {"tag": "a-en", "visits": 1, "html": "<p>\n1\n</p>"}
SECOND = {"tag": "b-en", "visits": 2, "html": "<p>\n2\n</p>"}
LONGER = {"tag": "c-en", "visits": 3, "html": "<p>\n3\n<b>\n</p>"}
TOPIC = (1, "en")
PAGES = 300
MUCH = 4_000_000  # bytes: more than the system keeps for a client that does not read


def data_of(event: bytes) -> dict:
    head, kind, data = event.decode().strip().split("\n")
    assert (head[:4], kind) == ("id: ", "event: figures")
    return json.loads(data.removeprefix("data: ")) | {"id": head[4:]}


def test_a_message_names_the_lines_that_differ():
    first, second, longer = message(FIRST, None), message(SECOND, FIRST), message(LONGER, SECOND)
    assert data_of(first.since(None)) == FIRST | {"id": "a-en"}
    changes = {"tag": "b-en", "visits": 2, "base": "a-en", "lines": [[1, "2"]], "id": "b-en"}
    assert data_of(second.since("a-en")) == changes
    assert data_of(second.since(None)) == data_of(second.since("x-en")) == SECOND | {"id": "b-en"}
    assert data_of(longer.since("b-en")) == LONGER | {"id": "c-en"}


def test_the_pause_follows_the_work_of_a_count_and_not_what_it_waits_for():
    waited, worked, heavy = pause_after(0.2, 0.02), pause_after(0.2, 0.1), pause_after(2.0, 0.4)
    assert (waited, worked, heavy) == (0.25, pytest.approx(0.3), pytest.approx(1.2))
    slow_database, behind_opening_pages = pause_after(0.4, 0.02), pause_after(2.7, 0.005)
    assert (slow_database, behind_opening_pages) == (0.4, 0.5)


def pauses(work, every, looks):
    """Of looks that take so much of a processor, with a scan after each pause, or after `every` seconds."""
    now, found = 0.0, []
    allowance = Allowance(now)
    for _look in range(looks):
        now += work
        found.append(allowance.pause_after(work, work, now))
        now += max(found[-1], every)
    return found


def test_scans_now_and_then_are_seen_at_once_and_many_in_turns():
    """What ten views together take is 0.2 s; beside check-ins they get a quarter of a processor and no more."""
    assert max(pauses(0.2, every=1.0, looks=50)) == 0.25
    assert max(pauses(0.2, every=0.0, looks=4)) < 0.4
    busy = pauses(0.2, every=0.0, looks=200)
    assert 0.24 < 0.2 * 200 / (sum(busy) + 0.2 * 200) < 0.27
    assert max(busy) < 0.7
    assert max(pauses(0.01, every=0.0, looks=200)) == 0.25


def test_slow_parts_have_a_pause_of_their_own():
    parts = SlowParts()

    def count(_now):
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        return 7

    found = [parts.of("part", NINE, timedelta(seconds=3), count) for _ in range(2)]
    assert (found, 0.02 <= parts.seconds() < 0.04) == ([7, 7], True)  # counted once


def test_slow_parts_that_are_known_wait_for_the_figures_that_are_not_slow():
    parts, asked = SlowParts(), []
    hour = timedelta(hours=1)

    def part(name, now):
        return parts.of(
            name, now, timedelta(seconds=3), lambda instant: asked.append((name, instant)) or len(asked)
        )

    with parts.later():
        assert [part("a", NINE), part("b", NINE)] == [1, 2]  # not known: counted at once
    versions = parts.version("a"), parts.version("b")
    with parts.later():
        assert [part("a", NINE + hour), part("b", NINE + hour), part("a", NINE + hour)] == [1, 2, 1]
    assert (parts.version("a"), parts.version("b")) == versions
    late = NINE + 2 * hour
    parts.count_due(late)
    assert (asked[2:], parts.version("b")) == ([("a", late)], versions[1])
    assert parts.version("a") != versions[0]
    parts.count_due(late)
    parts.count_due(late)
    assert asked[3:] == [("b", late)]
    assert [part("a", late), part("b", late)] == [3, 4]
    assert [part("a", late + hour)] == [5]  # for a request that asks: at once


def test_a_part_is_drawn_once_for_each_count():
    parts, first, second = SlowParts(), object(), object()
    drawn = iter("abcdef")

    def draw():
        return next(drawn)

    found = [
        parts.drawing(key, part, draw)
        for key, part in [("zh", first), ("zh", first), ("en", first), ("zh", second), ("en", first)]
    ]
    assert found == ["a", "a", "b", "c", "b"]


class Week:
    """What the database holds, and how often it was read."""

    def __init__(self) -> None:
        self.now, self.reads, self.error = FIRST, 0, False
        self.streams = LiveStreams(self.read)

    def read(self, _event_id, tags):
        self.reads += 1
        if self.error:
            raise OSError("away")
        return {name: self.now for name, tag in tags.items() if tag != self.now["tag"]}

    def watch(self, tag=None, may_watch=lambda: True):
        stream = self.streams.open(TOPIC, tag, may_watch)
        assert next(stream) == b"retry: 2000\n\n"
        return stream


@pytest.fixture
def week(monkeypatch):
    monkeypatch.setattr(live_pauses, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(live_pauses, "SHARE", 0)
    week = Week()
    yield week
    week.streams.stopping = lambda: True
    assert wait_until(lambda: not threads())


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "live figures"]


def test_a_change_is_sent_to_everybody_and_read_by_one_thread(week):
    streams = [week.watch() for _ in range(5)]
    assert [data_of(next(stream))["visits"] for stream in streams] == [1] * 5
    assert len(threads()) == 1
    week.now = SECOND
    assert [data_of(next(stream)).get("lines") for stream in streams] == [[[1, "2"]]] * 5
    for stream in streams:
        stream.close()
    assert (week.streams.count(), wait_until(lambda: not threads())) == (0, True)
    reads = week.reads
    time.sleep(0.1)
    assert week.reads == reads  # nobody watches, nothing is read


def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_twice(week):
    stream = week.watch()
    assert data_of(next(stream))["id"] == "a-en"
    stream.close()
    week.now = SECOND
    other = week.watch()
    next(other)
    back = week.watch("a-en")
    assert data_of(next(back)) == SECOND | {"id": "b-en"}
    knows = week.watch("b-en")
    week.now = {**SECOND, "tag": "d-en", "visits": 4}
    assert data_of(next(knows)) == {"tag": "d-en", "visits": 4, "base": "b-en", "lines": [], "id": "d-en"}
    for each in (other, back, knows):
        each.close()


def test_a_server_that_gives_connections_away(week):
    week.streams.hands_over = True
    stream = week.watch("a-en")
    with pytest.raises(HandOver) as given:
        next(stream)
    stream.close()  # the server's, of the answer
    assert week.streams.count() == 1
    client, server = socketpair()
    ended = []
    given.value.take(server, lambda: ended.append(week.streams.count()))
    week.now = SECOND
    client.settimeout(20)
    assert b'"visits": 2' in client.recv(4096)
    client.close()
    assert wait_until(lambda: ended == [0])


def test_without_a_thread_to_write_no_place_is_lost(week, monkeypatch):
    week.streams.hands_over = True
    stream = week.watch("a-en")
    with pytest.raises(HandOver) as given:
        next(stream)

    def no_thread(*_args, **_options):
        raise RuntimeError("can't start new thread")

    client, server = socketpair()
    with client, server, monkeypatch.context() as patch:
        patch.setattr(live_connections.threading, "Thread", no_thread)
        with pytest.raises(RuntimeError):
            given.value.take(server, lambda: pytest.fail("It is the server's still."))
    assert week.streams.count() == 0


def test_without_a_thread_to_look_the_page_asks_and_later_ones_open(week, monkeypatch):
    def no_thread(*_args, **_options):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(live_streams.threading, "Thread", no_thread)
        assert week.streams.open(TOPIC, None, lambda: True) is None
    assert week.streams.count() == 0
    stream = week.watch()
    assert data_of(next(stream))["visits"] == 1
    stream.close()


def test_a_database_that_is_away_ends_also_a_page_that_has_not_taken_what_waits(week, monkeypatch):
    """Else it would stay open, with figures of before."""
    monkeypatch.setattr(live_streams, "END_SECONDS", 0.05)
    week.streams.hands_over = True
    week.now = {**FIRST, "html": "x" * MUCH}
    stream = week.watch()
    with pytest.raises(HandOver) as given:
        next(stream)
    client, server = socketpair()
    client.settimeout(20)
    given.value.take(server, lambda: None)
    assert client.recv(1)  # the rest waits
    week.error = True
    assert wait_until(lambda: not threads())
    week.error, got = False, b""
    while more := client.recv(1_000_000):
        got = got[-10:] + more
    assert got[-5:] == b"0\r\n\r\n"
    client.close()


def test_a_server_that_ends_waits_for_no_pause(week, monkeypatch):
    stream = week.watch("a-en")
    reads = week.reads
    monkeypatch.setattr(Allowance, "pause_after", lambda *_: 60.0)
    assert wait_until(lambda: week.reads > reads)
    began = time.monotonic()
    week.streams.stopping = lambda: True
    assert list(stream) == []
    stream.close()
    assert time.monotonic() - began < 30


def test_no_more_streams_than_there_are_places(week):
    week.streams.most = 2
    first, second = week.watch(), week.watch()
    assert week.streams.open(TOPIC, None, lambda: True) is None
    first.close()
    third = week.watch()
    second.close()
    third.close()
    third.close()
    assert week.streams.count() == 0


def test_a_ping_and_an_account_that_may_no_longer_watch(week, monkeypatch):
    monkeypatch.setattr(live_streams, "PING_EVERY", 0.05)
    monkeypatch.setattr(live_streams, "RIGHTS_EVERY", 0.2)
    allowed = [True]
    stream = week.watch("a-en", lambda: allowed[0])
    assert next(stream) == b"event: ping\ndata: {}\n\n"
    allowed[0] = False
    rest = list(stream)
    assert (rest[0], rest[-1]) == (b"event: ping\ndata: {}\n\n", b"event: over\ndata: {}\n\n")
    stream.close()


def test_a_database_that_is_away_ends_the_streams_and_later_ones_open(week, caplog):
    stream = week.watch()
    next(stream)
    week.error = True
    assert list(stream) == []
    stream.close()
    assert "cannot be read" in caplog.text
    assert wait_until(lambda: not threads())
    week.error = False
    again = week.watch()
    assert data_of(next(again))["visits"] == 1
    again.close()


def test_a_server_that_ends_ends_its_streams(week):
    stream = week.watch()
    next(stream)
    week.streams.stopping = lambda: True
    assert list(stream) == []
    stream.close()
    assert week.streams.open(TOPIC, None, lambda: True) is None


@pytest.mark.parametrize(("who", "status"), [("gu", 200), ("cui", 200), ("wang", 404), (None, 303)])
def test_who_may_watch(app, client, people, who, status):
    if who:
        client.set_cookie(*desk_cookie(app, getattr(people, who).id).split("=", 1), path="/desk/")
    path = f"/desk/events/{people.lecture.id}/live.events"
    answer = client.get(path, headers={"Accept": "application/json"})
    answer.close()
    assert answer.status_code == status
    if status == 200:
        assert (answer.mimetype, answer.headers["Cache-Control"]) == (
            "text/event-stream",
            "private, no-store",
        )
    assert app.extensions["openweek.live_streams"].count() == 0


def test_without_a_free_thread_the_page_is_told_to_ask(app, client, people):
    app.extensions["openweek.live_streams"].most = 0
    client.set_cookie(*desk_cookie(app, people.gu.id).split("=", 1), path="/desk/")
    path = f"/desk/events/{people.lecture.id}/live.events"
    answer = client.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert client.get(path.replace(".events", ".json")).status_code == 200


def _all_show(watchers, number):
    return {one.seen[-1][1] for one in watchers.open} == {number}


def test_watchers_of_the_served_week(live_server):
    """300 pages over two processes see a scan; what goes is noticed; a server that stops ends their streams."""
    app = live_server.app
    with app.app_context():
        campaign = load_week()
        people, now = make_people(campaign), clock.now()
        event = make_event(campaign, lead=None, occurrences=(session(now, 1, campaign.today(now)),))
        event.lead_id = people.gu.organization_id
        db.session.commit()
        device, cookie, event_id = make_device(event), desk_cookie(app, people.gu.id), event.id
        account_id = people.gu.id
    watchers = Watchers(live_server.url, f"/desk/events/{event_id}/live.events", cookie)
    try:
        watchers.add(PAGES)
        assert wait_until(lambda: all(one.seen for one in watchers.open), 60)
        assert {one.seen[0][1] for one in watchers.open} == {0}
        assert all(b"text/event-stream" in one.heard for one in watchers.open)
        for number in (1, 2):  # the second changes lines of the first
            with app.app_context():
                device.touch("youth", clock.now())
            assert wait_until(partial(_all_show, watchers, number))
        assert all(b'"lines"' in one.heard for one in watchers.open)
        workers = processes.workers(live_server.process_id)
        files = sum(map(processes.open_files, workers))
        for one in watchers.open[PAGES // 2 :]:
            watchers.leave(one)
        fewer = files - PAGES // 2
        assert wait_until(lambda: sum(map(processes.open_files, workers)) <= fewer)
        tag = watchers.open[0].heard.rsplit(b"id: ", 1)[1].split(b"\n")[0].decode()
        back = watchers.add(1, f"Last-Event-ID: {tag}")[0]
        assert wait_until(lambda: b"text/event-stream" in back.heard)
        assert live_server.get("/healthz") == (200, b"ok\n")
        with app.app_context():
            db.session.get(Account, account_id).closed_at = clock.now()
            db.session.commit()
        refused = watchers.add(1)[0]
        assert wait_until(lambda: b"HTTP/1.1" in refused.heard)
        assert b"text/event-stream" not in refused.heard
        assert [number for _at, number in back.seen] == []
        live_server.stop()
        streams = [one for one in watchers.open if one is not refused]
        assert wait_until(lambda: all(one.ended_at for one in streams))
        assert {one.heard[-5:] for one in streams} == {b"0\r\n\r\n"}  # an end, not a broken connection
    finally:
        watchers.close()
