"""The check of a device in a real browser: green or red, and what a scanner types."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.axe import serious


@pytest.fixture
def checked(page: Page, server) -> Page:
    page.goto(f"{server.url}/kiosk/check")
    for key in ("browser", "secure", "storage", "network", "clock"):
        expect(page.locator(f"#check-{key}")).to_have_attribute("data-state", "good", timeout=12_000)
    return page


def test_each_line_turns_green_or_says_what_to_do(checked: Page):
    expect(checked.locator("#check-camera")).to_have_attribute("data-state", "bad", timeout=12_000)
    expect(checked.locator("#check-secure")).to_contain_text("其他设备需使用以 https 开头的地址")
    expect(checked.locator("#check-secure")).not_to_contain_text("地址以 https 开头")
    expect(checked.locator("#check-camera")).to_contain_text("请在浏览器设置中允许本网站使用摄像头")
    expect(checked.locator("#summary")).to_have_text("尚不能使用：请看红色各项。", timeout=12_000)
    assert serious(checked) == []


@pytest.mark.parametrize(
    ("typed", "state"), [("OPENWEEK-QWYZ-0279:/azqm", "good"), ("OPENWEEK-QWZY-0279:/ayqm", "bad")]
)
def test_a_scanner_is_judged_by_what_it_types(checked: Page, typed: str, state: str):
    checked.locator("#scan-field").focus()
    checked.keyboard.type(typed)
    checked.keyboard.press("Enter")
    expect(checked.locator("#check-layout")).to_have_attribute("data-state", state)
    expect(checked.locator("#check-ime")).to_have_attribute("data-state", "good")
