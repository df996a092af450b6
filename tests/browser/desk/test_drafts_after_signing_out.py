"""After signing out nothing readable of a draft is left in the browser, and the account finds it at the next sign-in."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk.test_typed_input import kept, offered
from tests.support.browser.desk_person import Desk, sign_in
from tests.support.browser.kiosk_page import Week
from tests.support.records.people import People
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser

WORDS = ("撤回前的通知", "只写了一半", "草稿附件")
# Every text that is put into a storage, from the first on.
WATCH = """
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      globalThis.stored(`${key} ${value}`);
      setItem.call(this, key, value);
    };
"""
STORED = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"


def sign_out(page: Page) -> None:
    page.locator(".sign-out button").click()
    page.wait_for_url("**/desk/sign-in**")


def readable(text: str) -> list[str]:
    return [word for word in WORDS if word in text or json.dumps(word)[1:-1] in text]


def test_a_draft_is_encrypted_and_found_again(
    browser: Browser, server: Server, week: Week, people: People, tmp_path
):
    lian = Desk(browser, server, "lian@example.cn")
    page, stored = lian.page, list[str]()
    page.expose_function("stored", lambda text: stored.append(text))
    page.add_init_script(WATCH)
    address = f"{server.url}/desk/notices/new"
    page.goto(address)
    page.wait_for_selector("form[data-kept]")
    page.fill("#title", WORDS[0])
    page.locator("#text").press_sequentially(WORDS[1])
    file = tmp_path / f"{WORDS[2]}.pdf"
    file.write_bytes(b"%PDF-")
    page.set_input_files("#file", file)
    sign_out(page)  # at once: the last key counts
    assert page.locator("meta[name=draft-key]").count() == 0
    texts = [*stored, page.evaluate(STORED)]
    assert any("sealed" in text for text in stored)
    assert [readable(text) for text in texts] == [[]] * len(texts)

    lian.email = "gu@example.cn"
    lian.sign_in()
    page.goto(f"{server.url}/desk/events/new?campaign={week.campaign_id}")
    page.wait_for_selector("form[data-kept]")
    expect(offered(page)).to_have_count(0)
    drafts = "import('/static/js/desk/draft-storage.js').then((one) => one.draftsOf('openweek-form:'))"
    assert page.evaluate(drafts) == []  # it cannot be opened with the key of this account
    sign_out(page)

    lian.email = "lian@example.cn"
    lian.sign_in()
    page.goto(address)
    offered(page).locator("[data-restore]").click()
    assert (page.input_value("#title"), page.input_value("#text")) == WORDS[:2]
    expect(page.locator("#file-again")).to_contain_text(WORDS[2])
    page.context.close()


def test_the_last_key_before_the_page_is_left(browser: Browser, server: Server, week: Week, people: People):
    page = Desk(browser, server, "lian@example.cn").page
    address = f"{server.url}/desk/notices/new"
    page.goto(address)
    page.wait_for_selector("form[data-kept]")
    page.locator("#title").press_sequentially(WORDS[0])
    page.goto("about:blank")
    page.goto(address)
    offered(page).locator("[data-restore]").click()
    assert page.input_value("#title") == WORDS[0]
    page.context.close()


def test_a_readable_draft_of_an_earlier_version_is_taken_over(
    browser: Browser, server: Server, week: Week, people: People
):
    page = Desk(browser, server, "lian@example.cn").page
    address = f"{server.url}/desk/notices/new"
    page.goto(address)
    page.wait_for_selector("form[data-kept]")
    page.evaluate(
        """(title) => {
          const draft = { at: Date.now() - 1000, carried: [], typed: [["title", title], ["text", "文"]] };
          const account = document.querySelector("meta[name=draft-key]").dataset.account;
          localStorage.setItem(`openweek-form:/desk/notices/new#${account}.earlier`, JSON.stringify(draft));
          localStorage.setItem(`openweek-form:/desk/notices/new#${account}.old`, JSON.stringify({ ...draft, at: 1 }));
        }""",
        WORDS[0],
    )
    page.reload()
    expect(offered(page)).to_have_count(1)
    left = page.evaluate(STORED)
    assert (readable(left), "sealed" in left, ".old" in left) == ([], True, False)
    offered(page).locator("[data-restore]").click()
    assert page.input_value("#title") == WORDS[0]
    page.context.close()


def test_without_cryptography_drafts_go_with_signing_out(
    launch: Callable[..., Browser], server: Server, week: Week, people: People
):
    """Over plain http, at a name that is not the machine itself."""
    plain = launch("--host-resolver-rules=MAP week.test 127.0.0.1")
    page = plain.new_context(locale="zh-CN").new_page()
    address = server.url.replace("127.0.0.1", "week.test")
    page.goto(f"{address}/desk/sign-in")
    sign_in(page, server, "lian@example.cn")
    assert page.evaluate("[isSecureContext, crypto.subtle === undefined]") == [False, True]
    page.goto(f"{address}/desk/notices/new")
    page.wait_for_selector("form[data-kept]")
    page.fill("#title", WORDS[0])
    page.reload()
    offered(page).locator("[data-restore]").click()
    assert page.input_value("#title") == WORDS[0]
    other = page.context.new_page()
    other.goto(f"{address}/desk/notices/new")
    other.wait_for_selector("form[data-kept]")
    other.fill("#text", WORDS[1])
    kept(other, WORDS[1])
    sign_out(page)
    other.wait_for_function("!Object.keys(sessionStorage).some((key) => key.startsWith('openweek-form:'))")
    other.goto(f"{address}/desk/sign-in")
    assert [readable(one.evaluate(STORED)) for one in (page, other)] == [[], []]
