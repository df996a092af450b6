"""The question after a check-in, which never holds up the next scan and works offline; rewards of stamp cards."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from models.db import db, transaction
from models.events.tables import Event
from models.visitors.opinions import opinions_of
from tests.support.browser.axe import serious, serious_in_both
from tests.support.browser.chromium import wait_until
from tests.support.browser.kiosk_page import BEAT, KEPT, SEND, KioskPage

CLICK_AND_READ = "button => { button.click(); return document.getElementById('question').textContent; }"
NONE_WAITING = f"async () => (await ({KEPT})('opinions')).length === 0"
ASKS = """async () => (await import("/static/js/kiosk/server/device-state.js")).required().events[0].asks_opinion"""


def answers(kiosk_page: KioskPage) -> dict[str, int]:
    with kiosk_page.week.rows():
        return opinions_of(db.session.get_one(Event, kiosk_page.week.event_id)).answers


@pytest.fixture
def set_asking(kiosk_page: KioskPage) -> Iterator[Callable[[bool], None]]:
    """Whether the event asks; it does not afterwards, since other tests have the same week."""
    week = kiosk_page.week

    def set_asking(asks: bool) -> None:
        with week.rows(), transaction():
            db.session.get_one(Event, week.event_id).asks_opinion = asks

    yield set_asking
    set_asking(False)


def test_one_tap_after_green_also_offline(kiosk_page: KioskPage, set_asking):
    week, page = kiosk_page.week, kiosk_page.page
    question = page.locator("#question")
    before = list(answers(kiosk_page).values())
    kiosk_page.scanner(week.issue("youth"))
    kiosk_page.verdict("good")
    expect(question).to_be_hidden()  # this event does not ask yet
    set_asking(True)
    page.evaluate(BEAT)
    wait_until(page, ASKS)
    kiosk_page.scanner(week.issue("youth"))
    expect(question).to_be_visible()
    assert serious(page) == []
    kiosk_page.scanner(week.issue("public"))  # the next one does not wait for an answer
    kiosk_page.verdict("good", "社会公众")
    # Read at once: the thanks are gone after a moment.
    assert "谢谢" in question.get_by_role("button", name="有收获").evaluate(CLICK_AND_READ)
    expect(question).to_be_hidden()
    wait_until(page, NONE_WAITING)
    page.context.set_offline(True)
    kiosk_page.scanner(week.issue("youth"))
    expect(page.locator('#verdict[data-kind="good"]')).to_be_visible()
    question.get_by_role("button", name="一般").click()
    expect(question).to_be_hidden()
    assert len(page.evaluate(KEPT, "opinions")) == 1
    page.context.set_offline(False)
    page.evaluate(SEND)
    wait_until(page, NONE_WAITING)
    helpful, fair, none = before
    assert list(answers(kiosk_page).values()) == [helpful + 1, fair + 1, none]


def test_a_reward_is_handed_out_once(kiosk_page: KioskPage):
    week, page = kiosk_page.week, kiosk_page.page
    with week.rows() as campaign, transaction():
        campaign.rewards[0].stamps, campaign.rewards[0].focus_points = 1, 0
        expected = campaign.rewards[0].name_zh
    token = week.issue("youth")
    kiosk_page.scanner(token)
    kiosk_page.verdict("good")
    page.locator("#about").click()
    page.locator("#cards-open").click()
    dialog = page.locator("#cards")
    kiosk_page.scanner(token)
    row = dialog.locator(".card-reward", has_text=expected)
    expect(row.get_by_role("button", name="发放")).to_be_visible()
    assert serious_in_both(page) == []
    row.get_by_role("button", name="发放").click()
    expect(row).to_contain_text("领取")
    expect(row.get_by_role("button")).to_have_count(0)
    dialog.get_by_role("button", name="关闭").click()
    expect(page.locator("#today")).to_have_text("1")  # looking a card up is no check-in
