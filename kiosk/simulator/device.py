"""A simulated kiosk: its clock, its disk, and what it does with whoever comes to it (static/js/kiosk/check-in/scan.js)."""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kiosk.simulator.network import Failed, Network, Request
from kiosk.simulator.outbox import Kept, Outbox, Outcome, Store
from kiosk.simulator.rules import Judged, Target, decide, decide_undo
from kiosk.simulator.visitors import FOREIGN, UNDO, Visit
from models import clock
from models.codes import signatures

WAITS = 1.5  # seconds that a person waits for the server; then the device decides
TRUSTED_ROUND_TRIP = timedelta(seconds=2)
GIVE_UP = 60  # real failures in a row, a second apart
FRUITLESS = 500  # attempts in a row after which nothing had left the queue
REAL_PAUSE = 1.0  # seconds at most between two of them


@dataclass(frozen=True)
class WrongClock:
    """How wrong a device's clock is. offset: seconds ahead of true time. jumps: (moment, seconds) on top of it."""

    offset: float = 0
    jumps: tuple[tuple[float, float], ...] = ()

    def ahead(self, moment: float) -> timedelta:
        return timedelta(seconds=self.offset + sum(by for at, by in self.jumps if at <= moment))


class DeviceClock:
    """The device's clock, and how far it believes to be ahead of the server's."""

    def __init__(self, begins: datetime, wrong: WrongClock) -> None:
        self._begins, self._wrong = begins, wrong
        self.skew_ms: int | None = None

    def read(self, moment: float) -> datetime:
        return self._begins + timedelta(seconds=moment) + self._wrong.ahead(moment)

    def measure(self, left: float, came: float, server_time: str) -> None:
        start, end = self.read(left), self.read(came)
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
        self, token: str, known: dict, network: Network, clock_: DeviceClock, chance: Random
    ) -> None:
        self.known, self.network, self.store = known, network, Store()
        self.outbox = Outbox(self.store, token, self._ask, lambda: chance.uniform(0.75, 1.25))
        self.token, self._clock, self._chance = token, clock_, chance
        self._moment = 0.0
        self._online, self._timer, self.refused = True, None, False
        self._ids = 0
        self._fruitless = 0
        self._failures = 0  # real ones, in a row
        self._asked: tuple[Kept, float, str | None] | None = None  # whom a person waits for, and until when

    def run(self, visits: Sequence[tuple[float, Visit]], on_scan: Callable[[], object]) -> None:
        """Everybody comes and is dealt with; then the rest of the queue is delivered, or the server is given up."""
        self._clock.measure(0, 0.1, self.known["server_time"])
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
        return self.refused or self._failures >= GIVE_UP or self._fruitless >= FRUITLESS

    def _serve(self, visit: Visit) -> None:
        made = self._clock.read(self._moment)
        scan_id = self._new_id()
        body = {
            "id": str(scan_id),
            "at": clock.instant_text(made, self.known["campaign"]["zone"]),
            "skew_ms": self._clock.skew_ms,
            "shown": None,
            **self._posted(visit),
        }
        at = made - timedelta(milliseconds=self._clock.skew_ms or 0)
        judged = self._judge(scan_id, body, at)
        kept = Kept(str(scan_id), body, self._holder(body), judged.entry, judged.place)
        if visit.kind == FOREIGN:  # not one of ours: nobody waits for anything
            body["shown"] = "refused"
        elif not self._online:
            body["shown"] = judged.verdict
        self.store.add(kept)
        if body["shown"] is None and self._online:
            self._ask_live(kept, judged.verdict)
        elif self._timer is None:
            self._attempt(self._moment)

    def _posted(self, visit: Visit) -> dict:
        if visit.kind == FOREIGN:
            mark = hmac.digest(self.token.encode(), visit.text.encode(), hashlib.sha256).hex()
            return {"kind": "pass", "code_length": len(visit.text), "code_hash": mark}
        if visit.kind == UNDO:
            target = self._last() if visit.text is None else visit.text
            return {"kind": UNDO, "undoes": target}
        return visit.body()

    def _last(self) -> str:
        """The newest scan that somebody could want to take back; an undo of nothing is a slip, too."""
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
            return f"{signatures.parse_code(body['code']).payload.serial:010x}" if "code" in body else None
        except (signatures.UnknownCodeError, AttributeError):
            return None

    def _judge(self, scan_id: UUID, body: dict, at: datetime) -> Judged:
        if body["kind"] == UNDO:
            return decide_undo(self._target(body["undoes"]), at, self.known)
        if "code_length" in body:
            return Judged("refused", "unknown_code")
        return decide(scan_id, body, at, self.known, self.store.seen)

    def _target(self, scan_id: str) -> Target | None:
        kept = self.store.scans.get(scan_id)
        if kept is None:
            return None
        skew = timedelta(milliseconds=kept.body["skew_ms"] or 0)
        made = clock.parse_instant(kept.body["at"]) - skew
        return Target(made, own=True, sitting=kept.place[0] if kept.place else None, undone=kept.undone)

    def _ask_live(self, kept: Kept, verdict: str | None) -> None:
        self._asked = kept, self._moment + WAITS, verdict
        self._attempt(self._moment)
        if self._asked is not None and kept.answer is None:
            self.store.show(kept, verdict)
        self._asked = None

    def _attempt(self, moment: float) -> None:
        self._moment, self._timer = max(self._moment, moment), None
        before = len(self.store.waiting)
        outcome = self.outbox.drain()
        self._fruitless = 0 if len(self.store.waiting) < before else self._fruitless + 1
        self._online = outcome.online
        self.refused = outcome.refused
        if self.store.waiting and not self.refused:
            self._timer = self._moment + outcome.pause
        self._rest(outcome)

    def _rest(self, outcome: Outcome) -> None:
        """Rehearsed pauses take no time; a server that really does not answer is not pressed."""
        if self._failures and self.store.waiting and not self.refused:
            time.sleep(min(outcome.pause, REAL_PAUSE))

    def _ask(self, request: Request) -> dict:
        left = self._moment
        try:
            told, took = self.network.ask(left, request)
        except Failed as failed:
            self._moment += failed.took
            self._failures = self._failures + 1 if failed.real else 0
            self._run_out_of_patience()
            raise
        self._failures = 0
        self._moment += took
        self._clock.measure(left, self._moment, told["server_time"])
        self._run_out_of_patience()
        return told

    def _run_out_of_patience(self) -> None:
        """Whoever waited has seen the device's own verdict before the answer came."""
        if self._asked is not None and self._moment > self._asked[1]:
            kept, _until, verdict = self._asked
            self.store.show(kept, verdict)
            self._asked = None
