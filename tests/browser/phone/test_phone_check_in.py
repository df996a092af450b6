"""The phone page in a browser: a busy moment is waited out, a wrong group is changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from models.codes import venue_codes
from models.db import db
from models.events.draft import OccurrenceDraft
from models.ledger.tables import Scan
from tests.support.browser.axe import serious
from tests.support.records.week import load_week, make_event
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def poster(server: Server) -> str:
    with server.app.app_context():
        week, now = load_week(), datetime.now(UTC)
        day = week.today(now)
        event = make_event(week, occurrences=(OccurrenceDraft(day, day),))
        return f"{server.url}/V/{venue_codes.code_for_event(event, now).token(now)}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def groups(server: Server) -> list[str | None]:
    with server.app.app_context():
        return list(db.session.scalars(select(Scan.group).order_by(Scan.number)))


def test_a_busy_moment_is_waited_out_by_itself(phone: Page, poster: str, server: Server):
    refused = []

    def busy_once(route: Route) -> None:
        if route.request.method != "POST" or refused:
            route.continue_()
            return
        fields = parse_qsl(route.request.post_data or "")
        refused.append(fields)
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields
        )
        form = f'<form id="retry" method="post" data-seconds="0">{inputs}</form>'
        script = '<script type="module" src="/static/js/phone/retry.js"></script>'
        route.fulfill(status=429, content_type="text/html", body=form + script)

    before = len(groups(server))
    phone.route("**/V/*", busy_once)
    phone.goto(poster)
    phone.get_by_role("button", name="青少年").click()
    expect(phone.get_by_role("heading", name="已签到")).to_be_visible(timeout=15_000)
    assert [name for name, _value in refused[0]] == ["ticket", "group"]
    assert groups(server)[before:] == ["youth"]


def test_a_wrong_group_is_changed_on_the_page(phone: Page, poster: str, server: Server):
    phone.goto(poster)
    phone.get_by_role("button", name="政府人员").click()
    phone.get_by_text("选错了？更改群体").click()
    assert serious(phone) == []
    phone.get_by_role("button", name="青少年").click()
    expect(phone.locator(".card .chip")).to_have_text("青少年")
    phone.goto(poster)
    expect(phone.get_by_role("heading", name="您今天已签到过")).to_be_visible()
    phone.get_by_role("link", name="换一个人用这部手机签到").click()
    phone.get_by_role("button", name="社会公众").click()
    expect(phone.get_by_role("heading", name="已签到")).to_be_visible()
