"""The kiosk in the page's own clock: from the last key of a scanned pass to its verdict without a network, and one look of
the camera, from the frame to the decoder's answer."""

import statistics
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from models import clock
from models.codes import passes
from models.drawing import qr
from tests.bench.measurement.ratios import tell
from tests.support.browser.camera import film
from tests.support.browser.chromium import FLAGS
from tests.support.browser.kiosk_page import KioskPage, Week, open_week
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import served
from tools.browser import find

SCANS = 500
LIMIT = 150  # milliseconds, for 95 of 100
LOOK_LIMIT = 15  # milliseconds a look of the camera
LOOKS = 150
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
# Looks at a moving pass, as the app makes them; the loop's own pause between two is not in them.
LOOK = """async (looks) => {
    const { Camera } = await import("/static/js/kiosk/input/camera.js");
    const video = document.createElement("video");
    video.muted = true;
    document.body.append(video);
    let read = 0;
    const camera = new Camera(video, () => { read += 1; }, () => {});
    await camera.start();
    while (camera.took.length < looks) await new Promise((done) => setTimeout(done, 50));
    camera.release();
    return { took: camera.took.slice(10), read };
}"""


def run(kinds: dict[str, Databases], folder: Path) -> None:
    """The device decides alone, so one kind of database is enough."""
    home = folder / "kiosk"
    home.mkdir()
    with served(kinds["sqlite"], home) as server, sync_playwright() as playwright:
        week = open_week(server)
        _scans(playwright, week)
        _looks(playwright, week, home)


def _tell(what: str, taken: list[float], limit: int) -> None:
    taken = sorted(taken)
    median, worst = statistics.median(taken), taken[round(len(taken) * 0.95) - 1]
    note = f"median {median:.1f} ms, 95th of 100 {worst:.1f} ms, longest {taken[-1]:.0f} ms"
    tell(f"kiosk: {what}, p95 of {len(taken)} ÷ {limit} ms", worst / limit, most=1, note=note)


def _scans(playwright: Playwright, week: Week) -> None:
    browser = playwright.chromium.launch(executable_path=find(sys.executable), args=FLAGS)
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = KioskPage(context.new_page(), week).pair().page
    with week.rows() as campaign:
        tokens = [made.token for made in passes.issue(campaign, "youth", clock.now(), count=SCANS)]
    context.set_offline(True)
    _tell("scan to verdict offline", page.evaluate(SCAN_EACH, tokens), LIMIT)
    browser.close()


def _looks(playwright: Playwright, week: Week, home: Path) -> None:
    clip = film(qr.png(f"{week.server.url}/C/{week.issue()}", qr.PASS_LEVEL), home / "pass.y4m")
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    flags = [*FLAGS, *camera, f"--use-file-for-fake-video-capture={clip}"]
    browser = playwright.chromium.launch(executable_path=find(sys.executable), args=flags)
    page = browser.new_context(permissions=["camera"]).new_page()
    page.goto(week.url)
    looked = page.evaluate(LOOK, LOOKS)
    browser.close()
    if not looked["read"]:
        raise RuntimeError("the camera read nothing")
    _tell("a look of the camera", looked["took"], LOOK_LIMIT)
