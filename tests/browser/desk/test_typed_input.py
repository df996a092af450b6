"""What is typed at the desk stays apart for each tab and each account, and overwrites nothing that others wrote meanwhile."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.db import db
from models.events.draft import draft_of
from models.events.tables import Event
from models.publishing import lifecycle
from tests.support.browser.chromium import wait_until
from tests.support.browser.desk_person import Desk
from tests.support.browser.kiosk_page import Week
from tests.support.records.people import People
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser

DRAFTS = "import('/static/js/desk/draft-storage.js').then((module) => module.draftsOf('openweek-form:'))"


def kept(page: Page, text: str) -> None:
    """Wait until the browser has stored what was typed."""
    wait_until(page, f"{DRAFTS}.then((drafts) => JSON.stringify(drafts).includes({json.dumps(text)}))")


def offered(page: Page):
    return page.locator("[data-offered]")


def test_two_tabs(browser: Browser, server: Server, week: Week, people: People):
    lian = Desk(browser, server, "lian@example.cn")
    address = f"{server.url}/desk/notices/new"
    first, second = lian.page, lian.page.context.new_page()
    first.goto(address)
    first.fill("#title", "第一页的通知")
    kept(first, "第一页的通知")
    second.goto(address)
    second.fill("#title", "第二页的通知")
    kept(second, "第二页的通知")
    second.wait_for_selector("form[data-kept]")  # the other tabs have answered
    expect(offered(second)).to_have_count(0)  # the first tab is open and holds it
    second.fill("#text", "正文")
    second.locator("main form button").last.click()
    second.wait_for_url(re.compile(r"/desk/notices/\d+"))
    first.context.clear_cookies()  # the session is over while the first tab is written in
    first.fill("#text", "还没写完")
    first.locator("main form button").last.click()
    first.wait_for_url("**/desk/sign-in**")
    lian.sign_in()
    first.wait_for_url(address)
    offered(first).locator("[data-restore]").click()
    assert (first.input_value("#title"), first.input_value("#text")) == ("第一页的通知", "还没写完")
    second.close()


def test_of_an_account_alone(browser: Browser, server: Server, week: Week, people: People):
    lian = Desk(browser, server, "lian@example.cn")
    address = f"{server.url}/desk/events/new?campaign={week.campaign_id}"
    lian.page.goto(address)
    lian.page.fill("#title", "只给我看")
    kept(lian.page, "只给我看")
    lian.page.context.clear_cookies()
    lian.page.goto(f"{server.url}/desk/sign-in")
    lian.email = "gu@example.cn"
    lian.sign_in()
    lian.page.goto(address)
    lian.page.wait_for_selector("form[data-kept]")
    expect(offered(lian.page)).to_have_count(0)


def test_restored_input_overwrites_nobody(browser: Browser, server: Server, week: Week, people: People):
    lian = Desk(browser, server, "lian@example.cn")
    address = f"{server.url}/desk/events/{people.lecture.id}/edit"
    lian.page.goto(address)
    lian.page.fill("#venue", "市民中心")
    lian.page.fill("#title", "我改的标题")
    kept(lian.page, "我改的标题")
    with week.rows():
        event = db.session.get_one(Event, people.lecture.id)
        lifecycle.change(
            event, replace(draft_of(event), contact="0518-1234", title="他改的标题"), clock.now()
        )
    lian.page.reload()
    offered(lian.page).locator("[data-restore]").click()
    lian.page.locator("button[value=save]").click()
    both = lian.page.locator(".event-form-both fieldset")
    expect(both).to_have_count(1)
    expect(both).to_contain_text("他改的标题")
    both.locator("input[value=mine]").check()
    lian.page.locator("button[value=save]").click()
    lian.page.wait_for_url(re.compile(r"/desk/events/\d+$"))
    with week.rows():
        event = db.session.get_one(Event, people.lecture.id)
        assert (event.title, event.contact) == ("我改的标题", "0518-1234")


def test_a_file_is_asked_for_again_after_a_lost_session(
    browser: Browser, server: Server, week: Week, people: People, tmp_path: Path
):
    lian = Desk(browser, server, "lian@example.cn")
    page, file = lian.page, tmp_path / "总结.pdf"
    file.write_bytes(b"%PDF-")
    page.goto(f"{server.url}/desk/notices/new")
    page.wait_for_selector("form[data-kept]")
    page.fill("#title", "带附件的通知")
    page.fill("#text", "正文")
    page.set_input_files("#file", file)
    kept(page, "总结.pdf")
    page.context.clear_cookies()
    page.locator("main form .button-main").click()
    page.wait_for_url("**/desk/sign-in**")
    lian.sign_in()
    page.wait_for_url("**/desk/notices/new")
    offered(page).locator("[data-restore]").click()
    expect(page.locator("#file-again")).to_have_text("请重新选择这个文件：总结.pdf")
    page.set_input_files("#file", file)
    expect(page.locator("#file-again")).to_have_count(0)
    assert page.get_attribute("#file", "aria-describedby") is None


def test_a_file_that_is_too_large_is_not_sent(
    browser: Browser, server: Server, week: Week, people: People, tmp_path: Path
):
    page = Desk(browser, server, "lian@example.cn").page
    page.goto(f"{server.url}/desk/notices/new")
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    large.write_bytes(b"%PDF-" + b"\0" * (10 << 20))
    small.write_bytes(b"%PDF-")
    page.fill("#title", "年度总结")
    page.fill("#text", "正文")
    page.set_input_files("#file", large)
    field = page.locator("#file")
    expect(field).to_have_attribute("aria-describedby", "file-too-large")
    expect(page.locator("#file-too-large")).to_have_text("附件超过 10 MB，请缩小后再试。")
    page.locator("main form .button-main").click()
    assert (page.input_value("#title"), page.url) == ("年度总结", f"{server.url}/desk/notices/new")
    expect(field).to_be_focused()
    page.set_input_files("#file", small)
    expect(page.locator("#file-too-large")).to_have_count(0)
    assert field.get_attribute("aria-invalid") is None
    page.locator("main form .button-main").click()
    page.wait_for_url(re.compile(r"/desk/notices/\d+"))
