"""The camera of the kiosk in a real Chromium, fed with a clip: what it reads, and how it stays as it was chosen."""

import pytest
from playwright.sync_api import Page, expect

from models.drawing import qr
from tests.support.camera import film
from tests.support.station import Station, Week

pytestmark = pytest.mark.browser

FORTY_FRAMES = """() => new Promise((done) => {
    const video = document.getElementById("video");
    let seen = 0;
    const next = () => (++seen > 40 ? done() : video.requestVideoFrameCallback(next));
    next();
})"""
# Whoever asked for the text stumbles over it; the next look is taken all the same.
STUMBLE = """async () => {
    const { Camera } = await import("/static/js/kiosk/input/camera.js");
    let looks = 0;
    const camera = new Camera(document.createElement("video"), () => { throw new Error("stumbled"); }, () => {});
    for (let times = 0; times < 2; times += 1) {
        const looked = new Promise((done) => { camera.nextLook = done; });
        try { camera.seen("a text"); } catch { /* it is its own error */ }
        await looked;
        looks += 1;
    }
    return looks;
}"""
TORCH = """
    // A camera with a torch, as phones have one on the back; the fake one of the browser has none.
    globalThis.lit = [];
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { lit.push(advanced[0].torch); };
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.asked = [];
    navigator.mediaDevices.getUserMedia = (wanted) => { asked.push(wanted.video.facingMode.ideal); return ask(wanted); };
    navigator.mediaDevices.enumerateDevices = async () => [{ kind: "videoinput" }, { kind: "videoinput" }];
"""


def test_the_camera_reads_a_moving_pass_once(launch, tmp_path, week: Week):
    url = f"{week.server.url.upper()}/C/{week.issue('public')}"
    clip = film(qr.png(url, qr.PASS_LEVEL), tmp_path / "pass.y4m")
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser = launch(*camera, f"--use-file-for-fake-video-capture={clip}")
    view = {"width": 1280, "height": 800}
    page = browser.new_context(locale="zh-CN", viewport=view, permissions=["camera"]).new_page()
    before = week.visits()
    station = Station(page, week).pair()
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible(timeout=30_000)
    expect(page.locator("#verdict-word")).to_have_text("已签到")
    expect(page.locator("#verdict-who")).to_have_text("社会公众")
    # It goes by itself; the pass stays in view and is not scanned again.
    expect(page.locator("#verdict")).to_be_hidden()
    station.today(1)
    page.evaluate(FORTY_FRAMES)
    expect(page.locator("#strip li")).to_have_count(1)
    assert week.visits() == before + 1


def test_the_camera_looks_on_whatever_it_has_read(page: Page, week: Week):
    page.goto(week.url)
    assert page.evaluate(STUMBLE) == 2


def test_camera_and_torch_stay_as_they_were_chosen(launch, week: Week):
    browser = launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    page.add_init_script(TORCH)
    station = Station(page, week).pair()
    page.get_by_role("button", name="手电筒").click()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="切换摄像头").click()
    expect(page.locator("#finder")).to_have_class("finder mirrored")
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="手电筒").click()
    assert page.evaluate("[asked, lit]") == [["environment", "user"], [True, True]]
    station.reload()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("[asked, lit]") == [["user"], [True]]
    # Where there is nothing to see, no camera runs.
    station.mode("tally")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    station.mode("scan")
    expect(page.locator('#finder[data-state="on"]')).to_be_visible()


def test_a_camera_without_a_torch_offers_none(launch, week: Week):
    browser = launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    station = Station(page, week).pair()
    on = page.locator('#finder[data-state="on"]')
    expect(on).to_be_visible()
    expect(page.locator("#camera-torch")).to_be_hidden()
    page.get_by_role("button", name="关闭摄像头").click()
    station.reload()
    expect(page.get_by_role("button", name="启动摄像头")).to_be_visible()  # it was switched off
    page.get_by_role("button", name="启动摄像头").click()
    expect(on).to_be_visible()
