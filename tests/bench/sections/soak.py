"""Mixed load for MINUTES=10, at an even pace, over HTTP against the served program with two workers: scans alone and in batches,
pages, searches, feeds, live pages opened and closed, an event changed. What the workers hold in the last third of the time
against the second. Before that, many searches fill the cache of pages."""

import http.client
import json
import statistics
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from models import clock
from models.campaigns.file import default_campaign_file
from models.codes import keys, passes
from models.db import db, transaction
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from models.operations import campaign_loader
from models.publishing import lifecycle
from tests.bench.measurement.arguments import number
from tests.bench.measurement.ratios import tell
from tests.support.records.people import make_people
from tests.support.records.week import make_event
from tests.support.servers import processes
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server
from tests.support.servers.watchers import Watcher, Watchers, desk_cookie

MINUTES = 10
EVENTS, DEVICES = 120, 8
PASSES = 10_000  # a batch reads all rows of its passes: with few of them it would read more and more
FILL = 2_000  # different searches: as many pages as two workers keep
OPEN_PAGES = 24  # live pages at a time
EACH_LOOK = 1.0  # seconds between two looks at the workers
WORDS = ("专利", "商标", "宣传", "讲座", "公园", "青少年", "zl", "sbxc", "知识产权保护", "no such event")
FORMS = ("ics", "json", "csv", "atom")


def run(kinds: dict[str, Databases], folder: Path) -> None:
    minutes = number("MINUTES", MINUTES)
    for kind, databases in kinds.items():
        with databases.fresh() as url:
            home = folder / f"soak-{kind}"
            home.mkdir()
            server = Server(url, home)
            try:
                week = _week(server)
                server.start()
                _measure(kind, server, week, minutes * 60)
            finally:
                server.close()


@dataclass(frozen=True)
class _Week:
    """cookie: of somebody who may watch the first event."""

    campaign_id: str
    events: list[int]
    tokens: list[str]
    passes: list[str]
    cookie: str


def _week(server: Server) -> _Week:
    with server.app.app_context():
        campaign = campaign_loader.load_campaign(default_campaign_file(), rehearsal=True)
        now = clock.now()
        with transaction():
            keys.ensure_keys(now)
        people, today = make_people(campaign), campaign.today(now)
        days = (OccurrenceDraft(today - timedelta(days=1), today + timedelta(days=1)),)
        events = [make_event(campaign, f"专利与商标宣传讲座第{n}场", occurrences=days) for n in range(EVENTS)]
        with transaction():
            events[0].lead_id = people.gu.organization_id
        tokens = [kiosks.create_kiosk(events[n % 4], now)[1] for n in range(DEVICES)]
        held = [one.token for one in passes.issue(campaign, "youth", now, count=PASSES)]
        return _Week(
            campaign.id, [one.id for one in events], tokens, held, desk_cookie(server.app, people.gu.id)
        )


@dataclass
class Look:
    """What the workers hold. memory: bytes, shared ones divided."""

    memory: int
    threads: int
    files: int


@dataclass
class _Load:
    """What is done side by side, each in a thread of its own at its pace, until the end."""

    server: Server
    week: _Week
    end: float
    done: Counter = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def start(self) -> list[threading.Thread]:
        numbers = {name: count() for name in ("pass", "page", "search", "feed", "change")}
        paces: list[tuple[float, str, Callable[[], None]]] = [
            *((0.2, "scan", partial(self._scan, token)) for token in self.week.tokens[:4]),
            *((2.0, "batch", partial(self._batch, token, numbers["pass"])) for token in self.week.tokens[4:]),
            *((0.3, "page", partial(self._page, numbers["page"])) for _ in range(3)),
            (0.5, "search", partial(self._search, numbers["search"])),
            *((0.5, "feed", partial(self._feed, numbers["feed"])) for _ in range(2)),
            (3.0, "change", partial(self._change, numbers["change"])),
        ]
        threads = [threading.Thread(target=self._repeat, args=pace) for pace in paces]
        threads.append(threading.Thread(target=self._live))
        for thread in threads:
            thread.start()
        return threads

    def _repeat(self, pause: float, name: str, act: Callable[[], None]) -> None:
        due = time.monotonic()
        while (now := time.monotonic()) < self.end:
            if now < due:
                time.sleep(due - now)
            due = max(due + pause, time.monotonic() - 2)
            try:
                act()
            except (OSError, AssertionError, http.client.HTTPException, DBAPIError) as error:
                self.failed.append(f"{name}: {error!r}")
            self.done[name] += 1

    def _scan(self, token: str) -> None:
        self._hand_in(token, [{"kind": "touch", "group": "public"}])

    def _batch(self, token: str, numbers: count) -> None:
        held = self.week.passes
        self._hand_in(token, [{"kind": "pass", "code": held[next(numbers) % len(held)]} for _ in range(50)])

    def _hand_in(self, token: str, scans: list[dict]) -> None:
        at = clock.instant_text(clock.now())
        body = json.dumps({"scans": [{"id": str(uuid4()), "at": at, **scan} for scan in scans]})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        results = json.loads(self._ask("POST", "/api/v1/scans", body, headers))["results"]
        assert {one["verdict"] for one in results} <= {"stored", "repeat"}, results

    def _page(self, numbers: count) -> None:
        """The week, its list under many filters, and single events, in both languages."""
        turn, campaign = next(numbers), self.week.campaign_id
        event = self.week.events[turn % EVENTS]
        path = (
            f"/{campaign}/",
            f"/{campaign}/events?region={('320000', '320723', '110000')[turn // 5 % 3]}",
            f"/{campaign}/events?audience=youth&page={turn // 5 % 4 + 1}",
            f"/{campaign}/events/{event}",
            f"/{campaign}/places",
        )[turn % 5]
        self._ask("GET", path, headers={"Accept-Language": ("zh-CN", "en")[turn % 2]})

    def _search(self, numbers: count) -> None:
        turn = next(numbers)
        words = f"{WORDS[turn % len(WORDS)]} {turn}" if turn % 2 else WORDS[turn // 2 % len(WORDS)]
        self.search(words)

    def search(self, words: str) -> None:
        self._ask("GET", f"/{self.week.campaign_id}/events?q={quote(words)}")

    def _feed(self, numbers: count) -> None:
        turn = next(numbers)
        query = "?region=320723" if turn % 3 else ""
        path = f"/{self.week.campaign_id}/events.{FORMS[turn % 4]}{query}"
        self._ask("GET", path, headers={"Accept-Encoding": "gzip"})

    def _change(self, numbers: count) -> None:
        turn = next(numbers)
        with self.server.app.app_context():
            event = db.session.get_one(Event, self.week.events[turn % EVENTS])
            draft = lifecycle.draft_of(event)
            lifecycle.change(event, replace(draft, title=f"专利与商标宣传讲座，改{turn:04}"), clock.now())
            db.session.remove()

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{answer.status} {path}"
        return content

    def _live(self) -> None:
        """OPEN_PAGES at a time; each second two are closed and two opened."""
        path = f"/desk/events/{self.week.events[0]}/live.events"
        watchers = Watchers(self.server.url, path, self.week.cookie, keep=False)
        open_pages: deque[Watcher] = deque(watchers.add(OPEN_PAGES))

        def exchange() -> None:
            for _ in range(2):
                watchers.leave(open_pages.popleft())
            open_pages.extend(watchers.add(2))

        try:
            self._repeat(1.0, "live page", exchange)
        finally:
            watchers.close()


def _measure(kind: str, server: Server, week: _Week, seconds: float) -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        print("soak: this machine has no /proc to read it from; not measured", flush=True)
        return
    _fill_caches(server, week)
    started = time.monotonic()
    load = _Load(server, week, started + seconds)
    threads, looks, due = load.start(), [], started
    while (now := time.monotonic()) < load.end:
        due += EACH_LOOK
        looks.append((now - started, _look(server)))
        time.sleep(max(0.0, due - time.monotonic()))
    for thread in threads:
        thread.join()
    for sentence in load.failed[:5]:
        print(f"{kind}: {sentence}", flush=True)
    failures, requests = len(load.failed), load.done.total()
    tell(
        f"{kind}: requests that failed ÷ all",
        failures / requests,
        most=0.001,
        note=f"[{failures} of {requests:,}]",
    )
    done = ", ".join(f"{name} {times}" for name, times in load.done.items())
    print(f"{kind}: {seconds / 60:g} minutes: {done}", flush=True)
    second, last = (
        [one for at, one in looks if seconds * part / 3 <= at < seconds * (part + 1) / 3] for part in (1, 2)
    )
    for name, what, unit in (
        ("memory", "memory", 1 << 20),
        ("threads", "threads", 1),
        ("files", "open files", 1),
    ):
        before, after = (
            statistics.mean(getattr(one, name) for one in part) / unit for part in (second, last)
        )
        note = f"[{after:.0f} against {before:.0f}{' MB' if unit > 1 else ''}]"
        tell(f"{kind}: {what} of the workers, last third ÷ second", after / before, most=1.05, note=note)


def _fill_caches(server: Server, week: _Week) -> None:
    load = _Load(server, week, 0)
    with ThreadPoolExecutor(6) as pool:
        for _ in pool.map(lambda turn: load.search(f"专利 {turn}a"), range(FILL)):
            pass


def _look(server: Server) -> Look:
    workers = processes.workers(server.process_id)
    kinds = (processes.memory, processes.threads, processes.open_files)
    return Look(*(sum(map(measure, workers)) for measure in kinds))
