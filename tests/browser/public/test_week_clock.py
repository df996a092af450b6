"""What the public calendar opens at, by the clock, and how many taps its three tasks take. The server's clock is set."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from models.events.draft import VenueDraft
from tests.support.browser.axe import serious, serious_in_both
from tests.support.browser.chromium import wait_until
from tests.support.records.week import NINE, load_week, make_event, session
from tests.support.servers.databases import Databases
from tests.support.servers.set_clock import ClockServer, served_at

pytestmark = pytest.mark.browser

HOUR = timedelta(hours=1)
HERE = {"latitude": 34.30, "longitude": 119.25}
NEAR = VenueDraft("九龙港广场", latitude=34.31, longitude=119.25)
FAR = VenueDraft("会展中心", region_code="320706", latitude=34.60, longitude=119.20)
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def shanghai(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=UTC) - 8 * HOUR


@pytest.fixture(scope="module")
def week(sqlite_databases: Databases, tmp_path_factory) -> Iterator[ClockServer]:
    with served_at(sqlite_databases, tmp_path_factory.mktemp("clock"), NINE) as server:
        campaign = load_week()
        for day in range(20, 27):
            for hour, title in ((9, "早课"), (13, "午课"), (20, "晚课")):
                start = shanghai(day, hour)
                make_event(
                    campaign,
                    f"{title}{day}",
                    venues=(NEAR if hour == 13 else FAR,),
                    region_code="320723" if hour == 13 else "320706",
                    groups=("public",) if hour == 9 else ("youth",),
                    occurrences=(session(start, 2, start.date()),),
                )
        yield server


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="zh-CN",
        viewport=PHONE,
        geolocation=HERE,
        permissions=["geolocation", "clipboard-read", "clipboard-write"],
    )
    yield context.new_page()
    context.close()


# What a reader sees of the list without a tap: heads of days, titles of cards, folds and the line "now", in their order.
SHOWN = """() => [...document.querySelectorAll("#list summary, #list .day-head, #list .event-title, #list .now-line")]
    .filter((node) => node.checkVisibility()).map((node) => node.innerText.replace(/\\s+/g, " ").trim())"""
OPENS_AT = {
    "before": (shanghai(10, 9), ["4月20日 周六", "早课20", "午课20"]),
    "day 3, 08:00": (
        shanghai(22, 8),
        ["前 2 天已结束 4月20日 – 4月21日", "4月22日 周一 今天", "现在 08:00", "早课22", "午课22"],
    ),
    "day 3, 14:00": (
        shanghai(22, 14),
        [
            "前 2 天已结束 4月20日 – 4月21日",
            "4月22日 周一 今天",
            "1 项活动已结束",
            "午课22",
            "现在 14:00",
            "晚课22",
        ],
    ),
    "day 3, 23:30": (
        shanghai(22, 23, 30),
        [
            "前 2 天已结束 4月20日 – 4月21日",
            "4月22日 周一 今天",
            "3 项活动已结束",
            "现在 23:30",
            "4月23日 周二",
            "早课23",
        ],
    ),
    "after": (shanghai(3, 9, month=5), ["4月20日 周六", "早课20", "午课20"]),
}


@pytest.mark.parametrize("name", OPENS_AT)
def test_the_week_opens_at_now(phone: Page, week: ClockServer, name):
    week.now, expected = OPENS_AT[name]
    phone.goto(week.url)
    assert phone.evaluate(SHOWN)[: len(expected)] == expected


class Taps:
    """A reader's taps on a page, counted. Each must be on something that is in sight without scrolling."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, words: str, role: str = "link") -> None:
        target = self.page.get_by_role(role, name=words)
        expect(target).to_be_in_viewport()
        target.click()
        self.count += 1


def titles(page: Page) -> list[str]:
    return page.locator(".event-title:visible").all_inner_texts()


def test_my_child_near_me_on_saturday_takes_three_taps(phone: Page, week: ClockServer):
    week.now = shanghai(17, 9)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    phone.goto(week.url)
    taps = Taps(phone)
    taps.tap("4月20日 周六")
    taps.tap("青少年")
    taps.tap("离我最近", "button")
    expect(phone.locator(".near-cards .event-title")).to_have_text(["午课20", "晚课20"])
    assert phone.locator("[data-distance]").all_inner_texts() == ["1.1公里", "34公里"]
    assert taps.count == 3
    assert serious(phone) == []
    assert [url for url in sent if "34." in url or "119." in url] == []
    phone.get_by_role("button", name="离我最近").click()
    assert titles(phone) == ["午课20", "晚课20"]


def test_a_choice_is_remembered_in_the_browser_alone(phone: Page, week: ClockServer):
    week.now = shanghai(17, 9)
    phone.goto(week.url)
    Taps(phone).tap("青少年")
    phone.goto(f"{week.url}/ip-2024/places?region=320700")
    phone.get_by_role("link", name="灌云县").click()
    phone.goto(week.url)
    taps = Taps(phone)
    taps.tap("4月20日 周六")
    taps.tap("我的选择： 灌云县 · 青少年")
    phone.wait_for_url(f"{week.url}/ip-2024/?region=320723&day=2024-04-20&audience=youth")
    assert (titles(phone), taps.count, phone.context.cookies()) == (["午课20"], 2, [])
    phone.get_by_role("button", name="不再记住").click()
    phone.goto(week.url)
    expect(phone.locator(".mine")).to_be_hidden()
    assert phone.evaluate("localStorage.getItem('openweek.mine')") is None


def test_who_tells_no_position_is_led_to_the_regions(browser: Browser, week: ClockServer):
    context = browser.new_context(locale="zh-CN", viewport=PHONE)
    page = context.new_page()
    page.goto(week.url)
    page.get_by_role("button", name="离我最近").click()
    expect(page.locator(".quick-status")).to_have_text("本机没有提供位置，请改为选择地区。 选择地区")
    page.get_by_role("link", name="选择地区").click()
    page.wait_for_url(week.url + "/ip-2024/places")
    context.close()


VIEWS = ("/ip-2024/", "/ip-2024/?day=2024-04-22", "/ip-2024/events?audience=youth", "/ip-2024/events/1")


@pytest.mark.parametrize("path", VIEWS)
def test_subscribe_and_share_take_one_tap_from_the_top(phone: Page, week: ClockServer, path):
    week.now = shanghai(22, 14)
    phone.goto(week.url + path)
    tools = phone.locator(".page-tools")
    for words in ("订阅", "订阅到 Google", "订阅到 Outlook"):
        expect(tools.get_by_role("link", name=words, exact=True)).to_be_in_viewport()
    assert (
        tools.get_by_role("link", name="订阅", exact=True)
        .get_attribute("href")
        .startswith("webcal://127.0.0.1")
    )
    Taps(phone).tap("复制地址", "button")
    expect(tools.get_by_role("button", name="已复制")).to_be_visible()
    assert ".ics" in phone.evaluate("navigator.clipboard.readText()")
    Taps(phone).tap("分享", "button")
    # This Chromium has no dialog to share with, so the address is copied.
    wait_until(phone, f"async () => (await navigator.clipboard.readText()) === '{week.url}{path}'")


def test_a_device_that_can_share_does(phone: Page, week: ClockServer):
    phone.add_init_script("navigator.share = async (shared) => { window.shared = shared; }")
    phone.goto(week.url + "/ip-2024/events/1")
    phone.get_by_role("button", name="分享").click()
    url = f"{week.url}/ip-2024/events/1"
    assert phone.evaluate("window.shared") == {"title": phone.title(), "url": url}


def test_a_day_is_a_grid_beside_its_list_on_wide_screens(browser: Browser, week: ClockServer):
    week.now = shanghai(22, 14)
    context = browser.new_context(locale="zh-CN", viewport=WIDE)
    page = context.new_page()
    page.goto(week.url + "/ip-2024/?day=2024-04-22")
    grid, listed = page.locator(".day-grid"), page.locator("#list")
    assert grid.locator(".grid-block .grid-title").all_inner_texts() == ["早课22", "午课22", "晚课22"]
    boxes = [
        page.locator(f".grid-block:has-text('{title}22')").bounding_box()
        for title in ("早课", "午课", "晚课")
    ]
    hour = (boxes[1]["y"] - boxes[0]["y"]) / 4
    assert [round(box["height"] / hour) for box in boxes] == [2, 2, 2]
    line = grid.locator(".is-now .grid-hour").bounding_box()["y"]
    assert round((line - boxes[0]["y"]) / hour) == 5
    assert grid.bounding_box()["x"] > listed.bounding_box()["x"] + listed.bounding_box()["width"]
    assert serious_in_both(page) == []
    page.set_viewport_size({"width": 1279, "height": 800})
    expect(grid).to_be_hidden()
    context.close()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_halls_screen_fits_and_renews_itself_in_place(browser: Browser, week: ClockServer, size):
    week.now = shanghai(22, 14)
    context = browser.new_context(locale="zh-CN", viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.clock.install(time=week.now)
    page.goto(week.url + "/ip-2024/?screen=1")
    rows = page.locator(".screen-title")
    assert rows.all_inner_texts() == ["午课22", "晚课22", "早课23", "午课23", "晚课23"]
    for number in range(5):
        expect(rows.nth(number)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert serious_in_both(page) == []
    page.evaluate("document.body.dataset.seen = 'yes'")
    week.now = shanghai(22, 15, 30)
    page.clock.run_for(31_000)
    expect(page.locator(".screen-clock time")).to_have_text("15:30")
    assert rows.all_inner_texts() == ["晚课22", "早课23", "午课23", "晚课23"]
    assert page.evaluate("document.body.dataset.seen") == "yes"
    context.close()
