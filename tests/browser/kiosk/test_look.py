"""How the kiosk app looks and sounds to everybody: no serious axe-core finding, nothing cut off, two languages."""

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.db import db, transaction
from models.events.tables import Event
from tests.support.browser.axe import serious_in_both
from tests.support.browser.kiosk_page import BEAT, KioskPage, Week

pytestmark = pytest.mark.browser

# The rule is of moderate impact, so serious_in_both() does not tell it.
OUTSIDE_LANDMARKS = """async () => {
    const { violations } = await axe.run("#verdict", { runOnly: { type: "rule", values: ["region"] } });
    return violations.flatMap(({ nodes }) => nodes.map(({ target }) => target));
}"""
SIZES = {"phone": (390, 844), "upright": (820, 1180), "tablet": (1280, 800), "screen": (1920, 1080)}


@pytest.fixture(scope="module")
def week(week: Week) -> Week:
    with week.rows(), transaction():
        event = db.session.get_one(Event, week.event_id)
        event.track_exits, event.occurrences[0].capacity = True, 200
    return week


def test_every_state_can_be_used_by_everybody(page: Page, week: Week):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(week.url)
    expect(page.locator("#pairing")).to_be_visible()
    assert serious_in_both(page) == []
    kiosk_page = KioskPage(page, week).pair()
    assert serious_in_both(page) == []
    with week.kiosk() as kiosk:
        kiosk.message = "请到东门"
    page.evaluate(BEAT)
    expect(page.locator("#message-text")).to_be_visible()
    for mode in ("touch", "tally", "exit", "scan"):
        kiosk_page.mode(mode)
        assert serious_in_both(page) == [], mode
    page.locator("#message-seen").click()
    assert serious_in_both(page) == []
    kiosk_page.touch("青少年")
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible()
    assert serious_in_both(page) == []
    assert page.evaluate(OUTSIDE_LANDMARKS) == []
    page.keyboard.press("Escape")
    kiosk_page.mode("exit")
    page.locator("#leave").click()
    kiosk_page.scanner(week.issue("youth"))
    expect(page.locator('#verdict[data-kind="out"]')).to_be_visible()
    assert serious_in_both(page) == []
    page.keyboard.press("Escape")
    kiosk_page.mode("scan")
    kiosk_page.scanner("https://pay.example/1234567")
    expect(page.locator('#verdict[data-kind="bad"]')).to_be_visible()
    assert serious_in_both(page) == []
    page.keyboard.press("Escape")
    assert serious_in_both(page) == []  # with rows on the strip
    kiosk_page.scanner(week.issue("youth", headcount=45))
    expect(page.locator("#group-count")).to_be_visible()
    assert serious_in_both(page) == []
    page.keyboard.press("Escape")
    for opener, sheet in (("#type", "#typing"), ("#help-open", "#help"), ("#about", "#sheet")):
        page.locator(opener).click()
        expect(page.locator(sheet)).to_be_visible()
        assert serious_in_both(page) == [], sheet
        if sheet != "#sheet":
            page.keyboard.press("Escape")
    page.locator("#pin-set").click()
    expect(page.locator("#pin")).to_be_visible()
    assert serious_in_both(page) == []
    page.locator("#pin-cancel").click()
    with week.kiosk() as kiosk:
        kiosk.locked_at = clock.now()
    page.evaluate(BEAT)
    expect(page.locator("#locked")).to_be_visible()
    assert serious_in_both(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_and_buttons_can_be_hit(page: Page, week: Week, size: str):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    kiosk_page = KioskPage(page, week).pair()
    for mode, buttons, count, least in (
        ("scan", "#type", 1, 44),
        ("touch", ".group", 5, 48),
        ("tally", ".clicker", 5, 76),
        ("exit", "#leave", 1, 76),
    ):
        kiosk_page.mode(mode)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, mode
        boxes = [button.bounding_box() for button in page.locator(f"{buttons}, .mode").all()]
        assert len(boxes) == count + 4, mode
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes), mode
        assert all(box["y"] + box["height"] <= height for box in boxes), mode
        big = [button.bounding_box() for button in page.locator(buttons).all()]
        assert all(min(box["width"], box["height"]) >= least for box in big), mode
        if mode == "touch":  # "rather not say" is the fifth, and smaller
            assert all(min(box["width"], box["height"]) >= 80 for box in big[:4])


def test_the_kiosk_changes_its_language_and_keeps_it(browser: Browser, week: Week):
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(week.url)
    expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    kiosk_page = KioskPage(page, week).pair()
    page.get_by_role("button", name="English").click()
    kiosk_page.touch("Young people")
    kiosk_page.verdict("good", "Checked in", "Young people")
    page.reload()
    expect(page.locator("#work")).to_be_visible()
    expect(page.locator("#touch-name")).to_have_text("No pass? Tap your group")
    expect(page.locator('[data-mode="tally"]').last).to_have_text("Count")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    # The server words its reasons in the language of the screen, not of some cookie.
    context.add_cookies([{"name": "lang", "value": "zh", "url": week.server.url}])
    kiosk_page.scanner(f"HTTPS://WEEK.EXAMPLE.CN/C/{week.issue()[:-8]}AAAAAAAA")
    kiosk_page.verdict("bad", "Not checked in", "not genuine")
    context.close()
