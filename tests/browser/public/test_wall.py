"""The wall in a real Chromium: 2,000 scans arrive while it is open, and thirty hours pass without a reload or growing memory."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.db import db
from models.devices import kiosks
from tests.support.browser.axe import serious_in_both
from tests.support.records.week import load_week, make_event, session
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

SCANS, BATCH = 2000, 500
HOURS, STEPS = 30, 4  # steps of an hour
MORE_MEMORY, MORE_NODES = 1_000_000, 500  # bytes, nodes of the page


@dataclass
class Week:
    server: Server
    token: str

    def scan(self, count: int) -> None:
        """So many people touch a group on the kiosk, right now."""
        at = clock.instant_text(clock.now())
        groups = ("youth", "public", "innovators", "government")
        scans = [
            {"id": str(uuid4()), "at": at, "kind": "touch", "group": groups[number % 4]}
            for number in range(count)
        ]
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/scans",
            json.dumps({"scans": scans}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            results = json.load(answer)["results"]
        assert [result["verdict"] for result in results] == ["stored"] * count


@pytest.fixture(scope="module")
def week(sqlite_databases, tmp_path_factory) -> Iterator[Week]:
    with served(sqlite_databases, tmp_path_factory.mktemp("wall")) as server:
        with server.app.app_context():
            campaign = load_week()
            now = clock.now()
            event = make_event(campaign, occurrences=(session(now, 1, campaign.today(now)),))
            campaign.rehearsal = True
            db.session.commit()
            _kiosk, token = kiosks.create_kiosk(event, now)
        yield Week(server, token)


def used(page: Page) -> tuple[float, float]:
    """Bytes of the heap after a collection, and the nodes of the page."""
    session_of_page = page.context.new_cdp_session(page)
    session_of_page.send("HeapProfiler.collectGarbage")
    session_of_page.send("Performance.enable")
    metrics = session_of_page.send("Performance.getMetrics")["metrics"]
    session_of_page.detach()
    by_name = {metric["name"]: metric["value"] for metric in metrics}
    return by_name["JSHeapUsedSize"], by_name["Nodes"]


def test_the_wall_shows_2000_scans_and_stays_small_for_thirty_hours(browser: Browser, week: Week):
    context = browser.new_context(locale="zh-CN", viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.clock.install()
    page.goto(f"{week.server.url}/ip-2024/wall")
    expect(page.locator('.live[data-state="live"]')).to_be_visible()
    before = int(page.locator("[data-visits]").inner_text().replace(",", ""))  # of an earlier try
    page.evaluate("window.notReloaded = true")
    for _batch in range(SCANS // BATCH):
        week.scan(BATCH)
    page.clock.run_for(3000)
    expect(page.locator("[data-visits]")).to_have_text(f"{before + SCANS:,}", timeout=15_000)
    expect(page.locator(".wall-groups strong").first).to_have_text(str((before + SCANS) // 4))
    memory, nodes = used(page)
    for _step in range(HOURS * STEPS):
        page.clock.fast_forward(3600_000 // STEPS)
        page.clock.run_for(1000)
    week.scan(1)
    page.clock.run_for(10_000)
    expect(page.locator("[data-visits]")).to_have_text(f"{before + SCANS + 1:,}", timeout=15_000)
    assert page.evaluate("window.notReloaded") is True
    for _again in range(20):  # the parts that were replaced last may wait for the next collection
        memory_after, nodes_after = used(page)
        if memory_after - memory < MORE_MEMORY and nodes_after - nodes < MORE_NODES:
            break
        page.wait_for_timeout(200)
    assert memory_after - memory < MORE_MEMORY
    assert nodes_after - nodes < MORE_NODES
    context.close()


def test_a_chart_is_saved_by_who_is_at_the_screen(browser: Browser, week: Week):
    """A hall sees no buttons: they come with the pointer or the keyboard, and go."""
    week.scan(5)
    context = browser.new_context(locale="en-GB", viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.clock.install()
    page.goto(f"{week.server.url}/ip-2024/wall")
    shown = 'getComputedStyle(document.querySelector("[data-save=chart-groups]").parentNode).opacity'
    assert page.evaluate(shown) == "0"
    page.mouse.move(600, 500)
    assert page.evaluate(shown) == "1"
    for chart in ("tiles", "curve", "groups", "formats"):
        for kind in ("svg", "png"):
            with page.expect_download() as download:
                page.locator(f'[data-save="chart-{chart}"][data-kind="{kind}"]').click()
            content = download.value.path().read_bytes()
            assert content[:4] == (b"<svg" if kind == "svg" else b"\x89PNG")
            if (chart, kind) == ("tiles", "svg"):
                drawing = content.decode()
                assert (drawing.count("<text"), "Visits by region" in drawing) == (69, True)
                assert "Publicity Week 2024 · The whole country · As of " in drawing
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(11_000)
    assert page.evaluate(shown) == "0"
    page.locator("[data-save=chart-groups]").first.focus()
    assert page.evaluate(shown) == "1"
    context.close()


@pytest.mark.parametrize("width", [390, 1920, 3840])
def test_the_wall_can_be_used_by_everybody(browser: Browser, week: Week, width: int):
    locale, query = ("en-GB", "?theme=light") if width == 3840 else ("zh-CN", "")
    size = {"width": width, "height": max(844, width * 9 // 16)}
    context = browser.new_context(locale=locale, viewport=size, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{week.server.url}/ip-2024/wall{query}")
    expect(page.locator('.live[data-state="live"]')).to_be_visible()
    assert serious_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    week.scan(5)
    for region in ("江苏", "连云港", "灌云") if width == 1920 else ():
        page.locator(".tile a", has_text=region).click()
    assert page.locator(".wall-events a").count() == (1 if width == 1920 else 0)
    context.close()
