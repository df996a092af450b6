"""The kiosk app in a real Chromium: pairing, every way to check in but the camera, and what must never happen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.station import SEND, Station, Week

pytestmark = pytest.mark.browser
# Codes as quickly as a camera sees them, one after the other.
SIGHTS = """(tokens) => {
    for (const token of tokens) {
        for (const key of [...token, "Enter"]) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }
    }
}"""


def test_a_wrong_code_is_told_and_a_right_one_pairs_for_good(page: Page, week: Week):
    page.goto(week.url)
    field, error = page.get_by_label("配对码"), page.locator("#pair-error")
    for typed, told in (
        ("abc", "配对码为 8 位，当前输入了 3 位。请核对后重试。"),
        ("abcd-efg0", "配对码中没有字符 0。请核对后重试。"),
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


def test_a_scanner_without_enter_is_read_after_it_has_fallen_silent(station: Station):
    station.scanner_without_enter(f"HTTPS://WEEK.EXAMPLE.CN/C/{station.week.issue('youth')}")
    station.verdict("good", "青少年")
    station.mode("tally")  # a button has the focus
    station.scanner_without_enter(station.week.issue("public"))
    station.verdict("good", "社会公众")
    station.today(2)


def test_a_slow_scanner_is_read_with_and_without_enter(station: Station):
    station.scanner_without_enter(station.week.issue("youth"), pause=0.1)
    station.verdict("good", "青少年")
    station.scanner(station.week.issue("public"), pause=0.1)
    station.verdict("good", "社会公众")


def test_two_codes_without_a_pause_are_two(station: Station):
    before = len(station.week.scans())
    first, second = station.week.issue("youth"), station.week.issue("public")
    station.scanner_without_enter(f"HTTPS://WEEK.EXAMPLE.CN/C/{first}", f"HTTPS://WEEK.EXAMPLE.CN/C/{second}")
    station.verdict("good", "社会公众")
    station.today(2)
    assert sorted(scan.group for scan in station.week.scans()[before:]) == ["public", "youth"]


def test_half_a_code_without_enter_says_what_to_set(station: Station):
    before = len(station.week.scans())
    station.scanner_without_enter(f"HTTPS://WEEK.EXAMPLE.CN/C/{station.week.issue('youth')[:90]}")
    expect(station.page.locator("#notice")).to_contain_text("自动回车")
    station.scanner(station.week.issue("youth"))
    station.verdict("good", "青少年")
    assert len(station.week.scans()) == before + 1


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


def test_what_came_by_its_keys_is_not_read_again_as_it_was_composed(page: Page, week: Week):
    """An input method may give both, and makes other signs of the slashes."""
    page.clock.install()
    station, before = Station(page, week).pair(), len(week.scans())
    token = week.issue("youth")
    station.keys_and_composed(
        f"HTTPS://WEEK.EXAMPLE.CN/C/{token}", f"https：、、week。example。cn、c、{token.lower()}"
    )
    station.verdict("good", "青少年")
    page.clock.run_for(1000)
    expect(page.locator("#verdict")).to_be_hidden()
    assert page.locator("#wedge").input_value() == ""
    assert len(week.scans()) == before + 1


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
    station.page.locator("#door-many").click()  # what is typed then takes the place of the number
    station.hand("44")
    door.get_by_role("button", name="−1").click()
    door.get_by_role("button", name="确认 43 人").click()
    station.verdict("good", "青少年", "43 人")
    station.today(43)
    assert station.week.scans()[-1].headcount == 43


@pytest.mark.parametrize("offline", [False, True])
def test_a_group_that_comes_in_two_parts(station: Station, offline: bool):
    """Twenty by the first bus and 25 by the second are one visit of 45."""
    page, before, token = station.page, station.week.visits(), station.week.issue("youth", headcount=45)
    page.context.set_offline(offline)
    station.scanner(token)
    expect(page.locator("#door-name")).to_have_text("团体码：实到多少人？")
    page.locator("#door-many").fill("20")
    page.locator("#door-confirm").click()
    station.verdict("good", "青少年", "20 人")
    page.wait_for_timeout(3500)  # the guard against reading twice has forgotten
    station.scanner(token)
    expect(page.locator("#door-name")).to_have_text("已签到 20 人，还来了多少人？")
    expect(page.locator("#door-many")).to_have_value("25")
    expect(page.locator("#door-confirm")).to_have_text("再进 25 人，共 45 人")
    page.locator("#door-many").fill("0")
    expect(page.locator("#door-confirm")).to_have_text("没有新增，共 20 人")
    page.locator("#door-many").fill("980")
    expect(page.locator("#door-error")).to_have_text("请输入 0 至 979 之间的数字。")
    page.locator("#door-many").fill("25")
    page.locator("#door-confirm").click()
    station.verdict("good", "青少年", "45 人")
    station.today(45)
    page.context.set_offline(False)
    expect(page.locator("#line")).to_have_attribute("data-state", "clear", timeout=20_000)
    # Uploaded together they have no order but their times.
    parts = sorted(station.week.scans()[-2:], key=lambda scan: scan.at)
    assert [scan.headcount for scan in parts] == [20, 45]
    assert station.week.visits() == before + 45


def test_a_pass_that_is_shown_while_a_group_is_asked_is_read_after_it(station: Station):
    """In view all the while, as the camera sees it; the group's own code, in view too, is not read again."""
    group, other = station.week.issue("youth", headcount=45), station.week.issue("public")
    station.scanner(group)
    expect(station.page.locator("#door")).to_be_visible()
    station.page.evaluate(SIGHTS, [other, group, other])
    expect(station.page.locator("#door-error")).to_contain_text("请先完成")
    station.page.locator("#door-confirm").click()
    expect(station.page.locator("#verdict-who")).to_contain_text("45 人")
    station.page.evaluate(SIGHTS, [group, other])
    station.verdict("good", "社会公众")
    expect(station.page.locator("#door")).to_be_hidden()
    assert [(scan.group, scan.headcount) for scan in station.week.scans()[-2:]] == [
        ("youth", 45),
        ("public", 1),
    ]


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
    station.mode("touch")
    for _ in range(2):
        station.page.get_by_role("button", name="加一人").click()
    station.touch("社会公众")
    station.verdict("good")
    station.today(3)
    station.mode("scan")
    undo = station.page.locator("#strip li").first.locator(".scan-undo")
    undo.click()
    expect(undo).to_have_text("确定撤销？")
    undo.click()
    # Neither the colour nor the shape of a check-in.
    expect(station.page.locator("#verdict .shape-undone")).to_be_visible()
    expect(station.page.locator("#verdict .shape-good")).to_be_hidden()
    station.verdict("undone", "撤销了“社会公众 3 人”")
    station.today(0)
    expect(station.page.locator("#strip li.scan-undone")).to_have_count(1)
    row = station.page.locator("#strip li").first
    expect(row).to_have_class(re.compile(r"\bscan-reversal\b"))
    expect(row).to_have_text(re.compile(r"^撤销了“社会公众\s3\s人”\d\d:\d\d$"))
    expect(row.locator("use")).to_have_attribute("href", re.compile("undo$"))
    expect(station.page.locator(".scan-undo")).to_have_count(0)
    assert station.week.visits() == before


def test_an_undo_leaves_the_next_arrival_standing(station: Station):
    """The device says the same as the figures, and what stands can be taken back, too."""
    before = station.week.visits()
    token = station.week.issue("youth", headcount=45)
    for asked, more, count, verdict in ((45, 40, 40, "good"), (5, 0, 40, "again")):
        station.scanner(token)
        expect(station.page.locator("#door-many")).to_have_value(str(asked))
        station.page.locator("#door-many").fill(str(more))
        station.page.locator("#door-confirm").click()
        station.verdict(verdict, f"{count} 人")
        station.reload()  # the guard against reading twice has forgotten
    for row, left in ((1, 40), (1, 0)):
        undo = station.page.locator("#strip li").nth(row).locator(".scan-undo")
        undo.click()
        undo.click()
        station.verdict("undone", "撤销了“青少年 40 人”")
        station.today(left)
        assert station.week.visits() == before + left


# A disk without room: the transaction ends by itself, with this error.
FULL = """() => {
    const { add } = IDBObjectStore.prototype;
    globalThis.mend = () => { IDBObjectStore.prototype.add = add; };
    IDBObjectStore.prototype.add = function () {
        const error = new DOMException("full", "QuotaExceededError");
        Object.defineProperty(this.transaction, "error", { value: error });
        this.transaction.abort();
    };
}"""


@pytest.fixture
def careless(browser: Browser, week: Week) -> Iterator[Station]:
    """A device whose errors are thrown on, for whoever looks into the console."""
    context = browser.new_context(locale="zh-CN")
    yield Station(context.new_page(), week).pair()
    context.close()


def test_what_cannot_be_kept_is_no_check_in(careless: Station, week: Week):
    """The disk is full: said in place of the verdict, and the screen is free again."""
    page, before = careless.page, len(week.scans())
    page.evaluate(FULL)
    careless.scanner(week.issue("youth"))
    careless.verdict("bad", "未签到", "存储空间已满")
    expect(page.locator("#notice")).to_contain_text("存储空间已满")
    careless.touch("青少年")
    careless.verdict("bad", "未签到", "存储空间已满")
    assert len(week.scans()) == before
    page.evaluate("mend()")
    careless.mode("scan")
    careless.scanner(week.issue("youth"))
    careless.verdict("good", "已签到")


def test_what_is_kept_already_is_not_told_as_lost(careless: Station, week: Week):
    """The scan is on disk, the server's answer to it cannot be noted: it counts, and nothing else is promised or said."""
    page, before = careless.page, week.visits()
    page.evaluate(
        """() => {
            const { put } = IDBObjectStore.prototype;
            globalThis.mend = () => { IDBObjectStore.prototype.put = put; };
            IDBObjectStore.prototype.put = function (value, ...key) {
                if (this.name === "scans") throw new Error("not kept");
                return put.call(this, value, ...key);
            };
        }"""
    )
    careless.scanner(week.issue("youth"))
    careless.verdict("kept", "已存入本机", "稍后由服务器核验")
    expect(page.locator("#notice")).to_contain_text("无法妥善保存")
    page.evaluate("mend()")
    page.evaluate(SEND)
    careless.all_sent()
    careless.today(1)
    assert week.visits() == before + 1


BASES = """
    const { open } = IDBFactory.prototype;
    globalThis.bases = [];
    IDBFactory.prototype.open = function (name, version) {
        const refused = localStorage.getItem("refused");
        localStorage.removeItem("refused");
        const asked = open.call(this, name, refused ? 1 : version);  // older than what is there: an error
        asked.addEventListener("success", () => bases.push(asked.result));
        return asked;
    };
"""


def test_storage_that_failed_is_opened_again(browser: Browser, week: Week):
    """Browsers close it by themselves, and the next visitor stands at the door."""
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(BASES)
    page = context.new_page()
    page.clock.install()
    station = Station(page, week).pair()
    page.evaluate("bases.forEach((base) => base.close())")
    station.touch("青少年")
    station.verdict("good", "已签到")
    page.evaluate("localStorage.setItem('refused', 'once')")
    page.reload()
    expect(page.locator("#notice")).to_contain_text("无法保存")
    page.clock.run_for(15_000)
    expect(page.locator("#work")).to_be_visible()
    context.close()


class TestByHand:
    @pytest.fixture
    def typed(self, station: Station):
        def type_(text: str) -> str:
            if not station.page.locator("#typing").is_visible():
                station.page.locator("#type").click()
            station.page.locator("#typed").fill(text)
            station.page.keyboard.press("Enter")
            return station.page.locator("#type-error").inner_text()

        return type_

    def test_what_is_no_whole_code_is_said_and_stays(self, station: Station, typed):
        before = len(station.week.scans())
        token = station.week.issue("youth")
        assert typed("") == "请先粘贴或输入参与码。"
        assert typed(f"HTTPS://X.CN/C/{token[:100]}") == "参与码有 128 个字符，当前只有 100 个，尚不完整。"
        assert typed(token + "AB") == "参与码有 128 个字符，当前有 130 个，多出了字符。"
        assert typed("0" + token[1:]) == "参与码中没有字符 0，请核对后重试。"
        assert station.page.locator("#typed").input_value() == "0" + token[1:]
        assert station.page.locator("#typing").is_visible()
        assert len(station.week.scans()) == before

    def test_an_address_in_pieces_and_small_letters_is_read(self, station: Station, typed):
        token = station.week.issue("youth").lower()
        typed(f"  https://x.cn/c/{token[:60]}\n{token[60:]}/?from=chat ")
        station.verdict("good", "已签到", "青少年")
        expect(station.page.locator("#typing")).to_be_hidden()
        expect(station.page.locator("#typed")).to_have_value("")

    def test_a_forged_code_by_hand_is_a_scan(self, station: Station, typed):
        typed(station.week.issue("youth")[:-8] + "AAAAAAAA")
        station.verdict("bad", "未签到")
