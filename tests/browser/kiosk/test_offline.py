"""The kiosk app without a network, in a real Chromium: it opens, decides, keeps, and delivers each scan exactly once."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from models import clock
from models.ledger.tables import Flag
from tests.support.browser.chromium import FLAGS
from tests.support.browser.kiosk_page import BEAT, TITLE, KioskPage, Week, open_week
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser

MANY = 500
AHEAD = """
    const Real = Date, ahead = 86400000;
    globalThis.Date = class extends Real {
        constructor(...given) { super(...(given.length ? given : [Real.now() + ahead])); }
        static now() { return Real.now() + ahead; }
    };
"""
# A clock that somebody sets while the app runs: `setClock(milliseconds ahead)`, over a reload, too.
SETTABLE = """
    const Real = Date, ahead = () => Number(localStorage.getItem("ahead") ?? 0);
    globalThis.setClock = (by) => localStorage.setItem("ahead", by);
    globalThis.Date = class extends Real {
        constructor(...given) { super(...(given.length ? given : [Real.now() + ahead()])); }
        static now() { return Real.now() + ahead(); }
    };
"""
DAY_MS = 86_400_000
NOTE_TIME = "import('/static/js/kiosk/storage/clock-record.js').then((clock) => clock.save())"
# As many scans as a queue of people: each only after the one before is safe on disk.
SCAN_ALL = """async (many) => {
    const { Scans } = await import("/static/js/kiosk/check-in/scan.js");
    const scanQueue = await import("/static/js/kiosk/storage/scan-queue.js");
    const known = await (await import("/static/js/kiosk/storage/device-values.js")).get("knowledge");
    const place = { device: known.kiosk.id, token: "", state: known, zone: known.campaign.zone, rules: known.rules,
                    groupName: (key) => key, groupKey: () => null };
    const scans = new Scans(place, () => {});
    for (let number = 0; number < many; number += 1) await scans.touch("youth", 1);
    return (await scanQueue.summary()).waiting;
}"""


@pytest.fixture
def alone(live_server: Server) -> Week:
    """On a server that this test may stop."""
    return open_week(live_server)


@pytest.fixture
def wide(page: Page) -> Page:
    """Of a screen that lies."""
    page.set_viewport_size({"width": 1280, "height": 720})
    return page


@pytest.fixture
def before(week: Week) -> int:
    """The visits of earlier tests."""
    return week.visits()


@pytest.fixture
def profile(
    playwright: Playwright, chromium_path: str, tmp_path: Path
) -> Iterator[Callable[[], BrowserContext]]:
    """Opens the same browser profile again and again, as one device is switched on again."""
    opened: list[BrowserContext] = []

    def open_() -> BrowserContext:
        home = str(tmp_path / "profile")
        view = {"width": 1280, "height": 800}
        opened.append(
            playwright.chromium.launch_persistent_context(
                home, executable_path=chromium_path, args=FLAGS, locale="zh-CN", viewport=view
            )
        )
        return opened[-1]

    yield open_
    opened[-1].close()


def power_cut(home: Path) -> None:
    """SIGKILL to the browser that has this profile: its lock names host and process."""
    lock = os.readlink(home / "SingletonLock")
    os.kill(int(lock.rsplit("-", 1)[1]), signal.SIGKILL)


def test_a_queue_survives_a_power_cut_and_arrives_once(alone, profile, tmp_path):
    week, page = alone, profile().pages[0]
    KioskPage(page, week).pair()
    week.server.kill()
    assert page.evaluate(SCAN_ALL, MANY) == MANY
    power_cut(tmp_path / "profile")
    page = profile().pages[0]
    page.goto(week.url)  # nothing but the device itself can answer
    expect(page.locator("#event")).to_have_text(TITLE)
    expect(page.locator("#line")).to_have_attribute("data-waiting", str(MANY))
    expect(page.locator("#line")).to_contain_text("连接中断")
    kiosk_page = KioskPage(page, week)
    token = week.issue("youth")
    kiosk_page.scanner(token)
    kiosk_page.verdict("good", "已签到", "青少年", "离线：未核对其他终端")
    page.reload()  # the guard against reading twice has forgotten, the device has not
    expect(page.locator("#station")).to_be_visible()
    kiosk_page.scanner(token)
    kiosk_page.verdict("again", "已签到过")
    kiosk_page.today(MANY + 1)
    week.server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    kiosk_page.all_sent()
    scans = week.scans()
    assert Counter(scan.verdict for scan in scans) == {"stored": MANY + 1, "repeat": 1}
    assert sorted(scan.seq for scan in scans) == list(range(1, MANY + 3))
    assert week.visits() == MANY + 1


def test_two_kiosks_offline_and_one_pass_are_one_visit(browser: Browser, wide: Page, week: Week, before: int):
    contexts = [wide.context, browser.new_context(locale="zh-CN")]
    stations = [KioskPage(page, week).pair() for page in (wide, contexts[1].new_page())]
    token = week.issue("youth")
    for context in contexts:
        context.set_offline(True)
    for kiosk_page in stations:
        kiosk_page.scanner(token)
        kiosk_page.verdict("good", "已签到", "离线：未核对其他终端")
    # The later one gets through first.
    for context, kiosk_page in zip(reversed(contexts), reversed(stations), strict=True):
        context.set_offline(False)
        kiosk_page.all_sent()
    contexts[1].close()
    assert week.visits() == before + 1
    late, early = week.scans()[-2:]
    assert (late.verdict, early.verdict) == ("stored", "stored")  # each was the earliest when it arrived
    assert early.at < late.at


def test_a_clock_that_is_wrong_by_a_day_counts_today(wide: Page, week: Week, before: int):
    wide.add_init_script(AHEAD)
    kiosk_page = KioskPage(wide, week).pair()
    wide.context.set_offline(True)
    kiosk_page.scanner(week.issue("youth"))
    kiosk_page.verdict("good", "已签到", "离线")
    wide.context.set_offline(False)
    kiosk_page.all_sent()
    kiosk_page.today(1)
    scan = week.scans()[-1]
    assert (scan.verdict, week.visits()) == ("stored", before + 1)
    assert Flag.CLOCK in Flag(scan.flags)
    assert abs(scan.at - clock.now()) < timedelta(minutes=5)


@pytest.fixture
def settable(wide: Page, week: Week) -> KioskPage:
    """A device whose clock can be set."""
    wide.add_init_script(SETTABLE)
    return KioskPage(wide, week).pair()


def counted_now(week: Week, visits: int, last: int) -> None:
    """So many visits, the last ones of this moment, whatever the clock of the device was."""
    assert week.visits() == visits
    assert all(abs(scan.at - clock.now()) < timedelta(minutes=5) for scan in week.scans()[-last:])


def test_a_clock_set_back_while_the_app_runs_turns_nobody_away(settable: KioskPage, before: int):
    page, week = settable.page, settable.week
    page.evaluate("(by) => setClock(by)", -DAY_MS)
    settable.scanner(week.issue("youth"))  # with a network
    settable.verdict("good", "已签到")
    page.context.set_offline(True)
    page.evaluate("(by) => setClock(by)", -2 * DAY_MS)
    settable.scanner(week.issue("youth"))
    settable.verdict("good", "已签到", "离线：未核对其他终端")
    page.context.set_offline(False)
    settable.all_sent()
    counted_now(week, before + 2, last=2)


def test_a_clock_set_ahead_turns_nobody_away_and_ends_no_pairing(settable: KioskPage, before: int):
    page, week = settable.page, settable.week
    with week.kiosk() as kiosk:
        kiosk.expires_at = clock.now() + timedelta(hours=2)
    page.evaluate(BEAT)
    expect(page.locator("#session")).to_contain_text("本机用至")
    page.context.set_offline(True)
    page.evaluate("(by) => setClock(by)", DAY_MS)
    settable.scanner(week.issue("youth"))
    settable.verdict("good", "已签到", "离线", "时间未校准")
    known = "import('/static/js/kiosk/server/device-state.js').then((knowledge) => knowledge.expired())"
    assert page.evaluate(known) is False
    page.evaluate("(by) => setClock(by)", 0)  # the network sets the clock before the server is heard
    page.context.set_offline(False)
    settable.all_sent()
    counted_now(week, before + 1, last=1)


def test_a_start_with_a_clock_that_cannot_be_turns_nobody_away(settable: KioskPage, before: int):
    """The device lost its clock with its power; its last known time is on disk."""
    page, week = settable.page, settable.week
    page.evaluate(NOTE_TIME)
    page.context.set_offline(True)
    page.evaluate("(by) => setClock(by)", -400 * DAY_MS)
    settable.reload()
    settable.scanner(week.issue("youth"))
    settable.verdict("good", "已签到", "离线")
    page.evaluate("(by) => setClock(by)", 0)
    page.context.set_offline(False)
    settable.all_sent()
    counted_now(week, before + 1, last=1)
