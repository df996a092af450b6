"""What the kiosk's screen is for: the clicker of the staff, the way out, and only what a device may do."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from models import clock
from models.db import db, transaction
from models.devices import kiosks, pairing
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from tests.support.browser.kiosk_page import BEAT, SEND, KioskPage, Week
from tests.support.records.week import Device, make_event

pytestmark = pytest.mark.browser

AGED = """async () => {
    const { within, SCANS } = await import("/static/js/kiosk/storage/tables.js");
    await within("readwrite", [SCANS], (scans) => {
        const asked = scans.openCursor();
        asked.onsuccess = () => {
            if (!asked.result) return;
            asked.result.update({ ...asked.result.value, made: asked.result.value.made - 16 * 60000 });
            asked.result.continue();
        };
    });
}"""


@pytest.fixture(scope="module")
def week(week: Week) -> Week:
    """The event has room for 200, people in it already, and a way out of its own."""
    with week.rows(), transaction():
        event = db.session.get_one(Event, week.event_id)
        event.track_exits, event.occurrences[0].capacity = True, 200
    with week.rows() as campaign:
        now = clock.now()
        kiosk, _token = kiosks.create_kiosk(
            db.session.get_one(Event, week.event_id), now - timedelta(minutes=1)
        )
        Device(campaign, kiosk).tally("public", now, headcount=20)
    return week


def modes(page: Page) -> list[str]:
    return page.locator("#modes [data-mode]").evaluate_all("all => all.map((one) => one.dataset.mode)")


def delivered(kiosk_page: KioskPage) -> None:
    expect(kiosk_page.page.locator("#strip li.scan-unsent")).to_have_count(0)
    kiosk_page.page.evaluate(SEND)


def clicks(kiosk_page: KioskPage, group: str) -> str:
    return kiosk_page.page.locator(f'[data-click="{group}"] .clicker-sum').inner_text()


def tallies(kiosk_page: KioskPage, count: int) -> list[tuple]:
    """The newest rows of the ledger, once a burst has become a row and has arrived."""
    expect(kiosk_page.page.locator("#strip li").nth(count - 1)).to_be_visible()
    delivered(kiosk_page)
    newest = sorted(kiosk_page.week.scans()[-count:], key=lambda row: row.seq)
    return [(row.kind, row.group, row.headcount, row.direction) for row in newest]


class TestCounting:
    def test_a_burst_of_clicks_is_one_row(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        before = kiosk_page.week.visits()
        for _ in range(5):
            kiosk_page.page.locator('[data-click="youth"]').click()
        expect(kiosk_page.page.locator("#clicked")).to_have_text("5")
        assert clicks(kiosk_page, "youth") == "5"
        kiosk_page.page.locator('[data-click="public"]').click()
        assert tallies(kiosk_page, 2) == [("tally", "youth", 5, "in"), ("tally", "public", 1, "in")]
        assert kiosk_page.week.visits() == before + 6
        expect(kiosk_page.page.locator("#clicked")).to_have_text("6")

    def test_the_keys_one_to_five_click_and_a_scanner_does_not(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        kiosk_page.scanner(kiosk_page.week.issue("youth"))  # a pass is full of digits
        kiosk_page.verdict("good", "青少年")
        kiosk_page.hand("11245")
        expect(kiosk_page.page.locator("#clicked")).to_have_text("5")
        told = {group: clicks(kiosk_page, group) for group in ("innovators", "government", "youth", "public")}
        assert told == {"innovators": "2", "government": "1", "youth": "0", "public": "1"}
        assert clicks(kiosk_page, "unknown") == "1"

    def test_the_last_click_is_taken_back_out_of_the_burst(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        for _ in range(3):
            kiosk_page.page.locator('[data-click="youth"]').click()
        kiosk_page.page.locator("#unclick").click()
        expect(kiosk_page.page.locator('[data-click="youth"] .clicker-sum')).to_have_text("2")
        assert tallies(kiosk_page, 1) == [("tally", "youth", 2, "in")]

    def test_the_last_click_is_taken_back_out_of_a_row(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        before = kiosk_page.week.visits()
        for _ in range(3):
            kiosk_page.page.locator('[data-click="youth"]').click()
        assert tallies(kiosk_page, 1) == [("tally", "youth", 3, "in")]
        kiosk_page.page.locator("#unclick").click()
        expect(kiosk_page.page.locator('[data-click="youth"] .clicker-sum')).to_have_text("2")
        rows = tallies(kiosk_page, 3)
        assert [kind for kind, *_ in rows] == ["tally", "undo", "tally"]
        assert rows[2] == ("tally", "youth", 2, "in")
        assert len({row.at for row in kiosk_page.week.scans()[-3:] if row.kind == "tally"}) == 1
        assert kiosk_page.week.visits() == before + 2

    def test_clicks_survive_a_page_that_goes_away(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        for _ in range(4):
            kiosk_page.page.locator('[data-click="government"]').click()
        expect(kiosk_page.page.locator('[data-click="government"] .clicker-sum')).to_have_text("4")
        kiosk_page.reload()
        expect(kiosk_page.page.locator("#tally")).to_be_visible()  # the last choice is kept
        expect(kiosk_page.page.locator('[data-click="government"] .clicker-sum')).to_have_text("4")
        assert tallies(kiosk_page, 1) == [("tally", "government", 4, "in")]

    def test_clicks_offline_are_kept_and_arrive_once(self, kiosk_page: KioskPage):
        kiosk_page.mode("tally")
        before = kiosk_page.week.visits()
        kiosk_page.page.context.set_offline(True)
        for _ in range(3):
            kiosk_page.page.locator('[data-click="public"]').click()
        expect(kiosk_page.page.locator("#line")).to_have_attribute("data-waiting", "1")
        kiosk_page.page.context.set_offline(False)
        expect(kiosk_page.page.locator("#line")).to_have_attribute("data-state", "clear", timeout=20_000)
        assert kiosk_page.week.visits() == before + 3


class TestTheWayOut:
    def test_scans_at_the_exit_count_as_out(self, kiosk_page: KioskPage):
        week, page = kiosk_page.week, kiosk_page.page
        token = week.issue("innovators")
        kiosk_page.scanner(token)
        kiosk_page.verdict("good", "已签到")
        kiosk_page.reload()
        kiosk_page.mode("exit")
        expect(page.locator(".exit-band")).to_be_visible()
        kiosk_page.scanner(token)
        kiosk_page.verdict("out", "已离场", "创新主体")
        expect(page.locator("#strip li").first).to_contain_text("已离场")
        kiosk_page.reload()
        kiosk_page.scanner(token)
        kiosk_page.verdict("again", "此前已离场")
        kiosk_page.mode("scan")
        kiosk_page.reload()
        expect(page.locator(".exit-band")).to_be_hidden()
        kiosk_page.scanner(token)
        kiosk_page.verdict("good", "欢迎再次入场")
        delivered(kiosk_page)
        rows = [(row.direction, row.verdict) for row in week.scans()[-4:]]
        assert rows == [("in", "stored"), ("out", "stored"), ("out", "repeat"), ("in", "repeat")]

    def test_a_mode_that_is_shown_is_kept(self, kiosk_page: KioskPage):
        page = kiosk_page.page
        kiosk_page.mode("exit")
        with page.expect_navigation():
            page.evaluate(
                """() => {
                    const button = document.querySelector('#modes [data-mode="scan"]');
                    const shown = () => button.ariaPressed === "true" && location.reload();
                    new MutationObserver(shown).observe(button, { attributes: true });
                    button.click();
                }"""
            )
        expect(page.locator("#work")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-mode", "scan")

    def test_a_group_leaves_as_a_whole_and_is_not_asked(self, kiosk_page: KioskPage):
        token = kiosk_page.week.issue("youth", headcount=40)
        kiosk_page.scanner(token)
        kiosk_page.page.locator("#group-count-confirm").click()
        kiosk_page.verdict("good", "40 人")
        kiosk_page.reload()
        kiosk_page.mode("exit")
        kiosk_page.scanner(token)
        kiosk_page.verdict("out", "已离场")
        expect(kiosk_page.page.locator("#group-count")).to_be_hidden()

    def test_people_without_a_pass_leave_by_a_click(self, kiosk_page: KioskPage):
        kiosk_page.page.evaluate(BEAT)
        kiosk_page.mode("exit")
        inside = int(kiosk_page.page.locator(".inside-now").inner_text())
        before = kiosk_page.week.visits()
        for _ in range(2):
            kiosk_page.page.locator("#leave").click()
        expect(kiosk_page.page.locator("#left")).to_have_text("2")
        assert tallies(kiosk_page, 1) == [("tally", "unknown", 2, "out")]
        expect(kiosk_page.page.locator(".inside-now")).to_have_text(str(inside - 2))
        assert kiosk_page.week.visits() == before

    def test_where_nobody_counts_exits_there_is_no_way_out(self, page: Page, week: Week):
        with week.rows(), transaction():
            db.session.get_one(Event, week.event_id).track_exits = False
        kiosk_page = KioskPage(page, week).pair()
        assert modes(page) == ["scan", "touch", "tally"]
        with week.rows(), transaction():
            db.session.get_one(Event, week.event_id).track_exits = True
        page.evaluate(BEAT)
        expect(page.locator('[data-mode="exit"]').last).to_be_visible()
        kiosk_page.mode("exit")


def test_how_many_are_inside_is_live_and_dated_when_it_is_old(kiosk_page: KioskPage):
    page, inside = kiosk_page.page, kiosk_page.page.locator(".inside-now")
    first = int(inside.inner_text())
    expect(page.locator(".inside-of")).to_have_text("/ 200")
    page.context.set_offline(True)
    kiosk_page.scanner(kiosk_page.week.issue("youth"))
    kiosk_page.verdict("good", "离线")
    expect(inside).to_have_text(str(first + 1))
    expect(page.locator("#inside-note")).to_contain_text("截至")
    page.context.set_offline(False)
    expect(page.locator("#line")).to_have_attribute("data-state", "clear", timeout=20_000)
    page.evaluate(BEAT)
    expect(page.locator("#inside-note")).to_be_hidden()
    expect(inside).to_have_text(str(first + 1))


OWN_SINCE = """async (scans) => {
    const { ownSince } = await import("/static/js/kiosk/screen/occupancy.js");
    return ownSince(scans, 1000, 7);
}"""


def kept(id: str, settled: int | None, **about) -> dict:
    """A scan on the device's disk; the server's count was heard at 1000."""
    entry = {
        "id": id,
        "at": about.pop("at", 0),
        "sitting": about.pop("occurrence", 7),
        "day": "2024-04-22",
        "direction": "in",
    }
    body = {"shown": "stored", "kind": "pass", "undoes": about.pop("undoes", None)}
    more = {name: about.pop(name) for name in ("undone",) if name in about}
    entry |= {"headcount": 1, "holder": None, **about}
    state = {"state": "answered", "settled": settled, "answer": {"verdict": "stored"}}
    if settled is None:
        state = {"state": "waiting"}
    return {"id": id, "made": 0, "body": body, "about": {"entry": entry}, **state, **more}


OWN = {
    "nothing": ([], 0),
    "what the server had counted": ([kept("a", 900, headcount=5)], 0),
    "what it has not": ([kept("a", None, headcount=5), kept("b", 1100)], 6),
    "who left since": ([kept("a", 900, holder="p"), kept("b", None, holder="p", at=5, direction="out")], -1),
    "who left and came back": (
        [
            kept("a", 900, holder="p"),
            kept("b", None, holder="p", at=5, direction="out"),
            kept("c", None, holder="p", at=9),
        ],
        0,
    ),
    "the same twice": ([kept("a", None, holder="p"), kept("b", None, holder="p", at=5)], 1),
    "a raised group": (
        [kept("a", 900, holder="p", headcount=30), kept("b", None, holder="p", headcount=43, at=5)],
        13,
    ),
    "heads that went out": ([kept("a", None, headcount=3, direction="out")], -3),
    "undone since": (
        [kept("a", 900, headcount=4, undone=True), kept("u", None, undoes="a", occurrence=0)],
        -4,
    ),
    "undone before": (
        [kept("a", 900, headcount=4, undone=True), kept("u", 950, undoes="a", occurrence=0)],
        0,
    ),
    "of another occurrence": ([kept("b", None, occurrence=8)], 0),
    "of yesterday": ([kept("a", None, day="2024-04-21")], 1),
    "here since yesterday, scanned again": (
        [kept("a", 900, holder="p", day="2024-04-21"), kept("b", None, holder="p", at=5)],
        0,
    ),
    "here since yesterday, gone after midnight": (
        [kept("a", 900, holder="p", day="2024-04-21"), kept("b", None, holder="p", at=5, direction="out")],
        -1,
    ),
}


def test_what_a_device_adds_to_the_servers_count(page: Page, week: Week):
    page.goto(week.url)
    told = {name: page.evaluate(OWN_SINCE, scans) for name, (scans, _sum) in OWN.items()}
    assert told == {name: expected for name, (_scans, expected) in OWN.items()}


WHEN_TODAY = """async ([start, end]) => {
    const { describeTimeToday } = await import("/static/js/kiosk/base/words.js");
    return describeTimeToday({ start, end }, "Asia/Shanghai", Date.parse("2024-04-22T01:00:00Z"));
}"""
TIMES = {
    ("2024-04-22T09:30:00+08:00", "2024-04-22T11:30:00+08:00"): "09:30–11:30",
    ("2024-04-22T00:00:00+08:00", "2024-04-23T00:00:00+08:00"): "00:00–24:00",
    ("2024-04-22T21:30:00+08:00", "2024-04-23T02:30:00+08:00"): "21:30–次日 02:30",
    ("2024-04-23T21:30:00+08:00", "2024-04-24T00:00:00+08:00"): "4月23日周二 21:30–24:00",
    (
        "2024-04-22T09:00:00+08:00",
        "2024-04-24T17:00:00+08:00",
    ): "4月22日周一 09:00 – 4月24日周三 17:00",
    ("2024-04-23T09:00:00+08:00", None): "4月23日周二 09:00",
    ("2024-04-22", "2024-04-23"): "4月22日周一 – 4月23日周二 全天",
}


def test_a_device_tells_times_as_the_calendar_does(page: Page, week: Week):
    page.goto(week.url)
    assert {times: page.evaluate(WHEN_TODAY, list(times)) for times in TIMES} == TIMES


LINES = """async () => {
    const { describeTimes } = await import("/static/js/kiosk/base/words.js");
    const days = [26, 27, 28, 29, 30].map((day) => `2024-04-${day}`);
    const each = (start, end, more) => days.map((day, id) => (
        { id, held: true, capacity: null, venue: "甲", ...more, start: `${day}${start}`, end: end && `${day}${end}` }));
    const whole = days.map((day, id) => ({
        id, held: true, capacity: null, start: `${day}T00:00:00+08:00`,
        end: new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString(),
    }));
    const broken = each("T09:00:00+08:00", "T11:00:00+08:00");
    broken[2].venue = "乙";
    return [whole, broken, each("", "", { half_day: "morning" }), each("T09:00:00+08:00", null).slice(0, 1), []]
        .map((occurrences) => describeTimes(occurrences, "Asia/Shanghai"));
}"""


def test_equal_sessions_on_days_in_a_row_are_one_line_of_the_menu(page: Page, week: Week):
    page.goto(week.url)
    assert page.evaluate(LINES) == [
        ["4月26日—4月30日 每天 00:00–24:00"],
        [
            "4月26日—4月27日 每天 09:00–11:00",
            "4月28日周日 09:00–11:00",
            "4月29日—4月30日 每天 09:00–11:00",
        ],
        ["4月26日—4月30日 每天 上午"],
        ["4月26日周五 09:00"],
        [],
    ]


def test_two_sessions_in_one_room_can_be_told_apart(page: Page, week: Week):
    with week.rows() as campaign:
        # One is over and takes those who are late, the other has begun: a scan counts there.
        now, zone = clock.now().replace(second=0, microsecond=0), clock.zone(campaign.zone)
        hours = [
            (now + timedelta(hours=begin), now + timedelta(hours=end))
            for begin, end in ((-4, -0.5), (-0.25, 2))
        ]
        drafts = [
            OccurrenceDraft(clock.day_of(begin, campaign.zone), clock.day_of(end, campaign.zone), begin, end)
            for begin, end in hours
        ]
        begins = [f"{begin.astimezone(zone):%H:%M}–" for begin, _end in hours]
        event = make_event(campaign, "同一间房的两场", occurrences=drafts)
        with transaction():
            event.track_exits = True
        code = pairing.create_code(event, week.server.app.config["SECRET_KEY"], clock.now())
    page.goto(week.url)
    page.get_by_label("配对码").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".inside-which")).to_contain_text(begins)
    expect(page.locator("#session")).to_have_text(re.compile(f"^[^/]*{begins[1]}.* / .*{begins[0]}"))


class TestScopes:
    def test_a_device_that_scans_offers_no_clicker(self, page: Page, week: Week):
        kiosk_page = KioskPage(page, week).pair(may_tally=False)
        assert modes(page) == ["scan", "touch", "exit"]
        kiosk_page.mode("exit")
        expect(page.locator("#leaving")).to_be_hidden()

    def test_a_device_that_counts_takes_no_pass(self, page: Page, week: Week):
        kiosk_page = KioskPage(page, week).pair(may_scan=False)
        assert modes(page) == ["tally", "exit"]
        expect(page.locator("#look")).to_be_hidden()
        page.context.set_offline(True)
        kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("bad", "本机无权进行此操作")
        page.context.set_offline(False)

    def test_only_a_supervisor_undoes_what_is_old(self, page: Page, week: Week):
        kiosk_page = KioskPage(page, week).pair(supervisor=True)
        kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("good")
        page.evaluate(AGED)
        expect(page.locator(".scan-undo")).to_have_count(1)
        with week.kiosk() as kiosk:
            kiosk.supervisor = False
        page.evaluate(BEAT)
        expect(page.locator(".scan-undo")).to_have_count(0)
