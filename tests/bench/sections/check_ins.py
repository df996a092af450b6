"""Check-ins over HTTP against the served program, beside the barest check-in and an empty view under the same gunicorn.

The client is one process; DEVICES devices at EVENTS events send passes that nobody has scanned before.
"""

import json
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

from models import clock
from models.campaigns.tables import Campaign
from models.codes import keys, passes, signatures
from models.db import db
from models.devices import kiosks
from tests.bench.measurement.load import Load, press, request
from tests.bench.measurement.ratios import ROUNDS, interleaved, rate, tell
from tests.bench.measurement.yardsticks import REFERENCE, Yardsticks, openssl_key, openssl_verify, yardsticks
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server

BATCH, DEVICES, EVENTS, PORTION = 500, 32, 8, 10_000
SECONDS = 1.5  # of each measurement
PASSES = 30_000
BATCHES = 4  # of each measurement
PATH = "/api/v1/scans"


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        with databases.fresh() as url:
            home = folder / f"check-ins-{kind}"
            home.mkdir()
            server, bare = Server(url, home), yardsticks(url, home / "yardsticks")
            try:
                with server.app.app_context():
                    week = _Week(load_week())
                server.start()
                bare.start()
                _measure(kind, server, bare, week)
            finally:
                server.close()
                bare.close()


class _Week:
    """The passes and devices of a bench."""

    def __init__(self, campaign: Campaign):
        events = [make_event(campaign, f"现场宣传{number}") for number in range(EVENTS)]
        paired = [kiosks.create_kiosk(events[number % EVENTS], NINE)[1] for number in range(DEVICES)]
        self.devices = [{"Authorization": f"Bearer {token}"} for token in paired]
        self.public = keys.current_key(keys.KeyPurpose.PASS).public
        self.key = openssl_key(self.public)
        REFERENCE.create(db.engine)
        self.all_codes = []
        for _ in range(0, PASSES, PORTION):
            made = passes.issue(campaign, "youth", NINE, count=PORTION)
            self.all_codes += [row.token for row in made]
            db.session.expunge_all()
        self.codes = iter(self.all_codes)
        self.again = cycle(self.all_codes)  # the yardsticks may see a pass twice

    def scans(self, count: int) -> list[dict]:
        at = clock.instant_text(NINE)
        return [
            {"id": str(uuid4()), "at": at, "kind": "pass", "code": code} for code in islice(self.codes, count)
        ]

    def requests(self, device: int, size: int = 1) -> Iterator[bytes]:
        """Requests of one device, each with so many new passes."""
        while len(scans := self.scans(size)) == size:
            yield self.request(device, scans)

    def request(self, device: int, scans: list[dict]) -> bytes:
        return request(PATH, json.dumps({"scans": scans}).encode(), self.devices[device % DEVICES])

    def barest(self) -> Iterator[bytes]:
        for code in self.again:
            body = {"id": str(uuid4()), "code": code, "public": self.public.hex()}
            yield request("/barest", json.dumps(body).encode())

    def verify(self) -> int:
        return int(openssl_verify(signatures.parse_code(next(self.again)), self.key))


def _measure(kind: str, server: Server, bare: Yardsticks, week: _Week) -> None:
    slow: dict[int, list[float]] = {8: [], 32: []}  # p99 ÷ p50

    def check_ins(at_once: int) -> float:
        load = press(server.port, [week.requests(device) for device in range(at_once)], SECONDS)
        _stored(load, 1)
        slow[at_once].append(load.p99 / load.p50)
        return load.rate

    def barest(at_once: int) -> float:
        load = press(bare.port, [week.barest() for _ in range(at_once)], SECONDS)
        assert all(json.loads(body) == {"stored": True} for body in load.bodies)
        return load.rate

    empty = [week.request(device, []) for device in range(8)]
    sent: list[bytes] = []

    def batches(requests: Callable[[], Iterator[bytes]], again: bool) -> float:
        load = press(server.port, [requests()], SECONDS)
        _stored(load, BATCH, again)
        return load.rate * BATCH

    def new_batches() -> Iterator[bytes]:
        prepared = [*islice(week.requests(0, BATCH), BATCHES)]  # put into JSON before the time begins
        sent.clear()

        def send() -> Iterator[bytes]:
            for content in prepared:
                sent.append(content)
                yield content

        return send()

    contestants = {
        "hello": lambda: press(bare.port, [cycle([request("/hello")]) for _ in range(8)], SECONDS).rate,
        "empty": lambda: press(server.port, [cycle([content]) for content in empty], SECONDS).rate,
        "barest8": lambda: barest(8),
        "ours8": lambda: check_ins(8),
        "barest32": lambda: barest(32),
        "ours32": lambda: check_ins(32),
        "verify": lambda: rate(week.verify),
        "batch": lambda: batches(new_batches, again=False),
        "again": lambda: batches(lambda: iter([*sent]), again=True),
    }
    for warm_up in contestants.values():
        warm_up()
    found = interleaved(**contestants)
    for at_once, aim in ((8, 0.6), (32, 0.8)):
        ours, reference = found[f"ours{at_once}"], found[f"barest{at_once}"]
        note = f"[{ours:.0f} a second]"
        tell(f"{kind}: one scan a request, {at_once} at once ÷ barest", ours / reference, aim, note)
    tail = sorted(slow[32][-ROUNDS:])[ROUNDS // 2]
    tell(f"{kind}: one scan a request, 32 at once: p99 ÷ p50", tail, most=4)
    tell(f"{kind}: an empty request ÷ hello", found["empty"] / found["hello"], 0.4, f"[{found['empty']:.0f}]")
    note = f"[{found['batch']:.0f} scans a second]"
    tell(
        f"{kind}: batches of {BATCH} ÷ one core's Ed25519 verify", found["batch"] / found["verify"], 0.6, note
    )
    tell(f"{kind}: the same batch again ÷ the first time", found["again"] / found["batch"], 1.5)


def _stored(load: Load, size: int, again: bool = False) -> None:
    for body in load.bodies:
        results = json.loads(body)["results"]
        assert [(one["verdict"], one["again"]) for one in results] == [("stored", again)] * size, results[:3]
