"""gunicorn's threaded worker, with time limits on what a client sends and on how it takes its answer, an end that loses no
connection, and connections that it gives away: an open live page holds none of its threads.

Without the limits a client that sends half a request, or does not read the answer, keeps a thread for as long as it likes.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import PollableMethodQueue, TConn, ThreadWorker

from models.transactions import answer_limit
from web.server.hand_over import HandOver
from web.server.sending import SendingSocket

HEADER_SECONDS = 10.0  # from the first byte of a request to the end of its head
SLOWEST = 8 * 1024  # bytes a second that a body has to come with, beyond that time
MOST_UNREAD = (
    64 * 1024 * 1024
)  # bytes, of a body that was too large; the two seconds of gunicorn bound it, too
STREAMS = ".events"  # paths of streams: no further request comes on their connections


_GIVEN_AWAY = object()


class Connection(TConn):
    """A connection whose requests have to come within a time."""

    _deadline = 0.0
    _closed = False

    def begin_request(self) -> None:
        self._deadline = time.monotonic() + HEADER_SECONDS

    def init(self) -> None:
        begins = not self.initialized
        super().init()
        if begins and not self.is_http2:
            parser: Any = self.parser
            parser.unreader.chunk = self._receive

    def _receive(self, size_hint: int | None = None) -> bytes:
        """What the parser reads next. Raises NoMoreData once the time is up.

        A time limit of the socket's own, as gunicorn sets it to read the rest of a body, stays in force."""
        parser: Any = self.parser
        unreader = parser.unreader
        own = self.sock.gettimeout()
        left = max(self._deadline - time.monotonic(), 0.001)
        self.sock.settimeout(left if own is None else min(own, left))
        try:
            data: bytes = type(unreader).chunk(unreader, size_hint)
        except TimeoutError:
            if own is not None:
                raise
            raise NoMoreData from None
        finally:
            self.sock.settimeout(own)
        self._deadline += len(data) / SLOWEST
        return data

    def close(self, graceful: bool = False) -> None:
        """Once; gracefully after what is left of a refused body was read, or the client has its connection reset, no answer."""
        if self._closed:
            return
        self._closed = True
        if graceful:
            self.sock.setblocking(True)
            util.close_graceful(self.sock, max_drain=MOST_UNREAD)
        else:
            super().close()


class MethodQueue(PollableMethodQueue):
    """gunicorn's, which once closed writes to no file. Threads may end long after their worker has closed it, and the numbers of
    its pipe may be those of a database by then: a byte written there would damage it."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = threading.RLock()  # a signal may come within defer(), and calls it
        self._closed = False

    def defer(self, callback: Callable[..., object], *args: object) -> None:
        with self._closing:
            if not self._closed:
                super().defer(callback, *args)

    def close(self) -> None:
        with self._closing:
            if not self._closed:
                self._closed = True
                super().close()


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.method_queue = MethodQueue()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.cfg.threads, initializer=answer_limit.of_requests)

    def accept(self, listener: Any) -> None:
        self._take(listener)

    def _take(self, listener: Any) -> bool:
        """Accept one connection; whether there was one."""
        try:
            client, address = listener.accept()
        except OSError:  # none waits, or it has gone again
            return False
        client.setblocking(True)
        self.nr_conns += 1
        self.enqueue_req(Connection(self.cfg, client, address, listener.getsockname()))
        return True

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            # Closing the listener resets the connections that wait in it: they are taken first, and it is closed at once.
            for listener in self.sockets:
                while self._take(listener):
                    pass
                listener.close()

    def handle(self, conn: TConn) -> Any:
        if isinstance(conn, Connection):
            conn.begin_request()
        try:
            kept = super().handle(conn)
        except HandOver as given:
            conn.parser = None  # it refers to the connection, as this to it
            given.take(conn.sock, partial(self.method_queue.defer, self._count_closed))
            return _GIVEN_AWAY
        if not kept:
            # It waits up to two seconds for the client to close. gunicorn would do so in the thread that accepts all others.
            conn.close(graceful=True)
        return kept

    def handle_request(self, req: Any, conn: TConn) -> Any:
        if req.path.endswith(STREAMS):
            req.force_close()
        sock: Any = conn.sock
        conn.sock = SendingSocket(sock)  # type: ignore[assignment]
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = sock

    def finish_request(self, conn: TConn, fs: Any) -> None:
        if fs.cancelled() or fs.exception() or fs.result() is not _GIVEN_AWAY:
            super().finish_request(conn, fs)

    def _count_closed(self) -> None:
        self.nr_conns -= 1
