"""How the kiosk app looks and sounds to everybody: no serious axe-core finding, nothing cut off, two languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.axe import serious
from tests.support.served import Server, served
from tests.support.station import Station, Week, open_week

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "tablet": (1280, 800), "screen": (1920, 1080)}


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("look")) as server:
        yield server


@pytest.fixture(scope="module")
def week(server) -> Week:
    return open_week(server)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_can_be_used_by_everybody(browser: Browser, week: Week, theme: str):
    context = browser.new_context(locale="zh-CN", color_scheme=theme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(week.url)
    expect(page.locator("#pairing")).to_be_visible()
    assert serious(page) == []
    station = Station(page, week).pair()
    assert serious(page) == []
    station.touch("青少年")
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible()
    assert serious(page) == []
    station.scanner("https://pay.example/1234567")
    expect(page.locator('#verdict[data-kind="bad"]')).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert serious(page) == []  # with rows on the strip
    station.scanner(week.issue("youth", headcount=45))
    expect(page.locator("#door")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.locator("#about").click()
    expect(page.locator("#sheet")).to_be_visible()
    assert serious(page) == []
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_and_buttons_can_be_hit(browser: Browser, week: Week, size: str):
    width, height = SIZES[size]
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": height})
    page = context.new_page()
    Station(page, week).pair()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [button.bounding_box() for button in page.locator(".group").all()]
    assert len(boxes) == 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert all(box["y"] + box["height"] <= height for box in boxes)
    assert all(min(box["width"], box["height"]) >= 80 for box in boxes[:4])
    context.close()


def test_the_kiosk_changes_its_language_and_keeps_it(browser: Browser, week: Week):
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(week.url)
    expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    station = Station(page, week).pair()
    page.get_by_role("button", name="English").click()
    station.touch("Young people")
    station.verdict("good", "Checked in", "Young people")
    page.reload()
    expect(page.locator("#touch-name")).to_have_text("No pass? Tap your group")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    # The server words its reasons in the language of the screen, not of some cookie.
    context.add_cookies([{"name": "lang", "value": "zh", "url": week.server.url}])
    station.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{week.issue()[:-8]}AAAAAAAA")
    station.verdict("bad", "Not checked in", "not genuine")
    context.close()
