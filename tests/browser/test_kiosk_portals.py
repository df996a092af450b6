"""Who answers for the server: login pages and proxies between a kiosk and its server, whatever status or JSON they send."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.served import Server, served
from tests.support.station import TITLE, Station, Week, open_week

pytestmark = pytest.mark.browser

API = "**/api/v1/**"
SCANS = "**/api/v1/scans"
BEAT = "import('/static/js/kiosk/beat.js').then((beat) => beat.now())"
SEND = "import('/static/js/kiosk/outbox.js').then((outbox) => outbox.send())"
KEPT = """async (key) => (await import("/static/js/kiosk/store.js")).get(key)"""
PAGE_OF_A_PORTAL = "<h1>Sign in to this Wi-Fi</h1>"


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("portals")) as server:
        yield server


@pytest.fixture(scope="module")
def week(server) -> Week:
    return open_week(server)


@pytest.fixture
def station(page: Page, week: Week) -> Station:
    return Station(page, week).pair()


def portal(page: Page, status: int, where: str = API, body: str = PAGE_OF_A_PORTAL, **more) -> None:
    """From now on somebody else answers."""
    kind = "application/json" if body.startswith("{") else "text/html"
    page.route(where, lambda route: route.fulfill(status=status, content_type=kind, body=body, **more))


def all_sent(page: Page) -> None:
    expect(page.locator("#line")).to_have_attribute("data-state", "clear", timeout=20_000)


@pytest.mark.parametrize("status", [401, 403])
def test_a_portal_ends_no_pairing(station: Station, status: int):
    page, before = station.page, station.week.visits()
    token = page.evaluate(KEPT, "token")
    portal(page, status)
    page.evaluate(BEAT)
    station.touch("青少年")
    station.verdict("good", "离线")
    page.evaluate(SEND)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#line")).to_contain_text("连接中断")
    expect(page.locator("#station")).to_be_visible()
    assert page.evaluate(KEPT, "token") == token
    page.unroute(API)
    page.evaluate(SEND)
    all_sent(page)
    assert station.week.visits() == before + 1


def test_not_allowed_is_not_out_of_service(station: Station):
    page = station.page
    told = {"type": "about:blank", "title": "", "status": 403, "detail": "You may not do this here."}
    page.route(
        API,
        lambda route: route.fulfill(
            status=403, content_type="application/problem+json", body=json.dumps(told)
        ),
    )
    station.touch("青少年")
    station.verdict("good", "离线")
    page.evaluate(BEAT)
    expect(page.locator("#station")).to_be_visible()
    expect(page.locator("#line")).to_have_attribute("data-waiting", "1")


def test_what_is_not_the_servers_is_not_learnt(station: Station):
    page, before = station.page, station.week.visits()
    portal(page, 200, body='{"result": "login required"}')
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate(BEAT)
    assert page.evaluate(KEPT, "knowledge")["kiosk"]["name"].startswith("K")
    for _ in range(2):
        station.reload()
        expect(page.locator("#event")).to_have_text(TITLE)
    station.touch("青少年")
    station.verdict("good", "离线")
    page.unroute(API)
    page.evaluate(SEND)
    all_sent(page)
    assert station.week.visits() == before + 1


def test_knowledge_that_was_lost_is_asked_for_again(station: Station):
    """An earlier version of the app kept whatever came."""
    station.page.evaluate(
        """async () => (await import("/static/js/kiosk/store.js")).put("knowledge", { result: "login required" })"""
    )
    station.reload()
    expect(station.page.locator("#event")).to_have_text(TITLE)


def test_a_portals_answer_pairs_nothing(page: Page, week: Week):
    page.goto(week.url)
    portal(page, 200, body='{"result": "login required"}')
    page.get_by_label("配对码").fill("ABCDEFGH")
    page.get_by_role("button", name="配对", exact=True).click()
    expect(page.locator("#pair-error")).not_to_be_empty()
    assert page.evaluate(KEPT, "token") is None
