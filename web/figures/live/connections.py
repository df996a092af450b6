"""Connections of open live pages, all written to by one thread of a process: none of them holds a thread of the server."""

import logging
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

logger = logging.getLogger("openweek.live")

Page = TypeVar("Page")
END = b""  # a part that ends a stream
TICK = 1.0  # seconds between two looks for what is due by time: pings, ends
SLOW = 20.0  # seconds in which a client takes what it was sent, else its connection is closed
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class _Connection(Generic[Page]):
    """waiting: bytes that the client's machine has not taken yet, since a time."""

    __slots__ = ("chunked", "closed", "ends", "page", "since", "socket", "waiting", "watched")

    def __init__(
        self, connection: socket.socket, page: Page, chunked: bool, closed: Callable[[], None]
    ) -> None:
        self.socket, self.page, self.chunked, self.closed = connection, page, chunked, closed
        self.waiting, self.since, self.ends = b"", 0.0, False
        self.watched = selectors.EVENT_READ

    def framed(self, part: bytes) -> bytes:
        return b"%X\r\n%b\r\n" % (len(part), part) if self.chunked else part


class Connections(Generic[Page]):
    """part: what a page is to be sent now (None: nothing). A client that is slow gets nothing further until it has taken what
    waits for it, and then the latest: the others are not kept waiting, and nothing is piled up."""

    def __init__(self, part: Callable[[Page, float], bytes | None]) -> None:
        self._part = part
        self._added: deque[_Connection[Page]] = deque()
        self._news = False
        self._open: set[_Connection[Page]] = set()
        self._lock = threading.Lock()
        self._selector: selectors.BaseSelector  # from the first connection on
        self._started = False

    def add(self, connection: socket.socket, page: Page, chunked: bool, closed: Callable[[], None]) -> None:
        """closed: called by the thread that writes, once the connection is."""
        connection.setblocking(False)
        self._added.append(_Connection(connection, page, chunked, closed))
        with self._lock:
            if not self._started:
                self._start()
        self._wake()

    def look(self) -> None:
        """There may be something to send."""
        self._news = True
        if self._started:
            self._wake()

    def _start(self) -> None:
        wakes, self._waker = socket.socketpair()
        wakes.setblocking(False)
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(wakes, selectors.EVENT_READ)
        threading.Thread(target=self._run, args=(wakes,), name="live connections", daemon=True).start()
        self._started = True

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # enough wakes wait already
            self._waker.send(b"\0")

    def _run(self, wakes: socket.socket) -> None:
        due = 0.0
        while True:
            for key, events in self._selector.select(TICK if self._open else None):
                if key.data is None:
                    wakes.recv(4096)
                else:
                    self._attend(key.data, events)
            while self._added:
                self._begin(self._added.popleft())
            now = time.monotonic()
            if self._news or now >= due:
                self._news, due = False, now + TICK
                for one in list(self._open):
                    self._advance(one, now)

    def _begin(self, one: _Connection[Page]) -> None:
        self._open.add(one)
        self._selector.register(one.socket, one.watched, one)
        self._advance(one, time.monotonic())

    def _attend(self, one: _Connection[Page], events: int) -> None:
        """A client takes more, or has gone."""
        if events & selectors.EVENT_WRITE:
            self._send(one)
            self._advance(one, time.monotonic())
        if events & selectors.EVENT_READ and one in self._open and _has_gone(one.socket):
            self._close(one)

    def _advance(self, one: _Connection[Page], now: float) -> None:
        """Send what is new."""
        if one.waiting and now - one.since > SLOW:
            self._close(one)
        try:
            while one in self._open and not one.waiting and (part := self._part(one.page, now)) is not None:
                one.ends, one.waiting, one.since = part == END, one.framed(part), now
                self._send(one)
        except Exception:
            logger.exception("a live page is closed")  # the others go on
            self._close(one)

    def _send(self, one: _Connection[Page]) -> None:
        """What the client's machine takes now of that which waits. It is closed where it is gone, and after its last part."""
        try:
            one.waiting = one.waiting[one.socket.send(one.waiting) :] if one.waiting else b""
        except _NOT_NOW:
            pass
        except OSError:
            self._close(one)
            return
        if one.ends and not one.waiting:
            self._close(one)
            return
        watched = selectors.EVENT_READ | (selectors.EVENT_WRITE if one.waiting else 0)
        if watched != one.watched:
            self._selector.modify(one.socket, watched, one)
            one.watched = watched

    def _close(self, one: _Connection[Page]) -> None:
        if one not in self._open:
            return
        self._open.remove(one)
        self._selector.unregister(one.socket)
        with suppress(OSError):
            one.socket.shutdown(socket.SHUT_WR)
        one.socket.close()
        one.closed()


def _has_gone(connection: socket.socket) -> bool:
    try:
        return not connection.recv(4096)  # nothing that a client may say matters
    except _NOT_NOW:
        return False
    except OSError:
        return True
