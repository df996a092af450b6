"""The kiosk without a network: from the last key of a scanned pass to its verdict on the screen, in the page's own clock."""

import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from models import clock, passes
from tests.bench.ratios import tell
from tests.support.chromium import FLAGS
from tests.support.databases import Databases
from tests.support.served import served
from tests.support.station import Station, open_week
from tools.browser import find

SCANS = 500
LIMIT = 150  # milliseconds, for 95 of 100
# Keys as a scanner sends them; the verdict is there once a frame that shows it has been drawn.
SCAN_EACH = """async (tokens) => {
    const verdict = document.getElementById("verdict");
    const word = document.getElementById("verdict-word");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const type = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const taken = [];
    for (const token of tokens) {
        for (const letter of token) type(letter);
        const began = performance.now();
        type("Enter");
        while (verdict.hidden || verdict.dataset.kind === "wait") await frame();
        await frame();
        if (verdict.dataset.kind !== "good") throw new Error(word.textContent);
        taken.push(performance.now() - began);
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
        await new Promise((done) => setTimeout(done, 300)); // the scanner's own silence between two codes
    }
    return taken;
}"""


def run(kinds: dict[str, Databases], folder: Path) -> None:
    """The device decides alone, so one kind of database is enough."""
    home = folder / "kiosk"
    home.mkdir()
    with served(kinds["sqlite"], home) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(sys.executable), args=FLAGS)
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
        week = open_week(server)
        page = Station(context.new_page(), week).pair().page
        with week.rows() as campaign:
            tokens = [made.token for made in passes.issue(campaign, "youth", clock.now(), count=SCANS)]
        context.set_offline(True)
        taken = sorted(page.evaluate(SCAN_EACH, tokens))
        browser.close()
    median, worst = statistics.median(taken), taken[round(SCANS * 0.95) - 1]
    note = f"median {median:.0f} ms, 95th of 100 {worst:.0f} ms, longest {taken[-1]:.0f} ms"
    tell(f"kiosk: scan to verdict offline, p95 of {SCANS} ÷ {LIMIT} ms", worst / LIMIT, most=1, note=note)
