"""The kiosk app in a real Chromium: pairing, the three ways to check in, and what must never happen."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from kiosk import qr
from models.ledger import Flag
from tests.support.camera import film
from tests.support.served import Server, served
from tests.support.station import Station, Week, open_week

pytestmark = pytest.mark.browser

FORTY_FRAMES = """() => new Promise((done) => {
    const video = document.getElementById("video");
    let seen = 0;
    const next = () => (++seen > 40 ? done() : video.requestVideoFrameCallback(next));
    next();
})"""
SCANS = "**/api/v1/scans"
SEND_AGAIN_AND_AGAIN = """async () => {
    const outbox = await import("/static/js/kiosk/outbox.js");
    for (let times = 0; times < 30; times += 1) await outbox.send();
}"""


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("kiosk")) as server:
        yield server


@pytest.fixture(scope="module")
def week(server) -> Week:
    return open_week(server)


@pytest.fixture
def station(page: Page, week: Week) -> Station:
    return Station(page, week).pair()


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


def test_a_wrong_code_is_told_and_a_right_one_pairs_for_good(page: Page, week: Week):
    page.goto(week.url)
    field, error = page.get_by_label("配对码"), page.locator("#pair-error")
    for typed, told in (
        ("abc", "配对码为 8 位，当前输入了 3 位。请核对后重试。"),
        ("abcd-efg0", "配对码中不会出现字符 0。请核对后重试。"),
        ("ABCD EFGH", "配对码"),
    ):
        field.fill(typed)
        page.get_by_role("button", name="配对", exact=True).click()
        expect(error).to_contain_text(told)
        assert field.input_value() == typed.upper()
    station = Station(page, week).pair()
    page.reload()
    expect(page.locator("#station")).to_be_visible()
    station.touch("青少年")
    station.verdict("good", "已签到", "青少年")


def test_the_camera_reads_a_moving_pass_once(launch, tmp_path, week: Week):
    url = f"{week.server.url.upper()}/C/{week.issue('public')}"
    clip = film(qr.png(url, qr.PASS_LEVEL), tmp_path / "pass.y4m")
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser = launch(*camera, f"--use-file-for-fake-video-capture={clip}")
    view = {"width": 1280, "height": 800}
    page = browser.new_context(locale="zh-CN", viewport=view, permissions=["camera"]).new_page()
    before = week.visits()
    station = Station(page, week).pair()
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible(timeout=30_000)
    expect(page.locator("#verdict-word")).to_have_text("已签到")
    expect(page.locator("#verdict-who")).to_have_text("社会公众")
    # It goes by itself; the pass stays in view and is not scanned again.
    expect(page.locator("#verdict")).to_be_hidden()
    station.today(1)
    page.evaluate(FORTY_FRAMES)
    expect(page.locator("#strip li")).to_have_count(1)
    assert week.visits() == before + 1


def test_a_usb_scanner_is_read_and_the_second_time_is_a_repeat(station: Station):
    token = station.week.issue("innovators")
    station.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{token}")
    station.verdict("good", "已签到", "创新主体")
    station.page.reload()  # the guard against reading twice has forgotten
    expect(station.page.locator("#station")).to_be_visible()
    station.scanner(f"https://week.example.cn/c/{token.lower()}/")
    station.verdict("again", "已签到过", ":")
    station.today(1)
    first, second = station.week.scans()[-2:]
    assert (first.verdict, second.verdict) == ("stored", "repeat")
    assert second.seq == first.seq + 1
    assert abs(first.skew_ms) < 2000


def test_the_scanners_enter_presses_no_button(station: Station):
    station.mode("touch")
    station.page.locator('[data-group="government"]').focus()
    station.scanner(station.week.issue("youth"))
    station.verdict("good", "青少年")
    station.today(1)
    # A hand on the keyboard still does.
    station.page.locator('[data-group="government"]').focus()
    station.page.keyboard.press("Enter")
    station.verdict("good", "政府人员")
    station.today(2)


def test_a_scanner_behind_an_input_method_is_read_and_told(station: Station):
    station.scanner_behind_input_method(station.week.issue("youth"))
    station.verdict("good", "青少年")
    expect(station.page.locator("#notice")).to_contain_text("输入法")


def test_what_an_input_method_composes_is_read_and_told(station: Station):
    """No key but Enter reaches the page; a click beside everything or a dialog changes nothing about it."""
    station.composed(f"HTTPS://WEEK.EXAMPLE.CN/C/{station.week.issue('youth')}")
    station.verdict("good", "青少年")
    expect(station.page.locator("#notice")).to_contain_text("输入法")
    station.page.locator("#type").click()
    station.page.locator("#type-cancel").click()
    station.page.locator("#event").click()
    expect(station.page.locator("#wedge")).to_be_focused()
    station.composed(station.week.issue("public"))
    station.verdict("good", "社会公众")
    station.today(2)


def test_a_touch_counts_a_whole_family(station: Station):
    station.mode("touch")
    for _ in range(3):
        station.page.get_by_role("button", name="加一人").click()
    station.touch("社会公众")
    station.verdict("good", "已签到", "社会公众", "4 人")
    station.today(4)
    expect(station.page.locator("#many")).to_have_text("1")
    scan = station.week.scans()[-1]
    assert (scan.kind, scan.method, scan.group, scan.headcount) == ("touch", "touch", "public", 4)


def test_a_double_tap_is_one_person(station: Station):
    before = len(station.week.scans())
    station.mode("touch")
    station.page.locator('[data-group="youth"]').dblclick()
    station.verdict("good", "青少年")
    station.today(1)
    assert len(station.week.scans()) == before + 1


def test_a_group_is_counted_at_the_door(station: Station):
    station.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{station.week.issue('youth', headcount=45)}")
    door = station.page.get_by_role("dialog")
    expect(door).to_contain_text("申报人数：45 人")
    expect(station.page.locator("#door-many")).to_have_value("45")
    station.page.locator("#door-many").fill("1000")
    expect(station.page.locator("#door-many")).to_have_value("100")  # three digits at most
    station.page.locator("#door-many").fill("44")
    door.get_by_role("button", name="−1").click()
    door.get_by_role("button", name="确认 43 人").click()
    station.verdict("good", "青少年", "43 人")
    station.today(43)
    assert station.week.scans()[-1].headcount == 43


def test_a_cancelled_group_is_no_scan(station: Station):
    before = len(station.week.scans())
    station.scanner(station.week.issue("youth", headcount=45))
    expect(station.page.get_by_role("dialog")).to_be_visible()
    station.page.keyboard.press("Escape")
    expect(station.page.get_by_role("dialog")).to_be_hidden()
    station.touch("青少年")
    station.verdict("good")
    assert len(station.week.scans()) == before + 1


def test_undo_takes_a_scan_back(station: Station):
    before = station.week.visits()
    station.touch("政府人员")
    station.verdict("good")
    station.today(1)
    station.mode("scan")
    undo = station.page.locator("#strip li").first.locator(".scan-undo")
    undo.click()
    expect(undo).to_have_text("确定撤销？")
    undo.click()
    station.verdict("good", "已撤销")
    station.today(0)
    expect(station.page.locator("#strip li.scan-undone")).to_have_count(1)
    expect(station.page.locator(".scan-undo")).to_have_count(0)
    assert station.week.visits() == before


def test_what_cannot_be_kept_is_no_check_in(browser: Browser, week: Week):
    """The disk is full: said in place of the verdict, and the screen is free again."""
    # The error is thrown on, for whoever looks into the console.
    context = browser.new_context(locale="zh-CN")
    station = Station(context.new_page(), week).pair()
    before = len(week.scans())
    station.page.evaluate(
        """() => {
            const add = IDBObjectStore.prototype.add;
            globalThis.mend = () => { IDBObjectStore.prototype.add = add; };
            IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
        }"""
    )
    station.scanner(week.issue("youth"))
    station.verdict("bad", "未能签到", "无法妥善保存")
    station.touch("青少年")
    station.verdict("bad", "未能签到", "无法妥善保存")
    assert len(week.scans()) == before
    station.page.evaluate("mend()")
    station.mode("scan")
    station.scanner(week.issue("youth"))
    station.verdict("good", "已签到")
    context.close()


SECRETS = (
    "https://qr.payment.example/WXP0/f2f0AAbb77?amount=12.50",
    "11010519491231002X",
    "HTTPS://WEEK.EXAMPLE.CN/C/" + "A" * 128,
)


@pytest.mark.parametrize("text", SECRETS)
def test_a_foreign_code_goes_nowhere(station: Station, text: str):
    bodies = posted(station.page)
    station.scanner(text)
    station.verdict("bad", "不是参与码")
    expect(station.page.locator("#strip li")).to_have_count(1)
    expect(station.page.locator("#strip li.scan-refused")).to_have_count(1)
    sent(station)
    kept = everything_kept(station.page)
    assert '"code_hash"' in kept
    part = text[-16:].lower()
    for place in (*bodies, kept, station.page.content()):
        assert part not in place.lower()
    told = scans_in(bodies)[-1]
    assert "code" not in told
    assert told["code_length"] == len(text)
    assert len(told["code_hash"]) == 64
    scan = station.week.scans()[-1]
    assert (scan.reason, scan.code_length, scan.code_hash) == ("unknown_code", len(text), told["code_hash"])


def sent(station: Station) -> None:
    expect(station.page.locator("#strip li.scan-unsent")).to_have_count(0, timeout=20_000)
    expect(station.page.locator('#line[data-state="clear"]')).to_have_text("已全部发送")


def test_a_lost_answer_is_asked_for_again_under_the_same_id(station: Station):
    before = station.week.visits()
    bodies = posted(station.page)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)  # the server has it; the device never hears
            route.abort()
        else:
            route.continue_()

    station.page.route(SCANS, lose)
    station.touch("青少年")
    station.verdict("good", "已签到", "离线：已存入本机")
    sent(station)
    assert lost == [200, 200]
    assert len({scan["id"] for scan in scans_in(bodies)}) == 1
    assert station.week.visits() == before + 1


def test_a_portal_that_answers_for_the_server_is_no_answer(station: Station):
    before = station.week.visits()
    portal = {"status": 200, "content_type": "text/html", "body": "<h1>Sign in to this Wi-Fi</h1>"}
    station.page.route("**/api/v1/**", lambda route: route.fulfill(**portal))
    station.touch("青少年")
    station.verdict("good", "离线")
    station.scanner(station.week.issue("youth"))
    station.verdict("good", "离线：未核对其他终端")
    line = station.page.locator("#line")
    expect(line).to_have_attribute("data-waiting", "2")
    expect(line).to_contain_text("待发送 2 条，最早一条为刚才")
    assert station.week.visits() == before
    station.page.unroute("**/api/v1/**")
    station.page.reload()
    sent(station)
    station.today(2)
    assert station.week.visits() == before + 2
    assert [scan.shown for scan in station.week.scans()[-2:]] == ["stored", "stored"]


@pytest.mark.parametrize("status", [422, 500])
def test_one_scan_that_the_server_stumbles_over_holds_up_no_other(station: Station, status: int):
    """422: it cannot be read; 500: whatever batch it is in fails, time after time."""
    page, week = station.page, station.week
    before = week.visits()
    page.route(SCANS, lambda route: route.abort())
    for number in range(5):
        if number == 2:
            station.touch("社会公众")
        else:
            station.scanner(week.issue("youth"))
        station.verdict("good", "离线")

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
    expect(page.locator("#line")).to_have_text("搁置 1 条")
    expect(page.locator("#strip li.scan-aside")).to_have_count(1)
    assert week.visits() == before + 4


def test_a_revoked_device_hands_over_what_it_holds_and_forgets(station: Station):
    page, week = station.page, station.week
    page.route(SCANS, lambda route: route.abort())
    station.touch("社会公众")
    station.verdict("good")
    week.revoke_all()
    page.reload()
    expect(page.locator("#pair-why")).to_contain_text("本机已停用")
    expect(page.locator("#pair-kept")).to_contain_text("1")
    with page.expect_download() as saved:
        page.locator("#pair-export").click()
    file = json.loads(saved.value.path().read_text())
    [scan] = json.loads(file["scans_json"])
    assert (scan["kind"], scan["shown"]) == ("touch", "stored")
    assert file["signature"] == week.signature(file["kiosk"]["id"], file["scans_json"])
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


TORCH = """
    // A camera with a torch, as phones have one on the back; the fake one of the browser has none.
    globalThis.lit = [];
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { lit.push(advanced[0].torch); };
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.asked = [];
    navigator.mediaDevices.getUserMedia = (wanted) => { asked.push(wanted.video.facingMode.ideal); return ask(wanted); };
    navigator.mediaDevices.enumerateDevices = async () => [{ kind: "videoinput" }, { kind: "videoinput" }];
"""


def test_camera_and_torch_stay_as_they_were_chosen(launch, week: Week):
    browser = launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    page.add_init_script(TORCH)
    station = Station(page, week).pair()
    page.get_by_role("button", name="手电筒").click()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="切换摄像头").click()
    expect(page.locator("#finder")).to_have_class("finder mirrored")
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="手电筒").click()
    assert page.evaluate("[asked, lit]") == [["environment", "user"], [True, True]]
    station.reload()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("[asked, lit]") == [["user"], [True]]
    # Where there is nothing to see, no camera runs.
    station.mode("tally")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    station.mode("scan")
    expect(page.locator('#finder[data-state="on"]')).to_be_visible()


def test_a_camera_without_a_torch_offers_none(launch, week: Week):
    browser = launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    station = Station(page, week).pair()
    on = page.locator('#finder[data-state="on"]')
    expect(on).to_be_visible()
    expect(page.locator("#camera-torch")).to_be_hidden()
    page.get_by_role("button", name="关闭摄像头").click()
    station.reload()
    expect(page.get_by_role("button", name="启动摄像头")).to_be_visible()  # it was switched off
    page.get_by_role("button", name="启动摄像头").click()
    expect(on).to_be_visible()
