"""A pass and a slip on the holder's phone, in a real Chromium: they open without a network once they were opened with one."""

from datetime import time
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import clock
from models.codes import passes, venue_codes
from models.codes.passes import Pass
from models.codes.slips import Slip
from models.corrections import scan_review
from models.db import db
from models.events.tables import Event
from models.ledger.tables import Decision
from models.visitors import slips
from tests.support.browser.kiosk_page import TITLE, Week
from tests.support.records.week import NINE, make_device

KEPT = """async (parts) => {
    const cache = await caches.open("openweek-passes");
    for (;;) {
        const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname);
        if (parts.every((part) => kept.includes(part))) return kept;
        await new Promise((done) => requestAnimationFrame(done));
    }
}"""
NO_ED25519 = (
    """crypto.subtle.importKey = async () => { throw new DOMException("unknown", "NotSupportedError"); };"""
)
FULL = (
    "() => { Cache.prototype.put = async () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
)


def test_a_pass_opens_without_a_network_until_it_is_revoked(week: Week, page: Page):
    token = week.issue("youth")
    for prefix in ("/C/", "/c/"):
        address = f"{prefix}{token}"
        page.context.set_offline(False)
        page.goto(f"{week.server.url}{address}?from=groupmessage")
        parts = [address, f"/C/{token}/code.svg", "/static/js/pass/pass-page.js"]
        kept = page.evaluate(KEPT, parts)
        assert not [path for path in kept if path.endswith("service-worker.js")]
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_role("heading", name="参与码")).to_be_visible()
        page.goto(week.server.url + address)
        expect(page.get_by_role("heading", name="参与码")).to_be_visible()
        drawn = "image => image.decode().then(() => image.naturalWidth)"
        assert page.locator(".pass-code img").evaluate(drawn)
    with week.rows():
        passes.revoke(db.session.scalar(select(Pass.id).order_by(Pass.id.desc())), clock.now())
    page.context.set_offline(False)
    # The link in the chat, within the day for which the browser may keep the answer.
    page.goto(f"{week.server.url}{address}?from=groupmessage")
    expect(page.get_by_role("alert")).to_contain_text("此参与码已失效")
    assert not [path for path in page.evaluate(KEPT, []) if token in path]


def test_a_phone_without_room_opens_a_pass_all_the_same(week: Week, page: Page):
    addresses = [f"{week.server.url}/C/{week.issue('youth')}" for _ in range(2)]
    page.goto(addresses[0])
    page.evaluate(KEPT, [urlsplit(addresses[0]).path])
    [worker] = page.context.service_workers
    worker.evaluate(FULL)
    page.goto(addresses[1])
    expect(page.get_by_role("heading", name="参与码")).to_be_visible()


def check_in(week: Week, page: Page, by: str) -> None:
    """Open the page from which the slip of a check-in of this moment is linked."""
    with week.rows():
        now, event = clock.now(), db.session.get_one(Event, week.event_id)
        code = venue_codes.code_for_event(event, now).token(now)
        held = passes.issue(event.campaign, "youth", now)[0]
        if by == "pass":
            make_device(event).scan(held.token, now)
    page.goto(week.server.url + (f"/C/{held.token}" if by == "pass" else f"/V/{code}"))
    if by == "phone":
        page.get_by_role("button", name="青少年").click()


@pytest.mark.parametrize("by", ["pass", "phone"])
def test_a_slip_opens_without_a_network_until_its_check_in_is_undone(week: Week, page: Page, by: str):
    check_in(week, page, by)
    page.locator(".slip-list summary").click()
    page.locator(".slip-list a").click()
    heading = page.get_by_role("heading", name="到场凭证")
    expect(heading).to_be_visible()
    address = urlsplit(page.url).path
    page.evaluate(KEPT, [address, "/static/css/visitor.css"])
    page.context.set_offline(True)
    page.reload()
    expect(heading).to_be_visible()
    expect(page.locator("#main")).to_contain_text(TITLE)
    page.context.set_offline(False)
    page.context.route(f"**{address}", lambda route: route.fulfill(status=503, body="busy"))
    page.reload()
    expect(heading).to_be_visible()
    page.context.unroute_all()
    scan = week.scans()[-1]
    with week.rows():
        scan_review.decide(scan.id, Decision.SET_ASIDE, "Not there", None, clock.now())
    page.reload()
    expect(page.get_by_role("heading", name="没有到场凭证")).to_be_visible()
    assert address not in page.evaluate(KEPT, [])


def test_an_open_list_of_slips_stays_open_and_focused_when_newer_stamps_come(week: Week, page: Page):
    held = []
    page.route(
        "**/C/*",
        lambda route: held.append(route) if route.request.resource_type == "fetch" else route.continue_(),
    )
    check_in(week, page, "pass")
    summary = page.locator(".slip-list summary")
    summary.click()
    page.locator("#stamp-card").evaluate("card => card.dataset.old = 'yes'")
    held[0].continue_()
    expect(page.locator("#stamp-card:not([data-old])")).to_be_visible()
    expect(page.locator(".slip-list a")).to_be_visible()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("by", ["browser", "library"])
def test_a_slip_is_checked_without_a_network_once_the_page_is_open(week: Week, page: Page, by: str):
    """The scan behind it is not there: that the server alone knows."""
    with week.rows():
        slip = Slip("ip-2024", "宣传周", 1, "专利讲座", "县文化馆", NINE.date(), time(9), 45, uuid4())
        text = slips.signed(slip)
    if by == "library":
        page.add_init_script(NO_ED25519)
    page.goto(f"{week.server.url}/SLIP/{text}")
    expect(page.locator(".alert")).to_contain_text("已失效")
    expect(page.locator("#here-too")).to_contain_text("签名")
    page.context.set_offline(True)
    touched = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
    for given, sentence, facts in (
        (text, "签名相符", 5),
        (touched, "签名不符", 0),
        ("nothing", "没有找到", 0),
    ):
        page.locator("#slip").fill(given)
        page.locator(".slip-form button").click()
        expect(page.locator("#checked-here [role=status]")).to_contain_text(sentence)
        expect(page.locator("#checked-here dd")).to_have_count(facts)
    page.context.set_offline(False)
    page.locator("#slip").fill(touched)
    page.locator(".slip-form button").click()
    expect(page.locator("#wrong")).to_be_visible()
