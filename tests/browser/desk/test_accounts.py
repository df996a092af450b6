"""From an invitation to the desk in a real Chromium: a password, an authenticator app, a passkey; and every page on the way
can be read by everybody."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from models.accounts.second_factor.tables import AuthenticatorApp
from models.db import db
from tests.support.browser.axe import serious_in_both
from tests.support.records.people import PASSWORD, People
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser
CHOSEN = "a lamp by the river"


@pytest.fixture(scope="module")
def server(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """At localhost: browsers make no passkeys for an IP address."""
    with sqlite_databases.fresh() as url:
        server = Server(url, tmp_path_factory.mktemp("accounts"), host="localhost")
        try:
            server.start()
            yield server
        finally:
            server.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    yield context
    context.close()


def usable(page: Page) -> None:
    page.wait_for_load_state()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.set_viewport_size({"width": 390, "height": 844})
    assert serious_in_both(page) == []


def enter(page: Page, server: Server, email: str, password: str) -> None:
    page.goto(f"{server.url}/desk/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.locator(".sign-in-card button").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def shown_code(secret: str) -> str:
    """What an app shows, with time enough to type it."""
    if (left := 30 - time.time() % 30) < 5:
        time.sleep(left)
    return pyotp.TOTP(secret).now()


def sign_out(page: Page) -> None:
    page.locator(".sign-out button").click()
    page.wait_for_url("**/desk/sign-in")


def test_invitation_password_app_signed_in(
    browser: Browser, context: BrowserContext, server: Server, people: People
):
    office = context.new_page()
    enter(office, server, "lian@example.cn", PASSWORD)
    office.goto(f"{server.url}/desk/accounts/")
    office.fill("#email", "xin@example.cn")
    office.fill("#organization", "灌云县知识产权局")
    usable(office)
    office.locator("form[action$=invite] button").click()
    link = office.locator("#shown").input_value()
    usable(office)

    new = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
    secret = link.partition("#")[2]
    asked: list[str] = []
    new.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    new.goto(link)
    new.wait_for_url("**/desk/invitation/password")
    assert len(secret) == 32
    assert [address for address in asked if secret in address] == []
    new.goto(f"{server.url}/desk/invitation")
    usable(new)
    new.fill("#secret", link)  # as without scripts
    new.locator(".sign-in-card button").click()
    new.wait_for_url("**/desk/invitation/password")
    usable(new)
    new.fill("#new", CHOSEN)
    new.fill("#again", CHOSEN)
    new.locator(".sign-in-card button").click()
    new.wait_for_url("**/desk/")

    new.goto(f"{server.url}/desk/account/")
    usable(new)
    new.locator("a[href='/desk/account/second-factor']").click()
    secret = new.locator("[data-secret]").inner_text()
    usable(new)
    new.fill("#code", shown_code(secret))
    new.locator("form[action$=app] button").click()
    expect(new.locator(".recovery-codes li")).to_have_count(10)
    code = new.locator(".recovery-codes li").first.inner_text()
    usable(new)
    sign_out(new)

    enter(new, server, "xin@example.cn", CHOSEN)
    assert new.url.endswith("/desk/sign-in/code")
    usable(new)
    new.fill("#code", "000000")
    new.locator(".sign-in-card button").click()
    expect(new.locator("#code-wrong")).to_be_visible()
    with (
        server.app.app_context()
    ):  # as if it had been added yesterday: the code of this half minute is used already
        db.session.query(AuthenticatorApp).update({"used_step": 0})
        db.session.commit()
    new.fill("#code", shown_code(secret))
    new.locator(".sign-in-card button").click()
    new.wait_for_url("**/desk/")
    sign_out(new)
    enter(new, server, "xin@example.cn", CHOSEN)
    new.fill("#code", code)
    new.locator(".sign-in-card button").click()
    new.wait_for_url("**/desk/")
    new.context.close()

    office.goto(f"{server.url}/desk/accounts/")
    office.fill("#q", "xin")
    office.locator("form[role=search] button").click()
    office.locator("table a").click()
    usable(office)
    office.go_back()  # to what was found: an answer to a form would be an error page of the browser
    expect(office.locator("#q")).to_have_value("xin")
    office.goto(f"{server.url}/desk/audit/")
    office.fill("#account", "xin@example.cn")
    office.locator(".audit-search button").click()
    office.goto(f"{server.url}/desk/")
    office.go_back()
    expect(office.locator("#account")).to_have_value("xin@example.cn")
    expect(office.locator("tbody")).to_contain_text("xin@example.cn")
    usable(office)


def test_a_passkey_as_second_step_and_alone(context: BrowserContext, server: Server, people: People):
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    enter(page, server, "he@example.cn", PASSWORD)
    page.goto(f"{server.url}/desk/account/second-factor")
    page.fill("#name", "手机")
    page.locator("[data-passkey=create] button").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    expect(page.locator(".account-rows")).to_contain_text("手机")
    usable(page)
    sign_out(page)

    enter(page, server, "he@example.cn", PASSWORD)
    page.locator("[data-passkey=get] button").click()
    page.wait_for_url("**/desk/")
    sign_out(page)

    usable(page)
    page.locator("[data-passkey=get] button").click()
    page.wait_for_url(re.compile("/desk/$"))
    expect(page.locator("footer")).to_contain_text("he@example.cn")
