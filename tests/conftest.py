"""What every test may ask for: an application on a fresh database (SQLite and PostgreSQL in turn), a client, a command
runner, a served week and a real browser. The work is done in tests/support; a test asks by these names:

database_url    a fresh, migrated database with nothing but the regions; a test that uses it runs once on each kind
app             the application on it, its context pushed
client, runner  a visitor without cookies; the command line (`runner.invoke(args=[...])`)
live_server     gunicorn with two workers on a fresh SQLite database: `.url`, `.get(path)`, `.openweek(*args)`, `.app`
demo_server     the same with the demo loaded, one for all tests of a process: change nothing that others look at
browser, page   Chromium; a page in a context of its own that fails the test on any script error
launch          `launch("--flag")`: a Chromium started with further flags (fake camera), closed after the test
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from tests.support.run.compile_cache import compile_once
from tests.support.servers.applications import application, settings_for
from tests.support.servers.clients import Client, Runner
from tests.support.servers.databases import Databases, Postgres

pytest_plugins = [
    "tests.support.run.temporary_files",
    "tests.support.run.reruns",
    "tests.support.run.order",
    "tests.support.run.unrun_tests",
    "tests.support.records.queries",
    "tests.support.run.light_passwords",
    "tests.support.servers.compressed_files",
    "tests.support.servers.served_application",
    "tests.support.servers.served_demo",
    "tests.support.browser.chromium",
]


# Fixtures that load the week, or have an event in it.
WITH_WEEK = {"campaign", "week", "event", "issued"}
# Nothing becomes free while thousands of tests are collected; compile_once() lets the collector run again.
gc.disable()


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> None:
    """A developer's own settings must not reach the tests."""
    compile_once()
    for name in [name for name in os.environ if name.startswith("OPENWEEK_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Databases]:
    with TemporaryDirectory(prefix="openweek-sqlite-", ignore_cleanup_errors=True) as folder:
        yield Databases.sqlite(Path(folder))


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with (
        TemporaryDirectory(prefix="openweek-pg-", ignore_cleanup_errors=True) as folder,
        Postgres(Path(folder)) as server,
    ):
        yield Databases.postgresql(server, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    # A test that asks for these gets a database that holds them: load_week() and make_people() find them there.
    people, week = ("people" in request.fixturenames, WITH_WEEK & set(request.fixturenames))
    crowd = getattr(request.module, "add_crowd", None)  # of a test file whose people have been visited
    if people and crowd:
        lent = databases.filled(crowd)
    else:
        lent = databases.with_week(people=people) if people or week else databases.fresh()
    with lent as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict:
    """What `app` is made with; a test file may override this fixture to change a setting."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
def app(settings: dict) -> Iterator[Flask]:
    with application(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> Runner:
    return Runner(app)
