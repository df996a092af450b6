"""What a kiosk sends and keeps: nothing of a foreign code, every scan once, and none held up by another."""

import json

import pytest
from playwright.sync_api import Page, Request, Route, expect

from models.ledger.tables import Flag
from tests.support.browser.kiosk_page import SCANS, KioskPage

pytestmark = pytest.mark.browser

SEND_AGAIN_AND_AGAIN = """async () => {
    const outbox = await import("/static/js/kiosk/server/outbox.js");
    for (let times = 0; times < 30; times += 1) await outbox.send();
}"""
# One attempt fails while another waits for its end; then two more, with nothing in their way. How all four end. The page
# itself sends by another outbox, so that nobody joins in.
STUMBLED_ONCE = """async () => {
    const outbox = await import("/static/js/kiosk/server/outbox.js?alone");
    const { locks } = navigator;
    locks.request = () => {
        delete locks.request;
        return Promise.reject(new Error("stumbled"));
    };
    const pair = () => Promise.allSettled([outbox.send(), outbox.send()]);
    const ended = [...(await pair()), ...(await pair())];
    return ended.map(({ status }) => status);
}"""
SECRETS = (
    "https://qr.payment.example/WXP0/f2f0AAbb77?amount=12.50",
    "11010519491231002X",
    "HTTPS://WEEK.EXAMPLE.CN/C/" + "A" * 128,
)


def posted(page: Page) -> list[str]:
    """Every body that the page sends from now on."""
    bodies: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            bodies.append(request.post_data or "")

    page.on("request", note)
    return bodies


def scans_in(bodies: list[str]) -> list[dict]:
    """The scans among all that was sent; the page also tells how it is."""
    return [scan for body in bodies for scan in json.loads(body).get("scans", ())]


def everything_kept(page: Page) -> str:
    """All that the browser keeps for the page, as text."""
    return page.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open("openweek-kiosk");
            asked.onerror = () => reject(asked.error);
            asked.onsuccess = async () => {
                const base = asked.result, found = [];
                for (const name of base.objectStoreNames) {
                    const all = base.transaction(name).objectStore(name).getAll();
                    await new Promise((done) => { all.onsuccess = done; });
                    found.push(all.result);
                }
                base.close();
                resolve(JSON.stringify([found, { ...localStorage }, { ...sessionStorage }]));
            };
        })"""
    )


@pytest.mark.parametrize("text", SECRETS)
def test_a_foreign_code_goes_nowhere(kiosk_page: KioskPage, text: str):
    bodies = posted(kiosk_page.page)
    kiosk_page.scanner(text)
    kiosk_page.verdict("bad", "不是参与码")
    expect(kiosk_page.page.locator("#strip li")).to_have_count(1)
    expect(kiosk_page.page.locator("#strip li.scan-refused")).to_have_count(1)
    kiosk_page.all_sent()
    kept = everything_kept(kiosk_page.page)
    assert '"code_hash"' in kept
    part = text[-16:].lower()
    for place in (*bodies, kept, kiosk_page.page.content()):
        assert part not in place.lower()
    told = scans_in(bodies)[-1]
    assert "code" not in told
    assert told["code_length"] == len(text)
    assert len(told["code_hash"]) == 64
    scan = kiosk_page.week.scans()[-1]
    assert (scan.reason, scan.code_length, scan.code_hash) == ("unknown_code", len(text), told["code_hash"])


@pytest.mark.parametrize("token", ["CUBAAAAAJUBRB57LIYSRSWP2", "CUBAAAAAJUBRB57LIYSRSWP2J3MRJA7HV6HEFENB"])
def test_a_venue_code_is_for_phones(kiosk_page: KioskPage, token: str):
    kiosk_page.scanner(f"HTTPS://WEEK.EXAMPLE.CN/V/{token}")
    kiosk_page.verdict("bad", "这是现场码")
    kiosk_page.all_sent()


def test_a_lost_answer_is_asked_for_again_under_the_same_id(kiosk_page: KioskPage):
    before = kiosk_page.week.visits()
    bodies = posted(kiosk_page.page)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)  # the server has it; the device never hears
            route.abort()
        else:
            route.continue_()

    kiosk_page.page.route(SCANS, lose)
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "已签到", "离线：已存入本机")
    kiosk_page.all_sent()
    assert lost == [200, 200]
    assert len({scan["id"] for scan in scans_in(bodies)}) == 1
    assert kiosk_page.week.visits() == before + 1


@pytest.mark.parametrize("status", [422, 500])
def test_one_scan_that_the_server_stumbles_over_holds_up_no_other(kiosk_page: KioskPage, status: int):
    """422: it cannot be read; 500: whatever batch it is in fails, time after time."""
    page, week = kiosk_page.page, kiosk_page.week
    before = week.visits()
    page.route(SCANS, lambda route: route.abort())
    for number in range(5):
        if number == 2:
            kiosk_page.touch("社会公众")
        else:
            kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("good", "离线")

    def stumble(route: Route) -> None:
        kinds = {scan["kind"] for scan in json.loads(route.request.post_data or "")["scans"]}
        if "touch" in kinds:
            route.fulfill(
                status=status,
                content_type="application/problem+json",
                body=json.dumps({"status": status, "detail": "no"}),
            )
        else:
            route.continue_()

    page.unroute(SCANS)
    page.route(SCANS, stumble)
    page.evaluate(SEND_AGAIN_AND_AGAIN)
    expect(page.locator("#line")).to_have_text("1 条无法上传")
    expect(page.locator("#strip li.scan-aside")).to_have_count(1)
    assert week.visits() == before + 4


def test_an_attempt_that_fails_takes_none_of_the_later_ones_with_it(kiosk_page: KioskPage):
    ended = kiosk_page.page.evaluate(STUMBLED_ONCE)
    assert ended == ["rejected", "fulfilled", "fulfilled", "fulfilled"]


def test_a_revoked_device_hands_over_what_it_holds_and_forgets(kiosk_page: KioskPage):
    page, week = kiosk_page.page, kiosk_page.week
    page.route(SCANS, lambda route: route.abort())
    kiosk_page.touch("社会公众")
    kiosk_page.verdict("good")
    week.revoke_all()
    page.reload()
    expect(page.locator("#pair-why")).to_contain_text("本机已停用")
    expect(page.locator("#pair-kept")).to_contain_text("1")
    with page.expect_download() as saved:
        page.locator("#pair-export").click()
    file = json.loads(saved.value.path().read_text())
    [scan] = json.loads(file["content_json"])["scans"]
    assert (scan["kind"], scan["shown"]) == ("touch", "stored")
    assert file["signature"] == week.signature(file["kiosk"]["id"], file["content_json"])
    page.unroute(SCANS)
    page.reload()
    expect(page.locator("#pair-kept")).to_be_hidden(timeout=20_000)
    held = scan["id"]
    for _ in range(100):
        if arrived := [row for row in week.scans() if str(row.id) == held]:
            break
        page.wait_for_timeout(100)
    assert [Flag.AFTER_REVOCATION in Flag(row.flags) for row in arrived] == [True]
    assert "owk_" not in everything_kept(page)


# Delivered scans of today, as many as a big event brings in a day, kept as the app keeps them.
DELIVERED = """async (many) => {
    const { within, SCANS, KEPT } = await import("/static/js/kiosk/storage/tables.js");
    const { newId } = await import("/static/js/kiosk/check-in/scan.js");
    const kiosk = await (await import("/static/js/kiosk/storage/device-values.js")).get("kiosk");
    await within("readwrite", [SCANS, KEPT], (scans, values) => {
        for (let seq = 1; seq <= many; seq += 1) {
            const [id, made] = [newId(), Date.now()];
            const body = { id, kind: "touch", group: "youth", headcount: 1, shown: "stored", skew_ms: 0, seq };
            const about = { group: "youth", entry: null, flags: [] };
            const answer = { id, verdict: "stored", flags: [] };
            scans.put({ id, device: kiosk.id, seq, state: "answered", made, unsure: null, body, about, answer, settled: made });
        }
        values.put(many, "seq");
    });
}"""
# From here on: how many rows are read from the device's database.
COUNT_ROWS = """() => {
    globalThis.rows = 0;
    for (const kind of [IDBObjectStore, IDBIndex]) {
        const { getAll } = kind.prototype;
        kind.prototype.getAll = function (...range) {
            const request = getAll.apply(this, range);
            request.addEventListener("success", () => { globalThis.rows += request.result.length; });
            return request;
        };
    }
}"""


def test_a_day_of_ten_thousand_is_counted_whole_and_holds_up_no_scan(kiosk_page: KioskPage):
    page = kiosk_page.page
    page.evaluate(DELIVERED, 10_000)
    page.reload()
    expect(page.locator("#today")).to_have_text("10000", timeout=30_000)
    page.evaluate(COUNT_ROWS)
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "已签到")
    kiosk_page.today(10_001)
    assert page.evaluate("rows") < 200
