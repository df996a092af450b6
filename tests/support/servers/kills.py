"""SIGKILL to parts of a served application while simulated kiosks hand in: acknowledged must be stored, once."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from random import Random

import psycopg

from kiosk.simulator.fleet import RehearsalReport, rehearse
from models import clock
from tests.support.servers.databases import Postgres
from tests.support.servers.processes import runs, workers
from tests.support.servers.rehearsals import Rehearsals
from tests.support.servers.served_application import Server
from tests.support.servers.watchers import wait_until

BETWEEN = 8  # scans that kiosks make after a kill before the next one
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
        self._server, self._kinds, self._chance = server, cycle(kinds), Random(1)
        self._rehearsals = Rehearsals(server, devices)

    @property
    def acknowledged(self) -> int:
        return self._rehearsals.acknowledged

    def round(self, scans: int, kills: int) -> None:
        """Raises AssertionError where a scan was lost, changed, doubled or left over, or the recount differs."""
        made, plan = _Scans(), self._rehearsals.plan(scans)
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
        self._rehearsals.check(report, scans)


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
