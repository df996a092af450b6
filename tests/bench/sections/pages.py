"""The week page and one day's list over HTTP beside an empty view, at 1,000 and at 10,000 events: rate, tail, and the first
page after a change. In process, the week page with 30,000 events against the same page with 300: warm, and for the first
reader after a change; and a search by initials through 30,000 events against one through 300."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from flask import Flask

from models.campaigns.tables import Campaign
from models.db import db
from models.events.draft import EventDraft, VenueDraft
from models.publishing import lifecycle
from models.publishing.change import event_transaction
from tests.bench.measurement.ratios import interleaved, tell
from tests.bench.measurement.reads import reads
from tests.bench.measurement.yardsticks import Yardsticks, started, yardsticks
from tests.support.records.week import NINE, load_week, session
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server

SMALL, LARGE, PORTION = 300, 30_000, 250
SERVED = (1_000, 10_000)
FIRST = 0.030  # seconds until the first page after a change
PHONE = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "zh-CN"}
WEEK, DAY = "/ip-2024/", "/ip-2024/?day=2024-04-23"
REGIONS = ("320723", "440103", "110105", "510104", "660000")
_numbers = count()
AIM = 1 / 3  # of the speed with few events, at least


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        for events in SERVED:
            with databases.fresh() as url:
                _over_http(kind, events, url, folder / f"served-pages-{kind}-{events}")
        with databases.fresh() as small, databases.fresh() as large:
            apps = {
                size: _filled(url, folder / f"pages-{kind}-{size}", size)
                for size, url in ((SMALL, small), (LARGE, large))
            }
            _compare(kind, "the week page", apps, lambda app: _get(app, "/ip-2024/"))
            _compare(kind, "a day of the week", apps, lambda app: _get(app, "/ip-2024/?day=2024-04-23"))
            _compare(kind, "the week page after a change", apps, _after_a_change)
            _compare(kind, "a new search by initials", apps, _search, None)
            for app in apps.values():
                _close(app)


def _over_http(kind: str, events: int, url: str, home: Path) -> None:
    home.mkdir()
    server = Server(url, home)
    _close(_filled(url, home / "filled", events))
    try:
        server.start()
        with started(yardsticks(url, home / "yardsticks")) as hello:
            measure_served(kind, events, server, hello)
    finally:
        server.close()


def measure_served(kind: str, events: int, server: Server, hello: Yardsticks) -> None:
    tails: dict[str, list[float]] = {WEEK: [], DAY: []}

    def rate_of(path: str) -> float:
        found = reads(server.port, path, PHONE)
        tails[path].append(found.tail)
        return found.rate

    def first(path: str) -> float:
        _change(server.app)
        start = time.perf_counter()
        status, _body = server.get(path, **PHONE)
        spent = time.perf_counter() - start
        assert status == 200
        return spent

    contestants = {
        "hello": lambda: reads(hello.port, "/hello").rate,
        **{path: partial(rate_of, path) for path in tails},
        **{f"first {path}": partial(first, path) for path in tails},
    }
    for warm_up in contestants.values():
        warm_up()
    found = interleaved(**contestants)
    for path, name in ((WEEK, "the week page"), (DAY, "a day's list")):
        what, note = f"{kind}: {name}, {events:,} events", f"[{found[path]:.0f} a second]"
        tell(f"{what} ÷ hello", found[path] / found["hello"], 0.15, note)
        tell(f"{what}: p99 ÷ p50", sorted(tails[path])[len(tails[path]) // 2], most=10)
        spent = found[f"first {path}"]
        tell(
            f"{what}: the first after a change ÷ 30 ms",
            spent / FIRST,
            most=1,
            note=f"[{spent * 1000:.0f} ms]",
        )


def _change(app: Flask) -> None:
    with app.app_context():
        lifecycle.create(db.session.get(Campaign, "ip-2024"), EventDraft(title="新的"), NINE)


def _filled(url: str, instance: Path, events: int) -> Flask:
    from wsgi import create_app

    app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(instance)})
    with app.app_context():
        campaign = load_week()
        for first in range(0, events, PORTION):
            with event_transaction():
                for number in range(first, min(first + PORTION, events)):
                    lifecycle.write_new(campaign, _draft(number), NINE - timedelta(days=30))
            db.session.expunge_all()
            campaign = db.session.get(Campaign, "ip-2024")
    return app


def _draft(number: int) -> EventDraft:
    place = f"第{number % 50}社区"
    start = NINE + timedelta(days=number % 5, minutes=number % 240)
    return EventDraft(
        title=f"知识产权宣传进社区第{number}场：学法用法，保护创新",
        region_code=REGIONS[number % len(REGIONS)],
        hosts=(f"{place}市场监督管理局", f"{place}人民法院"),
        groups=("public", "youth"),
        venues=(VenueDraft(f"{place}文化广场"),),
        occurrences=(session(start, 2, date(2024, 4, 22) + timedelta(days=number % 5)),),
    )


def _compare(
    kind: str, what: str, apps: dict[int, Flask], measure: Callable[[Flask], float], aim: float | None = AIM
) -> None:
    for app in apps.values():
        measure(app)
    found = interleaved(small=lambda: measure(apps[SMALL]), large=lambda: measure(apps[LARGE]))
    note = f"[{found['small'] * 1000:.0f} ms against {found['large'] * 1000:.0f} ms]"
    tell(f"{kind}: {what}, {SMALL:,} ÷ {LARGE:,} events", found["small"] / found["large"], aim, note)


def _get(app: Flask, path: str) -> float:
    start = time.perf_counter()
    answer = app.test_client().get(path)
    spent = time.perf_counter() - start
    assert answer.status_code == 200
    return spent


def _after_a_change(app: Flask) -> float:
    _change(app)
    return _get(app, "/ip-2024/")


def _search(app: Flask) -> float:
    """A search that nobody made before, so that nothing is kept of it."""
    return _get(app, f"/ip-2024/events?q=zscq+{next(_numbers)}")


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
