"""The desk in a real Chromium: a scan shows without reloading, what is lost is said, and everybody can use the pages."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from models import clock
from models.db import db
from models.devices import kiosks
from tests.support.browser.axe import serious_in_both
from tests.support.browser.desk_person import sign_in
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event, session
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "tablet": (1280, 800), "screen": (1920, 1080)}


@dataclass
class Device:
    """A kiosk at the lecture that runs now, and the lecture's pages."""

    server: Server
    event_id: int
    token: str
    visits: int = 0

    @property
    def page(self) -> str:
        return f"{self.server.url}/desk/events/{self.event_id}"

    def touch(self, group: str = "youth") -> None:
        """Somebody touches a group on the kiosk, right now."""
        at = clock.instant_text(clock.now())
        scan = {"id": str(uuid4()), "at": at, "kind": "touch", "group": group}
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/scans",
            json.dumps({"scans": [scan]}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["results"][0]["verdict"] == "stored"
        self.visits += 1


@pytest.fixture(scope="module")
def device(sqlite_databases, tmp_path_factory) -> Iterator[Device]:
    with served(sqlite_databases, tmp_path_factory.mktemp("desk")) as server:
        with server.app.app_context():
            campaign = load_week()
            people = make_people(campaign)
            now = clock.now()
            today = campaign.today(now)
            event = make_event(
                campaign, "青少年专场", lead=None, groups=("youth",), occurrences=(session(now, 1, today),)
            )
            event.lead_id, event.region_code = people.gu.organization_id, "320723"
            campaign.rehearsal = True
            campaign.starts, campaign.ends = today, today + timedelta(days=6)
            db.session.commit()
            _kiosk, token = kiosks.create_kiosk(event, now)
            found = Device(server, event.id, token)
        yield found


@pytest.fixture
def desk(browser: Browser, device: Device) -> Iterator[Page]:
    """Gu's page, signed in."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    yield signed_in(context, device)
    context.close()


def signed_in(context: BrowserContext, device: Device) -> Page:
    page = context.new_page()
    sign_in(page, device.server, "gu@example.cn")
    return page


def open_live(page: Page, device: Device) -> None:
    page.goto(f"{device.page}/live")
    expect(page.locator('.live[data-state="live"]')).to_be_visible()
    expect(page.locator("[data-visits]")).to_have_text(str(device.visits))


def test_a_scan_shows_within_two_seconds_without_reloading(desk: Page, device: Device):
    open_live(desk, device)
    desk.evaluate("window.notReloaded = true")
    waits = []
    for _scan in range(3):
        device.touch()
        begun = time.monotonic()
        expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
        waits.append(time.monotonic() - begun)
    assert sorted(waits)[1] < 2  # the median: one slow moment of a shared machine is not the page's
    assert desk.evaluate("window.notReloaded") is True
    youth = desk.locator(".bars li.group-youth strong")
    expect(youth).to_have_text(str(device.visits))
    expect(desk.locator("[data-said]")).to_contain_text(str(device.visits), timeout=15_000)


def asked_for(page: Page) -> list[str]:
    """The ends of the addresses of figures that a page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("live.", 1)[-1]))
    return asked


def test_figures_are_sent_and_not_asked_for(desk: Page, device: Device):
    asked = asked_for(desk)
    open_live(desk, device)
    for _scan in range(2):
        device.touch()
        expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
        desk.wait_for_timeout(1500)
    assert asked.count("events") == 1
    assert asked.count("json") <= 1  # before the stream was open


def test_without_a_stream_the_page_asks(desk: Page, device: Device):
    desk.route("**/live.events*", lambda route: route.fulfill(status=503))
    asked = asked_for(desk)
    open_live(desk, device)
    device.touch()
    expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
    assert asked.count("json") >= 1


SLOTS = "navigator.locks.query().then(({held}) => held.filter(({name}) => name.startsWith('openweek-stream-')).length)"


def test_many_live_pages_leave_connections_for_others(desk: Page, device: Device):
    """Over HTTP/1.1 a browser has six connections for a server: four pages have a stream, the others ask, and all are live."""
    pages = [desk, *(desk.context.new_page() for _ in range(6))]
    for page in pages:
        open_live(page, device)
    expect_slots(pages[-1], 4)
    device.touch()
    for page in pages:
        expect(page.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
    asked = asked_for(pages[-1])
    for page in pages[:4]:
        page.close()  # its slot goes to one that waits
    expect_slots(pages[-1], 3)
    pages[-1].wait_for_timeout(1500)
    assert "events" in asked
    for page in pages[4:]:
        page.close()


def expect_slots(page: Page, count: int) -> None:
    page.wait_for_function(f"{SLOTS}.then((held) => held === {count})")


def test_an_opened_definition_stays_open_when_figures_change(desk: Page, device: Device):
    open_live(desk, device)
    desk.locator("#evidence-self_reported summary").click()
    device.touch()
    expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
    expect(desk.locator("#evidence-self_reported p")).to_be_visible()
    assert desk.evaluate("document.activeElement.closest('details').id") == "evidence-self_reported"


def test_a_lost_connection_is_said_and_what_was_missed_is_caught_up(desk: Page, device: Device):
    open_live(desk, device)
    trouble = desk.locator("[data-trouble]")
    expect(trouble).to_be_hidden()
    desk.context.set_offline(True)
    expect(trouble).to_contain_text("连接已中断", timeout=15_000)
    device.touch()
    desk.context.set_offline(False)
    expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=20_000)
    expect(trouble).to_be_hidden()


def test_signed_out_elsewhere_is_said(desk: Page, device: Device):
    open_live(desk, device)
    desk.context.clear_cookies()
    desk.evaluate(
        "document.dispatchEvent(new Event('visibilitychange'))"
    )  # as somebody who comes back to the page
    expect(desk.locator("[data-trouble]")).to_contain_text("您已退出登录", timeout=15_000)


def test_every_chart_is_saved_as_picture_and_drawing(desk: Page, device: Device):
    device.touch()
    hours = f"chart-hours-{clock.day_of(clock.now(), 'Asia/Shanghai')}"
    for address, charts, file, source in (
        (
            "/desk/live",
            ("chart-course", "chart-days", "chart-regions", "chart-below"),
            r"organization-\d+-",
            "灌云县知识产权局",
        ),
        (
            f"/desk/events/{device.event_id}/live",
            ("chart-groups", "chart-sources", hours),
            f"event-{device.event_id}-",
            "青少年专场",
        ),
        ("/ip-2024/wall", ("chart-curve",), "", "全国"),
    ):
        desk.goto(f"{device.server.url}{address}")
        expect(desk.locator("[data-visits]")).to_have_text(str(device.visits), timeout=10_000)
        _save_charts(desk, device, charts, file, source)


def _save_charts(desk: Page, device: Device, charts: tuple[str, ...], file: str, source: str) -> None:
    """Each says what it is of, also by the name of its file."""
    today = clock.day_of(clock.now(), "Asia/Shanghai")
    note = f"2024年全国知识产权宣传周 · {source} · 截至 {today.year}年{today.month}月{today.day}日 "
    for chart in charts:
        saved = {}
        for kind in ("svg", "png"):
            desk.mouse.move(10, 10)
            desk.mouse.move(20, 20)  # the wall shows these buttons to a pointer that moves
            with desk.expect_download() as download:
                desk.locator(f'[data-save="{chart}"][data-kind="{kind}"]').click()
            saved[kind] = download.value.path().read_bytes()
            name = rf"figures-ip-2024-{file}{today:%Y%m%d}-\d{{4}}-{chart.removeprefix('chart-')}\.{kind}"
            assert re.fullmatch(name, download.value.suggested_filename)
        assert saved["png"].startswith(b"\x89PNG")
        drawing = ElementTree.fromstring(saved["svg"])
        assert drawing.get("viewBox", "").split()[2] == "1000"
        words = ["".join(part.itertext()) for part in drawing.iter("{http://www.w3.org/2000/svg}text")]
        frame = "chart => (chart.closest('.card') ?? chart.closest('section')).querySelector('h2').innerText"
        assert desk.locator(f"#{chart}").evaluate(frame).strip() in words, chart
        assert [word[: len(note)] for word in words].count(note) == 1, (chart, words)
        hatched = len(list(drawing.iter("{http://www.w3.org/2000/svg}pattern"))) > 0
        assert hatched == (chart in ("chart-course", "chart-days")), chart
        fills = {part.get("fill") for part in drawing.iter()}
        assert len(fills - {None, "none"}) > 1, chart
        if chart == "chart-days":  # the days to come have no number
            assert words.count("0") == 0
        if chart != "chart-course":
            assert any(word.split(" ")[0] == str(device.visits) for word in words), (chart, words)
        if chart in ("chart-regions", "chart-below"):
            assert "江苏省" in words


def test_without_script_it_is_a_plain_page(browser: Browser, device: Device):
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = signed_in(context, device)
    page.goto(f"{device.page}/live")
    expect(page.locator("[data-visits]")).to_have_text(str(device.visits))
    expect(page.locator(".live-again")).to_be_visible()
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_every_page_can_be_used_by_everybody(browser: Browser, device: Device, size: str):
    width, height = SIZES[size]
    locale = "en-GB" if size == "tablet" else "zh-CN"
    context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
    stranger = context.new_page()
    for path in ("/desk/sign-in", "/ip-2024/figures", "/ip-2024/nothing-here"):
        stranger.goto(device.server.url + path)
        check(stranger, width)
    page = signed_in(context, device)
    check(page, width)
    page.goto(device.page)
    page.locator("#kiosks form button").first.click()
    expect(page.locator(".pairing-code")).to_be_visible()
    check(page, width)
    open_live(page, device)
    for summary in page.locator("summary").all():
        summary.click()
    check(page, width)
    context.close()


def check(page: Page, width: int) -> None:
    assert serious_in_both(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
