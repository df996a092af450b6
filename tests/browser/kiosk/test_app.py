"""The kiosk app in a real Chromium: pairing, every way to check in but the camera, and what must never happen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.kiosk_page import KioskPage, Week

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
        ("abc", "配对码为 8 位（打印单上的为 26 位），当前输入了 3 位。请核对后重试。"),
        ("abcd-efg0", "配对码中没有字符 0。请核对后重试。"),
        ("ABCD EFGH", "配对码"),
    ):
        field.fill(typed)
        page.get_by_role("button", name="配对", exact=True).click()
        expect(error).to_contain_text(told)
        assert field.input_value() == typed.upper()
    field.fill("abcd efgh jkmnp qrst uvwx yz234")  # of a printed sheet, as it stands there
    assert page.viewport_size["width"] == 390
    assert field.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    kiosk_page = KioskPage(page, week).pair()
    page.reload()
    expect(page.locator("#station")).to_be_visible()
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "已签到", "青少年")


def test_a_touch_counts_a_whole_family(kiosk_page: KioskPage):
    kiosk_page.mode("touch")
    for _ in range(3):
        kiosk_page.page.get_by_role("button", name="加一人").click()
    kiosk_page.touch("社会公众")
    kiosk_page.verdict("good", "已签到", "社会公众", "4 人")
    kiosk_page.today(4)
    expect(kiosk_page.page.locator("#many")).to_have_text("1")
    scan = kiosk_page.week.scans()[-1]
    assert (scan.kind, scan.method, scan.group, scan.headcount) == ("touch", "touch", "public", 4)


def test_a_double_tap_is_one_person(kiosk_page: KioskPage):
    before = len(kiosk_page.week.scans())
    kiosk_page.mode("touch")
    kiosk_page.page.locator('[data-group="youth"]').dblclick()
    kiosk_page.verdict("good", "青少年")
    kiosk_page.today(1)
    assert len(kiosk_page.week.scans()) == before + 1


def test_a_group_is_counted_at_the_entrance(kiosk_page: KioskPage):
    kiosk_page.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{kiosk_page.week.issue('youth', headcount=45)}")
    device = kiosk_page.page.get_by_role("dialog")
    expect(device).to_contain_text("申报人数：45 人")
    expect(kiosk_page.page.locator("#group-count-field")).to_have_value("45")
    kiosk_page.page.locator("#group-count-field").fill("1000")
    expect(kiosk_page.page.locator("#group-count-field")).to_have_value("100")  # three digits at most
    kiosk_page.page.locator("#group-count-field").click()  # what is typed then takes the place of the number
    kiosk_page.hand("44")
    device.get_by_role("button", name="−1").click()
    device.get_by_role("button", name="确认 43 人").click()
    kiosk_page.verdict("good", "青少年", "43 人")
    kiosk_page.today(43)
    assert kiosk_page.week.scans()[-1].headcount == 43


@pytest.mark.parametrize("offline", [False, True])
def test_a_group_that_comes_in_two_parts(kiosk_page: KioskPage, offline: bool):
    """Twenty by the first bus and 25 by the second are one visit of 45."""
    page, before, token = (
        kiosk_page.page,
        kiosk_page.week.visits(),
        kiosk_page.week.issue("youth", headcount=45),
    )
    page.context.set_offline(offline)
    kiosk_page.scanner(token)
    expect(page.locator("#group-count-title")).to_have_text("团体码：实到多少人？")
    page.locator("#group-count-field").fill("20")
    page.locator("#group-count-confirm").click()
    kiosk_page.verdict("good", "青少年", "20 人")
    page.wait_for_timeout(3500)  # the guard against reading twice has forgotten
    kiosk_page.scanner(token)
    expect(page.locator("#group-count-title")).to_have_text("已签到 20 人，还来了多少人？")
    expect(page.locator("#group-count-field")).to_have_value("25")
    expect(page.locator("#group-count-confirm")).to_have_text("再进 25 人，共 45 人")
    page.locator("#group-count-field").fill("0")
    expect(page.locator("#group-count-confirm")).to_have_text("没有新增，共 20 人")
    page.locator("#group-count-field").fill("980")
    expect(page.locator("#group-count-error")).to_have_text("请输入 0 至 979 之间的数字。")
    page.locator("#group-count-field").fill("25")
    page.locator("#group-count-confirm").click()
    kiosk_page.verdict("good", "青少年", "45 人")
    kiosk_page.today(45)
    page.context.set_offline(False)
    expect(page.locator("#line")).to_have_attribute("data-state", "clear", timeout=20_000)
    # Uploaded together they have no order but their times.
    parts = sorted(kiosk_page.week.scans()[-2:], key=lambda scan: scan.at)
    assert [scan.headcount for scan in parts] == [20, 45]
    assert kiosk_page.week.visits() == before + 45


def test_a_pass_that_is_shown_while_a_group_is_asked_is_read_after_it(kiosk_page: KioskPage):
    """In view all the while, as the camera sees it; the group's own code, in view too, is not read again."""
    group, other = kiosk_page.week.issue("youth", headcount=45), kiosk_page.week.issue("public")
    kiosk_page.scanner(group)
    expect(kiosk_page.page.locator("#group-count")).to_be_visible()
    kiosk_page.page.evaluate(SIGHTS, [other, group, other])
    expect(kiosk_page.page.locator("#group-count-error")).to_contain_text("请先完成")
    kiosk_page.page.locator("#group-count-confirm").click()
    expect(kiosk_page.page.locator("#verdict-who")).to_contain_text("45 人")
    kiosk_page.page.evaluate(SIGHTS, [group, other])
    kiosk_page.verdict("good", "社会公众")
    expect(kiosk_page.page.locator("#group-count")).to_be_hidden()
    assert [(scan.group, scan.headcount) for scan in kiosk_page.week.scans()[-2:]] == [
        ("youth", 45),
        ("public", 1),
    ]


def test_a_cancelled_group_is_no_scan(kiosk_page: KioskPage):
    before = len(kiosk_page.week.scans())
    kiosk_page.scanner(kiosk_page.week.issue("youth", headcount=45))
    expect(kiosk_page.page.get_by_role("dialog")).to_be_visible()
    kiosk_page.page.keyboard.press("Escape")
    expect(kiosk_page.page.get_by_role("dialog")).to_be_hidden()
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good")
    assert len(kiosk_page.week.scans()) == before + 1


def test_undo_takes_a_scan_back(kiosk_page: KioskPage):
    before = kiosk_page.week.visits()
    kiosk_page.mode("touch")
    for _ in range(2):
        kiosk_page.page.get_by_role("button", name="加一人").click()
    kiosk_page.touch("社会公众")
    kiosk_page.verdict("good")
    kiosk_page.today(3)
    kiosk_page.mode("scan")
    undo = kiosk_page.page.locator("#strip li").first.locator(".scan-undo")
    undo.click()
    expect(undo).to_have_text("确定撤销？")
    undo.click()
    # Neither the colour nor the shape of a check-in.
    expect(kiosk_page.page.locator("#verdict .shape-undone")).to_be_visible()
    expect(kiosk_page.page.locator("#verdict .shape-good")).to_be_hidden()
    kiosk_page.verdict("undone", "撤销了“社会公众 3 人”")
    kiosk_page.today(0)
    expect(kiosk_page.page.locator("#strip li.scan-undone")).to_have_count(1)
    row = kiosk_page.page.locator("#strip li").first
    expect(row).to_have_class(re.compile(r"\bscan-reversal\b"))
    expect(row).to_have_text(re.compile(r"^撤销了“社会公众\s3\s人”\d\d:\d\d$"))
    expect(row.locator("use")).to_have_attribute("href", re.compile("undo$"))
    expect(kiosk_page.page.locator(".scan-undo")).to_have_count(0)
    assert kiosk_page.week.visits() == before


def test_an_undo_leaves_the_next_arrival_standing(kiosk_page: KioskPage):
    """The device says the same as the figures, and what stands can be taken back, too."""
    before = kiosk_page.week.visits()
    token = kiosk_page.week.issue("youth", headcount=45)
    for asked, more, count, verdict in ((45, 40, 40, "good"), (5, 0, 40, "again")):
        kiosk_page.scanner(token)
        expect(kiosk_page.page.locator("#group-count-field")).to_have_value(str(asked))
        kiosk_page.page.locator("#group-count-field").fill(str(more))
        kiosk_page.page.locator("#group-count-confirm").click()
        kiosk_page.verdict(verdict, f"{count} 人")
        kiosk_page.reload()  # the guard against reading twice has forgotten
    for row, left in ((1, 40), (1, 0)):
        undo = kiosk_page.page.locator("#strip li").nth(row).locator(".scan-undo")
        undo.click()
        undo.click()
        kiosk_page.verdict("undone", "撤销了“青少年 40 人”")
        kiosk_page.today(left)
        assert kiosk_page.week.visits() == before + left


class TestByHand:
    @pytest.fixture
    def typed(self, kiosk_page: KioskPage):
        def type_(text: str) -> str:
            if not kiosk_page.page.locator("#typing").is_visible():
                kiosk_page.page.locator("#type").click()
            kiosk_page.page.locator("#typed").fill(text)
            kiosk_page.page.keyboard.press("Enter")
            return kiosk_page.page.locator("#type-error").inner_text()

        return type_

    def test_what_is_no_whole_code_is_said_and_stays(self, kiosk_page: KioskPage, typed):
        before = len(kiosk_page.week.scans())
        token = kiosk_page.week.issue("youth")
        assert typed("") == "请先粘贴或输入参与码。"
        assert typed(f"HTTPS://X.CN/C/{token[:100]}") == "参与码有 128 个字符，当前只有 100 个，尚不完整。"
        assert typed(token + "AB") == "参与码有 128 个字符，当前有 130 个，多出了字符。"
        assert typed("0" + token[1:]) == "参与码中没有字符 0，请核对后重试。"
        assert kiosk_page.page.locator("#typed").input_value() == "0" + token[1:]
        assert kiosk_page.page.locator("#typing").is_visible()
        assert len(kiosk_page.week.scans()) == before

    def test_an_address_in_pieces_and_small_letters_is_read(self, kiosk_page: KioskPage, typed):
        token = kiosk_page.week.issue("youth").lower()
        typed(f"  https://x.cn/c/{token[:60]}\n{token[60:]}/?from=chat ")
        kiosk_page.verdict("good", "已签到", "青少年")
        expect(kiosk_page.page.locator("#typing")).to_be_hidden()
        expect(kiosk_page.page.locator("#typed")).to_have_value("")

    def test_a_forged_code_by_hand_is_a_scan(self, kiosk_page: KioskPage, typed):
        typed(kiosk_page.week.issue("youth")[:-8] + "AAAAAAAA")
        kiosk_page.verdict("bad", "未签到")
