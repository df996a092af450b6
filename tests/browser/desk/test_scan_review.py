"""From a kiosk without a network to the figures, by hand: its file is saved, taken in at the desk and decided on, in a real
Chromium; and every page on the way can be used by everybody."""

import pytest
from playwright.sync_api import Browser, Page, expect

from models.db import db, transaction
from models.events.tables import Event
from models.figures.visits import visits_of
from tests.support.browser.axe import serious_in_both
from tests.support.browser.desk_person import sign_in
from tests.support.browser.kiosk_page import SCANS, KioskPage, Week, open_week
from tests.support.records.people import make_people
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def week(live_server: Server) -> Week:
    """Gu's organization holds the event that is open today."""
    week = open_week(live_server)
    with week.rows() as campaign, transaction():
        event = db.session.get_one(Event, week.event_id)
        event.lead_id = make_people(campaign).gu.organization_id
    return week


def signed_in(browser: Browser, server: Server, **context) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}, **context).new_page()
    sign_in(page, server, "gu@example.cn")
    return page


def looked_at(page: Page) -> None:
    assert serious_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_a_kiosk_without_a_network_to_the_figures(browser: Browser, page: Page, week: Week, tmp_path):
    kiosk_page = KioskPage(page, week).pair()
    page.route(SCANS, lambda route: route.abort())
    kiosk_page.touch("社会公众")
    kiosk_page.verdict("good")
    week.revoke_all()
    page.reload()
    with page.expect_download() as saved:
        page.locator("#pair-export").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)

    desk = signed_in(browser, week.server, locale="zh-CN")
    desk.goto(f"{week.server.url}/desk/handed-over/")
    looked_at(desk)
    desk.locator("#file").set_input_files(file)
    desk.get_by_role("button", name="导入", exact=True).click()
    expect(desk.locator("#taken")).to_contain_text("其中 1 条须经人工确认后才计入数据。")
    looked_at(desk)

    desk.goto(f"{week.server.url}/desk/events/{week.event_id}")
    desk.get_by_role("link", name="1 条记录待您确认").click()
    looked_at(desk)
    desk.get_by_label("理由").fill("终端被误停用")
    desk.get_by_role("button", name="计入", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("活动人次：处理前 0，处理后 1。")
    looked_at(desk)
    with week.rows():
        assert visits_of([week.event_id]) == {week.event_id: 1}
    desk.context.close()


def test_entrance_settings_reach_the_devices(browser: Browser, week: Week):
    desk = signed_in(browser, week.server, locale="zh-CN")
    desk.goto(f"{week.server.url}/desk/events/{week.event_id}/door")
    looked_at(desk)
    desk.get_by_label("离场时也扫码").check()
    desk.locator("[name^=capacity-]").fill("viele")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_role("alert")).to_contain_text("“viele”不是整数")
    assert desk.locator("[name^=capacity-]").input_value() == "viele"
    looked_at(desk)
    desk.locator("[name^=capacity-]").fill("40")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_role("status")).to_contain_text("已保存")
    with week.rows():
        event = db.session.get_one(Event, week.event_id)
        assert (event.track_exits, [one.capacity for one in event.occurrences]) == (True, [40])
    desk.goto(f"{week.server.url}/desk/events/{week.event_id}/live")
    expect(desk.locator("[data-inside]")).to_have_text("0 / 40")
    looked_at(desk)
    desk.context.close()
