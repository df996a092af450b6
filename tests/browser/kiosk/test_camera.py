"""The camera of the kiosk in a real Chromium, fed with a clip: what it reads, and how it stays as it was chosen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from models.drawing import qr
from tests.support.browser.camera import film, still
from tests.support.browser.device_profile import Profile
from tests.support.browser.kiosk_page import KioskPage, Week
from tests.support.servers.served_application import Server

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


FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@pytest.fixture(scope="module")
def camera_profile(launch_for_file) -> Profile:
    """Of a device with a camera that shows a test picture."""
    return Profile(
        launch_for_file(*FAKE_CAMERA), viewport={"width": 1280, "height": 720}, permissions=["camera"]
    )


@pytest.fixture
def camera_page(camera_profile: Profile, server: Server) -> Iterator[Page]:
    page = camera_profile.open(server.url)
    yield page
    camera_profile.close_pages(page)


def test_the_camera_reads_a_moving_pass_once(launch, tmp_path, week: Week):
    url = f"{week.server.url}/C/{week.issue('public')}"
    clip = film(qr.png(url, qr.PASS_LEVEL), tmp_path / "pass.y4m")
    browser = launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={clip}")
    view = {"width": 1280, "height": 800}
    page = browser.new_context(locale="zh-CN", viewport=view, permissions=["camera"]).new_page()
    before = week.visits()
    kiosk_page = KioskPage(page, week).pair()
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible(timeout=30_000)
    expect(page.locator("#verdict-word")).to_have_text("已签到")
    expect(page.locator("#verdict-who")).to_have_text("社会公众")
    # It goes by itself; the pass stays in view and is not scanned again.
    expect(page.locator("#verdict")).to_be_hidden()
    kiosk_page.today(1)
    page.evaluate(FORTY_FRAMES)
    expect(page.locator("#strip li")).to_have_count(1)
    assert week.visits() == before + 1


def test_the_camera_looks_on_whatever_it_has_read(page: Page, week: Week):
    page.goto(week.url)
    assert page.evaluate(STUMBLE) == 2


def test_camera_and_torch_stay_as_they_were_chosen(camera_page: Page, week: Week):
    page = camera_page
    page.add_init_script(TORCH)
    kiosk_page = KioskPage(page, week).pair()
    page.get_by_role("button", name="手电筒").click()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="切换摄像头").click()
    expect(page.locator("#finder")).to_have_class("finder mirrored")
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="手电筒").click()
    assert page.evaluate("[asked, lit]") == [["environment", "user"], [True, True]]
    kiosk_page.reload()
    expect(page.locator("#camera-torch")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("[asked, lit]") == [["user"], [True]]
    # Where there is nothing to see, no camera runs.
    kiosk_page.mode("tally")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    kiosk_page.mode("scan")
    expect(page.locator('#finder[data-state="on"]')).to_be_visible()


def test_a_camera_without_a_torch_offers_none(camera_page: Page, week: Week):
    page = camera_page
    kiosk_page = KioskPage(page, week).pair()
    on = page.locator('#finder[data-state="on"]')
    expect(on).to_be_visible()
    expect(page.locator("#camera-torch")).to_be_hidden()
    page.get_by_role("button", name="关闭摄像头").click()
    kiosk_page.reload()
    expect(page.get_by_role("button", name="启动摄像头")).to_be_visible()  # it was switched off
    page.get_by_role("button", name="启动摄像头").click()
    expect(on).to_be_visible()


# Looks of the decoder within some seconds, once nothing has moved for a while; then after a touch.
IDLE_LOOKS = """async ({ idleAfter, seconds }) => {
    const { Camera } = await import("/static/js/kiosk/input/camera.js");
    const video = document.createElement("video");
    video.muted = true;
    document.body.append(video);
    const camera = new Camera(video, () => {}, () => {});
    camera.idleAfter = idleAfter;
    await camera.start();
    const looksIn = async () => {
        const before = camera.looks;
        await new Promise((done) => setTimeout(done, seconds * 1000));
        return camera.looks - before;
    };
    await new Promise((done) => setTimeout(done, 1500));
    const idle = await looksIn();
    camera.idleAfter = 60_000;
    camera.wake();
    const awake = await looksIn();
    camera.release();
    return { idle, awake };
}"""


def test_an_empty_hall_is_looked_at_seldom_and_a_touch_wakes_the_camera(launch, tmp_path, week: Week):
    clip = still(tmp_path / "hall.y4m")
    browser = launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={clip}")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    page.goto(week.url)
    looks = page.evaluate(IDLE_LOOKS, {"idleAfter": 1000, "seconds": 5})
    assert looks["idle"] in (2, 3)
    assert looks["awake"] >= 10


def test_a_hand_that_moves_keeps_the_camera_awake(launch, tmp_path, week: Week):
    url = f"{week.server.url.upper()}/C/{week.issue('public')}"
    clip = film(qr.png(url, qr.PASS_LEVEL), tmp_path / "pass.y4m")
    browser = launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={clip}")
    page = browser.new_context(locale="zh-CN", permissions=["camera"]).new_page()
    page.goto(week.url)
    looks = page.evaluate(IDLE_LOOKS, {"idleAfter": 1000, "seconds": 3})
    assert looks["idle"] >= 6


MOTION = """async ({ light, hand }) => {
    const { brightness, isMotion } = await import("/static/js/kiosk/input/motion.js");
    const picture = (changed) => {
        const rgba = new Uint8ClampedArray(16 * 16 * 4).fill(96 + light);
        for (const cell of changed) rgba.fill(96 + hand, cell * 4, cell * 4 + 3);
        return brightness(rgba);
    };
    return [isMotion(picture([]), picture([])), isMotion(picture([]), picture([100, 101, 116]))];
}"""


def test_noise_is_no_motion_and_a_hand_is(page: Page, week: Week):
    page.goto(week.url)
    assert page.evaluate(MOTION, {"light": 0, "hand": 8}) == [False, False]
    assert page.evaluate(MOTION, {"light": 3, "hand": 40}) == [False, True]


def test_a_camera_that_was_unplugged_comes_back_by_itself(camera_page: Page, week: Week):
    page = camera_page
    KioskPage(page, week).pair()
    on = page.locator('#finder[data-state="on"]')
    expect(on).to_be_visible()
    page.evaluate(
        """() => {
            const { mediaDevices } = navigator;
            const plugged = mediaDevices.getUserMedia;
            globalThis.plugIn = () => {
                mediaDevices.getUserMedia = plugged;
                mediaDevices.dispatchEvent(new Event("devicechange"));
            };
            mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); };
            const [track] = document.getElementById("video").srcObject.getVideoTracks();
            track.stop();
            track.dispatchEvent(new Event("ended"));
        }"""
    )
    expect(page.locator("#camera-why")).to_have_text("摄像头已断开，重新连接后将自动启动。")
    page.wait_for_timeout(4000)  # one attempt more, in vain
    expect(page.locator("#camera-why")).to_have_text("摄像头已断开，重新连接后将自动启动。")
    page.evaluate("plugIn()")
    expect(on).to_be_visible()


def test_a_picture_that_stops_is_started_again(camera_page: Page, week: Week):
    page = camera_page
    page.add_init_script(
        """
        const next = HTMLVideoElement.prototype.requestVideoFrameCallback;
        HTMLVideoElement.prototype.requestVideoFrameCallback = function (work) {
            return globalThis.frozen ? 0 : next.call(this, work);
        };
        """
    )
    KioskPage(page, week).pair()
    on = page.locator('#finder[data-state="on"]')
    expect(on).to_be_visible()
    page.evaluate("globalThis.frozen = true")
    expect(page.locator("#camera-why")).to_have_text("摄像头画面已停止，正在重新启动。", timeout=15_000)
    page.evaluate("globalThis.frozen = false")
    expect(on).to_be_visible()


def test_a_camera_that_was_switched_off_stays_off(camera_page: Page, week: Week):
    page = camera_page
    KioskPage(page, week).pair()
    expect(page.locator('#finder[data-state="on"]')).to_be_visible()
    page.get_by_role("button", name="关闭摄像头").click()
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    page.wait_for_timeout(1000)
    expect(page.locator('#finder[data-state="off"]')).to_be_visible()
