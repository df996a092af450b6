"""HTTP between a simulated kiosk and the server, with seeded network faults.

What goes wrong is drawn from the device's own chance, so that the same seed makes the same trouble. Time is the device's
rehearsed time, in seconds since its start; the server is asked without delay; the device gets the delayed times.
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

DEVICE_TIMEOUT = 8.0  # seconds that a device waits for an answer
REAL_TIMEOUT = 30.0  # seconds that this process waits for a server that is busy with many
IDLE_SECONDS = 5.0  # seconds after which a connection may have been closed at the other end

REQUEST_LOST, ANSWER_LOST, LATE_COPY, PORTAL = "request_lost", "answer_lost", "late_copy", "portal"
TWICE, AT_ONCE, OFFLINE, UNREACHED = "twice", "at_once", "offline", "unreached"


class RequestFailed(Exception):
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


class Connection(Protocol):
    """A way to the server. Raises OSError or HTTPException where it does not answer."""

    def send(self, request: Request) -> Reply: ...

    def close(self) -> None: ...


class ServerConnection:
    """A connection to a server, kept open between requests."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=REAL_TIMEOUT)
        self._used = time.monotonic()

    def send(self, request: Request) -> Reply:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connection.close()
        headers = {"Accept": "application/json", "Accept-Language": "zh"}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(request.method, request.path, request.body, headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        self._used = time.monotonic()
        retry_after = response.getheader("Retry-After", "")
        return Reply(
            response.status,
            parsed(response.getheader("Content-Type", ""), body),
            float(retry_after) if retry_after.isdecimal() else 0,
        )

    def close(self) -> None:
        self._connection.close()


def parsed(content_type: str, body: bytes) -> dict | None:
    """The JSON object of an answer; only JSON is an answer."""
    if "json" not in content_type:
        return None
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class FaultRates:
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
    def of(cls, loss: float) -> "FaultRates":
        """The weather where this share of the requests gets no answer, most of them because it is lost on its way back."""
        return cls(loss * 0.25, loss * 0.6, loss * 0.1, loss * 0.05, duplicates=loss, slow=loss / 2)

    def draw_fault(self, rng: Random) -> str | None:
        """What befalls one request; None: it is answered."""
        number = rng.random()
        for name in (REQUEST_LOST, ANSWER_LOST, LATE_COPY, PORTAL):
            number -= getattr(self, name)
            if number < 0:
                return name
        return None

    def draw_copies(self, rng: Random) -> str | None:
        if rng.random() >= self.duplicates:
            return None
        return rng.choice((TWICE, AT_ONCE))

    def seconds(self, rng: Random) -> float:
        """How long the device waits for an answer that comes."""
        return rng.uniform(1.0, 6.0) if rng.random() < self.slow else rng.uniform(0.03, 0.4)


@dataclass
class FaultyNetwork:
    """One device's way to the server. begins: the instant of rehearsed second 0. offline: stretches (from, to) without
    any network. Counts what befell its requests."""

    connect: Callable[[], Connection]
    weather: FaultRates
    chance: Random
    begins: datetime
    offline: Sequence[tuple[float, float]] = ()
    fault_counts: Counter = field(default_factory=Counter)
    late: list[tuple[float, Request]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = self.connect()

    def send(self, moment: float, request: Request) -> tuple[dict, float]:
        """The JSON that the server answers and the seconds that it took. Raises Failed."""
        self._arrive(moment)
        self.fault_counts["requests"] += 1
        # Always draw all numbers, so that one fault does not shift the random sequence.
        fault, copies = self.weather.draw_fault(self.chance), self.weather.draw_copies(self.chance)
        seconds, delay = self.weather.seconds(self.chance), self.chance.uniform(5, 90)
        if any(start <= moment < end for start, end in self.offline):
            self.fault_counts[OFFLINE] += 1
            raise RequestFailed(0, 0.05)
        if fault is not None:
            self.fault_counts[fault] += 1
        if fault == REQUEST_LOST:
            raise RequestFailed(0, DEVICE_TIMEOUT)
        if fault == PORTAL:
            raise RequestFailed(0, seconds)
        if fault == LATE_COPY:
            self.late.append((moment + DEVICE_TIMEOUT + delay, request))
            raise RequestFailed(0, DEVICE_TIMEOUT)
        reply = self._deliver(request, copies)
        if fault == ANSWER_LOST:
            raise RequestFailed(0, DEVICE_TIMEOUT)
        return self._read(reply, moment, seconds), seconds

    def _deliver(self, request: Request, copies: str | None) -> Reply:
        if copies is not None:
            self.fault_counts[copies] += 1
        try:
            if copies == AT_ONCE:
                return self._at_once(request)
            if copies == TWICE:
                self._connection.send(request)
            return self._connection.send(request)
        except (OSError, HTTPException) as error:
            self.fault_counts[UNREACHED] += 1
            raise RequestFailed(0, 1.0, detail=str(error), real=True) from None

    def _at_once(self, request: Request) -> Reply:
        """The same request over two connections at the same moment; the device hears one of the answers."""
        start = Barrier(2)

        def send_copy() -> None:
            connection = self.connect()
            start.wait()
            try:
                connection.send(request)
            except (OSError, HTTPException):
                self.fault_counts[UNREACHED] += 1
            finally:
                connection.close()

        thread = Thread(target=send_copy)
        thread.start()
        start.wait()
        try:
            return self._connection.send(request)
        finally:
            thread.join()

    def _read(self, reply: Reply, moment: float, seconds: float) -> dict:
        body = reply.body
        if reply.status != 200 or body is None:
            status = 0 if reply.status == 200 else reply.status
            detail = str((body or {}).get("detail", ""))
            raise RequestFailed(status, seconds, detail=detail, retry_after=reply.retry_after, real=True)
        if "server_time" in body:
            # Rehearsed minutes pass in seconds: the device reads the hour that it is in the rehearsal.
            body["server_time"] = clock.instant_text(self.begins + timedelta(seconds=moment + seconds / 2))
        return body

    def _arrive(self, moment: float) -> None:
        """Deliver late copies; their answers are dropped."""
        due = [request for at, request in self.late if at <= moment]
        self.late = [(at, request) for at, request in self.late if at > moment]
        for request in due:
            try:
                self._connection.send(request)
            except (OSError, HTTPException):
                self.fault_counts[UNREACHED] += 1

    def clear(self) -> None:
        """Deliver what is left and close."""
        self._arrive(float("inf"))
        self._connection.close()
