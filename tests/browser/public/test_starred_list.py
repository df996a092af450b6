"""From a filter to a subscribed calendar to a list of one's own, in a real Chromium: without an account and a cookie."""

from collections.abc import Iterator

import pytest
import vobject
from playwright.sync_api import Browser, Page, expect

from models.campaigns.tables import find_campaign
from models.events.draft import EventDraft
from models.publishing.lifecycle import create
from tests.support.browser.axe import serious_in_both
from tests.support.records.week import NINE, session
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def week(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("chosen"), "init") as server:
        with server.app.app_context():
            campaign = find_campaign("ip-2024")
            for title, region, group in (
                ("知识产权进校园", "340706", "youth"),
                ("专题讲座", "340706", "public"),
                ("广场宣传", "110101", "youth"),
            ):
                draft = EventDraft(title=title, region_code=region, groups=(group,), occurrences=(session(),))
                create(campaign, draft, NINE)
        yield server


def titles(week: Server, address: str) -> list[str]:
    """The titles in the calendar at an address, read as another program reads it."""
    status, body = week.get(address.removeprefix(week.url))
    assert status == 200
    return [one.summary.value for one in vobject.readOne(body.decode()).contents.get("vevent", [])]


def star(page: Page, title: str):
    return page.locator(".event-card", has_text=title).locator("button.star")


def choose(page: Page, title: str) -> None:
    """Tap a star and wait until the list has it."""
    with page.expect_response(lambda answer: answer.url.endswith("/my/")):
        star(page, title).click()
    expect(star(page, title)).to_have_attribute("aria-pressed", "true")


def test_from_filter_to_feed_to_stars_without_an_account(page: Page, week):
    page.goto(week.url + "/ip-2024/")
    page.get_by_role("link", name="筛选").click()
    page.get_by_label("省（区、市）").select_option("安徽省")
    page.get_by_role("button", name="查看活动").click()
    page.wait_for_url(week.url + "/ip-2024/?region=340000")
    page.get_by_role("link", name="订阅方法").click()
    address = page.locator("#feed-address").input_value()
    assert page.locator("a[href^='webcal://']").get_attribute("href") == address.replace(
        "http://", "webcal://"
    )
    assert titles(week, address) == ["知识产权进校园", "专题讲座"]

    page.goto(week.url + "/ip-2024/")
    choose(page, "专题讲座")
    choose(page, "广场宣传")
    expect(page.locator("[data-chosen-count]")).to_have_text("2")
    page.reload()
    expect(star(page, "专题讲座")).to_have_attribute("aria-pressed", "true")
    expect(star(page, "知识产权进校园")).to_have_attribute("aria-pressed", "false")

    page.locator(".site-nav a[href$='/my/']").click()
    page.wait_for_url(week.url + "/ip-2024/my/*/")
    expect(page.locator(".event-title")).to_have_text(["专题讲座", "广场宣传"])
    own = page.locator("#feed-address").input_value()
    assert own == page.url.rstrip("/") + ".ics"
    assert titles(week, own) == ["专题讲座", "广场宣传"]

    with page.expect_response(lambda answer: answer.url.endswith("/my/")):
        star(page, "专题讲座").click()
    expect(star(page, "专题讲座")).to_have_attribute("aria-pressed", "false")
    assert titles(week, own) == ["广场宣传"]
    assert page.context.cookies() == []


def test_a_star_on_the_event_page_and_quick_taps_make_one_list(page: Page, week):
    page.goto(week.url + "/ip-2024/")
    made = []
    page.on(
        "requestfinished",
        lambda request: made.append(request.post_data) if request.method == "POST" else None,
    )
    star(page, "知识产权进校园").click()
    star(page, "专题讲座").click()
    expect(page.locator("[data-chosen-count]")).to_have_text("2")
    assert ["secret=" in body for body in made] == [False, True]
    page.get_by_role("link", name="广场宣传").click()
    button = page.get_by_role("button", name="收藏此活动")
    with page.expect_response(lambda answer: answer.url.endswith("/my/")):
        button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.goto(week.url + "/ip-2024/my/")
    page.wait_for_url(week.url + "/ip-2024/my/*/")
    expect(page.locator(".event-title")).to_have_count(3)


def test_the_list_moves_to_a_phone_and_its_address_can_be_revoked(browser: Browser, page: Page, week):
    page.goto(week.url + "/ip-2024/")
    choose(page, "专题讲座")
    page.goto(week.url + "/ip-2024/my/")
    page.wait_for_url(week.url + "/ip-2024/my/*/")
    address = page.url

    phone = browser.new_context(locale="zh-CN", viewport=PHONE)
    there = phone.new_page()
    there.goto(address)
    there.goto(week.url + "/ip-2024/")
    expect(star(there, "专题讲座")).to_have_attribute("aria-pressed", "true")
    choose(there, "广场宣传")
    assert titles(week, address.rstrip("/") + ".ics") == ["专题讲座", "广场宣传"]

    there.goto(address)
    there.get_by_text("更换这个地址").click()
    there.get_by_role("button", name="更换地址").click()
    there.wait_for_url(lambda url: "/my/" in url and url != address)
    assert week.get(address.removeprefix(week.url))[0] == 404
    there.goto(week.url + "/ip-2024/my/")
    there.wait_for_url(week.url + "/ip-2024/my/*/")
    assert there.url != address
    assert phone.cookies() == []
    phone.close()

    # The first browser finds its address dead, and begins anew with what it had.
    page.goto(week.url + "/ip-2024/")
    choose(page, "知识产权进校园")
    expect(page.locator("[data-chosen-count]")).to_have_text("2")


def test_stars_work_without_javascript(browser: Browser, week):
    context = browser.new_context(locale="en-GB", viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(week.url + "/ip-2024/")
    star(page, "专题讲座").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which list should it go into?")
    page.get_by_role("button", name="Start a new list with it").click()
    page.wait_for_url(week.url + "/ip-2024/my/*/")
    mine = page.url
    # A star anywhere else goes to the same list, once its address is pasted.
    page.goto(week.url + "/ip-2024/events")
    star(page, "知识产权进校园").click()
    page.get_by_label("Address of this list").fill(mine)
    page.get_by_role("button", name="Save to this list").click()
    page.wait_for_url(mine)
    expect(page.locator(".event-title")).to_have_text(["知识产权进校园", "专题讲座"])
    star(page, "知识产权进校园").click()
    page.get_by_role("link", name="Save more events").click()
    expect(star(page, "专题讲座")).to_have_attribute("aria-pressed", "true")
    star(page, "广场宣传").click()
    page.wait_for_url(mine + "events")
    page.goto(mine)
    expect(page.locator(".event-title")).to_have_text(["专题讲座", "广场宣传"])
    assert titles(week, mine.rstrip("/") + ".ics") == ["专题讲座", "广场宣传"]
    page.get_by_text("Replace this address").click()
    page.get_by_role("button", name="Delete the list").click()
    page.wait_for_url(week.url + "/ip-2024/my/")
    assert week.get(mine.removeprefix(week.url))[0] == 404
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", PHONE), ("en-GB", DESK)])
def test_every_page_can_be_used_by_everybody(browser: Browser, week, locale, size):
    context = browser.new_context(locale=locale, viewport=size)
    page = context.new_page()
    page.goto(week.url + "/ip-2024/my/")
    assert serious_in_both(page) == []
    page.goto(week.url + "/ip-2024/")
    # The question where a star goes, which is for browsers without scripts.
    page.evaluate("""() => {
        const star = document.querySelector("button.star").cloneNode();
        document.getElementById("star").append(Object.assign(star, { id: "sent" }));
    }""")
    with page.expect_navigation():
        page.evaluate("document.getElementById('star').requestSubmit(document.getElementById('sent'))")
    expect(page.locator("#list-address")).to_be_visible()
    assert serious_in_both(page) == []
    page.goto(week.url + "/ip-2024/")
    choose(page, "专题讲座")
    page.goto(week.url + "/ip-2024/my/")
    page.wait_for_url(week.url + "/ip-2024/my/*/")
    for path in (page.url, page.url + "events", week.url + "/ip-2024/subscribe?audience=youth&alarm=30"):
        page.goto(path)
        assert (path, serious_in_both(page)) == (path, [])
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (path, page.evaluate(wider)) == (path, 0)
    context.close()
