"""The thread that writes to all open live pages: what clients get that read, read slowly, or go."""

import socket
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest

from tests.support.servers.watchers import wait_until
from web.figures.live import connections as live_connections
from web.figures.live.connections import END, Connections

MUCH = 4_000_000  # bytes: more than the system keeps for a client that does not read


class Page:
    """What is to be sent next; the client's end of the connection."""

    def __init__(self, pages, chunked=True):
        self.parts, self.ended = [], []
        self.client, server = socket.socketpair()
        self.client.settimeout(20)
        pages.add(server, self, chunked, lambda: self.ended.append(True))

    def reads(self, expected):
        got = b""
        while len(got) < len(expected) and (more := self.client.recv(65536)):
            got += more
        return got == expected

    def takes(self, count):
        while count:
            count -= len(self.client.recv(min(count, 65536)))

    def ends(self):
        return wait_until(lambda: self.ended == [True])


@pytest.fixture
def pages():
    return Connections(lambda page, _now: page.parts.pop(0) if page.parts else None)


@pytest.fixture
def open_page(pages):
    opened = []

    def make(*chunked):
        opened.append(Page(pages, *chunked))
        return opened[-1]

    yield make
    for page in opened:
        page.client.close()
        assert page.ends()


@pytest.mark.parametrize(
    ("chunked", "expected"), [(True, b"4\r\nnews\r\n5\r\nlater\r\n0\r\n\r\n"), (False, b"newslater")]
)
def test_what_is_sent_until_the_end(pages, open_page, chunked, expected):
    page = open_page(chunked)
    page.parts += [b"news", b"later", END]
    pages.look()
    assert page.reads(expected)
    assert (page.client.recv(1), page.ends()) == (b"", True)


def test_who_reads_slowly_holds_nobody_and_gets_what_waits_then_the_next(pages, open_page, monkeypatch):
    slow, other = open_page(), open_page()
    slow.parts += [b"x" * MUCH, b"next"]
    pages.look()
    assert wait_until(lambda: len(slow.parts) == 1)
    other.parts += [b"a"]
    pages.look()
    assert other.reads(b"1\r\na\r\n")
    assert slow.parts == [b"next"]  # not fetched before the first is gone
    assert slow.reads(b"3D0900\r\n" + b"x" * MUCH + b"\r\n4\r\nnext\r\n")
    slow.parts += [b"x" * MUCH]
    pages.look()
    assert wait_until(lambda: not slow.parts)
    monkeypatch.setattr(live_connections, "SLOW", 0.0)
    pages.look()
    assert slow.ends()
    other.parts += [b"b"]
    pages.look()
    assert other.reads(b"1\r\nb\r\n")


def test_who_goes_is_noticed_at_once_and_a_page_that_fails_alone_is_closed(pages, open_page, caplog):
    gone, talks, failing, other = (open_page() for _ in range(4))
    gone.client.close()
    assert gone.ends()
    talks.client.send(b"GET / HTTP/1.1\r\n\r\n")  # not heard
    failing.parts += [None, "no bytes"]
    pages.look()
    pages.look()
    assert failing.ends()
    assert "a live page is closed" in caplog.text
    for page in (talks, other):
        page.parts += [b"a"]
        pages.look()
        assert (page.reads(b"1\r\na\r\n"), page.ended) == (True, [])


def test_who_takes_something_is_not_closed_however_long_the_whole_takes(pages, open_page, monkeypatch):
    now = [time.monotonic()]  # moved on by this test, whatever pauses the machine makes
    monkeypatch.setattr(live_connections, "time", SimpleNamespace(monotonic=lambda: now[0]))
    slow, other = open_page(), open_page()
    slow.parts += [b"x" * MUCH]
    pages.look()
    assert wait_until(lambda: not slow.parts)
    connection = next(one for one in pages._open if one.page is slow)
    assert wait_until(lambda: 0 < len(connection.waiting) < MUCH)
    for _ in range(5):
        now[0] += live_connections.SLOW * 0.6
        left = len(connection.waiting)
        # More than the system keeps, so that something was sent again; not without end, since one send goes on for as long as
        # its client takes, and may hand over the whole.
        slow.takes(600_000)
        assert wait_until(lambda left=left: 0 < len(connection.waiting) < left)
        for _ in range(2):  # after the second answer the whole of the first look is over
            other.parts += [b"a"]
            pages.look()
            assert other.reads(b"1\r\na\r\n")
    assert slow.ended == []
    monkeypatch.setattr(live_connections, "SLOWEST", 0.0)
    pages.look()
    assert slow.ends()


def test_who_talks_without_end_is_closed(open_page):
    talks = open_page()
    with suppress(OSError):
        for _ in range(40):
            talks.client.sendall(b"x" * 4096)
    assert talks.ends()


def test_a_connection_that_cannot_be_taken_or_counted_off_ends_alone(pages, open_page, caplog):
    other, dead = open_page(), []
    client, server = socket.socketpair()
    page = Page.__new__(Page)
    page.parts = []

    def closed():
        dead.append(True)
        raise LookupError

    pages.add(server, page, True, closed)
    client.close()
    assert wait_until(lambda: dead == [True])
    client, server = socket.socketpair()
    server_of_system = server.detach()  # it is no file any more
    gone = socket.socket(fileno=server_of_system)
    gone.setblocking(False)
    pages._added.append(live_connections._Connection(gone, page, True, lambda: dead.append(True)))
    gone.close()
    pages.look()
    assert wait_until(lambda: len(dead) == 2)
    client.close()
    other.parts += [b"a"]
    pages.look()
    assert other.reads(b"1\r\na\r\n")
    assert "not counted off" in caplog.text


def test_at_the_servers_end_who_has_not_taken_what_waits_is_not_waited_for(pages, open_page):
    slow = open_page()
    slow.parts += [b"x" * MUCH]
    pages.look()
    assert wait_until(lambda: not slow.parts)
    pages.end()
    assert slow.ends()
