"""The desk behind nginx with TLS at its own name, in a real Chromium: what forged forms are told by there, and not over HTTP, is
the address of the page that a form comes from."""

from collections.abc import Iterator

import pytest
import trustme
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.accounts.creation import create_account
from models.accounts.invitations import invite
from models.accounts.password_resets import new_reset_link
from models.audit.tables import OPERATOR
from tests.support.proxies.nginx import nginx
from tests.support.servers.databases import Databases
from tests.support.servers.programs import started
from tests.support.servers.served_application import Server, free_port

pytestmark = pytest.mark.browser
SITE = "https://week.example.cn"
CHOSEN = "a lamp by the river"


@pytest.fixture(scope="module")
def server(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sqlite_databases.fresh() as url:
        settings = {"OPENWEEK_TRUSTED_PROXIES": "1"}
        server = Server(url, tmp_path_factory.mktemp("https"), base_url=SITE, settings=settings)
        try:
            server.start()
            yield server
        finally:
            server.close()


@pytest.fixture(scope="module")
def secure_browser(
    server: Server, launch_for_file, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    port, folder = free_port(), tmp_path_factory.mktemp("nginx")
    with started(nginx(folder, port, [server.port], trustme.CA()), port, folder):
        yield launch_for_file(f"--host-resolver-rules=MAP week.example.cn:443 127.0.0.1:{port}")


@pytest.fixture
def secure_page(secure_browser: Browser) -> Iterator[Page]:
    context = secure_browser.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()


def press(page: Page, target: str) -> None:
    page.locator(".sign-in-card button").click()
    page.wait_for_url(f"**{target}")


@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_a_password_by_a_link_and_the_way_in(server: Server, secure_page: Page, kind: str):
    email, now = f"{kind}@example.cn", clock.now()
    with server.app.app_context():
        account = create_account(f"of-{email}", "办公室", "committee", "a good password", now)
        if kind == "invitation":
            secret = invite(account, email, "灌云县知识产权局", "320723", "organizer", now, OPERATOR).secret
        else:
            email, secret = account.email, new_reset_link(account, now, OPERATOR)
    secure_page.goto(f"{SITE}/desk/{kind}#{secret}")
    secure_page.wait_for_url("**/password")
    secure_page.fill("#new", CHOSEN)
    secure_page.fill("#again", "another lamp by the river")
    secure_page.locator(".sign-in-card button").click()
    secure_page.wait_for_selector("#new[aria-invalid=true]")
    secure_page.fill("#new", CHOSEN)
    secure_page.fill("#again", CHOSEN)
    press(secure_page, "/desk/")
    secure_page.locator(".sign-out button").click()
    secure_page.wait_for_url("**/desk/sign-in")
    secure_page.fill("#email", email)
    secure_page.fill("#password", CHOSEN)
    press(secure_page, "/desk/")


def test_a_large_file_is_told_from_a_sealed_summary_before_the_proxy_sees_it(secure_page: Page):
    """nginx has a page of its own for what is too large, in English alone."""
    sent: list[str] = []
    secure_page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    file = {"name": "summary.pdf", "mimeType": "application/pdf", "buffer": b"x" * 6_000_000}
    secure_page.goto(f"{SITE}/verify")
    secure_page.set_input_files("#file", file)
    expect(secure_page.get_by_role("alert")).to_contain_text(".seal.json")
    secure_page.locator("main form button").click()
    secure_page.goto(f"{SITE}/slip")
    secure_page.set_input_files("#file", file)
    secure_page.locator("main form button").click()
    expect(secure_page.get_by_role("status")).to_contain_text("PDF")
    secure_page.wait_for_load_state("networkidle")
    assert sent == []
