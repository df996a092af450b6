"""A screen in a real browser: its code is read from a picture of it and opens the phone's page; it outlives the network."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from models import clock
from models.db import db
from models.devices import screens
from models.devices.screens import Screen
from models.events.tables import Event
from tests.support.browser.axe import serious
from tests.support.browser.kiosk_page import SETTLED, TITLE, open_week
from tests.support.records.codes import read


def shown(page: Page) -> str:
    """The text of the code on the screen, by a decoder that is not ours."""
    expect(page.locator("#code")).to_be_visible()
    [found] = read(Image.open(BytesIO(page.screenshot())))
    return found


def after(page: Page, earlier: str) -> str:
    """The next code that a camera sees: on a busy machine the picture lags behind the page by some frames."""
    for _ in range(30):
        if (text := shown(page)) != earlier:
            return text
        page.wait_for_timeout(100)
    raise AssertionError("the screen still shows the earlier code")


def offered(week) -> str:
    with week.rows():
        event = db.session.get_one(Event, week.event_id)
        return screens.create_pairing(event, week.server.app.config["SECRET_KEY"], clock.now())


def path_of(text: str) -> str:
    """As a phone opens it: scheme and host are written in any case."""
    return "/V/" + text.rsplit("/", 1)[1]


def ahead() -> int:
    """The step of five minutes from now."""
    return int(clock.now().timestamp()) // 30 + 10


def test_a_screen_shows_codes_that_open_the_page(live_server, page):
    week = open_week(live_server)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.clock.install()
    page.goto(live_server.url + "/kiosk/display")
    assert serious(page) == []
    page.get_by_label("配对码").fill(offered(week))
    page.get_by_role("button", name="配对", exact=True).click()
    expect(page.locator("#title")).to_have_text(TITLE)
    first = shown(page)
    assert first.startswith(live_server.url + "/V/")
    status, body = live_server.get(path_of(first))
    assert (status, TITLE in body.decode()) == (200, True)
    assert serious(page) == []

    page.evaluate(SETTLED)

    # Half a minute on, without a network: another code, at once.
    page.context.set_offline(True)
    step = page.locator("#code").get_attribute("data-step")
    page.clock.fast_forward(30_000)
    expect(page.locator("#code")).not_to_have_attribute("data-step", step)
    expect(page.locator("#offline")).to_be_visible()
    second = after(page, first)
    assert live_server.get(path_of(second))[0] == 200  # one step ahead of the server's clock

    # A power cut: the screen starts without a network and shows its codes.
    page.reload()
    expect(page.locator("#title")).to_have_text(TITLE)
    expect(page.locator("#offline")).to_be_visible()
    assert live_server.get(path_of(shown(page)))[0] == 200

    # The login page of a network is not the server, whatever status it sends.
    page.context.set_offline(False)
    page.route(
        "**/api/v1/display*", lambda route: route.fulfill(status=401, content_type="text/html", body="<p>")
    )
    with page.expect_response("**/api/v1/display*"):
        page.clock.fast_forward(31_000)
    page.unroute("**/api/v1/display*")
    with page.expect_response("**/api/v1/display*"):
        page.clock.fast_forward(31_000)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#show")).to_be_visible()

    # An answer that took five minutes may tell what time it was then: the codes do not go back by half of that.
    held: list[Route] = []
    page.route("**/api/v1/display*", lambda route: held.append(route))
    with page.expect_request("**/api/v1/display*"):
        page.clock.fast_forward(31_000)
    page.clock.fast_forward(300_000)
    with page.expect_response("**/api/v1/display*"):
        held[0].continue_()
    page.unroute("**/api/v1/display*")
    page.wait_for_function(
        "step => Number(document.querySelector('#code').dataset.step) <= step", arg=ahead()
    )
    assert int(page.locator("#code").get_attribute("data-step")) >= ahead() - 1
    with page.expect_response("**/api/v1/display*"):
        page.clock.fast_forward(31_000)
    second = shown(page)

    # Ended on the desk: its codes open nothing, and the screen goes dark when it hears of it.
    with week.rows():
        event = db.session.get_one(Event, week.event_id)
        screens.revoke(event, db.session.scalars(select(Screen.id)).one(), clock.now())
    assert live_server.get(path_of(second))[0] == 410
    page.clock.fast_forward(31_000)
    expect(page.locator("#ended")).to_be_visible()
    expect(page.locator("#show")).to_be_hidden()
    page.reload()
    expect(page.locator("#pairing")).to_be_visible()
    kept = page.evaluate("import('/static/js/screens/stored-codes.js').then((kept) => kept.recall())")
    assert kept == {"screen": None, "codes": []}
