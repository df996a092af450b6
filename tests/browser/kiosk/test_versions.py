"""A newer version of the kiosk app takes over by itself, and never while a scan is on the screen."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from kiosk.app import page as kiosk_page
from kiosk.app import service_worker
from kiosk.screens import code_screen
from tests.support.browser.chromium import new_context, wait_until, without_errors
from tests.support.browser.kiosk_page import SETTLED

pytestmark = pytest.mark.browser

WAITING = """async () => {
    const registration = await navigator.serviceWorker.getRegistration("/kiosk/");
    await registration.update();
    if (registration.waiting) return;
    await new Promise((done) => registration.installing.addEventListener("statechange", done));
}"""
GIVEN_UP = """async () => {
    const began = await caches.has("openweek-kiosk-abcdefabcdef");
    return began && !(await navigator.serviceWorker.getRegistration("/kiosk/"));
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Where no version was installed."""
    context = new_context(browser)
    with without_errors(context.new_page()) as page:
        yield page
        context.close()


@pytest.fixture
def settings(sqlite_databases, tmp_path) -> Iterator[dict]:
    with sqlite_databases.fresh() as url:
        yield {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def address(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/kiosk/"
    server.shutdown()
    thread.join()
    server.server_close()


def version(page: Page) -> str | None:
    return page.locator("html").get_attribute("data-version")


def test_a_new_version_waits_until_the_screen_is_idle(page: Page, address: str, monkeypatch):
    page.clock.install()
    page.goto(address)
    page.evaluate(SETTLED)
    first = version(page)
    for module in (service_worker, kiosk_page, code_screen):
        monkeypatch.setattr(module, "app_version", lambda: "abcdefabcdef")
    page.evaluate(WAITING)
    page.evaluate("document.getElementById('verdict').hidden = false")
    page.clock.run_for(60_000)
    assert version(page) == first
    page.evaluate("document.getElementById('verdict').hidden = true")
    page.clock.run_for(10_000)
    expect(page.locator("html")).to_have_attribute("data-version", "abcdefabcdef", timeout=15_000)
    names = page.evaluate("caches.keys()")
    assert names == ["openweek-kiosk-abcdefabcdef"]


def test_half_a_version_is_no_version(page: Page, address: str, monkeypatch):
    page.goto(address)
    page.evaluate(SETTLED)
    first = version(page)
    monkeypatch.setattr(
        service_worker, "app_version", lambda: "abcdefabcdef"
    )  # the page still belongs to the old one
    page.evaluate(WAITING)
    assert (
        page.evaluate("navigator.serviceWorker.getRegistration('/kiosk/').then((one) => one.waiting)") is None
    )
    page.reload()
    assert version(page) == first


def test_a_first_version_that_did_not_come_whole_is_asked_for_again(page: Page, address: str, monkeypatch):
    """A hall's network dropped something; nobody loads the page anew, and the power may be cut before there is a worker."""
    with monkeypatch.context() as dropped:
        dropped.setattr(
            service_worker, "app_version", lambda: "abcdefabcdef"
        )  # the page still belongs to the other one
        page.goto(address)
        wait_until(page, GIVEN_UP)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate(SETTLED)
    assert page.evaluate("caches.keys()") == [f"openweek-kiosk-{version(page)}"]


def test_a_page_that_came_past_the_worker_is_served_by_it_all_the_same(page: Page, address: str):
    """As one does that was on its way while the first worker began."""
    page.goto(address)
    page.evaluate(SETTLED)
    with page.expect_navigation():
        page.context.new_cdp_session(page).send("Page.reload", {"ignoreCache": True})
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=10_000)


def test_a_device_that_does_not_trust_the_certificate_says_what_will_not_work(page: Page, address: str):
    page.goto(address)
    expect(page.locator("#pairing")).to_be_visible()
    expect(page.locator("#untrusted")).to_be_hidden()
    page.context.add_init_script(
        "ServiceWorkerContainer.prototype.register = async () => { throw new DOMException('SSL', 'SecurityError'); };"
    )
    page.reload()
    expect(page.locator("#untrusted")).to_be_visible()
    page.locator("#untrusted a").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/about/certificate")
