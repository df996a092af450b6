"""The PIN of a kiosk: what it keeps for the staff, what goes on without it, and how it is slowed down."""

import pytest
from playwright.sync_api import Page, expect

from models.db import db, transaction
from models.events.tables import Event
from tests.support.browser.kiosk_page import KEPT, KioskPage, Week

pytestmark = pytest.mark.browser

SHUT = "import('/static/js/kiosk/screen/pin-dialog.js').then((dialog) => dialog.lock())"


def type_pin(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f'#pin-pad [data-digit="{digit}"]').click()
    page.locator("#pin-pad").get_by_role("button", name="确定").click()


@pytest.fixture
def kiosk_page(kiosk_page: KioskPage) -> KioskPage:
    """A device with a PIN that is asked for."""
    page = kiosk_page.page
    page.get_by_role("button", name="本机菜单").click()
    page.get_by_role("button", name="设置 PIN 码").click()
    type_pin(page, "4711")
    expect(page.get_by_role("heading", name="再次输入 PIN 码")).to_be_visible()
    type_pin(page, "4711")
    expect(page.locator("#pin")).to_be_hidden()
    page.get_by_role("button", name="锁定菜单和撤销").click()
    return kiosk_page


def test_only_a_salted_hash_is_kept(kiosk_page: KioskPage):
    kept = kiosk_page.page.evaluate(KEPT, "pin")
    assert set(kept) == {"salt", "hash", "rounds"}
    assert (len(kept["hash"]), kept["rounds"]) == (64, 210_000)
    assert "4711" not in str(kept["hash"])


def test_two_different_pins_are_no_pin(page: Page, week: Week):
    KioskPage(page, week).pair()
    page.get_by_role("button", name="本机菜单").click()
    page.get_by_role("button", name="设置 PIN 码").click()
    type_pin(page, "123")
    expect(page.locator("#pin-error")).to_have_text("PIN 码为 4 至 6 位数字。")
    type_pin(page, "1234")
    type_pin(page, "1235")
    expect(page.locator("#pin-error")).to_contain_text("两次输入不一致")
    page.locator("#pin-cancel").click()
    assert page.evaluate(KEPT, "pin") is None


def test_the_menu_asks_for_it_and_scanning_goes_on(kiosk_page: KioskPage):
    page = kiosk_page.page
    page.get_by_role("button", name="本机菜单").click()
    expect(page.locator("#pin")).to_be_visible()
    # The next visitor comes first.
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "已签到")
    expect(page.locator("#pin")).to_be_hidden()
    expect(page.locator("#sheet")).to_be_hidden()
    page.get_by_role("button", name="本机菜单").click()
    page.locator("#pin-digits").press_sequentially("4711", delay=100)
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_visible()


@pytest.mark.parametrize("opener", ["#about", '#modes [data-mode="tally"]', "#strip .scan-undo"])
def test_what_is_typed_in_the_task_of_the_click_is_kept(kiosk_page: KioskPage, opener: str):
    page = kiosk_page.page
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "已签到")
    expect(page.locator("#strip .scan-undo")).to_be_visible()
    typed = page.evaluate(
        """(opener) => {
            const button = document.querySelector(opener);
            button.click();
            if (!document.querySelector("#pin").open) button.click(); // an undo asks whether it is meant
            document.execCommand("insertText", false, "4711");
            return document.querySelector("#pin-digits").value;
        }""",
        opener,
    )
    assert typed == "4711"
    page.keyboard.press("Enter")
    expect(page.locator("#pin")).to_be_hidden()


def test_the_first_digit_counts_where_the_last_click_is_taken_back(kiosk_page: KioskPage):
    page = kiosk_page.page
    page.locator('#modes [data-mode="tally"]').click()
    type_pin(page, "4711")
    page.locator('#clickers [data-click="public"]').click()
    expect(page.locator("#clicked")).to_have_text("1")
    page.reload()  # the open burst becomes a row
    expect(page.locator("#clicked")).to_have_text("1")
    page.evaluate(SHUT)
    typed = page.evaluate(
        """() => {
            document.querySelector("#unclick").click();
            document.execCommand("insertText", false, "4711");
            return document.querySelector("#pin-digits").value;
        }"""
    )
    assert typed == "4711"
    page.keyboard.press("Enter")
    expect(page.locator("#clicked")).to_have_text("0")


def test_the_touch_screen_is_left_with_it_alone(kiosk_page: KioskPage):
    page = kiosk_page.page
    kiosk_page.mode("touch")
    page.locator('#modes [data-mode="scan"]').click()
    expect(page.locator("#pin")).to_be_visible()
    page.locator("#pin-cancel").click()
    expect(page.locator("#touch")).to_be_visible()
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "已签到", "感谢您的参与")
    page.locator('#modes [data-mode="scan"]').click()
    type_pin(page, "4711")
    expect(page.locator("#look")).to_be_visible()


@pytest.mark.parametrize("mode", ["tally", "exit"])
def test_the_counts_of_the_staff_ask_for_it(kiosk_page: KioskPage, mode: str):
    with kiosk_page.week.rows(), transaction():
        db.session.get_one(Event, kiosk_page.week.event_id).track_exits = True
    page = kiosk_page.page
    kiosk_page.reload()
    page.evaluate(SHUT)
    page.locator(f'#modes [data-mode="{mode}"]').click()
    expect(page.locator("#pin")).to_be_visible()
    page.locator("#pin-cancel").click()
    expect(page.locator("body")).to_have_attribute("data-mode", "scan")
    page.locator(f'#modes [data-mode="{mode}"]').click()
    type_pin(page, "4711")
    expect(page.locator("body")).to_have_attribute("data-mode", mode)


def test_another_tab_asks_for_it_too(page: Page, week: Week):
    """It was open before the PIN was set."""
    KioskPage(page, week).pair()
    other = page.context.new_page()
    other.goto(week.url)
    expect(other.locator("#work")).to_be_visible()
    page.evaluate("import('/static/js/kiosk/storage/pin-hash.js').then((pin) => pin.set('4711'))")
    other.get_by_role("button", name="本机菜单").click()
    expect(other.locator("#pin")).to_be_visible()
    expect(other.locator("#sheet")).to_be_hidden()
    type_pin(other, "4711")
    expect(other.locator("#sheet")).to_be_visible()


def test_undo_asks_for_it(kiosk_page: KioskPage):
    page = kiosk_page.page
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good")
    undo = page.locator("#strip li").first.locator(".scan-undo")
    undo.click()
    undo.click()
    expect(page.locator("#pin")).to_be_visible()
    page.locator("#pin-cancel").click()
    kiosk_page.today(1)
    undo.click()
    undo.click()
    type_pin(page, "4711")
    kiosk_page.verdict("undone", "撤销了“青少年 1 人”")
    kiosk_page.today(0)


def test_another_pairing_asks_for_it(kiosk_page: KioskPage):
    page = kiosk_page.page
    page.evaluate(f"location.hash = 'pair={kiosk_page.week.offer()}'")
    page.get_by_role("button", name="配对本机").click()
    expect(page.locator("#pin")).to_be_visible()
    page.locator("#pin-cancel").click()
    expect(page.locator("#join-error")).to_have_text("此操作需要 PIN 码。")


def test_wrong_tries_slow_down_also_over_a_restart(kiosk_page: KioskPage):
    page = kiosk_page.page
    page.get_by_role("button", name="本机菜单").click()
    for _ in range(2):
        type_pin(page, "0000")
        expect(page.locator("#pin-error")).to_have_text("PIN 码不正确。")
        page.locator('#pin-pad [data-digit="1"]').click()  # typing again takes the sentence away
        page.locator('#pin-pad [data-digit="back"]').click()
    type_pin(page, "0000")
    expect(page.locator("#pin-error")).to_contain_text("PIN 码不正确。 请等 5 秒后再试。")
    kiosk_page.reload()
    page.get_by_role("button", name="本机菜单").click()
    type_pin(page, "4711")
    expect(page.locator("#pin-error")).to_contain_text("秒后再试")
    expect(page.locator("#sheet")).to_be_hidden()
    page.evaluate(
        """async () => {
            const values = await import("/static/js/kiosk/storage/device-values.js");
            const tries = await values.get("pin_tries");
            await values.put("pin_tries", { ...tries, until: Date.now() - 1 });
        }"""
    )
    type_pin(page, "0000")
    expect(page.locator("#pin-error")).to_contain_text("请等 10 秒后再试。")


def test_a_question_that_nobody_answers_goes_away(page: Page, week: Week):
    page.clock.install()
    KioskPage(page, week).pair()
    page.evaluate("import('/static/js/kiosk/storage/pin-hash.js').then((pin) => pin.set('4711'))")
    page.evaluate(SHUT)
    page.get_by_role("button", name="本机菜单").click()
    expect(page.locator("#pin")).to_be_visible()
    page.clock.run_for(21_000)
    expect(page.locator("#pin")).to_be_hidden()
