"""Import, pulled calendars and duplicates in a real Chromium without JavaScript: from the file to the events, for everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.db import db, transaction
from models.imports.feeds import subscriptions
from models.imports.feeds.subscriptions import VanishedEvent
from tests.support.browser.axe import serious_in_both
from tests.support.browser.desk_person import sign_in
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

TABLE = """活动名称,开始日期,开始时间,结束时间,省,市,县,地点
进企业座谈,4月23日,上午9:00,11:00,江苏省,连云港市,灌云县,县图书馆报告厅
,4月24日,,,,,,
"""


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    with served(sqlite_databases, tmp_path_factory.mktemp("intake")) as server:
        with server.app.app_context():
            people = make_people(load_week())
            campaign = people.lecture.campaign
            make_event(campaign, "现场咨询活动")
            make_event(campaign, "现场咨询")
            feed = subscriptions.add(people.lian, campaign, "https://week.example/a.ics", clock.now())
            with transaction():
                feed.last_error = {
                    "message": "%(host)s took too long to answer.",
                    "values": {"host": "week.example"},
                }
                gone = VanishedEvent(feed_id=feed.id, event_id=people.lecture.id, noticed_at=clock.now())
                db.session.add(gone)
        yield server


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en", 1280)])
def test_from_a_file_to_events_and_nothing_serious_on_the_way(
    browser: Browser, server: Server, language: str, width: int
):
    context = browser.new_context(locale=language, viewport={"width": width, "height": 844})
    page = context.new_page()
    _sign_in(page, server)
    for path in ("/desk/duplicates/", "/desk/feeds/", "/desk/import/"):
        page.goto(server.url + path)
        assert serious_in_both(page) == [], path
    page.locator("#file").set_input_files(
        {"name": "表.csv", "mimeType": "text/csv", "buffer": TABLE.encode("gb18030")}
    )
    page.locator("form[enctype] button").click()
    expect(page.locator(".import-list tbody tr")).to_have_count(2)
    assert serious_in_both(page) == []
    page.locator(".actions button").last.click()
    expect(page).to_have_url(server.url + "/desk/import/")
    context.close()


def _sign_in(page: Page, server: Server) -> None:
    sign_in(page, server, "lian@example.cn")
