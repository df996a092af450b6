"""Open live pages of this process, which get changes as server-sent events.

One thread looks for changes while somebody watches, and only then; each open page is a sleeping thread of the server that
holds no database connection. A change is counted and worded once and sent as the lines of markup that differ.
"""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("openweek.live")

MOST = 800  # streams of one process; web.commands.serve has as many threads beyond those for other requests
LOOK_EVERY = 0.25  # seconds between two looks for changes
SHARE = 5  # a count is repeated after so many times the processor's time it took, without that of slow parts
EACH = 0.0008  # seconds for every stream that a change is sent to: check-ins go first
PING = 10.0  # seconds; the server sees at a write only that a client has gone
RIGHTS_EVERY = 30.0  # seconds between two checks that the account may still see the event
LIFE = 600.0  # seconds; then the page opens another stream, with its present cookie

Topic = tuple[Hashable, str]  # what is watched (web.figures.live_views), language
Payload = dict[str, Any]  # tag, html and the numbers: what live.json answers, and its tag


@dataclass(frozen=True)
class Message:
    """One state of an event, in the two ways in which it is sent. base: the tag from which `changes` lead here."""

    tag: str
    full: bytes
    base: str | None
    changes: bytes

    def since(self, tag: str | None) -> bytes:
        return self.changes if tag is not None and tag == self.base else self.full


def message(payload: Payload, before: Payload | None) -> Message:
    """payload and the one before it in the same language."""
    full = _event(payload["tag"], payload)
    lines = payload["html"].split("\n")
    known = before["html"].split("\n") if before else []
    if before is None or len(lines) != len(known):
        return Message(payload["tag"], full, None, full)
    numbers = {name: value for name, value in payload.items() if name != "html"}
    changed = [[number, line] for number, line in enumerate(lines) if line != known[number]]
    changes = _event(payload["tag"], {**numbers, "base": before["tag"], "lines": changed})
    return Message(payload["tag"], full, before["tag"], changes)


def _event(tag: str, payload: Payload) -> bytes:
    return f"id: {tag}\nevent: figures\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


def pause_after(seconds: float, work: float) -> float:
    """Seconds until the next count. seconds: by the clock; work: of a processor.

    Beside many check-ins most of a count is waiting for them and for the database. Were that taken for work, the pages
    would fall behind for nothing. A database that is slow by itself has half of the time without a count."""
    return max(LOOK_EVERY, SHARE * work, seconds)


class LiveStreams:
    """read: the payloads of a view by language, without those that have the tag given. Called by the one thread that
    looks for changes. seconds_of_slow_parts: of a processor, spent by this thread on what has a pause of its own."""

    def __init__(
        self,
        read: Callable[[Hashable, dict[str, str | None]], dict[str, Payload]],
        seconds_of_slow_parts: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._read = read
        self._seconds_of_slow_parts = seconds_of_slow_parts
        self._changed = threading.Condition()
        self._watchers: Counter[Topic] = Counter()
        self._payloads: dict[Topic, Payload] = {}
        self._messages: dict[Topic, Message] = {}
        self._due: dict[Hashable, float] = {}
        self._looking = False
        self._closed = False
        self.most = MOST
        self.stopping: Callable[[], bool] = lambda: False  # whether the server is about to end

    def open(
        self, topic: Topic, tag: str | None, may_watch: Callable[[], bool], leave_free: int = 0
    ) -> Iterator[bytes] | None:
        """The stream of a view in a language; None where this process has as many as it can. tag: of what the page
        shows already. may_watch: asked again and again. leave_free: places for others."""
        with self._changed:
            if self._closed or self.stopping() or self._watchers.total() >= self.most - leave_free:
                return None
            self._watchers[topic] += 1
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="live figures", daemon=True).start()
        return _Stream(self._sent(topic, tag, may_watch), lambda: self._leave(topic))

    def count(self) -> int:
        with self._changed:
            return self._watchers.total()

    def _leave(self, topic: Topic) -> None:
        with self._changed:
            self._watchers[topic] -= 1
            if self._watchers[topic] <= 0:
                del self._watchers[topic]
                self._payloads.pop(topic, None)
                self._messages.pop(topic, None)

    def _sent(self, topic: Topic, tag: str | None, may_watch: Callable[[], bool]) -> Iterator[bytes]:
        opened = checked = time.monotonic()
        yield b"retry: 2000\n\n"
        while True:
            news, closed = self._wait(topic, tag)
            now = time.monotonic()
            if closed or now - opened > LIFE:
                return
            if now - checked > RIGHTS_EVERY:
                checked = now
                if not may_watch():
                    yield b"event: over\ndata: {}\n\n"
                    return
            if news is None:
                yield b"event: ping\ndata: {}\n\n"
            else:
                yield news.since(tag)
                tag = news.tag

    def _wait(self, topic: Topic, tag: str | None) -> tuple[Message | None, bool]:
        """What is new, after PING seconds nothing; and whether the streams are being closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._news(topic, tag) is not None, PING)
            return self._news(topic, tag), self._closed

    def _news(self, topic: Topic, tag: str | None) -> Message | None:
        latest = self._messages.get(topic)
        return latest if latest is not None and latest.tag != tag else None

    def _look(self) -> None:
        """Until no page is open, the server ends, or the database cannot be read: then pages ask and show what is wrong."""
        try:
            while self._goes_on():
                if self.stopping():
                    break
                begun, work = time.monotonic(), self._work()
                self._look_once()
                time.sleep(pause_after(time.monotonic() - begun, self._work() - work))
            else:
                return
        except Exception:
            logger.exception("live figures cannot be read; %s streams are closed", self.count())
        self._close_all()

    def _goes_on(self) -> bool:
        """Whether somebody watches. Under the lock of open(): a new watcher finds this thread at work or starts another."""
        with self._changed:
            self._looking = bool(self._watchers)
            return self._looking

    def _look_once(self) -> None:
        languages: dict[Hashable, list[str]] = {}
        with self._changed:
            topics = list(self._watchers)
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
                pause = pause_after(time.monotonic() - begun, self._work() - work)
                self._due[subject] = begun + max(pause, EACH * self.count())

    def _work(self) -> float:
        return time.thread_time() - self._seconds_of_slow_parts()

    def _publish(self, subject: Hashable, payloads: dict[str, Payload]) -> None:
        with self._changed:
            for language, payload in payloads.items():
                topic = subject, language
                if topic in self._watchers:
                    self._messages[topic] = message(payload, self._payloads.get(topic))
                    self._payloads[topic] = payload
            self._changed.notify_all()

    def _close_all(self) -> None:
        """End the streams that are open; later ones may come, unless the server ends."""
        with self._changed:
            self._closed = True
            self._looking = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._watchers, timeout=5)
            self._closed = self.stopping()


class _Stream:
    """An iterator whose end is noticed also where it was never begun."""

    def __init__(self, parts: Iterator[bytes], leave: Callable[[], None]) -> None:
        self._parts, self._leave = parts, leave
        self._open = True

    def __iter__(self) -> "_Stream":
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._leave()
