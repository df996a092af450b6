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
from functools import partial
from typing import Generic, TypeVar

logger = logging.getLogger("openweek.live")

Page = TypeVar("Page")
END = b""  # a part that ends a stream
TICK = 1.0  # seconds between two looks for what is due by time: pings, ends
SLOW = 20.0  # seconds in which a client takes something of what it was sent, else its connection is closed
SLOWEST = 300.0  # seconds in which it takes the whole
TALK = 64 * 1024  # bytes that a client may send: a browser sends none
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class _Connection(Generic[Page]):
    """waiting: bytes that the client's machine has not taken yet, of a part begun at a time; moved: when it last took some."""

    __slots__ = (
        "begun",
        "chunked",
        "closed",
        "ends",
        "heard",
        "moved",
        "page",
        "socket",
        "waiting",
        "watched",
    )

    def __init__(
        self, connection: socket.socket, page: Page, chunked: bool, closed: Callable[[], None]
    ) -> None:
        self.socket, self.page, self.chunked, self.closed = connection, page, chunked, closed
        self.waiting, self.begun, self.moved, self.ends = b"", 0.0, 0.0, False
        self.heard = 0  # bytes
        self.watched = selectors.EVENT_READ

    def framed(self, part: bytes) -> bytes:
        return b"%X\r\n%b\r\n" % (len(part), part) if self.chunked else part

    def is_slow(self, now: float) -> bool:
        return bool(self.waiting) and (now - self.moved > SLOW or now - self.begun > SLOWEST)

    def is_over(self) -> bool:
        """Whether the client has gone, or talks without end; nothing that it may say matters."""
        try:
            heard = self.socket.recv(4096)
        except _NOT_NOW:
            return False
        except OSError:
            return True
        self.heard += len(heard)
        return not heard or self.heard > TALK


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
        self._ending = False

    def add(self, connection: socket.socket, page: Page, chunked: bool, closed: Callable[[], None]) -> None:
        """closed: called by the thread that writes, once the connection is. Raises RuntimeError where the system gives no
        thread: then the connection is still the caller's."""
        with self._lock:
            if not self._started:
                self._start()
        connection.setblocking(False)
        self._added.append(_Connection(connection, page, chunked, closed))
        self._wake()

    def look(self) -> None:
        """There may be something to send."""
        self._news = True
        if self._started:
            self._wake()

    def end(self) -> None:
        """The server ends: who has not taken what waits is not waited for."""
        self._ending = True
        self.look()

    def _start(self) -> None:
        wakes, waker = socket.socketpair()
        wakes.setblocking(False)
        waker.setblocking(False)
        selector = selectors.DefaultSelector()
        selector.register(wakes, selectors.EVENT_READ)
        self._waker, self._selector = waker, selector
        try:
            threading.Thread(target=self._run, args=(wakes,), name="live connections", daemon=True).start()
        except RuntimeError:
            for each in (selector, wakes, waker):
                each.close()
            raise
        self._started = True

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # enough wakes wait already
            self._waker.send(b"\0")

    def _run(self, wakes: socket.socket) -> None:
        due = 0.0
        while True:
            for key, events in self._selector.select(TICK if self._open else None):
                if key.data is None:
                    with suppress(BlockingIOError):
                        wakes.recv(4096)
                else:
                    self._try(key.data, partial(self._attend, key.data, events))
            while self._added:
                added = self._added.popleft()
                self._try(added, partial(self._begin, added))
            now = time.monotonic()
            if self._news or now >= due:
                self._news, due = False, now + TICK
                for one in list(self._open):
                    self._try(one, partial(self._advance, one, now))

    def _try(self, one: _Connection[Page], act: Callable[[], None]) -> None:
        """A connection that fails is closed; the others go on, and so does the thread."""
        try:
            act()
        except Exception:
            logger.exception("a live page is closed")
            self._close(one)

    def _begin(self, one: _Connection[Page]) -> None:
        self._open.add(one)
        self._selector.register(one.socket, one.watched, one)
        self._advance(one, time.monotonic())

    def _attend(self, one: _Connection[Page], events: int) -> None:
        """A client takes more, or has gone."""
        if events & selectors.EVENT_WRITE:
            self._send(one)
            self._advance(one, time.monotonic())
        if events & selectors.EVENT_READ and one in self._open and one.is_over():
            self._close(one)

    def _advance(self, one: _Connection[Page], now: float) -> None:
        """Send what is new."""
        if one.is_slow(now) or (self._ending and one.waiting):
            self._close(one)
        while one in self._open and not one.waiting and (part := self._part(one.page, now)) is not None:
            one.ends, one.waiting, one.begun, one.moved = part == END, one.framed(part), now, now
            self._send(one)

    def _send(self, one: _Connection[Page]) -> None:
        """What the client's machine takes now of that which waits. It is closed where it is gone, and after its last part."""
        try:
            if one.waiting:
                one.waiting = one.waiting[one.socket.send(one.waiting) :]
                one.moved = time.monotonic()
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
        with suppress(KeyError, ValueError):  # it was never registered, or is no file any more
            self._selector.unregister(one.socket)
        with suppress(OSError):
            one.socket.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            one.socket.close()
        try:
            one.closed()
        except Exception:
            logger.exception("a live page is closed, and not counted off")
