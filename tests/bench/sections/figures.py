"""Figures and the page at 10 thousand and at 1 million scans, at 300 and at 30,000 events; how long `verify` takes at
1 million, also where PostgreSQL has no statistics. `make bench ARGS="figures scans=100000"` makes the large ledger smaller."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from models.campaigns.tables import find_campaign
from models.db import db, on_postgresql, transaction
from models.figures.count import figures
from models.figures.recount.comparison import verify
from tests.bench.measurement.ledger_fill import fill
from tests.bench.measurement.ratios import interleaved, tell
from tests.support.records.week import NINE, load_week
from tests.support.servers.databases import Databases

EVENTS, MANY_EVENTS, FEW_SCANS = 300, 30_000, 10_000
MANY_SCANS = next((int(arg[6:]) for arg in sys.argv if arg.startswith("scans=")), 1_000_000)
BY = ((), ("region",), ("line",), ("event",), ("audience",), ("day",), ("method",))


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        with ExitStack() as stack:
            sizes = {
                "small": (EVENTS, FEW_SCANS),
                "large": (EVENTS, MANY_SCANS),
                "wide": (MANY_EVENTS, MANY_SCANS),
            }
            apps = {
                name: _filled(
                    stack.enter_context(databases.fresh()), folder / f"figures-{kind}-{name}", *size
                )
                for name, size in sizes.items()
            }
            _compare_scans(kind, apps)
            _compare_events(kind, apps)
            for name in ("large", "wide"):
                _verify(kind, name, apps[name])
            for app in apps.values():
                with app.app_context():
                    db.session.remove()
                    for engine in db.engines.values():
                        engine.dispose()


def _filled(url: str, instance: Path, events: int, scans: int) -> Flask:
    from wsgi import create_app

    app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(instance)})
    with app.app_context():
        campaign = load_week()
        with transaction():
            campaign.rehearsal = True
            if on_postgresql():  # what the planner meets after a rush: no statistics
                for table in ("scan", "presence", "counter", "figure_sum"):
                    db.session.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
        fill(campaign, events, scans)
        db.session.remove()
    return app


def _compare_scans(kind: str, apps: dict[str, Flask]) -> None:
    for by in BY:
        found = interleaved(
            few=lambda by=by: _seconds(apps["small"], lambda: _figures(by)),
            many=lambda by=by: _seconds(apps["large"], lambda: _figures(by)),
        )
        what = f"{kind}: figures {'by ' + by[0] if by else 'in total'}, {MANY_SCANS:,} scans ÷ {FEW_SCANS:,}"
        tell(what, found["many"] / found["few"], most=1.2, note=f"{found['many'] * 1000:.1f} ms")
    found = interleaved(**{name: lambda name=name: _page(apps[name]) for name in ("small", "large")})
    what = f"{kind}: the figures page, {MANY_SCANS:,} scans ÷ {FEW_SCANS:,}"
    tell(what, found["large"] / found["small"], most=1.2, note=f"{found['large'] * 1000:.1f} ms (aim 30)")
    page = interleaved(one=lambda: _page(apps["large"], "?region=320000"))
    print(
        f"{kind}: the figures page of one province, {MANY_SCANS:,} scans: {page['one'] * 1000:.1f} ms",
        flush=True,
    )


def _compare_events(kind: str, apps: dict[str, Flask]) -> None:
    found = interleaved(**{name: lambda name=name: _page(apps[name]) for name in ("large", "wide")})
    what = f"{kind}: the figures page, {MANY_EVENTS:,} events ÷ {EVENTS}"
    tell(what, found["wide"] / found["large"], most=3, note=f"{found['wide'] * 1000:.1f} ms")


def _figures(by: tuple[str, ...]) -> None:
    figures(find_campaign("ip-2024"), NINE, by)


def _page(app: Flask, query: str = "") -> float:
    client = app.test_client()

    def get() -> None:
        answer = client.get(f"/ip-2024/figures{query}")
        assert answer.status_code == 200
        assert "data-visits" in answer.text

    return _seconds(app, get)


def _seconds(app: Flask, action: Callable[[], object]) -> float:
    """The quickest of three."""
    with app.app_context():
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            action()
            taken.append(time.perf_counter() - start)
            db.session.rollback()
    return min(taken)


def _verify(kind: str, name: str, app: Flask) -> None:
    with app.app_context():
        start = time.perf_counter()
        db.session.scalar(text("SELECT COUNT(DISTINCT holder) FROM scan"))
        middle = time.perf_counter()
        recount = verify(find_campaign("ip-2024"))
        spent, yardstick = time.perf_counter() - middle, middle - start
        db.session.remove()
    assert recount.differences == [], recount.differences[:3]
    events = EVENTS if name == "large" else MANY_EVENTS
    what = f"{kind}: verify of {recount.scans:,} scans at {events:,} events ÷ counting their holders"
    tell(what, spent / yardstick, note=f"{spent:.1f} s (aim 15 at a million)")
