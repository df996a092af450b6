"""The public pages in a real Chromium: with and without JavaScript, on a phone and on a desk, for everybody."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from models.campaigns.tables import find_campaign
from models.events.draft import EventDraft, OccurrenceDraft, ReportDraft
from models.publishing.lifecycle import cancel, create
from tests.support.browser.axe import serious, serious_in_both
from tests.support.records.week import NINE
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PATHS = (
    "/ip-2024/",
    "/ip-2024/?audience=youth&region=340000",
    "/ip-2024/?region=999999",
    "/ip-2024/events/1",
    "/ip-2024/events/2",
    "/ip-2024/events/99",
    "/about/figures",
)


@pytest.fixture(scope="module")
def week(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("public"), "init") as server:
        with server.app.app_context():
            campaign = find_campaign("ip-2024")
            day = date(2024, 4, 26)
            told = ReportDraft(attendance="全校师生", materials="800余份")
            create(
                campaign,
                EventDraft(
                    title="知识产权进校园",
                    region_code="340706",
                    groups=("youth", "public"),
                    mode="mixed",
                    occurrences=(OccurrenceDraft(day, day, half_day="morning"),),
                    report=told,
                ),
                NINE,
            )
            early = OccurrenceDraft(date(2024, 4, 18), date(2024, 4, 18))
            cancel(create(campaign, EventDraft(title="嘉年华", occurrences=(early,)), NINE), NINE)
            create(campaign, EventDraft(title="广场宣传", time_text="宣传周期间", region_code="110101"), NINE)
        yield server


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", PHONE), ("en-GB", DESK)])
def test_every_page_can_be_used_by_everybody(browser: Browser, week, locale, size):
    context = browser.new_context(locale=locale, viewport=size)
    page = context.new_page()
    for path in PATHS:
        page.goto(week.url + path)
        assert (path, serious_in_both(page)) == (path, [])
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (path, page.evaluate(wider)) == (path, 0)
    context.close()


def test_the_filter_is_a_sheet_on_a_phone(page: Page, week):
    page.goto(week.url + "/ip-2024/")
    form = page.get_by_role("search")
    expect(form).to_be_hidden()
    page.get_by_role("link", name="筛选").click()
    expect(form).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.get_by_role("link", name="筛选").click()
    page.get_by_label("省（区、市）").select_option("安徽省")
    expect(page.get_by_label("市（地、州、盟）")).to_be_visible()
    page.get_by_label("市（地、州、盟）").select_option("铜陵市")
    page.get_by_label("县（市、区、旗）").select_option("义安区")
    page.get_by_role("button", name="查看活动").click()
    page.wait_for_url(week.url + "/ip-2024/?region=340706")
    expect(page.locator(".event-title")).to_have_text(["知识产权进校园"])


def test_it_works_without_javascript(browser: Browser, week):
    context = browser.new_context(locale="en-GB", viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(week.url + "/")
    page.get_by_label("Province").select_option("Anhui")
    page.get_by_label("Young people").check()
    page.get_by_role("button", name="Show events").click()
    page.wait_for_url(week.url + "/ip-2024/?region=340000&audience=youth")
    page.get_by_label("City or prefecture").select_option("Tongling")
    page.get_by_role("button", name="Show events").click()
    page.wait_for_url(week.url + "/ip-2024/?region=340700&audience=youth")
    page.get_by_role("link", name="Fri 26 April").click()
    page.wait_for_url(week.url + "/ip-2024/?region=340700&day=2024-04-26&audience=youth")
    page.get_by_role("link", name="知识产权进校园").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("知识产权进校园")
    expect(page.get_by_text("800余份")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="据报道")).to_be_visible()
    context.close()


def test_the_address_of_the_feed_is_copied(browser: Browser, week):
    context = browser.new_context(
        locale="en-GB", viewport=DESK, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto(week.url + "/ip-2024/?audience=youth")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == week.url + "/ip-2024/events.ics?audience=youth"
    status, body = week.get(copied.removeprefix(week.url))
    assert (status, body.count(b"BEGIN:VEVENT")) == (200, 1)
    context.close()
