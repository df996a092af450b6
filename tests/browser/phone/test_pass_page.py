"""A pass on its holder's phone, in a real Chromium: it opens without a network once it was opened with one."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import clock
from models.codes import passes
from models.codes.passes import Pass
from models.db import db
from tests.support.kiosk_page import Week

KEPT = """async (parts) => {
    const cache = await caches.open("openweek-passes");
    for (;;) {
        const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname);
        if (parts.every((part) => kept.includes(part))) return kept;
        await new Promise((done) => requestAnimationFrame(done));
    }
}"""
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
