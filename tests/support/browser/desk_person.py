"""A person at the desk, in a browser."""

from playwright.sync_api import Browser, Page

from tests.support.records.people import PASSWORD
from tests.support.servers.served_application import Server


def sign_in(page: Page, server: Server, email: str, password: str = PASSWORD) -> None:
    """Sign in where the page asks for it, else go to the page that does."""
    if "/sign-in" not in page.url:
        page.goto(f"{server.url}/desk/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.locator(".sign-in-card button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


class Desk:
    """A person at the desk. actions: what was clicked, filled or chosen so far."""

    def __init__(self, browser: Browser, server: Server, email: str, **context):
        self.page: Page = browser.new_context(locale="zh-CN", **context).new_page()
        self.server, self.email, self.actions = server, email, 0
        self.sign_in()

    def sign_in(self) -> None:
        sign_in(self.page, self.server, self.email)

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.locator(selector).first.click()

    def fill(self, selector: str, text: str) -> None:
        self.actions += 1
        self.page.locator(selector).first.fill(text)
