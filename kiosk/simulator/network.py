"""What lies between a simulated kiosk and the server: HTTP as it is, and everything that can go wrong on the way.

What goes wrong is drawn from the device's own chance, so that the same seed makes the same trouble. Time is the device's
rehearsed time, in seconds since its start; the server is asked at once, however long the device is told to have waited.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from threading import Barrier, Thread
from typing import Protocol
from urllib.parse import urlsplit

from models import clock

PATIENCE = 8.0  # seconds that a device waits for an answer
REAL_PATIENCE = 30.0  # seconds that this process waits for a server that is busy with many
IDLE = 5.0  # seconds after which a connection may have been closed at the other end

REQUEST_LOST, ANSWER_LOST, LATE_COPY, PORTAL = "request_lost", "answer_lost", "late_copy", "portal"
TWICE, AT_ONCE, OFFLINE, UNREACHED = "twice", "at_once", "offline", "unreached"


class Failed(Exception):
    """A request that got no usable answer. status: HTTP status, 0 without one; took: rehearsed seconds until it was
    given up; retry_after: seconds that the server asked for; real: it is not the simulation that failed."""

    def __init__(
        self, status: int, took: float, *, detail: str = "", retry_after: float = 0, real: bool = False
    ):
        super().__init__(detail or f"no answer ({status})")
        self.status, self.took, self.detail = status, took, detail
        self.retry_after, self.real = retry_after, real


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str | None = None
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What came back. body: parsed JSON, None where it was none (a captive portal answers 200 with HTML)."""

    status: int
    body: dict | None
    retry_after: float = 0


class Line(Protocol):
    """A way to the server. Raises OSError or HTTPException where it does not answer."""

    def ask(self, request: Request) -> Reply: ...

    def close(self) -> None: ...


class Http:
    """A connection to a server, kept open between requests."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=REAL_PATIENCE)
        self._used = time.monotonic()

    def ask(self, request: Request) -> Reply:
        if time.monotonic() - self._used > IDLE:
            self._connection.close()
        headers = {"Accept": "application/json", "Accept-Language": "zh"}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(request.method, request.path, request.body, headers)
            response = self._connection.getresponse()
            read = response.read()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        self._used = time.monotonic()
        wait = response.getheader("Retry-After", "")
        return Reply(
            response.status,
            parsed(response.getheader("Content-Type", ""), read),
            float(wait) if wait.isdecimal() else 0,
        )

    def close(self) -> None:
        self._connection.close()


def parsed(content_type: str, body: bytes) -> dict | None:
    """The JSON object of an answer; only JSON is an answer."""
    if "json" not in content_type:
        return None
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


@dataclass(frozen=True)
class Weather:
    """How often what goes wrong, as shares of the requests. The first four leave the device without an answer: the
    request never arrives; it arrives and the answer is lost; it arrives long after it was given up; a captive portal
    answers instead. duplicates: what arrives does so twice, half of them at the same moment. slow: seconds, not tenths."""

    request_lost: float = 0
    answer_lost: float = 0
    late_copy: float = 0
    portal: float = 0
    duplicates: float = 0
    slow: float = 0

    @classmethod
    def of(cls, loss: float) -> "Weather":
        """The weather where this share of the requests gets no answer, most of them because it is lost on its way back."""
        return cls(loss * 0.25, loss * 0.6, loss * 0.1, loss * 0.05, duplicates=loss, slow=loss / 2)

    def fate(self, chance: Random) -> str | None:
        """What befalls one request; None: it is answered."""
        drawn = chance.random()
        for name in (REQUEST_LOST, ANSWER_LOST, LATE_COPY, PORTAL):
            drawn -= getattr(self, name)
            if drawn < 0:
                return name
        return None

    def copies(self, chance: Random) -> str | None:
        if chance.random() >= self.duplicates:
            return None
        return chance.choice((TWICE, AT_ONCE))

    def seconds(self, chance: Random) -> float:
        """How long the device waits for an answer that comes."""
        return chance.uniform(1.0, 6.0) if chance.random() < self.slow else chance.uniform(0.03, 0.4)


@dataclass
class Network:
    """One device's way to the server. begins: the instant of rehearsed second 0. offline: stretches (from, to) without
    any network. Counts what befell its requests."""

    lines: Callable[[], Line]
    weather: Weather
    chance: Random
    begins: datetime
    offline: Sequence[tuple[float, float]] = ()
    befell: Counter = field(default_factory=Counter)
    late: list[tuple[float, Request]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line = self.lines()

    def ask(self, moment: float, request: Request) -> tuple[dict, float]:
        """The JSON that the server answers and the seconds that it took. Raises Failed."""
        self._arrive(moment)
        self.befell["requests"] += 1
        # Everything is drawn for every request, so that one stroke of fate never shifts those that follow.
        fate, copies = self.weather.fate(self.chance), self.weather.copies(self.chance)
        took, after = self.weather.seconds(self.chance), self.chance.uniform(5, 90)
        if any(start <= moment < end for start, end in self.offline):
            self.befell[OFFLINE] += 1
            raise Failed(0, 0.05)
        if fate is not None:
            self.befell[fate] += 1
        if fate == REQUEST_LOST:
            raise Failed(0, PATIENCE)
        if fate == PORTAL:
            raise Failed(0, took)
        if fate == LATE_COPY:
            self.late.append((moment + PATIENCE + after, request))
            raise Failed(0, PATIENCE)
        reply = self._deliver(request, copies)
        if fate == ANSWER_LOST:
            raise Failed(0, PATIENCE)
        return self._read(reply, moment, took), took

    def _deliver(self, request: Request, copies: str | None) -> Reply:
        if copies is not None:
            self.befell[copies] += 1
        try:
            if copies == AT_ONCE:
                return self._at_once(request)
            if copies == TWICE:
                self._line.ask(request)
            return self._line.ask(request)
        except (OSError, HTTPException) as error:
            self.befell[UNREACHED] += 1
            raise Failed(0, 1.0, detail=str(error), real=True) from None

    def _at_once(self, request: Request) -> Reply:
        """The same request over two connections at the same moment; the device hears one of the answers."""
        start = Barrier(2)

        def other() -> None:
            line = self.lines()
            start.wait()
            try:
                line.ask(request)
            except (OSError, HTTPException):
                self.befell[UNREACHED] += 1
            finally:
                line.close()

        twin = Thread(target=other)
        twin.start()
        start.wait()
        try:
            return self._line.ask(request)
        finally:
            twin.join()

    def _read(self, reply: Reply, moment: float, took: float) -> dict:
        told = reply.body
        if reply.status != 200 or told is None:
            status = 0 if reply.status == 200 else reply.status
            detail = str((told or {}).get("detail", ""))
            raise Failed(status, took, detail=detail, retry_after=reply.retry_after, real=True)
        if "server_time" in told:
            # Rehearsed minutes pass in seconds: the device reads the hour that it is in the rehearsal.
            told["server_time"] = clock.instant_text(self.begins + timedelta(seconds=moment + took / 2))
        return told

    def _arrive(self, moment: float) -> None:
        """Copies that were on their way for long arrive now; nobody waits for their answers any more."""
        due = [request for at, request in self.late if at <= moment]
        self.late = [(at, request) for at, request in self.late if at > moment]
        for request in due:
            try:
                self._line.ask(request)
            except (OSError, HTTPException):
                self.befell[UNREACHED] += 1

    def clear(self) -> None:
        """The end of the rehearsal: what is still on its way arrives."""
        self._arrive(float("inf"))
        self._line.close()
