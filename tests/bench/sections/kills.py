"""SIGKILL in the middle of batches: workers, gunicorn's master, a backend of PostgreSQL and all of it, while simulated kiosks
hand in. KILLS=N changes how many on each database, SECONDS=N when no other round begins."""

import tempfile
import time
from pathlib import Path

import psycopg

from tests.bench.measurement.arguments import number
from tests.bench.measurement.ratios import tell
from tests.support.servers.databases import Databases, Postgres, migrate
from tests.support.servers.kills import Kill, Kills, kill_backend, kill_database_of, kill_master, kill_worker
from tests.support.servers.served_application import Server

KILLS, SECONDS = 100, 600
DEVICES, SCANS, IN_A_ROUND = 16, 640, 10


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        home = folder / f"kills-{kind}"
        home.mkdir()
        if kind == "sqlite":
            with databases.fresh() as url:
                _measure(kind, url, home, [kill_worker, kill_worker, kill_master])
            continue
        # One of its own: all its databases restart when a backend is killed.
        with (
            tempfile.TemporaryDirectory(prefix="openweek-pg-") as data,
            Postgres(Path(data)) as postgres,
        ):
            url = postgres.make(None, "kills")
            with psycopg.connect(
                url, autocommit=True
            ) as connection:  # as in service: written, then acknowledged
                connection.execute("ALTER DATABASE kills SET synchronous_commit = on")
            migrate(url, home / "instance")
            victims = [kill_worker, kill_backend, kill_worker, kill_database_of(postgres), kill_master]
            _measure(kind, url, home, victims)


def _measure(kind: str, url: str, home: Path, victims: list[Kill]) -> None:
    """An AssertionError ends the bench where the ledger and what kiosks were told differ."""
    wanted, until = number("KILLS", KILLS), time.monotonic() + number("SECONDS", SECONDS)
    server = Server(url, home)
    try:
        server.start()
        kills = Kills(server, victims, DEVICES)
        while (left := wanted - kills.done.total()) > 0 and time.monotonic() < until:
            kills.round(SCANS, min(IN_A_ROUND, left))
    finally:
        server.close()
    counts = ", ".join(f"{name} {count}" for name, count in kills.done.items())
    stored = f"{kills.acknowledged:,} scans acknowledged, all stored once; the recount agrees"
    print(f"{kind}: {kills.done.total()} kills ({counts}): {stored}", flush=True)
    tell(f"{kind}: kills ÷ those asked for", kills.done.total() / wanted, 1)
