"""A plan of 2,000 rows: read and previewed, and written, against 10 seconds each. And one of 6,000 (ROWS=N) imported while
kiosks hand in 10 scans a second and pages are read: the longest that a scan, and that a page, had to wait."""

import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

from models.db import db
from models.devices import kiosks
from models.imports.apply import apply, preview
from models.imports.read_file import read_file
from models.imports.source import Source
from tests.bench.measurement.arguments import number
from tests.bench.measurement.ratios import tell
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import OPENWEEK, Server

ROWS, SECONDS = 2_000, 10.0
MANY = 6_000
BEFORE = 5.0  # seconds of the same load without an import
EACH = 0.1  # seconds between two scans, and between two pages
LONGEST = 1.0  # seconds
HEAD = "活动名称,日期,时间,地点,主办单位,受众群体,地区"


def plan(rows_wanted: int = ROWS) -> bytes:
    rows = (
        f"讲座第{n}期,4月{20 + n % 7}日,9:00-11:00,第{n}文化馆,灌云县知识产权局,青少年,江苏省连云港市灌云县"
        for n in range(rows_wanted)
    )
    return "\n".join((HEAD, *rows)).encode()


def run(kinds: dict[str, Databases], folder: Path) -> None:
    from wsgi import create_app

    for kind, databases in kinds.items():
        with databases.fresh() as url:
            _measure_beside(kind, url, folder / f"import-beside-{kind}")
    for kind, databases in kinds.items():
        with databases.fresh() as url:
            settings = {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(folder / f"imports-{kind}")}
            with create_app(settings).app_context():
                week, data = load_week(), plan()
                for name, verb in (("previewed", preview), ("written", apply)):
                    start = time.perf_counter()
                    outcomes = verb(week, read_file(data, "plan.csv"), Source(), NINE)
                    spent = time.perf_counter() - start
                    note = f"{spent:.1f} s, {len(outcomes)} rows"
                    tell(
                        f"{kind}: {SECONDS:.0f} s ÷ a plan of {ROWS} rows {name}", SECONDS / spent, 1.0, note
                    )


class _Waits:
    """Two threads, each doing one thing at its pace until the end: how long each took, by the moment at which it began."""

    def __init__(self, **acts: Callable[[http.client.HTTPConnection], None]) -> None:
        self.taken: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
        self.failed: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._repeat, args=pair) for pair in acts.items()]

    def start(self, port: int) -> None:
        self._port = port
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def longest(self, name: str, begin: float, end: float) -> float:
        return max(took for at, took in self.taken[name] if at + took >= begin and at <= end)

    def _repeat(self, name: str, act: Callable[[http.client.HTTPConnection], None]) -> None:
        """Each EACH seconds in a thread of its own, so that a slow one holds up none after it."""
        running: list[threading.Thread] = []
        while not self._ended.wait(EACH):
            running.append(threading.Thread(target=self._once, args=(name, act)))
            running[-1].start()
        for thread in running:
            thread.join()

    def _once(self, name: str, act: Callable[[http.client.HTTPConnection], None]) -> None:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            act(connection)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.failed.append(f"{name}: {answer.status}")
        except OSError as error:
            self.failed.append(f"{name}: {error!r}")
        finally:
            connection.close()
        self.taken[name].append((begun, time.monotonic() - begun))


def _measure_beside(kind: str, url: str, home: Path) -> None:
    home.mkdir()
    rows = number("ROWS", MANY)
    file = home / "plan.csv"
    file.write_bytes(plan(rows))
    server = Server(url, home)
    try:
        with server.app.app_context():
            event = make_event(load_week())
            _kiosk, token = kiosks.create_kiosk(event, NINE)
            paths = [
                f"/ip-2024/events?q=%E8%AE%B2%E5%BA%A7{{}}&x={event.id}",
                "/ip-2024/",
                f"/ip-2024/events/{event.id}",
            ]
            db.session.remove()
        numbers = count()

        def scan(connection: http.client.HTTPConnection) -> None:
            one = {"id": str(uuid4()), "at": NINE.isoformat(), "kind": "touch", "group": "youth"}
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/scans", json.dumps({"scans": [one]}), headers)

        def page(connection: http.client.HTTPConnection) -> None:
            turn = next(numbers)
            connection.request("GET", paths[turn % len(paths)].format(turn))

        waits = _Waits(scan=scan, page=page)
        server.start()
        waits.start(server.port)
        time.sleep(BEFORE)  # the first requests of a worker take longer
        begun = time.monotonic()
        time.sleep(BEFORE)
        imported = time.monotonic()
        command = [OPENWEEK, "import", file, "--campaign", "ip-2024", "--json"]
        told = subprocess.run(command, env={**os.environ, **server.settings}, capture_output=True, check=True)
        ended = time.monotonic()
        waits.end()
        new = json.loads(told.stdout)["summary"]["new"]
        print(f"{kind}: {new:,} of {rows:,} rows new in {ended - imported:.1f} s", flush=True)
        for sentence in waits.failed[:5]:
            print(f"{kind}: {sentence}", flush=True)
        tell(f"{kind}: scans and pages that failed during an import", len(waits.failed), most=0)
        for name in waits.taken:
            alone, beside = (waits.longest(name, *time_) for time_ in ((begun, imported), (imported, ended)))
            note = f"{beside:.2f} s; without an import {alone:.2f} s"
            tell(
                f"{kind}: the longest wait of a {name} during an import ÷ {LONGEST:g} s",
                beside / LONGEST,
                most=1.0,
                note=note,
            )
    finally:
        server.close()
