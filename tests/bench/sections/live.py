"""Open live views while people check in, over HTTP against the served program with two workers: a thousand pages of one event,
the live pages of the country and the walls of the committee's office, and views of nine different parts of the week at once."""

import json
import random
import statistics
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from models import clock
from models.campaigns.tables import find_campaign
from models.db import db
from models.devices import kiosks
from models.organizations.tables import Account, Role
from tests.bench.measurement.ratios import tell
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event, session
from tests.support.servers import processes
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server
from tests.support.servers.watchers import Watchers, desk_cookie, wait_until

WATCHERS, COUNTRY_PAGES, WALLS = 1000, 100, 20
FEW = 200  # pages, for the slope of memory
RATE, DEVICES = 100, 8  # check-ins a second
SECONDS, ROUNDS = 4, 3
PAGES_OF_PART, SCANS = 3, 40  # of each part, so that both workers count most of them


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        with databases.fresh() as url:
            home = folder / f"live-{kind}"
            home.mkdir()
            server = Server(url, home)
            try:
                server.start()
                _measure(kind, server)
            finally:
                server.close()
        with databases.fresh() as url:
            home = folder / f"live-parts-{kind}"
            home.mkdir()
            server = Server(url, home)
            try:
                server.openweek("demo")
                server.start()
                _measure_parts(kind, server)
            finally:
                server.close()


def _measure(kind: str, server: Server) -> None:
    with server.app.app_context():
        campaign = load_week()
        people, now = make_people(campaign), clock.now()
        event = make_event(campaign, lead=None, occurrences=(session(now, 6, campaign.today(now)),))
        event.lead_id = people.gu.organization_id
        db.session.commit()
        tokens = [kiosks.create_kiosk(event, now)[1] for _ in range(DEVICES)]
        organizer, committee = (desk_cookie(server.app, one.id) for one in (people.gu, people.cui))
        country = f"campaign={campaign.id}"
        views = (
            _View("open live pages", f"/desk/events/{event.id}/live.events", organizer, WATCHERS),
            _View("open live pages of the country", f"/desk/live.events?{country}", committee, COUNTRY_PAGES),
            _View("open walls", f"/desk/wall.events?{country}", committee, WALLS),
        )
    device = Kiosks(server.url, tokens)
    device.press(1)
    _measure_memory(kind, server, device, views[0])
    for view in views:
        _measure_view(kind, server, device, view)


def _measure_parts(kind: str, server: Server) -> None:
    """Nine views of different parts of the demo's week, each on several pages, while somebody checks in now and then."""
    with server.app.app_context():
        campaign, now = find_campaign("rehearsal"), clock.now()
        event = make_event(campaign, occurrences=(session(now, 6, campaign.today(now)),))
        account = db.session.scalars(select(Account).where(Account.role == Role.COMMITTEE)).first()
        assert account
        cookie, token = desk_cookie(server.app, account.id), kiosks.create_kiosk(event, now)[1]
        province, county, line = "320000", event.region_code, event.lead.line
        country = f"campaign={campaign.id}"
        paths = [
            f"/desk/events/{event.id}/live.events",
            f"/desk/live.events?{country}",
            f"/desk/live.events?{country}&region={province}",
            f"/desk/live.events?{country}&region={county}",
            f"/desk/live.events?{country}&line={line}",
            f"/desk/wall.events?{country}",
            f"/desk/wall.events?{country}&region={province}",
            f"/desk/wall.events?{country}&region={county}",
            f"/desk/live.events?{country}&region=110000",  # which nobody enters: its page only costs
        ]
    device, watched = Kiosks(server.url, [token]), []
    try:
        for path in paths:
            watched.append(Watchers(server.url, path, cookie, keep=False))
            watched[-1].add(PAGES_OF_PART)
        assert wait_until(lambda: all(_all_see(one, 0) for one in watched), 60)
        delays = [_delay_of_one(device, watched[:-1]) for _ in range(SCANS)]
    finally:
        for one in watched:
            one.close()
    what = f"views of {len(paths)} parts at once: the last one sees a scan"
    tell(f"{kind}: {what}, p95 ÷ 1 s", sorted(delays)[int(len(delays) * 0.95)], most=1)
    tell(f"{kind}: {what}, the worst of {SCANS} ÷ 1 s", max(delays), most=1)


def _delay_of_one(device: "Kiosks", watched: list[Watchers]) -> float:
    """Seconds from the answer to a scan until the last page of all has been shown it. It comes at any time of a pause."""
    pages = [page for one in watched for page in one.open]
    before = [page.seen[-1][1] for page in pages]
    device.check_in()
    answered = time.monotonic()
    assert wait_until(
        lambda: all(page.seen[-1][1] > visits for page, visits in zip(pages, before, strict=True))
    )
    shown = max(
        next(at for at, number in page.seen if number > visits)
        for page, visits in zip(pages, before, strict=True)
    )
    time.sleep(random.uniform(0.5, 1.5))
    return max(0.0, shown - answered)


@dataclass(frozen=True)
class _View:
    """What is watched, and by how many pages."""

    name: str
    path: str
    cookie: str
    pages: int


def _measure_view(kind: str, server: Server, device: "Kiosks", view: _View) -> None:
    alone, watched, delays = [], [], []
    _warm_up(server, view, device)
    for _ in range(ROUNDS):
        alone.append(len(device.press(SECONDS)) / SECONDS)
        watchers = Watchers(server.url, view.path, view.cookie, keep=False)
        try:
            watchers.add(view.pages)
            assert wait_until(partial(_all_see, watchers, 0), 60)
            stored = device.press(SECONDS)
            watched.append(len(stored) / SECONDS)
            assert wait_until(partial(_all_see, watchers, device.visits))
            delays += _delays(watchers, stored)
        finally:
            watchers.close()
        time.sleep(1)  # the server lets go of the streams
    what = f"{view.pages:,} {view.name}"
    rates = statistics.median(watched), statistics.median(alone)
    note = f"[{rates[0]:.0f} against {rates[1]:.0f} a second]"
    tell(f"{kind}: check-ins with {what} ÷ without", rates[0] / rates[1], 0.7, note)
    slow = sorted(delays)[int(len(delays) * 0.95)]
    tell(f"{kind}: {what}: the last one sees a scan, p95 ÷ 1 s", slow, most=1)


def _measure_memory(kind: str, server: Server, device: "Kiosks", view: _View) -> None:
    """A page's own cost: the slope between FEW and all pages while nobody checks in. Apart from it what the workers grow by
    once people do, which does not come from the pages alone. Threads are kept: this is measured before any other round."""
    _warm_up(server, view, device)
    watchers = Watchers(server.url, view.path, view.cookie, keep=False)
    try:
        used = []
        for more in (FEW, view.pages - FEW):
            watchers.add(more)
            assert wait_until(partial(_all_see, watchers, 0), 60)
            used.append(_memory(server))
        device.press(SECONDS)
        assert wait_until(partial(_all_see, watchers, device.visits))
        used.append(_memory(server))
    finally:
        watchers.close()
    time.sleep(1)  # the server lets go of the streams
    few, all_pages, busy = used
    if few is None or all_pages is None or busy is None:
        return
    shares, resident = (
        (more - less) / (view.pages - FEW) / 1024 for more, less in zip(all_pages, few, strict=True)
    )
    note = f"[{shares:.0f} KiB, resident {resident:.0f}]"
    tell(f"{kind}: memory of an open page without check-ins ÷ 40 KiB", shares / 40, most=1, note=note)
    growth = (busy[0] - all_pages[0]) / len(processes.workers(server.process_id)) / 2**20
    note = f"[{growth:.1f} MiB each, {SECONDS} s at {RATE} a second]"
    tell(f"{kind}: growth of a worker under check-ins ÷ 10 MiB", growth / 10, note=note)


def _all_see(watchers: Watchers, visits: int) -> bool:
    return all(one.seen and one.seen[-1][1] >= visits for one in watchers.open)


def _warm_up(server: Server, view: _View, device: "Kiosks") -> None:
    """What a worker loads for its first watchers is not counted for all."""
    watchers = Watchers(server.url, view.path, view.cookie, keep=False)
    watchers.add(min(40, view.pages))
    assert wait_until(partial(_all_see, watchers, 0), 60)
    device.press(1)
    watchers.close()


class Kiosks:
    """Kiosks that check in RATE people a second between them, or as many as the server answers."""

    def __init__(self, url: str, tokens: list[str]) -> None:
        self._url, self._tokens, self._lock = f"{url}/api/v1/scans", tokens, threading.Lock()
        self.visits = 0

    def press(self, seconds: float) -> list[tuple[float, int]]:
        """When each check-in was answered, and the visits there were then at least."""
        stored: list[tuple[float, int]] = []
        end = time.monotonic() + seconds

        def check_in(token: str) -> None:
            due = time.monotonic()
            while (now := time.monotonic()) < end:
                if now < due:
                    time.sleep(due - now)
                due = max(due + len(self._tokens) / RATE, time.monotonic() - 0.5)
                self._touch(token)
                with self._lock:
                    self.visits += 1
                    stored.append((time.monotonic(), self.visits))

        threads = [threading.Thread(target=check_in, args=(token,)) for token in self._tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return stored

    def check_in(self) -> None:
        """One person, at the first of them."""
        self._touch(self._tokens[0])

    def _touch(self, token: str) -> None:
        scan = {"id": str(uuid4()), "at": clock.instant_text(clock.now()), "kind": "touch", "group": "youth"}
        request = urllib.request.Request(
            self._url,
            json.dumps({"scans": [scan]}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["results"][0]["verdict"] == "stored"


def _delays(watchers: Watchers, stored: list[tuple[float, int]]) -> list[float]:
    """Seconds from the answer to a check-in until the last watcher has been shown it."""
    found = []
    for answered, visits in stored:
        shown = [next(at for at, number in one.seen if number >= visits) for one in watchers.open]
        found.append(max(0.0, max(shown) - answered))
    return found


def _memory(server: Server) -> tuple[int, int] | None:
    """Bytes of the workers, shared ones divided, and all that are resident; None where the system does not say."""
    with suppress(FileNotFoundError):
        workers = processes.workers(server.process_id)
        return sum(map(processes.memory, workers)), sum(map(processes.resident, workers))
    return None
