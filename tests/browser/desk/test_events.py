"""From a blank form to a published event by hand, in a real Chromium: written, sent back, mended, published; and what was
typed survives a lost session and a crash."""

import os
import re
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from models import clock
from models.db import db
from models.events.draft import OrganizationDraft, draft_of
from models.events.tables import Event
from models.publishing import proposals, review
from models.publishing.change import event_transaction
from tests.support.browser import chromium
from tests.support.browser.axe import serious_in_both
from tests.support.browser.chromium import FLAGS
from tests.support.browser.desk_person import Desk, sign_in
from tests.support.browser.kiosk_page import Week
from tests.support.records.people import People
from tests.support.records.week import NINE, make_event
from tests.support.servers.served_application import Server
from tests.support.servers.watchers import wait_until

pytestmark = pytest.mark.browser
MOST_ACTIONS = 12  # clicks, fields and keys beside text, for a simple event


def newest(week: Week) -> tuple[int, str, str]:
    with week.rows():
        event = db.session.query(Event).order_by(Event.id.desc()).first()
        assert event is not None
        return event.id, event.title, event.status


def today(week: Week) -> str:
    with week.rows() as campaign:
        return campaign.today(clock.now()).isoformat()


def usable(page: Page) -> None:
    assert serious_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_written_sent_back_mended_published(browser: Browser, server: Server, week: Week, people: People):
    gu = Desk(browser, server, "gu@example.cn", viewport={"width": 390, "height": 844})
    gu.page.goto(f"{server.url}/desk/")
    gu.click("a[href^='/desk/events/new']")
    usable(gu.page)
    gu.fill("#title", "专利开放日")
    gu.fill("[name=session-day]", today(week))
    gu.fill("[name=session-start]", "09:00")
    gu.fill("[name=session-end]", "11:30")
    gu.fill("#venue", "市民中心")
    gu.click("label:has(input[value=youth])")
    expect(gu.page.locator("[data-preview-box]")).to_contain_text("市民中心")
    gu.click("button[value=submit]")
    gu.page.wait_for_url(re.compile(r"/desk/events/\d+$"))
    assert gu.actions <= MOST_ACTIONS
    event_id, title, status = newest(week)
    assert (title, status) == ("专利开放日", "submitted")
    usable(gu.page)

    lian = Desk(browser, server, "lian@example.cn")
    lian.page.goto(f"{server.url}/desk/review/?campaign={week.campaign_id}&item={event_id}")
    usable(lian.page)
    lian.page.keyboard.press("r")
    lian.page.keyboard.type("请写明房间号")
    lian.page.keyboard.press("Control+Enter")
    lian.page.wait_for_url("**done=sent_back-*")

    gu.page.reload()
    expect(gu.page.locator(".alert-warn")).to_contain_text("请写明房间号")
    gu.page.locator(f"a[href='/desk/events/{event_id}/edit']").click()
    gu.page.fill("#venue", "市民中心101室")
    gu.page.locator("button[value=submit]").click()
    gu.page.wait_for_url(re.compile(r"/desk/events/\d+$"))

    lian.page.goto(f"{server.url}/desk/review/?campaign={week.campaign_id}&item={event_id}")
    lian.page.keyboard.press("p")
    lian.page.wait_for_url("**done=published-*")
    feed = lian.page.request.get(f"{server.url}/{week.campaign_id}/events.ics").text()
    assert feed.count("SUMMARY:专利开放日") == 1
    assert "市民中心101室" in feed


def test_what_was_typed_survives_a_lost_session_and_a_crash(
    browser: Browser, server: Server, week: Week, people: People
):
    gu = Desk(browser, server, "gu@example.cn")
    gu.page.goto(f"{server.url}/desk/events/new?campaign={week.campaign_id}")
    gu.page.fill("#title", "商标咨询")
    gu.page.locator("[data-add-session]").click()
    gu.page.locator("[name=session-day]").nth(1).fill(today(week))
    chromium.wait_until(gu.page, "Object.keys(localStorage).some((key) => key.startsWith('openweek-form'))")
    gu.page.context.clear_cookies()
    gu.page.locator("button[value=save]").click()
    gu.page.wait_for_url("**/desk/sign-in**")
    gu.sign_in()
    gu.page.wait_for_url("**/desk/events/new**")
    gu.page.locator("[data-restore]").click()
    expect(gu.page.locator("#title")).to_have_value("商标咨询")
    expect(gu.page.locator("[name=session-day]").nth(1)).to_have_value(today(week))
    again = gu.page.context.new_page()  # the tab crashed: another one offers the same
    gu.page.close()
    again.goto(f"{server.url}/desk/events/new?campaign={week.campaign_id}")
    again.locator("[data-restore]").click()
    expect(again.locator("#title")).to_have_value("商标咨询")
    again.locator("button[value=save]").click()
    again.wait_for_url(re.compile(r"/desk/events/\d+$"))
    again.goto(f"{server.url}/desk/events/new?campaign={week.campaign_id}")
    again.wait_for_selector("form[data-kept]")
    expect(again.locator("[data-offered]")).to_have_count(0)


def open_browser(playwright: Playwright, chromium_path: str, profile: Path) -> tuple[subprocess.Popen, Page]:
    """A browser of its own with this profile, as a person starts it, and a page in it."""
    port = profile / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    own = (f"--user-data-dir={profile}", "--remote-debugging-port=0", "--headless", "about:blank")
    process = subprocess.Popen(
        [chromium_path, *FLAGS, *own],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert wait_until(lambda: port.exists() and port.read_text().count("\n") >= 1)
    address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
    return process, playwright.chromium.connect_over_cdp(address).contexts[0].new_page()


def kill(process: subprocess.Popen) -> None:
    """As a crash does: nothing is written any more."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_stored(profile: Path) -> bool:
    """Whether Chromium has written what was typed to the disk, which it does some seconds after the last key."""
    logs = profile.glob("**/Local Storage/leveldb/*.log")
    return any(b"openweek-form:" in log.read_bytes() for log in logs)


def test_what_was_typed_survives_a_killed_browser(
    playwright: Playwright, chromium_path: str, server: Server, people: People, tmp_path: Path
):
    profile = tmp_path / "profile"

    def begin(page: Page) -> None:
        sign_in(page, server, people.gu.email)
        page.goto(f"{server.url}/desk/events/new")

    process, page = open_browser(playwright, chromium_path, profile)
    begin(page)
    page.fill("#title", "断电之前写好的活动")
    page.fill("[name=venue]", "市民中心")
    assert wait_until(lambda: is_stored(profile), 40)
    kill(process)
    process, page = open_browser(playwright, chromium_path, profile)
    begin(page)
    page.locator("[data-restore]").click()
    typed = page.input_value("#title"), page.input_value("[name=venue]")
    kill(process)
    assert typed == ("断电之前写好的活动", "市民中心")


def test_proposed_changes_by_keyboard_alone(browser: Browser, server: Server, week: Week, people: People):
    with week.rows() as campaign:
        lead = OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")
        events = [make_event(campaign, title, lead=lead) for title in ("第一讲", "第二讲", "第三讲")]
        for event in events:
            with event_transaction():
                proposals.write_proposal(event, replace(draft_of(event), venue_text="图书馆"), NINE, None)
        ids = [event.id for event in events]
        first = proposals.open_of(events[0])[0].id
    lian = Desk(browser, server, "lian@example.cn")
    page, head = lian.page, lian.page.locator("#item-head")
    page.goto(f"{server.url}/desk/review/?campaign={week.campaign_id}&proposal={first}")
    page.keyboard.press("j")
    expect(head).to_have_text("第二讲")
    page.keyboard.press("k")
    expect(head).to_have_text("第一讲")
    page.keyboard.press("p")
    expect(head).to_have_text("第二讲")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-why]")).to_be_focused()
    expect(page.locator("[data-why]")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("地点已印在海报上")
    page.keyboard.press("Control+Enter")
    expect(head).to_have_text("第三讲")
    page.keyboard.press("p")
    expect(page.locator("[data-said]")).to_have_text("变更已同意并公布。")
    with week.rows():
        texts = [db.session.get_one(Event, event_id).venue_text for event_id in ids]
    assert [text == "图书馆" for text in texts] == [True, False, True]


def test_twenty_items_by_keyboard_alone(browser: Browser, server: Server, week: Week, people: People):
    with week.rows() as campaign:
        lead = OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")
        for number in range(20):
            event = make_event(campaign, f"第{number}场", lead=lead, publish=False)
            review.submit(event, NINE)
    lian = Desk(browser, server, "lian@example.cn")
    lian.page.goto(f"{server.url}/desk/review/?campaign={week.campaign_id}")
    lian.page.evaluate("window.loadedOnce = true")
    lian.page.keyboard.press("j")
    expect(lian.page.locator("#item-head")).to_have_text("第1场")
    lian.page.keyboard.press("k")
    expect(lian.page.locator("#item-head")).to_have_text("第0场")
    lian.page.locator('a[href="#main"]').first.focus()
    lian.page.keyboard.press("Enter")  # skips to the content
    lian.page.wait_for_url("**#main")
    for number in range(20):
        before = lian.page.url
        if number % 5 == 4:
            lian.page.keyboard.press("r")
            lian.page.keyboard.type("请改")
            lian.page.keyboard.press("Control+Enter")
        else:
            lian.page.keyboard.press("p")
        lian.page.wait_for_url(lambda url, before=before: url != before)
    expect(lian.page.locator(".nothing")).to_be_visible()
    assert lian.page.evaluate("window.loadedOnce")  # no page was loaded on the way
    expect(lian.page.locator("[data-said]")).to_have_text("已退回，并附上理由。")
    with week.rows():
        statuses = [event.status for event in db.session.query(Event).filter(Event.title.like("第%场"))]
    assert (statuses.count("published"), statuses.count("sent_back")) == (16, 4)
