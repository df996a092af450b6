"""Registering on a phone: the form, the pass, the waiting list, cancelling, moving up; without JavaScript, too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.axe import serious_in_both
from tests.support.records.registering import offer
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.set_clock import ClockServer, served_at

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory) -> Iterator[ClockServer]:
    at = NINE - timedelta(days=1)
    with served_at(sqlite_databases, tmp_path_factory.mktemp("registration"), at) as server:
        with server.app.app_context():
            offer(make_event(load_week(), "版权讲座"), 2)
        yield server


def register(page: Page, url: str, button: str, headcount: str) -> str:
    """The address of the registration's page."""
    page.goto(f"{url}/ip-2024/events/1")
    page.get_by_role("link", name=button).click()
    page.get_by_label("您属于哪个群体").select_option("youth")
    page.get_by_label("人数").fill(headcount)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/R/*")
    return page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_register_cancel_and_the_next_moves_up(browser: Browser, server, scripts):
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, java_script_enabled=scripts
    )
    page = context.new_page()
    findings = []

    def look() -> None:
        if scripts:
            findings.extend(serious_in_both(page))

    first = register(page, server.url, "报名", "2")
    expect(page.get_by_role("heading", name="已报名")).to_be_visible()
    expect(page.get_by_alt_text("参与码的二维码")).to_be_visible()
    look()
    second = register(page, server.url, "加入候补名单", "1")
    expect(page.get_by_text("候补名单第 1 位")).to_be_visible()
    expect(page.locator(".pass-code")).to_have_count(0)
    look()
    page.goto(f"{server.url}/ip-2024/events/1/register")
    page.get_by_label("人数").fill("many")
    page.get_by_role("button", name="加入候补名单").click()
    expect(page.get_by_label("人数")).to_have_attribute("aria-invalid", "true")
    look()
    page.goto(first)
    page.get_by_text("不能参加").click()
    page.get_by_role("button", name="取消报名").click()
    expect(page.get_by_role("heading", name="已取消")).to_be_visible()
    look()
    page.goto(second)
    expect(page.get_by_text("有名额空出，已为您保留。")).to_be_visible()
    expect(page.locator(".pass-code img")).to_be_visible()
    page.get_by_text("不能参加").click()
    page.get_by_role("button", name="取消报名").click()  # all places are free again
    page.wait_for_load_state()
    assert findings == []
    context.close()
