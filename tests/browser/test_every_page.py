"""Every page that a person of the demo reaches by links, each kind of page once, by the first who reaches it: no serious
axe-core finding in either theme, nothing wider than the screen. A new page is looked at once another one links to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePath
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser, Error, Page, Response, expect
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from models.codes.passes import Pass
from models.db import db, transaction
from models.events.tables import Occurrence
from models.ledger.tables import Presence
from tests.support.browser.axe import serious_in_both
from tests.support.servers.served_application import Server
from tests.support.servers.served_demo import served_demo

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280, 1920)
START = {
    None: (
        "/rehearsal/",
        "/kiosk/check",
        "/rehearsal/?screen=1",
        "/desk/sign-in",
        "/slip",
        "/verify",
        "/code",
    ),
    "organizer": ("/desk/",),
    "county": ("/desk/",),
    "committee": ("/desk/",),
}
# Downloads, pages of others, and pages whose own tests look at them in each of their states.
LEFT_OUT = (
    "wall.",  # its parts arrive in motion; tests/browser has a walk of its own
    "desk_wall.",
    "feeds.",
    "static",
    "programme",
    "kiosk_app",
    "embed",
    "share_picture",
    "event_picture",
    "code_screen.",
)
# What each person must come to; a page that nothing links to any more would be missed.
REACHED = {
    "organizer": {
        "desk_overview.index",
        "desk_event_form.new",
        "desk_outcomes.index",
        "desk_scans.index",
        "desk_exports.index",
        "desk_webhooks.log",
        "desk_draws.index",
        "redeem.index",
    },
    "county": {
        "desk_review.index",
        "desk_organizations.index",
        "desk_notices.index",
        "desk_audit.index",
        "desk_summary.index",
        "desk_release.index",
    },
    "committee": {"desk_accounts.index", "desk_feeds.index", "desk_retention.index"},
    None: {
        "calendar.event",
        "figures.page",
        "slips.form",
        "slips.of_pass",
        "verify.index",
        "code_entry.form",
    },
}


@pytest.fixture(scope="module")
def demo(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served_demo(sqlite_databases, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="module")
def asked_pass(demo: Server) -> str:
    """The page of a visitor's pass, with the question, a stamp and a slip."""
    with demo.app.app_context(), transaction():
        query = select(Presence).where(Presence.holder.startswith("p:"), Presence.weight == 1)
        presence = db.session.scalars(query.order_by(Presence.day.desc(), Presence.holder.desc())).first()
        event = db.session.get_one(Occurrence, presence.occurrence_id).event
        event.asks_opinion = True
        serial = int(presence.holder.removeprefix("p:"), 16)
        found = db.session.scalars(select(Pass).where(Pass.serial == serial)).one()
        return f"{demo.url}/C/{found.token}"


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    return set()


class Links(HTMLParser):
    """hrefs: of a page's links, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href is not None:
            self.hrefs.append(href)


def links(text: str) -> list[str]:
    parser = Links()
    parser.feed(text)
    return parser.hrefs


@dataclass
class Walk:
    """Pages by links, each endpoint once."""

    server: Server
    page: Page
    waiting: list[str]
    looked_at: set[str]
    seen: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=lambda: list(WIDTHS))

    def __post_init__(self):
        self.urls = self.server.app.url_map.bind("127.0.0.1")

    def endpoint(self, address: str) -> str | None:
        parts = urlsplit(address)
        if parts.netloc and parts.netloc != urlsplit(self.server.url).netloc:
            return None
        try:
            return self.urls.match(parts.path, "GET")[0]
        except HTTPException:
            return None

    def go(self) -> None:
        while self.waiting:
            address = self.waiting.pop(0)
            endpoint = self.endpoint(address)
            if endpoint is None or endpoint in self.seen or endpoint.startswith(LEFT_OUT):
                continue
            self.seen.add(endpoint)
            self.look(address, endpoint)
            self.looked_at.add(endpoint)

    def serious(self) -> list[str]:
        """What is found twice: colours may be halfway between the themes in the first look."""
        if not serious_in_both(self.page):
            return []
        self.page.wait_for_timeout(500)
        return serious_in_both(self.page)

    def look(self, address: str, endpoint: str) -> None:
        """Who comes later to a kind of page that was looked at takes nothing but its links."""
        if endpoint in self.looked_at or PurePath(urlsplit(address).path).suffix:
            text = self.page.request.get(address)
            if not is_page(text):
                return
            if endpoint in self.looked_at:
                self.waiting += [urljoin(address, href) for href in links(text.text())]
                return
        try:
            answer = self.page.goto(address)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            return
        if not is_page(answer):
            return
        # The first size is the one that the last page was left in: nobody lays out a page that is not looked at.
        for width in self.widths:
            self.page.set_viewport_size({"width": width, "height": 844})
            over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                self.findings.append(f"{endpoint} {address}: {over} px too wide at {width}")
            if width == 390:
                self.findings += [f"{endpoint}: {one}" for one in self.serious()]
        self.widths.reverse()
        hrefs = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        self.waiting += [urljoin(address, href) for href in hrefs]


def is_page(answer: Response | APIResponse | None) -> bool:
    assert answer
    return answer.headers.get("content-type", "").startswith("text/html")


@pytest.mark.parametrize(
    ("who", "language"),
    [(None, "zh-CN"), ("organizer", "en"), ("county", "zh-CN"), ("committee", "en")],
)
def test_every_page_by_links(browser: Browser, demo: Server, asked_pass, looked_at: set[str], who, language):
    context = browser.new_context(locale=language)
    page = context.new_page()
    if who:
        page.goto(f"{demo.url}/desk/sign-in")
        page.locator("[name=email]").fill(f"{who}@example.org")
        page.locator("[name=password]").fill(demo.settings["OPENWEEK_DEMO_PASSWORD"])
        page.locator("form:has([name=password]) button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
    start = [demo.url + path for path in START[who]] + ([] if who else [asked_pass])
    walk = Walk(demo, page, start, looked_at)
    walk.go()
    if not who:
        page.goto(asked_pass)
        expect(page.locator("#opinion form")).to_be_visible()
        expect(page.locator(".stamp").first).to_be_visible()
    context.close()
    assert walk.findings == []
    assert REACHED[who] - walk.seen == set()
