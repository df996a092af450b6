"""The week from end to end, on the demo as `make run` loads it, in a real Chromium, with decoders and parsers that
are not ours: link → feed; poster → phone → live page; pass → camera → live page."""

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

import ics
import pypdfium2
import pytest
import vobject
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models import clock
from tests.support.browser.axe import serious
from tests.support.browser.camera import film
from tests.support.records.codes import read
from tests.support.servers.served_application import Server
from tests.support.servers.served_demo import served_demo

pytestmark = pytest.mark.browser

OPEN_ALL_DAY = "二十四小时知识产权自助体验站"
WITHIN = 2_000  # milliseconds from the scan to the live page


@dataclass
class Demo:
    server: Server
    event_id: int

    @property
    def url(self) -> str:
        return self.server.url

    def openweek(self, *args: str):
        return json.loads(self.server.openweek(*args, "--json"))

    def fetch(self, path: str) -> bytes:
        status, body = self.server.get(path)
        assert status == 200
        return body


@pytest.fixture(scope="module")
def demo(sqlite_databases, tmp_path_factory) -> Iterator[Demo]:
    with served_demo(sqlite_databases, tmp_path_factory) as server:
        events = json.loads(server.openweek("event", "list", "--campaign", "rehearsal", "--json"))
        yield Demo(server, next(event["id"] for event in events if event["title"] == OPEN_ALL_DAY))


@pytest.fixture
def live(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The committee office looks at the event's live page."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{demo.url}/desk/sign-in")
    page.locator("[name=email]").fill("committee@example.org")
    page.locator("[name=password]").fill(demo.server.settings["OPENWEEK_DEMO_PASSWORD"])
    page.locator("form:has([name=password]) button").click()
    page.goto(f"{demo.url}/desk/events/{demo.event_id}/live")
    yield page
    context.close()


def visits(live: Page) -> int:
    return int(live.locator("[data-visits]").first.inner_text().replace(",", ""))


def rises(live: Page, before: int, by: int) -> None:
    """The page shows it by itself, in time."""
    expect(live.locator("[data-visits]").first).to_have_text(f"{before + by:,}", timeout=WITHIN)


def decoded(image: Image.Image) -> str:
    """What a foreign decoder reads."""
    [found] = read(image.convert("L"))
    return found


def test_from_the_subscribe_link_to_a_parsed_feed(page: Page, demo: Demo):
    page.goto(f"{demo.url}/ip-2024/?region=370000")
    shown = int(page.locator(".list-count .number").inner_text())
    link = page.locator('a[href^="webcal:"]').first.get_attribute("href")
    address = re.sub("^webcal", "http", link)
    assert address.startswith(f"{demo.url}/ip-2024/events.ics?region=370000")
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        text = answer.read().decode()
    listed = json.loads(demo.fetch("/ip-2024/events.json?region=370000"))["events"]
    assert len(listed) == shown
    dated = {f"occ-{o['id']}@openweek.test": event["title"] for event in listed for o in event["occurrences"]}
    theirs = {event.uid.value: event.summary.value for event in vobject.readOne(text).vevent_list}
    others = {event.uid: event.name for event in ics.Calendar(text).events}
    assert theirs == others
    assert theirs.keys() == dated.keys()
    assert all(title in theirs[uid] for uid, title in dated.items())
    assert len(dated) == 2


def test_from_the_poster_to_the_phone_to_the_live_page(browser: Browser, demo: Demo, live: Page):
    before = visits(live)
    poster = live.request.get(f"{demo.url}/desk/events/{demo.event_id}/poster.pdf")
    assert poster.headers["content-type"] == "application/pdf"
    sheet = pypdfium2.PdfDocument(poster.body())[0].render(scale=2).to_pil()
    code = decoded(sheet)
    assert re.fullmatch(rf"{re.escape(demo.url)}/V/[A-Z2-7]{{24}}", code)
    phone = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, java_script_enabled=False, is_mobile=True
    )
    page = phone.new_page()
    page.goto(code)
    expect(page.get_by_role("heading", level=1)).to_have_text(OPEN_ALL_DAY)
    page.get_by_role("button", name="青少年").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已签到")
    rises(live, before, 1)
    page.goto(code)  # a browser that has checked in today is told so at once
    expect(page.get_by_role("heading", level=1)).to_contain_text("已签到过")
    phone.close()
    other = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    page = other.new_page()
    page.goto(code.replace("/V/", "/v/").lower() + "/")
    assert serious(page) == []
    page.get_by_role("button", name="Innovators").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checked in")
    assert serious(page) == []
    other.close()
    rises(live, before, 2)


def test_from_the_pass_to_the_camera_to_the_live_page(
    launch, browser: Browser, demo: Demo, live: Page, tmp_path
):
    before = visits(live)
    made = demo.openweek("pass", "issue", "--campaign", "rehearsal", "--group", "youth", "--headcount", "45")[
        0
    ]
    page = browser.new_page()
    page.goto(made["url"])
    assert serious(page) == []
    shown = page.request.get(f"{demo.url}/C/{made['token']}/code.png").body()
    page.close()
    assert decoded(Image.open(BytesIO(shown))) == made["url"]
    video = film(shown, tmp_path / "pass.y4m")
    kiosk = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    ).new_page(locale="zh-CN", viewport={"width": 1280, "height": 800})
    kiosk.goto(f"{demo.url}/kiosk/")
    kiosk.get_by_label("配对码").fill(pairing_code(demo))
    kiosk.get_by_role("button", name="配对", exact=True).click()
    expect(kiosk.locator("#group-count")).to_be_visible(timeout=20_000)
    kiosk.locator("#group-count-confirm").click()
    expect(kiosk.locator('#verdict[data-kind="good"]')).to_be_visible()
    rises(live, before, 45)


def pairing_code(demo: Demo) -> str:
    told = demo.server.openweek("kiosk", "pair", "--event", str(demo.event_id))
    return re.search(r"\b[A-Z2-9]{4}-?[A-Z2-9]{4}\b", told)[0]


def test_the_same_scan_three_times_counts_once(demo: Demo, live: Page):
    before = visits(live)
    made = demo.openweek("pass", "issue", "--campaign", "rehearsal", "--group", "public")[0]
    token = demo.openweek("kiosk", "token", "--event", str(demo.event_id))["token"]
    scan = {"id": str(uuid4()), "at": clock.instant_text(clock.now()), "kind": "pass", "code": made["url"]}
    answers = [hand_in(demo, token, scan) for _ in range(3)]
    assert [answer["again"] for answer in answers] == [False, True, True]
    assert [answer["verdict"] for answer in answers] == ["stored"] * 3
    rises(live, before, 1)
    told = demo.openweek("figures", "--campaign", "rehearsal", "--by", "event")
    row = next(row for row in told["rows"] if row["event"] == demo.event_id)
    assert row["visits"] == before + 1
    demo.server.openweek("verify", "--campaign", "rehearsal")


def hand_in(demo: Demo, token: str, scan: dict) -> dict:
    request = urllib.request.Request(
        f"{demo.url}/api/v1/scans",
        json.dumps({"scans": [scan]}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["results"][0]
