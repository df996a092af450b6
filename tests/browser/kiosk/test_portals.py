"""Who answers for the server: login pages and proxies between a kiosk and its server, whatever status or JSON they send."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser.kiosk_page import API, BEAT, KEPT, SCANS, SEND, TITLE, KioskPage, Week

pytestmark = pytest.mark.browser

# How many requests one attempt makes; the page tries again by itself a second later.
ASKED = """async () => {
    const outbox = await import("/static/js/kiosk/server/outbox.js");
    const before = asked.length;
    await outbox.send();
    return asked.length - before;
}"""
NOTE_ASKED = """
    globalThis.asked = [];
    const plain = globalThis.fetch;
    globalThis.fetch = (where, how) => { if (String(where).endsWith("/scans")) asked.push(how.body); return plain(where, how); };
"""
PAGE_OF_A_PORTAL = "<h1>Sign in to this Wi-Fi</h1>"


def portal(page: Page, status: int, where: str = API, body: str = PAGE_OF_A_PORTAL) -> None:
    """From now on somebody else answers."""
    kind = "application/json" if body.startswith("{") else "text/html"
    page.route(where, lambda route: route.fulfill(status=status, content_type=kind, body=body))


def test_a_portal_that_answers_for_the_server_is_no_answer(kiosk_page: KioskPage):
    before = kiosk_page.week.visits()
    portal(kiosk_page.page, 200)
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "离线：未核对其他终端")
    line = kiosk_page.page.locator("#line")
    expect(line).to_have_attribute("data-waiting", "2")
    expect(line).to_contain_text("2 条待上传（刚刚）")
    assert kiosk_page.week.visits() == before
    kiosk_page.page.unroute(API)
    kiosk_page.page.reload()
    kiosk_page.all_sent()
    kiosk_page.today(2)
    assert kiosk_page.week.visits() == before + 2
    assert [scan.shown for scan in kiosk_page.week.scans()[-2:]] == ["stored", "stored"]


def test_a_stranger_does_not_say_when_to_come_back(kiosk_page: KioskPage):
    """A proxy's page with a Retry-After of a day: the next attempt follows within seconds, as after any lost answer."""
    page, before = kiosk_page.page, kiosk_page.week.visits()
    page.route(
        SCANS,
        lambda route: route.fulfill(
            status=503, content_type="text/html", headers={"Retry-After": "86400"}, body=PAGE_OF_A_PORTAL
        ),
    )
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    page.unroute(SCANS)
    expect(page.locator("#line")).to_have_text("0 条待上传", timeout=10_000)
    assert kiosk_page.week.visits() == before + 1


def test_a_heartbeat_that_is_answered_ends_the_pause(kiosk_page: KioskPage):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    problem = json.dumps({"status": 503, "detail": "busy"})
    page.route(
        SCANS,
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", headers={"Retry-After": "600"}, body=problem
        ),
    )
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    page.unroute(SCANS)
    page.evaluate(BEAT)
    expect(page.locator("#line")).to_have_text("0 条待上传")
    assert kiosk_page.week.visits() == before + 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_portal_ends_no_pairing(kiosk_page: KioskPage, status: int):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    token = page.evaluate(KEPT, "token")
    portal(page, status)
    page.evaluate(BEAT)
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    page.evaluate(SEND)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#line")).to_contain_text("连接中断")
    expect(page.locator("#station")).to_be_visible()
    assert page.evaluate(KEPT, "token") == token
    page.unroute(API)
    page.evaluate(SEND)
    kiosk_page.all_sent()
    assert kiosk_page.week.visits() == before + 1


def test_not_allowed_is_not_out_of_service(kiosk_page: KioskPage):
    page = kiosk_page.page
    told = {
        "type": "about:blank",
        "title": "",
        "status": 403,
        "detail": "You are not allowed to do this here.",
    }
    page.route(
        API,
        lambda route: route.fulfill(
            status=403, content_type="application/problem+json", body=json.dumps(told)
        ),
    )
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    page.evaluate(BEAT)
    expect(page.locator("#station")).to_be_visible()
    expect(page.locator("#line")).to_have_attribute("data-waiting", "1")


def test_what_is_not_the_servers_is_not_learnt(kiosk_page: KioskPage):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    portal(page, 200, body='{"result": "login required"}')
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate(BEAT)
    assert page.evaluate(KEPT, "knowledge")["kiosk"]["name"].startswith("K")
    for _ in range(2):
        kiosk_page.reload()
        expect(page.locator("#event")).to_have_text(TITLE)
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "离线")
    page.unroute(API)
    page.evaluate(SEND)
    kiosk_page.all_sent()
    assert kiosk_page.week.visits() == before + 1


def test_knowledge_that_was_lost_is_asked_for_again(kiosk_page: KioskPage):
    """An earlier version of the app kept whatever came."""
    kiosk_page.page.evaluate(
        """async () => {
            const values = await import("/static/js/kiosk/storage/device-values.js");
            await values
            .put("knowledge", { result: "login required" });
        }"""
    )
    kiosk_page.reload()
    expect(kiosk_page.page.locator("#event")).to_have_text(TITLE)


def test_a_portals_answer_pairs_nothing(page: Page, week: Week):
    page.goto(week.url)
    portal(page, 200, body='{"result": "login required"}')
    page.get_by_label("配对码").fill("ABCDEFGH")
    page.get_by_role("button", name="配对", exact=True).click()
    expect(page.locator("#pair-error")).not_to_be_empty()
    assert page.evaluate(KEPT, "token") is None


def queued(kiosk_page: KioskPage, many: int) -> None:
    """Scans that wait: nothing gets through until SCANS is routed no more."""
    kiosk_page.page.route(SCANS, lambda route: route.abort())
    for _ in range(many):
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        kiosk_page.verdict("good", "离线")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_proxy_sets_nothing_aside(kiosk_page: KioskPage, status: int):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    queued(kiosk_page, 3)
    portal(page, status, SCANS)
    for _ in range(5):
        page.evaluate(SEND)
    line = page.locator("#line")
    expect(line).to_have_attribute("data-waiting", "3")
    expect(line).not_to_contain_text("无法上传")
    page.unroute(SCANS)
    page.evaluate(SEND)
    kiosk_page.all_sent()
    assert kiosk_page.week.visits() == before + 3


def test_what_is_too_large_for_a_proxy_goes_in_smaller_parts(kiosk_page: KioskPage):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    queued(kiosk_page, 3)
    sizes: list[int] = []

    def narrow(route: Route) -> None:
        sizes.append(len(json.loads(route.request.post_data or "")["scans"]))
        if sizes[-1] > 1:
            route.fulfill(status=413, content_type="text/html", body="<h1>Request Entity Too Large</h1>")
        else:
            route.continue_()

    page.goto("about:blank")
    page.route(SCANS, narrow)
    page.goto(kiosk_page.week.url)
    kiosk_page.all_sent()
    assert sizes[:3] == [3, 2, 1]
    assert kiosk_page.week.visits() == before + 3


def test_what_was_set_aside_is_asked_about_again_and_slowly(kiosk_page: KioskPage):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    queued(kiosk_page, 5)
    told = json.dumps({"status": 422, "detail": "no"})
    kind = "application/problem+json"
    page.evaluate(NOTE_ASKED)
    page.route(SCANS, lambda route: route.fulfill(status=422, content_type=kind, body=told))
    # 5, 3, 2, 1, then the next two alone: whoever reads none of them is asked again later.
    assert page.evaluate(ASKED) <= 7
    for _ in range(3):
        page.evaluate(SEND)
    expect(page.locator("#line")).to_have_text("5 条无法上传")
    page.unroute(SCANS)
    kiosk_page.reload()
    kiosk_page.all_sent()
    assert kiosk_page.week.visits() == before + 5
