"""A simulated kiosk: its clock, its disk, and what it does with whoever comes to it (static/js/kiosk/check-in/scan.js)."""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kiosk.simulator.network import FaultyNetwork, Request, RequestFailed
from kiosk.simulator.outbox import DeviceStorage, Outbox, QueuedScan, SendResult
from kiosk.simulator.rules import OfflineVerdict, UndoTarget, decide, decide_undo
from kiosk.simulator.visitors import FOREIGN, UNDO, Visit
from models import clock
from models.codes import signatures

LIVE_ANSWER_SECONDS = 1.5  # seconds that a person waits for the server; then the device decides
TRUSTED_ROUND_TRIP = timedelta(seconds=2)
MAX_FAILURES = 60  # real failures in a row, a second apart
MAX_FRUITLESS = 500  # attempts in a row after which nothing had left the queue
REAL_PAUSE = 1.0  # seconds at most between two of them


@dataclass(frozen=True)
class ClockError:
    """How wrong a device's clock is. offset: seconds ahead of true time. jumps: (moment, seconds) on top of it."""

    offset: float = 0
    jumps: tuple[tuple[float, float], ...] = ()

    def ahead(self, moment: float) -> timedelta:
        return timedelta(seconds=self.offset + sum(seconds for at, seconds in self.jumps if at <= moment))


class DeviceClock:
    """The device's clock, and how far it believes to be ahead of the server's."""

    def __init__(self, start: datetime, error: ClockError) -> None:
        self._begins, self._wrong = start, error
        self.skew_ms: int | None = None

    def read(self, moment: float) -> datetime:
        return self._begins + timedelta(seconds=moment) + self._wrong.ahead(moment)

    def measure(self, sent_at: float, received_at: float, server_time: str) -> None:
        start, end = self.read(sent_at), self.read(received_at)
        if end < start:  # it jumped back meanwhile
            return
        # A slow answer says little, but more than nothing.
        if end - start <= TRUSTED_ROUND_TRIP or self.skew_ms is None:
            ahead = start + (end - start) / 2 - clock.parse_instant(server_time)
            self.skew_ms = round(ahead / timedelta(milliseconds=1))


class Device:
    """One kiosk from the moment it is paired until everything that it scanned is answered.

    known: the answer of GET /api/v1/kiosk. Everything it does follows from its chance and the server's answers."""

    def __init__(
        self, token: str, configuration: dict, network: FaultyNetwork, device_clock: DeviceClock, rng: Random
    ) -> None:
        self.configuration, self.network, self.store = configuration, network, DeviceStorage()
        self.outbox = Outbox(self.store, token, self._ask, lambda: rng.uniform(0.75, 1.25))
        self.token, self._clock, self._chance = token, device_clock, rng
        self._moment = 0.0
        self._online, self.refused = True, False
        self._timer: float | None = None
        self._ids = 0
        self._fruitless = 0
        self._failures = 0  # real ones, in a row
        self._asked: tuple[QueuedScan, float, str | None] | None = (
            None  # whom a person waits for, and until when
        )

    def run(self, visits: Sequence[tuple[float, Visit]], on_scan: Callable[[], object]) -> None:
        """Serve all visits, then deliver the queue or give up on the server."""
        self._clock.measure(0, 0.1, self.configuration["server_time"])
        for moment, visit in visits:
            while self._timer is not None and self._timer <= moment:
                self._attempt(self._timer)
            self._moment = max(self._moment, moment)
            self._serve(visit)
            on_scan()
        while self.store.waiting and not self._hopeless():
            self._attempt(self._moment if self._timer is None else self._timer)
        self.network.clear()

    def _hopeless(self) -> bool:
        return self.refused or self._failures >= MAX_FAILURES or self._fruitless >= MAX_FRUITLESS

    def _serve(self, visit: Visit) -> None:
        device_time = self._clock.read(self._moment)
        scan_id = self._new_id()
        body = {
            "id": str(scan_id),
            "at": clock.instant_text(device_time, self.configuration["campaign"]["zone"]),
            "skew_ms": self._clock.skew_ms,
            "shown": None,
            **self._posted(visit),
        }
        at = device_time - timedelta(milliseconds=self._clock.skew_ms or 0)
        verdict = self._judge(scan_id, body, at)
        scan = QueuedScan(str(scan_id), body, self._holder(body), verdict.entry, verdict.place)
        if visit.kind == FOREIGN:  # a foreign code: no live request
            body["shown"] = "refused"
        elif not self._online:
            body["shown"] = verdict.verdict
        self.store.add(scan)
        if body["shown"] is None and self._online:
            self._ask_live(scan, verdict.verdict)
        elif self._timer is None:
            self._attempt(self._moment)

    def _posted(self, visit: Visit) -> dict:
        if visit.kind == FOREIGN:
            text = visit.text or ""
            mark = hmac.digest(self.token.encode(), text.encode(), hashlib.sha256).hex()
            return {"kind": "pass", "code_length": len(text), "code_hash": mark}
        if visit.kind == UNDO:
            target = self._last() if visit.text is None else visit.text
            return {"kind": UNDO, "undoes": target}
        return visit.body()

    def _last(self) -> str:
        """The newest scan to undo; a random id where there is none."""
        own = (scan.id for scan in reversed(self.store.scans.values()) if scan.body["kind"] != UNDO)
        return next(own, str(self._new_id()))

    def _new_id(self) -> UUID:
        """Of the device, not of the seed: the same rehearsal again has scans of its own."""
        self._ids += 1
        mark = hashlib.sha256(f"{self.token}:{self._ids}".encode()).digest()
        return UUID(bytes=mark[:16], version=4)

    @staticmethod
    def _holder(body: dict) -> str | None:
        try:
            payload = signatures.parse_code(body["code"]).payload if "code" in body else None
        except signatures.UnknownCodeError:
            return None
        return f"{payload.serial:010x}" if isinstance(payload, signatures.PassPayload) else None

    def _judge(self, scan_id: UUID, body: dict, at: datetime) -> OfflineVerdict:
        if body["kind"] == UNDO:
            return decide_undo(self._target(body["undoes"]), at, self.configuration)
        if "code_length" in body:
            return OfflineVerdict("refused", "unknown_code")
        return decide(scan_id, body, at, self.configuration, self.store.seen)

    def _target(self, scan_id: str) -> UndoTarget | None:
        scan = self.store.scans.get(scan_id)
        if scan is None:
            return None
        skew = timedelta(milliseconds=scan.body["skew_ms"] or 0)
        corrected = clock.parse_instant(scan.body["at"]) - skew
        return UndoTarget(
            corrected, own=True, occurrence=scan.place[0] if scan.place else None, undone=scan.undone
        )

    def _ask_live(self, scan: QueuedScan, verdict: str | None) -> None:
        self._asked = scan, self._moment + LIVE_ANSWER_SECONDS, verdict
        self._attempt(self._moment)
        if self._asked is not None and scan.answer is None:
            self.store.show(scan, verdict)
        self._asked = None

    def _attempt(self, moment: float) -> None:
        self._moment, self._timer = max(self._moment, moment), None
        waiting_before = len(self.store.waiting)
        result = self.outbox.drain()
        self._fruitless = 0 if len(self.store.waiting) < waiting_before else self._fruitless + 1
        self._online = result.online
        self.refused = result.refused
        if self.store.waiting and not self.refused:
            self._timer = self._moment + result.pause
        self._rest(result)

    def _rest(self, result: SendResult) -> None:
        """Simulated pauses take no time; real failures do."""
        if self._failures and self.store.waiting and not self.refused:
            time.sleep(min(result.pause, REAL_PAUSE))

    def _ask(self, request: Request) -> dict:
        sent_at = self._moment
        try:
            answer, seconds = self.network.send(sent_at, request)
        except RequestFailed as failure:
            self._moment += failure.took
            self._failures = self._failures + 1 if failure.real else 0
            self._run_out_of_patience()
            raise
        self._failures = 0
        self._moment += seconds
        self._clock.measure(sent_at, self._moment, answer["server_time"])
        self._run_out_of_patience()
        return answer

    def _run_out_of_patience(self) -> None:
        """After the deadline the device shows its own verdict."""
        if self._asked is not None and self._moment > self._asked[1]:
            scan, _deadline, verdict = self._asked
            self.store.show(scan, verdict)
            self._asked = None
