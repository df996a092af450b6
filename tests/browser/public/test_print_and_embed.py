"""A programme sheet on paper, the list in another site's frame, and the new public pages for everybody."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from models.campaigns.tables import find_campaign
from models.events.draft import VenueDraft
from models.publishing.lifecycle import cancel
from tests.support.browser.axe import serious_in_both
from tests.support.records.week import NINE, make_event
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PATHS = (
    "/ip-2024/?day=2024-04-22",
    "/ip-2024/places",
    "/ip-2024/places?region=320000",
    "/ip-2024/events/1",
    "/ip-2024/programme?day=2024-04-22",
    "/ip-2024/embed",
    "/ip-2024/embed?theme=dark",
    "/ip-2024/embed?theme=light&region=999999",
)


@pytest.fixture(scope="module")
def week(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("sheets"), "init") as server:
        with server.app.app_context():
            campaign = find_campaign("ip-2024")
            make_event(campaign, "专利讲座", venues=(VenueDraft("文化广场"),), groups=("youth",))
            cancel(make_event(campaign, "法院开放日", region_code="110105"), NINE)
            for number in range(60):
                make_event(campaign, f"商标宣传第{number}场")
        yield server


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", PHONE), ("en-GB", DESK)])
def test_every_page_can_be_used_by_everybody(browser: Browser, week, locale, size):
    context = browser.new_context(locale=locale, viewport=size)
    page = context.new_page()
    for path in PATHS:
        page.goto(week.url + path)
        assert (path, serious_in_both(page)) == (path, [])
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (path, page.evaluate(wider)) == (path, 0)
    context.close()


def test_a_printed_day_is_a_programme_and_nothing_else(page: Page, week):
    page.goto(week.url + "/ip-2024/?day=2024-04-22")
    page.locator(".print-link a[href*=programme]").click()
    page.wait_for_url("**/programme?day=2024-04-22")
    words = paper(page)
    assert "09:00–11:00" in words
    # Chinese is asked of the page as it prints: without a Chinese font the paper's own text has holes.
    page.emulate_media(media="print")
    shown = page.locator("body").inner_text()
    for part in (
        "4月22日",
        "09:00–11:00",
        "专利讲座",
        "法院开放日",
        "灌云县知识产权局",
        "文化广场",
        "商标宣传第59场",
    ):
        assert part in shown, part
    assert "Openweek" not in words
    for shell in page.locator(".site-nav a, .site-foot a, .site-head button, main button").all_inner_texts():
        assert not shell.strip() or shell.strip() not in words, shell


def test_the_list_itself_prints_without_what_only_a_screen_needs(page: Page, week):
    page.goto(week.url + "/ip-2024/?day=2024-04-22")
    words = paper(page)
    assert "专利讲座" in words
    for control in page.locator("aside.side button, aside.side h2").all_inner_texts():
        assert not control.strip() or control.strip() not in words, control


def paper(page: Page) -> str:
    """The words on the printed pages, without the breaks of lines."""
    document = pypdfium2.PdfDocument(page.pdf(format="A4"))
    try:
        return "\n".join(re.sub(r"\r?\n", "", sheet.get_textpage().get_text_range()) for sheet in document)
    finally:
        document.close()


@pytest.fixture
def elsewhere(week) -> Iterator[str]:
    """Another site, on another origin, with our list and our week page in frames."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            frames = "".join(
                f'<iframe name="{name}" src="{week.url}{path}" width="600" height="400"></iframe>'
                for name, path in (("list", "/ip-2024/embed?audience=youth"), ("page", "/ip-2024/"))
            )
            body = f"<!doctype html><html lang=en><title>A province</title>{frames}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_the_list_stands_in_another_site_and_nothing_else_does(page: Page, week, elsewhere):
    page.goto(elsewhere, wait_until="networkidle")
    shown = page.frame_locator('iframe[name="list"]')
    expect(shown.get_by_role("link", name="专利讲座")).to_be_visible()
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    assert page.frame_locator('iframe[name="page"]').locator("main#main").count() == 0
    with page.expect_popup() as opened:
        shown.get_by_role("link", name="专利讲座").click()
    expect(opened.value).to_have_url(week.url + "/ip-2024/events/1")
