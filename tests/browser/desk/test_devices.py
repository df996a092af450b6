"""Pairing at the desk in a real Chromium: who joins shows without reloading, stewards join in a row, all can use it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.db import db, transaction
from models.devices import kiosks, pairing
from models.devices.kiosks import Heartbeat, Kiosk
from models.events.tables import Event
from tests.support.browser.axe import serious
from tests.support.browser.desk_person import sign_in
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event, session
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser


@dataclass
class DevicesPage:
    server: Server
    event_id: int

    @property
    def path(self) -> str:
        return f"{self.server.url}/desk/events/{self.event_id}/devices"

    def join(self, page: Page) -> str:
        """A device uses the code that the page shows; the name it gets."""
        code = "".join(page.locator(".pairing-code").inner_text().split())
        with self.server.app.app_context():
            kiosk, _token = pairing.pair(code, self.server.app.config["SECRET_KEY"], clock.now())
            return kiosk.name

    def sign_in(self, browser: Browser, **context) -> Page:
        page = browser.new_context(**context).new_page()
        sign_in(page, self.server, "gu@example.cn")
        return page


@pytest.fixture(scope="module")
def desk(sqlite_databases, tmp_path_factory) -> Iterator[DevicesPage]:
    with served(sqlite_databases, tmp_path_factory.mktemp("devices")) as server:
        with server.app.app_context():
            campaign = load_week()
            people, now = make_people(campaign), clock.now()
            event = make_event(campaign, "青少年专场", occurrences=(session(now, 1, campaign.today(now)),))
            with transaction():
                event.lead_id = people.gu.organization_id
                people.abroad.occurrences[0].end_at = now.replace(year=now.year + 1)
                people.abroad.occurrences[0].end_day = event.occurrences[0].end_day
            found = DevicesPage(server, event.id)
        yield found


def test_stewards_join_one_after_the_other_without_a_click(browser: Browser, desk: DevicesPage):
    page = desk.sign_in(browser, locale="en", viewport={"width": 390, "height": 844})
    page.goto(desk.path)
    page.get_by_role("button", name="Show a code for phones").click()
    page.evaluate("window.notReloaded = true")
    names = []
    for _ in range(3):
        before = page.locator(".pairing-code").inner_text()
        names.append(desk.join(page))
        expect(page.locator(".joined")).to_contain_text(f"{names[-1]} has joined.", timeout=15_000)
        expect(page.locator(".pairing-code")).not_to_have_text(before, timeout=15_000)
        expect(page.locator(".devices")).to_contain_text(names[-1])
    expect(page.locator(".joined-one")).to_have_count(3)
    assert page.evaluate("window.notReloaded") is True
    with desk.server.app.app_context():
        phones = [db.session.get_one(Kiosk, int(name[1:])) for name in names]
        assert [(phone.scopes, phone.expires_at is not None) for phone in phones] == [(["scan"], True)] * 3
    page.get_by_role("button", name=f"Not ours: remove {names[1]}").click()
    expect(page.locator(".joined-one")).to_have_count(2)
    with desk.server.app.app_context():
        assert db.session.get_one(Kiosk, int(names[1][1:])).revoked_at is not None
    page.context.close()


def test_a_paired_device_is_shown_and_no_second_code_is_made(browser: Browser, desk: DevicesPage):
    page = desk.sign_in(browser, locale="en", viewport={"width": 1280, "height": 800})
    page.goto(desk.path)
    page.get_by_label("Supervisor").check()
    page.get_by_role("button", name="Pair a kiosk").click()
    name = desk.join(page)
    expect(page.locator(".joined")).to_contain_text(f"{name} has joined.", timeout=15_000)
    expect(page.locator(".pairing-code")).to_have_count(0)
    expect(page.locator("[data-said]")).to_contain_text(name)
    page.context.close()


def test_what_a_device_tells_shows_while_a_message_is_typed(browser: Browser, desk: DevicesPage):
    with desk.server.app.app_context():
        event = db.session.get_one(Event, desk.event_id)
        kiosk, _token = kiosks.create_kiosk(event, clock.now())
    page = desk.sign_in(browser, locale="en", viewport={"width": 390, "height": 844})
    page.goto(f"{desk.path}/{kiosk.id}")
    page.get_by_label("Shown on the kiosk").fill("Please move to gate two")
    with desk.server.app.app_context(), transaction():
        now = clock.now()
        db.session.add(
            Heartbeat(kiosk_id=kiosk.id, at=now, waiting=3, oldest_at=now, battery=44, version="1")
        )
    expect(page.locator(".device-facts")).to_contain_text("44 %", timeout=15_000)
    expect(page.get_by_label("Shown on the kiosk")).to_have_value("Please move to gate two")
    page.get_by_role("button", name="Show it").click()
    expect(page.locator(".device-message")).to_contain_text("Please move to gate two")
    page.context.close()


@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [(390, "zh-CN", "light"), (390, "en", "light"), (1280, "en", "dark"), (1920, "zh-CN", "dark")],
)
def test_everybody_can_use_the_pages(
    browser: Browser, desk: DevicesPage, width: int, language: str, scheme: str
):
    page = desk.sign_in(
        browser, locale=language, color_scheme=scheme, viewport={"width": width, "height": 844}
    )
    page.goto(desk.path)
    page.locator('button[value="phone"]').click()
    name = desk.join(page)
    expect(page.locator(".joined")).to_contain_text(name, timeout=15_000)
    expect(page.locator(".pairing-code")).to_be_visible()
    check(page, width)
    page.goto(f"{desk.path}/{name[1:]}")
    expect(page.locator('select[name="event"] option')).to_have_count(1)
    check(page, width)
    page.context.close()


def test_a_device_is_added_without_script(browser: Browser, desk: DevicesPage):
    page = desk.sign_in(browser, locale="zh-CN")
    state = page.context.storage_state()
    page.context.close()
    plain = browser.new_context(java_script_enabled=False, storage_state=state, locale="zh-CN")
    page = plain.new_page()
    page.goto(desk.path)
    page.locator('.devices-add button[value="phone"]').click()
    name = desk.join(page)
    page.locator(".live-again").click()
    expect(page.locator(".joined")).to_contain_text(name)
    page.locator("[data-next]").click()
    expect(page.locator(".pairing-code")).to_be_visible()
    plain.close()


def check(page: Page, width: int) -> None:
    assert serious(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert page.locator(".nav-links").evaluate("links => links.scrollWidth <= links.clientWidth"), page.url
