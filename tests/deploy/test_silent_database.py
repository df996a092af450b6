"""A database that falls silent without closing its connections, as where packets are dropped or a pooler hangs: 503 within
seconds, and all as before once it answers again."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Response
from flask.testing import FlaskClient

from models.transactions import answer_limit
from tests.support.proxies.relay import Relay
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.watchers import wait_until
from web.server import worker

LIMIT = 0.3  # seconds, for REQUEST and PING
CONNECT = 2  # seconds; libpq knows none that are shorter
SLACK = 5  # seconds of a busy machine
PAGE, READY = "/ip-2024/events", "/readyz"


@pytest.fixture
def relay(postgresql_databases, monkeypatch):
    for name in ("REQUEST", "PING"):
        monkeypatch.setattr(answer_limit, name, LIMIT)
    with postgresql_databases.fresh() as url:
        name = url.partition("?")[0].rpartition("/")[2]
        with Relay(postgresql_databases.server.sockets) as relay:
            relay.direct, relay.address = url, f"{relay.url(name)}?connect_timeout={CONNECT}"
            yield relay


@pytest.fixture(params=["OPENWEEK_DATABASE_URL", "OPENWEEK_DATABASE_READ_URL"])
def silent(request, relay, tmp_path):
    """The setting whose database falls silent; the application."""
    settings = settings_for(relay.direct, tmp_path) | {request.param: relay.address}
    with application(settings) as app:
        make_event(load_week())
        yield request.param, app


def ask(app, path):
    """As a thread of the server does: the answer, and for how many seconds it took."""
    begun = time.monotonic()
    answer = FlaskClient(app, Response).get(path)
    return answer, time.monotonic() - begun


def test_everybody_is_told_soon_and_it_recovers(silent, relay):
    setting, app = silent
    told = {PAGE: 503, READY: 503 if setting == "OPENWEEK_DATABASE_URL" else 200, "/healthz": 200}
    with ThreadPoolExecutor(2, initializer=answer_limit.of_requests) as pool:
        assert [pool.submit(ask, app, path).result()[0].status_code for path in told] == [200] * 3
        relay.fall_silent()
        for path, status in told.items():
            answer, took = pool.submit(ask, app, path).result()
            assert answer.status_code == status
            assert took < LIMIT + 2 * CONNECT + SLACK
            assert path != PAGE or answer.headers["Retry-After"] == "2"
        # Where it is the standby, the primary answers from then on.
        later = 503 if setting == "OPENWEEK_DATABASE_URL" else 200
        both = [
            pool.submit(ask, app, PAGE) for _ in range(2)
        ]  # one tries to connect, the other is told at once
        assert [one.result()[0].status_code for one in both] == [later, later]
        assert min(one.result()[1] for one in both) < CONNECT
        relay.speak()
        assert wait_until(lambda: pool.submit(ask, app, PAGE).result()[0].status_code == 200)
        assert [pool.submit(ask, app, path).result()[0].status_code for path in told] == [200] * 3


def test_the_threads_of_a_worker_wait_so_long():
    pool = worker.Worker.get_thread_pool(type("One", (), {"cfg": type("Settings", (), {"threads": 1})})())
    with pool:
        assert pool.submit(answer_limit.seconds).result() == answer_limit.REQUEST
    assert answer_limit.seconds() != answer_limit.REQUEST
