"""From a simulated kiosk to the server, as static/js/kiosk/server/outbox.js does it: every scan until the server has
answered it by its id, always under the same id; one batch at a time; smaller batches where the server stumbles."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.simulator.network import Request, RequestFailed
from models.ledger.tables import Verdict

BATCH = 100
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
FAILURES_BEFORE_HALVING = (
    3  # failures before a batch is made smaller: it may be what the server stumbles over
)
UNREADABLE_STATUSES = (400, 413, 422)
REVOKED_STATUSES = (401, 403)


@dataclass
class QueuedScan:
    """A scan on the device's disk. body: as it is posted. undone: taken back."""

    id: str
    body: dict
    holder: str | None = None
    entry: object = None
    place: tuple | None = None
    answer: dict | None = None
    aside: bool = False
    undone: bool = False

    @property
    def verdict(self) -> str | None:
        return self.answer["verdict"] if self.answer else self.body["shown"]


@dataclass
class DeviceStorage:
    """All scans of a device in its own order. Those without an answer wait."""

    scans: dict[str, QueuedScan] = field(default_factory=dict)
    waiting: dict[str, QueuedScan] = field(default_factory=dict)

    def add(self, scan: QueuedScan) -> None:
        scan.body["seq"] = len(self.scans) + 1
        self.scans[scan.id] = self.waiting[scan.id] = scan
        if scan.body["shown"] == Verdict.STORED:
            self._take_back(scan, True)

    def batch(self, most: int) -> list[QueuedScan]:
        return [scan for _, scan in zip(range(most), self.waiting.values(), strict=False)]

    def show(self, scan: QueuedScan, verdict: str | None) -> None:
        """The device shows its own verdict: there is no answer."""
        if scan.id in self.waiting:
            scan.body["shown"] = verdict
            if verdict == Verdict.STORED:
                self._take_back(scan, True)

    def answered(self, results: list[dict], posted: dict[str, str | None]) -> None:
        """Note the server's answers. posted: what each said that it had shown. A refusal of what was asked live while the
        device had meanwhile shown green is not the end: it is sent again and says so."""
        for result in results:
            scan = self.waiting.get(result["id"])
            if scan is None:
                continue
            shown_meanwhile = scan.body["shown"] == Verdict.STORED and posted[scan.id] != Verdict.STORED
            if shown_meanwhile and result["verdict"] == Verdict.REFUSED:
                continue
            scan.answer = result
            del self.waiting[scan.id]
            self._take_back(scan, result["verdict"] != Verdict.REFUSED)

    def put_aside(self, scan: QueuedScan) -> None:
        """What the server cannot read at all: kept, and no longer in the way of others."""
        scan.aside = True
        del self.waiting[scan.id]

    def seen(self, place: tuple, holder: str) -> list:
        """The rows of a pass that count, as far as this device knows."""
        same_holder = [scan for scan in self.scans.values() if scan.holder == holder and scan.place == place]
        return [
            scan.entry
            for scan in same_holder
            if not scan.undone and scan.verdict in (Verdict.STORED, Verdict.REPEAT)
        ]

    def _take_back(self, undo: QueuedScan, undone: bool) -> None:
        target = self.scans.get(undo.body.get("undoes") or "")
        if target is not None:
            target.undone = undone


@dataclass
class SendResult:
    """What became of an attempt to send. pause: seconds until the next one. refused: the device is known no more."""

    online: bool
    pause: float = 0
    refused: bool = False


class Outbox:
    """ask(request) answers JSON or raises Failed; spread() is between 0.75 and 1.25, so that a hall of kiosks does not come
    back in one instant."""

    def __init__(
        self,
        store: DeviceStorage,
        token: str,
        ask: Callable[[Request], dict],
        spread: Callable[[], float],
    ) -> None:
        self._store, self._token, self._ask, self._spread = store, token, ask, spread
        self._failures, self._size = 0, BATCH
        self.again = 0  # answers that said: known already
        self.sent: set[str] = set()

    def drain(self) -> SendResult:
        while batch := self._store.batch(self._size):
            try:
                if not self._post(batch):
                    return SendResult(True, self._back_off())
                self._failures, self._size = 0, min(self._size * 2, BATCH)
            except RequestFailed as failure:
                if failure.status in REVOKED_STATUSES:
                    return SendResult(True, refused=True)
                if failure.status in UNREADABLE_STATUSES:
                    self._narrow(batch)
                    continue
                pause = max(self._back_off(), failure.retry_after)
                if self._failures % FAILURES_BEFORE_HALVING == 0 and (
                    len(batch) > 1 or failure.status == 500
                ):
                    self._narrow(batch)
                return SendResult(failure.status > 0, pause)
        return SendResult(True)

    def _post(self, batch: list[QueuedScan]) -> int:
        """How many of the batch the server has answered for good."""
        posted = {scan.id: scan.body["shown"] for scan in batch}
        self.sent |= posted.keys()
        # The day runs in a time of its own: when the server receives says nothing of the clock of this device.
        body = {"device_time": None, "scans": [scan.body for scan in batch]}
        answer = self._ask(Request("POST", "/api/v1/scans", self._token, json.dumps(body).encode()))
        results = answer.get("results")
        final = [
            result
            for result in (results if isinstance(results, list) else [])
            if isinstance(result, dict)
            and result.get("id") in posted
            and result.get("verdict") != Verdict.RETRY
        ]
        self.again += sum(bool(result.get("again")) for result in final)
        self._store.answered(final, posted)
        return len(final)

    def _narrow(self, batch: list[QueuedScan]) -> None:
        """A batch that the server cannot read must not block those behind it: halve it until the bad one stands alone."""
        if len(batch) > 1:
            self._size = -(-len(batch) // 2)
        else:
            self._store.put_aside(batch[0])
            self._size = BATCH

    def _back_off(self) -> float:
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1
        return pause * self._spread()
