"""“I am here” on the phone page: the phone compares by itself, and what it sends is an answer, never a position."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from models.codes import venue_codes
from models.db import db
from models.events.draft import OccurrenceDraft, VenueDraft
from models.ledger.tables import Scan
from tests.support.browser.axe import serious
from tests.support.records.week import load_week, make_event
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser

SQUARE = {"latitude": 34.3, "longitude": 119.25}
BUTTON, TOLD = "#near button", ".phone-near-answer"


@pytest.fixture(scope="module")
def poster(server: Server) -> str:
    """The address on the poster of an event that is open today and asks whether its visitors are within 300 metres."""
    with server.app.app_context():
        week, now = load_week(), datetime.now(UTC)
        day = week.today(now)
        event = make_event(
            week, venues=(VenueDraft("九龙港广场", **SQUARE),), occurrences=(OccurrenceDraft(day, day),)
        )
        event.near_metres = 300
        db.session.commit()
        return f"{server.url}/V/{venue_codes.code_for_event(event, now).token(now)}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def stands_at(phone: Page, north_metres: float, accuracy: float) -> None:
    phone.context.grant_permissions(["geolocation"])
    latitude = SQUARE["latitude"] + north_metres / 111_195
    phone.context.set_geolocation(
        {"latitude": latitude, "longitude": SQUARE["longitude"], "accuracy": accuracy}
    )


def kept(server: Server) -> str | None:
    """The answer of the last one who checked in."""
    with server.app.app_context():
        return db.session.scalars(select(Scan.near).order_by(Scan.number.desc())).first()


@pytest.mark.parametrize(
    ("metres", "accuracy", "said", "answer"),
    [
        (250, 20, "您在 300 米以内", "yes"),
        (2000, 20, "您离得较远", "no"),
        (0, 5000, "手机不能准确判断自己的位置", "not_told"),
    ],
)
def test_the_phone_compares_and_sends_its_answer_alone(phone, poster, server, metres, accuracy, said, answer):
    stands_at(phone, metres, accuracy)
    posted = []
    phone.on("request", lambda request: posted.append(request.post_data or ""))
    phone.goto(poster)
    assert serious(phone) == []
    phone.locator(BUTTON).click()
    expect(phone.locator(TOLD)).to_contain_text(said)
    phone.locator("[name=group][value=youth]").click()
    expect(phone.locator(".verdict h1")).to_have_text("已签到")
    assert kept(server) == answer
    assert "34." not in "".join(posted)
    assert "119." not in "".join(posted)


def test_who_refuses_or_does_not_tap_checks_in_all_the_same(phone, poster, server):
    phone.goto(poster)
    phone.locator(BUTTON).click()
    expect(phone.locator(TOLD)).to_contain_text("手机没有提供位置")
    phone.locator("[name=group][value=public]").click()
    expect(phone.locator(".verdict h1")).to_have_text("已签到")
    assert kept(server) == "not_told"
