"""One device and its pairings, one after the other or in several pages at once: no scan changes its owner, none is lost."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import Download, Page, expect
from sqlalchemy import select

from models import clock
from models.db import db, transaction
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from models.ledger.tables import Flag
from tests.support.browser.kiosk_page import BEAT, KEPT, SCANS, SEND, KioskPage, Week
from tests.support.records.week import make_event

pytestmark = pytest.mark.browser

OTHER = "另一场活动"
# The files that would be saved if one held a single scan.
IN_PARTS = """async () => {
    const blobs = [], names = [], { click } = HTMLAnchorElement.prototype, { createObjectURL } = URL;
    URL.createObjectURL = (blob) => { blobs.push(blob); return "blob:"; };
    HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
    await (await import("/static/js/kiosk/server/handover-file.js")).save(1);
    HTMLAnchorElement.prototype.click = click;
    URL.createObjectURL = createObjectURL;
    return Promise.all(names.map(async (name, at) => ({ name, told: JSON.parse(await blobs[at].text()) })));
}"""
OWING = """async () => (await import("/static/js/kiosk/storage/pairings.js")).owing()"""
# What version 2 of the device's database held, while nothing in it said whose a scan was.
AS_IN_VERSION_2 = """({ kept, scans }) => new Promise((resolve, reject) => {
    const asked = indexedDB.open("openweek-kiosk", 2);
    asked.onerror = () => reject(asked.error);
    asked.onupgradeneeded = () => {
        const base = asked.result;
        const values = base.createObjectStore("kept");
        const store = base.createObjectStore("scans", { keyPath: "id" });
        store.createIndex("state", ["state", "seq"]);
        store.createIndex("seq", "seq");
        store.createIndex("holder", "about.holder");
        for (const [key, value] of Object.entries(kept)) values.put(value, key);
        for (const scan of scans) store.put(scan);
    };
    asked.onsuccess = () => { asked.result.close(); resolve(); };
})"""


@pytest.fixture(scope="module")
def elsewhere(week: Week) -> Week:
    """The same week, at another event of today."""
    with week.rows() as campaign:
        day = campaign.today(clock.now())
        return replace(
            week, event_id=make_event(campaign, OTHER, occurrences=(OccurrenceDraft(day, day),)).id
        )


def pair_anew(page: Page, week: Week) -> None:
    """On the page that asks for a code."""
    page.get_by_label("配对码").fill(week.offer())
    page.get_by_role("button", name="配对", exact=True).click()
    expect(page.locator("#event")).to_have_text(OTHER)


def device(page: Page) -> int:
    return page.evaluate(KEPT, "kiosk")["id"]


def wait_until_handed_over(kiosk_page: KioskPage) -> None:
    kiosk_page.page.evaluate(SEND)
    kiosk_page.all_sent()
    assert kiosk_page.page.evaluate(OWING) == []


def test_scans_stay_with_the_pairing_that_they_were_made_in(kiosk_page: KioskPage, elsewhere: Week):
    page, week, before = kiosk_page.page, kiosk_page.week, len(kiosk_page.week.scans())
    first = device(page)
    page.route(SCANS, lambda route: route.abort())
    for _ in range(2):
        kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("good", "离线")
    week.revoke_all()
    page.evaluate(BEAT)
    expect(page.locator("#pair-kept")).to_contain_text("2")
    pair_anew(page, elsewhere)
    second = device(page)
    # What is still to be handed over is nothing that this pairing shows or may take back.
    kiosk_page.today(0)
    expect(page.locator("#strip li")).to_have_count(0)
    kiosk_page.scanner(week.issue("public"))
    kiosk_page.verdict("good", "离线")
    kiosk_page.today(1)
    saved: list[Download] = []
    page.on("download", lambda one: saved.append(one))
    page.get_by_role("button", name="本机菜单").click()
    page.locator("#export").click()
    for _ in range(100):
        if len(saved) == 2:
            break
        page.wait_for_timeout(100)
    files = {told["kiosk"]["id"]: told for told in (json.loads(one.path().read_text()) for one in saved)}
    assert {id: len(json.loads(told["content_json"])["scans"]) for id, told in files.items()} == {
        first: 2,
        second: 1,
    }
    for id, told in files.items():
        assert told["signature"] == week.signature(id, told["content_json"])
        assert told["campaign"] == week.campaign_id
    # A queue that is more than the desk takes in one file is saved as several.
    parts = page.evaluate(IN_PARTS)
    assert [len(json.loads(part["told"]["content_json"])["scans"]) for part in parts] == [1, 1, 1]
    assert [part["name"].rsplit("-", 1)[1] for part in parts if part["told"]["kiosk"]["id"] == first][
        1
    ] == "2.json"
    page.locator("#sheet-close").click()
    page.unroute(SCANS)
    wait_until_handed_over(kiosk_page)
    rows = [(row.kiosk_id, row.event_id, row.verdict, row.flags) for row in week.scans()[before:]]
    assert sorted(rows) == sorted(
        [
            (first, week.event_id, "stored", Flag.AFTER_REVOCATION),
            (first, week.event_id, "stored", Flag.AFTER_REVOCATION),
            (second, elsewhere.event_id, "stored", Flag(0)),
        ]
    )
    kiosk_page.today(1)


def test_a_click_of_this_moment_is_handed_over_too(kiosk_page: KioskPage):
    page, before = kiosk_page.page, len(kiosk_page.week.scans())
    kiosk_page.mode("tally")
    page.route(SCANS, lambda route: route.abort())
    page.locator('[data-click="youth"]').click()
    kiosk_page.week.revoke_all()
    page.evaluate(BEAT)
    expect(page.locator("#pair-kept")).to_contain_text("1")
    page.unroute(SCANS)
    page.evaluate(SEND)
    [scan] = kiosk_page.week.scans()[before:]
    assert (scan.kind, Flag(scan.flags)) == ("tally", Flag.AFTER_REVOCATION)


def test_another_pairing_shows_nothing_of_the_one_before(kiosk_page: KioskPage, elsewhere: Week):
    page = kiosk_page.page
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good")
    kiosk_page.today(1)
    expect(page.locator("#strip .scan-undo")).to_have_count(1)
    page.evaluate(f"location.hash = 'pair={elsewhere.offer()}'")
    page.get_by_role("button", name="配对本机").click()
    expect(page.locator("#event")).to_have_text(OTHER)
    expect(page.locator("#strip li")).to_have_count(0)
    kiosk_page.today(0)


def test_what_an_older_version_kept_is_sent_under_its_name(page: Page, week: Week):
    now = clock.now()
    with week.rows(), transaction():
        kiosk, token = kiosks.insert_kiosk(db.session.get_one(Event, week.event_id), now)
        kiosk.revoked_at = now
        told = {"id": kiosk.id, "name": kiosk.name, "scopes": ["scan", "tally"], "expires": None}
    before = len(week.scans())

    def kept(number: int, state: str) -> dict:
        id = f"0191aaaa-0000-4000-8000-{kiosk_number:08d}{number:04d}"
        made = int(now.timestamp() * 1000)
        body = {"id": id, "seq": number, "at": clock.instant_text(now), "skew_ms": 0, "shown": "stored"}
        body |= {"kind": "touch", "group": "youth", "headcount": 1}
        about = {"group": "youth", "entry": None, "flags": []}
        return {"id": id, "seq": number, "state": state, "made": made, "body": body, "about": about}

    kiosk_number = told["id"]
    page.goto(week.server.url + "/healthz")
    # Taps that a power cut kept from becoming a row.
    burst = kept(4, "waiting") | {"count": 2, "last": 0}
    burst["body"] |= {"kind": "tally"}
    values = {"token": None, "handover": token, "kiosk": told, "seq": 3, "burst": burst}
    scans = [kept(1, "answered"), kept(2, "waiting"), kept(3, "aside")]
    page.evaluate(AS_IN_VERSION_2, {"kept": values, "scans": scans})
    page.goto(week.url)
    expect(page.locator("#pair-kept")).to_be_hidden(timeout=20_000)
    page.evaluate(SEND)
    rows = week.scans()[before:]
    assert {(row.kiosk_id, row.seq, row.kind, row.headcount) for row in rows} == {
        (kiosk_number, 2, "touch", 1),
        (kiosk_number, 3, "touch", 1),
        (kiosk_number, 4, "tally", 2),
    }
    assert page.evaluate(OWING) == []
    assert page.evaluate(KEPT, "handover") is None


def test_pages_of_one_browser_hold_the_same_pairing(kiosk_page: KioskPage, elsewhere: Week):
    page, week = kiosk_page.page, kiosk_page.week
    told, untold = page.context.new_page(), page.context.new_page()
    untold.add_init_script("delete globalThis.BroadcastChannel")
    for other in (told, untold):
        other.goto(week.url)
        expect(other.locator("#station")).to_be_visible()
    week.revoke_all()
    page.evaluate(BEAT)
    pair_anew(page, elsewhere)
    token = page.evaluate(KEPT, "token")
    expect(told.locator("#event")).to_have_text(OTHER)
    # It has heard nothing of the other pages; that its own pairing is over ends not the one that holds.
    untold.evaluate(f"{BEAT}.catch(() => null)")
    expect(untold.locator("#event")).to_have_text(OTHER)
    assert page.evaluate(KEPT, "token") == token
    expect(page.locator("#station")).to_be_visible()
    with week.rows():
        assert db.session.scalar(select(kiosks.Kiosk.id).where(kiosks.Kiosk.revoked_at.is_(None))) == device(
            page
        )


def test_a_server_that_asks_for_patience_is_not_asked_by_every_visitor(kiosk_page: KioskPage):
    page, before = kiosk_page.page, kiosk_page.week.visits()
    asked: list[str] = []

    def busy(route) -> None:
        asked.append(route.request.url)
        problem = json.dumps({"status": 503, "detail": "busy"})
        route.fulfill(
            status=503, content_type="application/problem+json", headers={"Retry-After": "60"}, body=problem
        )

    page.route(SCANS, busy)
    for _ in range(5):
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        kiosk_page.verdict("good", "离线")
    assert len(asked) == 1
    page.unroute(SCANS)
    wait_until_handed_over(kiosk_page)
    assert kiosk_page.week.visits() == before + 5
