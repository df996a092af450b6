"""What the browser tests of the kiosk's app share beside tests/browser/conftest.py: one profile for each file, where its service
worker is installed by the first test. Installing it takes longer than most of these tests. Each begins with a page of its own,
and nothing of an earlier one is stored there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser.chromium import new_context, without_errors
from tests.support.servers.served_application import Server

STORED = "cookies,indexeddb,local_storage"
FAKE_CLOCK = "'__pwClock' in globalThis"  # of page.clock: it stays in a profile


class Profile:
    """Of a device in Chinese at phone width."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._context: BrowserContext | None = None

    def open(self, origin: str) -> Page:
        if self._context is None:
            self._context = new_context(self._browser)
        page = self._context.new_page()
        session = self._context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
        session.detach()
        return page

    def close_pages(self, page: Page) -> None:
        """After a test. What a page cannot take back goes with the profile."""
        assert self._context
        if page.is_closed() or page.evaluate(FAKE_CLOCK):
            self.close()
            return
        self._context.set_offline(False)
        for opened in self._context.pages:
            opened.close()

    def close(self) -> None:
        if self._context:
            self._context.close()
            self._context = None


@pytest.fixture(scope="module")
def device_profile(browser: Browser) -> Iterator[Profile]:
    profile = Profile(browser)
    yield profile
    profile.close()


@pytest.fixture
def page(device_profile: Profile, server: Server) -> Iterator[Page]:
    with without_errors(device_profile.open(server.url)) as page:
        yield page
        device_profile.close_pages(page)
