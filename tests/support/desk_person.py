"""A person at the desk, in a browser."""

from playwright.sync_api import Browser, Page

from tests.support.people import PASSWORD
from tests.support.served_application import Server


class Desk:
    """A person at the desk. actions: what was clicked, filled or chosen so far."""

    def __init__(self, browser: Browser, server: Server, email: str, **context):
        self.page: Page = browser.new_context(locale="zh-CN", **context).new_page()
        self.server, self.email, self.actions = server, email, 0
        self.page.goto(f"{server.url}/desk/sign-in")
        self.sign_in()

    def sign_in(self) -> None:
        self.page.fill("#email", self.email)
        self.page.fill("#password", PASSWORD)
        self.page.locator(".sign-in-card button").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.locator(selector).first.click()

    def fill(self, selector: str, text: str) -> None:
        self.actions += 1
        self.page.locator(selector).first.fill(text)
