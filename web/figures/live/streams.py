"""Open live pages of this process, which get changes as server-sent events.

One thread looks for changes while somebody watches, and only then; a change is counted and worded once and sent as the lines
of markup that differ. Where the server lets go of a connection (web.server.worker), one thread writes to all open pages;
elsewhere each is a sleeping thread of the server. None holds a database connection.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from functools import partial
from socket import socket

from models.transactions import answer_limit, database_errors
from web.figures.live import pauses
from web.figures.live.connections import END, Connections
from web.figures.live.messages import OVER, PING, RETRY, Message, Payload, message
from web.server.hand_over import HandOver

logger = logging.getLogger("openweek.live")

MOST = 800  # streams of one process
MOST_OF_NETWORK = 20  # of these, opened by strangers of one network
EACH = 0.0005  # seconds for every stream that a change is sent to: check-ins go first
PING_EVERY = 10.0  # seconds; where a thread waits, the server sees at a write only that a client has gone
RIGHTS_EVERY = 30.0  # seconds between two checks that the account may still see the event
RIGHTS_AT_ONCE = 20  # such checks between two looks for changes
END_SECONDS = 1.0  # in which the clients of streams that end take what waits
LIFE = 600.0  # seconds; then the page opens another stream, with its present cookie

Topic = tuple[Hashable, str]  # what is watched (web.figures.live.views), language


class _Page:
    """One open page: what it was sent last, and whether it may go on. Thousands may be open: it is small."""

    __slots__ = ("checked", "may_watch", "network", "opened", "over", "refused", "sent", "tag", "topic")

    def __init__(self, topic: Topic, tag: str | None, may_watch: Callable[[], bool], network: str) -> None:
        self.topic, self.tag, self.may_watch, self.network = topic, tag, may_watch, network
        self.opened = self.checked = self.sent = time.monotonic()
        self.refused = self.over = False


class LiveStreams:
    """read: the payloads of a view by language, without those that have the tag given. Called by the one thread that
    looks for changes. count_slow_part: one that reads many rows and was left out by read. seconds_of_slow_parts: of a
    processor, spent by this thread on those."""

    def __init__(
        self,
        read: Callable[[Hashable, dict[str, str | None]], dict[str, Payload]],
        count_slow_part: Callable[[], None] = lambda: None,
        seconds_of_slow_parts: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._read = read
        self._count_slow_part = count_slow_part
        self._seconds_of_slow_parts = seconds_of_slow_parts
        self._changed = threading.Condition()
        self._pages: dict[Topic, set[_Page]] = {}
        self._payloads: dict[Topic, Payload] = {}
        self._messages: dict[Topic, Message] = {}
        self._due: dict[Hashable, float] = {}
        self._looking = False
        self._closed = False
        self._connections = Connections(self.part)
        self.most = MOST
        self.stopping: Callable[[], bool] = lambda: False  # whether the server is about to end
        self.hands_over = False  # whether the server gives connections away (web.server.hand_over)

    def open(
        self,
        topic: Topic,
        tag: str | None,
        may_watch: Callable[[], bool],
        leave_free: int = 0,
        chunked: bool = True,
        network: str = "",
    ) -> "LiveStream | None":
        """The stream of a view in a language; None where this process has as many as it can. tag: of what the page
        shows already. may_watch: asked again and again. leave_free: places for others. chunked: how the body is sent.
        network: of a stranger, who has few places."""
        with self._changed:
            if self._closed or self.stopping() or self.count() >= self.most - leave_free:
                return None
            if network and self._count_of(network) >= MOST_OF_NETWORK:
                return None
            if not self._looking:
                try:
                    threading.Thread(target=self._look, name="live figures", daemon=True).start()
                except RuntimeError:
                    logger.exception("no thread looks for changes")
                    return None
                self._looking = True
            page = _Page(topic, tag, may_watch, network)
            self._pages.setdefault(topic, set()).add(page)
        return LiveStream(self, page, chunked)

    def count(self) -> int:
        with self._changed:
            return sum(map(len, self._pages.values()))

    def _count_of(self, network: str) -> int:
        return sum(page.network == network for pages in self._pages.values() for page in pages)

    def leave(self, page: _Page) -> None:
        with self._changed:
            pages = self._pages.get(page.topic, set())
            pages.discard(page)
            if not pages:
                self._pages.pop(page.topic, None)
                self._payloads.pop(page.topic, None)
                self._messages.pop(page.topic, None)
            if self._closed:
                self._changed.notify_all()

    def part(self, page: _Page, now: float) -> bytes | None:
        """What a page is to be sent now; END: its stream ends."""
        if self._closed or page.over or now - page.opened > LIFE:
            return END
        if page.refused:
            page.over = True
            return OVER
        news = self._messages.get(page.topic)
        if news is not None and news.tag != page.tag:
            page.sent, tag, page.tag = now, page.tag, news.tag
            return news.since(tag)
        if now - page.sent > PING_EVERY:
            page.sent = now
            return PING
        return None

    def wait_for_part(self, page: _Page) -> bytes:
        """The next part of a page whose thread waits for it."""
        with self._changed:
            while (part := self.part(page, now := time.monotonic())) is None:
                self._changed.wait(max(0.0, page.sent + PING_EVERY - now) + 0.001)
            return part

    def keep(self, page: _Page, chunked: bool, connection: socket, closed: Callable[[], None]) -> None:
        """Write to a connection from now on, in the thread that writes to all."""

        def left() -> None:
            self.leave(page)
            closed()

        try:
            self._connections.add(connection, page, chunked, left)
        except BaseException:
            self.leave(page)
            raise

    def _tell(self) -> None:
        """Under the lock."""
        self._changed.notify_all()
        self._connections.look()

    def _look(self) -> None:
        """Until no page is open, the server ends, or the database cannot be read: then pages ask and show what is wrong."""
        answer_limit.of_requests()  # open pages wait for it
        allowance = pauses.Allowance(time.monotonic())
        try:
            while self._goes_on():
                if self.stopping():
                    break
                begun, work = time.monotonic(), self._work()
                self._look_once()
                ended = time.monotonic()
                pause = allowance.pause_after(ended - begun, self._work() - work, ended)
                self._check_rights()
                self._count_slow_part()
                self._rest(ended + pause)
            else:
                return
        except Exception as error:  # noqa: BLE001 - it is logged
            what = "live figures cannot be read; %s streams are closed"
            database_errors.log_failure(error, logger, what, self.count())
        self._close_all()

    def _rest(self, until: float) -> None:
        """In short sleeps: a server that ends is not kept waiting."""
        while (left := until - time.monotonic()) > 0 and not self.stopping():
            time.sleep(min(left, pauses.LOOK_EVERY))

    def _goes_on(self) -> bool:
        """Whether somebody watches. Under the lock of open(): a new watcher finds this thread at work or starts another."""
        with self._changed:
            self._looking = bool(self._pages)
            return self._looking

    def _look_once(self) -> None:
        languages: dict[Hashable, list[str]] = {}
        with self._changed:
            topics = list(self._pages)
        for subject, language in topics:
            languages.setdefault(subject, []).append(language)
        self._due = {subject: due for subject, due in self._due.items() if subject in languages}
        for subject, spoken in languages.items():
            begun, work = time.monotonic(), self._work()
            if begun < self._due.get(subject, 0.0):
                continue
            known = {language: self._payloads.get((subject, language)) for language in spoken}
            tags = {language: payload["tag"] if payload else None for language, payload in known.items()}
            payloads = self._read(subject, tags)
            if payloads:
                self._publish(subject, payloads)
                pause = pauses.pause_after(time.monotonic() - begun, self._work() - work)
                self._due[subject] = begun + max(pause, EACH * self.count())

    def _work(self) -> float:
        return time.thread_time() - self._seconds_of_slow_parts()

    def _publish(self, subject: Hashable, payloads: dict[str, Payload]) -> None:
        with self._changed:
            for language, payload in payloads.items():
                topic = subject, language
                if topic in self._pages:
                    self._messages[topic] = message(payload, self._payloads.get(topic))
                    self._payloads[topic] = payload
            self._tell()

    def _check_rights(self) -> None:
        """Whether accounts may still see what they watch, some at a time."""
        now = time.monotonic()
        with self._changed:
            due = [one for pages in self._pages.values() for one in pages if now - one.checked > RIGHTS_EVERY]
        for page in sorted(due, key=lambda one: one.checked)[:RIGHTS_AT_ONCE]:
            page.checked = now
            try:
                page.refused = not page.may_watch()
            except Exception as error:  # noqa: BLE001 - it is logged
                what = "it is not known who may watch; a stream is closed"
                database_errors.log_failure(error, logger, what)
                page.over = True
            if page.refused or page.over:
                with self._changed:
                    self._tell()

    def _close_all(self) -> None:
        """End the streams that are open; later ones may come, unless the server ends."""
        with self._changed:
            self._closed = True
            self._looking = False
            for pages in self._pages.values():
                for page in pages:
                    page.over = True  # also of those that have yet to take what they were sent
            self._tell()
            left, stops = (
                self._changed.wait_for(lambda: not self._pages, timeout=END_SECONDS),
                self.stopping(),
            )
            if stops and not left:
                self._connections.end()
                self._changed.wait_for(lambda: not self._pages, timeout=END_SECONDS)
            self._closed = stops


class LiveStream:
    """The body of an answer. Its end is noticed also where it was never begun."""

    def __init__(self, streams: LiveStreams, page: _Page, chunked: bool) -> None:
        self._streams, self._page, self._chunked = streams, page, chunked
        self._begun = self._over = False

    def __iter__(self) -> "LiveStream":
        return self

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            return RETRY
        if self._streams.hands_over:
            self._over = True
            raise HandOver(partial(self._streams.keep, self._page, self._chunked))
        part = self._streams.wait_for_part(self._page)
        if part == END:
            raise StopIteration
        return part

    def close(self) -> None:
        if not self._over:
            self._over = True
            self._streams.leave(self._page)
