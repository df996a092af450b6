"""A browser profile in which one test after the other begins anew, with the service worker that the first has installed."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser.chromium import new_context

STORED = "cookies,indexeddb,local_storage"
FAKE_CLOCK = "'__pwClock' in globalThis"  # of page.clock: it stays in a profile


class Profile:
    """Of a device in Chinese at phone width, where options (of the context) say nothing else."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self._browser, self._options = browser, options
        self._context: BrowserContext | None = None

    def open(self, origin: str) -> Page:
        if self._context is None:
            self._context = new_context(self._browser, **self._options)
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
