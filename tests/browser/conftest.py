"""What the browser tests of the kiosk share. A file that needs another beginning overrides one of these by its name:

server   the served application over a database of its own, one for each file of tests
week     the campaign in it, with one event that is open the whole of today
station  a device that is paired with that event
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.browser.kiosk_page import KioskPage, Week, open_week
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server, served


@pytest.fixture(scope="module")
def server(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def week(server: Server) -> Week:
    return open_week(server)


@pytest.fixture
def kiosk_page(page: Page, week: Week) -> KioskPage:
    return KioskPage(page, week).pair()
