"""The kiosk app and a USB scanner, which types what it reads."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.kiosk_page import KioskPage, Week

pytestmark = pytest.mark.browser


def test_a_usb_scanner_is_read_and_the_second_time_is_a_repeat(kiosk_page: KioskPage):
    token = kiosk_page.week.issue("innovators")
    kiosk_page.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{token}")
    kiosk_page.verdict("good", "已签到", "创新主体")
    kiosk_page.page.reload()  # the guard against reading twice has forgotten
    expect(kiosk_page.page.locator("#station")).to_be_visible()
    kiosk_page.scanner(f"https://week.example.cn/c/{token.lower()}/")
    kiosk_page.verdict("again", "已签到过", ":")
    kiosk_page.today(1)
    first, second = kiosk_page.week.scans()[-2:]
    assert (first.verdict, second.verdict) == ("stored", "repeat")
    assert second.seq == first.seq + 1
    assert abs(first.skew_ms) < 2000


def test_the_scanners_enter_presses_no_button(kiosk_page: KioskPage):
    kiosk_page.mode("touch")
    kiosk_page.page.locator('[data-group="government"]').focus()
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "青少年")
    kiosk_page.today(1)
    # A hand on the keyboard still does.
    kiosk_page.page.locator('[data-group="government"]').focus()
    kiosk_page.page.keyboard.press("Enter")
    kiosk_page.verdict("good", "政府人员")
    kiosk_page.today(2)


def test_a_scanner_without_enter_is_read_after_it_has_fallen_silent(kiosk_page: KioskPage):
    kiosk_page.scanner_without_enter(f"HTTPS://WEEK.EXAMPLE.CN/C/{kiosk_page.week.issue('youth')}")
    kiosk_page.verdict("good", "青少年")
    kiosk_page.mode("tally")  # a button has the focus
    kiosk_page.scanner_without_enter(kiosk_page.week.issue("public"))
    kiosk_page.verdict("good", "社会公众")
    kiosk_page.today(2)


def test_a_slow_scanner_is_read_with_and_without_enter(kiosk_page: KioskPage):
    kiosk_page.scanner_without_enter(kiosk_page.week.issue("youth"), pause=0.1)
    kiosk_page.verdict("good", "青少年")
    kiosk_page.scanner(kiosk_page.week.issue("public"), pause=0.1)
    kiosk_page.verdict("good", "社会公众")


def test_two_codes_without_a_pause_are_two(kiosk_page: KioskPage):
    before = len(kiosk_page.week.scans())
    first, second = kiosk_page.week.issue("youth"), kiosk_page.week.issue("public")
    kiosk_page.scanner_without_enter(
        f"HTTPS://WEEK.EXAMPLE.CN/C/{first}", f"HTTPS://WEEK.EXAMPLE.CN/C/{second}"
    )
    kiosk_page.verdict("good", "社会公众")
    kiosk_page.today(2)
    assert sorted(scan.group for scan in kiosk_page.week.scans()[before:]) == ["public", "youth"]


def test_half_a_code_without_enter_says_what_to_set(kiosk_page: KioskPage):
    before = len(kiosk_page.week.scans())
    kiosk_page.scanner_without_enter(f"HTTPS://WEEK.EXAMPLE.CN/C/{kiosk_page.week.issue('youth')[:90]}")
    expect(kiosk_page.page.locator("#notice")).to_contain_text("自动回车")
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "青少年")
    assert len(kiosk_page.week.scans()) == before + 1


def test_a_scanner_behind_an_input_method_is_read_and_told(kiosk_page: KioskPage):
    kiosk_page.scanner_behind_input_method(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "青少年")
    expect(kiosk_page.page.locator("#notice")).to_contain_text("输入法")


def test_what_an_input_method_composes_is_read_and_told(kiosk_page: KioskPage):
    """No key but Enter reaches the page; a click beside everything or a dialog changes nothing about it."""
    kiosk_page.composed(f"HTTPS://WEEK.EXAMPLE.CN/C/{kiosk_page.week.issue('youth')}")
    kiosk_page.verdict("good", "青少年")
    expect(kiosk_page.page.locator("#notice")).to_contain_text("输入法")
    kiosk_page.page.locator("#type").click()
    kiosk_page.page.locator("#type-cancel").click()
    kiosk_page.page.locator("#event").click()
    expect(kiosk_page.page.locator("#scanner-input")).to_be_focused()
    kiosk_page.composed(kiosk_page.week.issue("public"))
    kiosk_page.verdict("good", "社会公众")
    kiosk_page.today(2)


def test_what_came_by_its_keys_is_not_read_again_as_it_was_composed(page: Page, week: Week):
    """An input method may give both, and makes other signs of the slashes."""
    page.clock.install()
    kiosk_page, before = KioskPage(page, week).pair(), len(week.scans())
    token = week.issue("youth")
    kiosk_page.keys_and_composed(
        f"HTTPS://WEEK.EXAMPLE.CN/C/{token}", f"https：、、week。example。cn、c、{token.lower()}"
    )
    kiosk_page.verdict("good", "青少年")
    page.clock.run_for(1000)
    expect(page.locator("#verdict")).to_be_hidden()
    assert page.locator("#scanner-input").input_value() == ""
    assert len(week.scans()) == before + 1
