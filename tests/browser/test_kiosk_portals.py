"""Who answers for the server: login pages and proxies between a kiosk and its server, whatever status or JSON they send."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.station import API, BEAT, KEPT, SCANS, SEND, TITLE, Station, Week

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


def test_a_portal_that_answers_for_the_server_is_no_answer(station: Station):
    before = station.week.visits()
    portal(station.page, 200)
    station.touch("青少年")
    station.verdict("good", "离线")
    station.scanner(station.week.issue("youth"))
    station.verdict("good", "离线：未核对其他终端")
    line = station.page.locator("#line")
    expect(line).to_have_attribute("data-waiting", "2")
    expect(line).to_contain_text("2 条待上传（刚刚）")
    assert station.week.visits() == before
    station.page.unroute(API)
    station.page.reload()
    station.all_sent()
    station.today(2)
    assert station.week.visits() == before + 2
    assert [scan.shown for scan in station.week.scans()[-2:]] == ["stored", "stored"]


def test_a_stranger_does_not_say_when_to_come_back(station: Station):
    """A proxy's page with a Retry-After of a day: the next attempt follows within seconds, as after any lost answer."""
    page, before = station.page, station.week.visits()
    page.route(
        SCANS,
        lambda route: route.fulfill(
            status=503, content_type="text/html", headers={"Retry-After": "86400"}, body=PAGE_OF_A_PORTAL
        ),
    )
    station.touch("青少年")
    station.verdict("good", "离线")
    page.unroute(SCANS)
    expect(page.locator("#line")).to_have_text("0 条待上传", timeout=10_000)
    assert station.week.visits() == before + 1


def test_a_heartbeat_that_is_answered_ends_the_pause(station: Station):
    page, before = station.page, station.week.visits()
    problem = json.dumps({"status": 503, "detail": "busy"})
    page.route(
        SCANS,
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", headers={"Retry-After": "600"}, body=problem
        ),
    )
    station.touch("青少年")
    station.verdict("good", "离线")
    page.unroute(SCANS)
    page.evaluate(BEAT)
    expect(page.locator("#line")).to_have_text("0 条待上传")
    assert station.week.visits() == before + 1


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
    station.all_sent()
    assert station.week.visits() == before + 1


def test_not_allowed_is_not_out_of_service(station: Station):
    page = station.page
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
    station.all_sent()
    assert station.week.visits() == before + 1


def test_knowledge_that_was_lost_is_asked_for_again(station: Station):
    """An earlier version of the app kept whatever came."""
    station.page.evaluate(
        """async () => {
            const values = await import("/static/js/kiosk/storage/device-values.js");
            await values
            .put("knowledge", { result: "login required" });
        }"""
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


def queued(station: Station, many: int) -> None:
    """Scans that wait: nothing gets through until SCANS is routed no more."""
    station.page.route(SCANS, lambda route: route.abort())
    for _ in range(many):
        station.scanner(station.week.issue("youth"))
        station.verdict("good", "离线")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_proxy_sets_nothing_aside(station: Station, status: int):
    page, before = station.page, station.week.visits()
    queued(station, 3)
    portal(page, status, SCANS)
    for _ in range(5):
        page.evaluate(SEND)
    line = page.locator("#line")
    expect(line).to_have_attribute("data-waiting", "3")
    expect(line).not_to_contain_text("无法上传")
    page.unroute(SCANS)
    page.evaluate(SEND)
    station.all_sent()
    assert station.week.visits() == before + 3


def test_what_is_too_large_for_a_proxy_goes_in_smaller_parts(station: Station):
    page, before = station.page, station.week.visits()
    queued(station, 3)
    sizes: list[int] = []

    def narrow(route: Route) -> None:
        sizes.append(len(json.loads(route.request.post_data or "")["scans"]))
        if sizes[-1] > 1:
            route.fulfill(status=413, content_type="text/html", body="<h1>Request Entity Too Large</h1>")
        else:
            route.continue_()

    page.goto("about:blank")
    page.route(SCANS, narrow)
    page.goto(station.week.url)
    station.all_sent()
    assert sizes[:3] == [3, 2, 1]
    assert station.week.visits() == before + 3


def test_what_was_set_aside_is_asked_about_again_and_slowly(station: Station):
    page, before = station.page, station.week.visits()
    queued(station, 5)
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
    station.reload()
    station.all_sent()
    assert station.week.visits() == before + 5
