"""SIGKILL to parts of a served application while simulated kiosks hand in: acknowledged must be stored, once."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle
from random import Random

import psycopg
from sqlalchemy import func, select

from kiosk.simulator.fleet import RehearsalPlan, RehearsalReport, rehearse
from kiosk.simulator.network import FaultRates
from models import clock
from models.campaigns.file import default_campaign_file
from models.campaigns.tables import find_campaign
from models.codes import keys, passes
from models.db import db, transaction
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from models.operations import campaign_loader
from tests.support.records.week import make_event
from tests.support.servers.databases import Postgres
from tests.support.servers.processes import runs, workers
from tests.support.servers.served_application import Server
from tests.support.servers.watchers import wait_until

BETWEEN = 8  # scans that kiosks make after a kill before the next one
NETWORK = FaultRates(answer_lost=0.05, duplicates=0.1)
END = 30  # seconds until the workers of a killed master have ended, on a busy machine

Kill = Callable[[Server, Random], None]


def kill_worker(server: Server, chance: Random) -> None:
    """Its master starts another."""
    running = workers(server.process_id)
    if running:
        os.kill(chance.choice(running), signal.SIGKILL)


def kill_master(server: Server, _chance: Random) -> None:
    """Its workers see that it is gone and end; then it is started again, as systemd would."""
    left = workers(server.process_id)
    server.kill_master()
    assert wait_until(lambda: not any(map(runs, left)), END), "workers stay without their master"
    server.start()


def kill_backend(server: Server, chance: Random) -> None:
    """PostgreSQL ends all its connections then, and recovers from its log."""
    url, found = server.settings["OPENWEEK_DATABASE_URL"], []

    def list_backends() -> bool:
        try:
            with psycopg.connect(url) as connection:
                found[:] = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " ORDER BY state = 'active' DESC, pid LIMIT 4"
                ).fetchall()
        except psycopg.OperationalError:  # it recovers from the last one
            return False
        return bool(found)

    assert wait_until(list_backends, END), "no backend of the application"
    os.kill(chance.choice(found)[0], signal.SIGKILL)


def kill_database_of(postgres: Postgres) -> Kill:
    """All of PostgreSQL at once; kiosks and workers find it away until it has recovered."""

    def kill_database(_server: Server, _chance: Random) -> None:
        postgres.crash()

    return kill_database


class Kills:
    """Rounds of a rehearsal against a started server, each with some kills. done: how many of which kind."""

    def __init__(self, server: Server, kinds: list[Kill], devices: int) -> None:
        self.done: Counter[str] = Counter()
        self.acknowledged, self._rounds, self._devices = 0, 0, devices
        self._server, self._kinds, self._chance = server, cycle(kinds), Random(1)
        with server.app.app_context():
            campaign = campaign_loader.load_campaign(default_campaign_file(), rehearsal=True)
            with transaction():
                keys.ensure_keys(clock.now())
            day = campaign.today(clock.now())
            days = (OccurrenceDraft(day - timedelta(days=1), day + timedelta(days=1)),)
            self._events = [make_event(campaign, f"演练现场{n}", occurrences=days).id for n in range(4)]
            self._campaign_id = campaign.id
            db.session.remove()

    def round(self, scans: int, kills: int) -> None:
        """Raises AssertionError where a scan was lost, changed, doubled or left over, or the recount differs."""
        made, plan = _Scans(), self._plan(scans)
        with ThreadPoolExecutor(1) as pool:
            rehearsal = pool.submit(rehearse, plan, clock.now(), made.add)
            for _ in range(kills):
                made.wait_for(BETWEEN, rehearsal)
                if rehearsal.done():
                    break
                kill = next(self._kinds)
                kill(self._server, self._chance)
                self.done[kill.__name__.removeprefix("kill_")] += 1
            report: RehearsalReport = rehearsal.result()
        self.acknowledged += report.sent
        assert report.complete, report
        assert report.sent == scans
        self._check()

    def _plan(self, scans: int) -> RehearsalPlan:
        self._rounds += 1
        with self._server.app.app_context():
            now, campaign = clock.now(), find_campaign(self._campaign_id)
            events = [db.session.get_one(Event, event_id) for event_id in self._events]
            tokens = [
                kiosks.create_kiosk(events[number % len(events)], now)[1] for number in range(self._devices)
            ]
            held = [one.token for one in passes.issue(campaign, "youth", now, count=max(1, scans // 4))]
            held += [one.token for one in passes.issue(campaign, "youth", now, headcount=40, count=4)]
            db.session.remove()
        return RehearsalPlan(self._server.url, self._campaign_id, tokens, scans, self._rounds, NETWORK, held)

    def _check(self) -> None:
        """What was acknowledged so far is there, each scan once, and what is summed up agrees with it."""
        with self._server.app.app_context():
            stored = db.session.scalar(select(func.count(Scan.id.distinct())))
            recount = verify(find_campaign(self._campaign_id))
            db.session.remove()
        assert (stored, recount.scans, recount.differences) == (self.acknowledged, self.acknowledged, [])


class _Scans:
    """Counts the scans that devices make."""

    def __init__(self) -> None:
        self._count, self._changed = 0, threading.Condition()

    def add(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for(self, more: int, rehearsal: Future) -> None:
        """Until so many more were made, or the devices only deliver what is left, or the rehearsal is over."""
        until = time.monotonic() + 1
        with self._changed:
            wanted = self._count + more
            while (
                self._count < wanted
                and not rehearsal.done()
                and (self._count == 0 or time.monotonic() < until)
            ):
                self._changed.wait(0.05)
