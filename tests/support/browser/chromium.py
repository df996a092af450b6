"""A real Chromium, driven by Playwright: CHROME, the machine's, or Playwright's own."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.support.browser.nodejs import node
from tools.browser import find

# The popup of the address bar is a page of its own in a process of its own, made anew for each context: a second of work for
# what no test sees. Of two such lists Chromium heeds the last, so what Playwright turns off is named again.
OFF = (
    "SpareRendererForSitePerProcess",  # a process kept ready for a page that no test opens
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# Root has no sandbox; the others keep the browser from looking for a network that a test machine may not have.
FLAGS = [
    f"--disable-features={','.join(OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright's own node wants a system library that a bare machine lacks; ours, or the machine's, runs there.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node())
    expect.set_options(
        timeout=15_000
    )  # a busy machine needs more than the usual five seconds; a quick one waits no longer
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Asked before Playwright starts: it may have to be asked itself, in a process of its own."""
    path = find(sys.executable)
    if path is None:
        named = os.environ.get("CHROME")
        pytest.skip(
            f"CHROME={named} does not start" if named else "no Chromium on this machine: set CHROME to one"
        )
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
    yield browser
    browser.close()


@contextmanager
def _launching(chromium_path: str, playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    started: list[Browser] = []

    def start(*flags: str) -> Browser:
        started.append(playwright.chromium.launch(executable_path=chromium_path, args=[*FLAGS, *flags]))
        return started[-1]

    yield start
    for browser in started:
        browser.close()


@pytest.fixture
def launch(chromium_path: str, playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    with _launching(chromium_path, playwright) as start:
        yield start


@pytest.fixture(scope="module")
def launch_for_file(chromium_path: str, playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """The same for all tests of a file."""
    with _launching(chromium_path, playwright) as start:
        yield start


def wait_until(page: Page, question: str, seconds: float = 15) -> None:
    """Ask the page until it says yes. Playwright's wait_for_function takes the promise of an async function for a yes."""
    for _ in range(round(seconds * 10)):
        if page.evaluate(question):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not so within {seconds} seconds: {question}")


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """In Chinese at phone width, where options say nothing else."""
    return browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, **options})


@contextmanager
def without_errors(page: Page) -> Iterator[Page]:
    """Script errors on it fail the test at its end."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in Chinese at phone width; script errors on it fail the test at its end."""
    context = new_context(browser)
    with without_errors(context.new_page()) as page:
        yield page
        context.close()
