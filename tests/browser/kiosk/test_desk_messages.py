"""What reaches a kiosk from afar: the desk's message and lock, another event, a QR code that pairs, the end of its time."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.devices.kiosks import Heartbeat, KioskService
from models.drawing import qr
from models.events.draft import OccurrenceDraft
from models.ledger.tables import Flag
from tests.support.browser.camera import film
from tests.support.browser.kiosk_page import BEAT, KEPT, SCANS, SEND, TITLE, KioskPage, Week
from tests.support.records.week import make_event

pytestmark = pytest.mark.browser

DEVICES = "select count(*) from kiosk"


def tell(kiosk_page: KioskPage, **columns) -> None:
    """The desk changes the device, and the device hears of it."""
    with kiosk_page.week.kiosk() as kiosk:
        for name, value in columns.items():
            setattr(kiosk, name, value)
    kiosk_page.page.evaluate(BEAT)


def devices_paired(week: Week) -> int:
    with week.rows():
        return db.session.scalar(db.text(DEVICES))


class TestHeartbeat:
    def test_a_device_tells_how_it_is(self, kiosk_page: KioskPage):
        page = kiosk_page.page
        page.route(SCANS, lambda route: route.abort())
        for _ in range(2):
            kiosk_page.scanner(kiosk_page.week.issue("youth"))
            kiosk_page.verdict("good", "离线")
        page.evaluate(BEAT)
        with kiosk_page.week.kiosk() as kiosk:
            beat = db.session.get_one(Heartbeat, kiosk.id)
            told = (beat.waiting, beat.aside, beat.version)
            age = clock.now() - beat.oldest_at
        assert told == (2, 0, page.locator("html").get_attribute("data-version"))
        assert timedelta(0) <= age < timedelta(minutes=1)
        page.unroute(SCANS)

    def test_it_beats_by_itself(self, page: Page, week: Week):
        page.clock.install()
        KioskPage(page, week).pair()
        with page.expect_request("**/api/v1/kiosk/heartbeat") as asked:
            page.clock.run_for(35_000)
        told = json.loads(asked.value.post_data)
        assert (told["waiting"], told["aside"], told["oldest"]) == (0, 0, None)


class TestTheDesk:
    def test_a_message_stays_until_it_is_taken_away(self, kiosk_page: KioskPage):
        page = kiosk_page.page
        tell(kiosk_page, message="请到东门\n李老师等您")
        text = page.locator("#message-text")
        expect(text).to_have_text("请到东门 李老师等您")
        page.get_by_role("button", name="知道了").click()
        expect(text).to_be_hidden()
        kiosk_page.reload()
        expect(text).to_be_hidden()
        page.get_by_role("button", name="主办单位消息").click()
        expect(text).to_be_visible()
        page.get_by_role("button", name="知道了").click()
        tell(kiosk_page, message="再到西门")
        expect(text).to_have_text("再到西门")  # another message is another thing to see
        expect(text).to_be_visible()
        tell(kiosk_page, message="")
        expect(page.locator("#message")).to_be_hidden()

    def test_a_locked_device_takes_no_scans_and_says_so(self, kiosk_page: KioskPage):
        page, before = kiosk_page.page, len(kiosk_page.week.scans())
        tell(kiosk_page, locked_at=clock.now())
        expect(page.get_by_role("heading", name="主办单位已锁定本机")).to_be_visible()
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        page.reload()
        page.context.set_offline(True)
        expect(page.locator("#locked")).to_be_visible()
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        expect(page.locator("#verdict")).to_be_hidden()
        page.context.set_offline(False)
        tell(kiosk_page, locked_at=None)
        expect(page.locator("#locked")).to_be_hidden()
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        kiosk_page.verdict("good", "已签到")
        assert len(kiosk_page.week.scans()) == before + 1

    def test_a_lock_closes_the_question_how_many_have_come(self, kiosk_page: KioskPage):
        page, before = kiosk_page.page, len(kiosk_page.week.scans())
        kiosk_page.scanner(kiosk_page.week.issue("youth", headcount=45))
        expect(page.locator("#group-count")).to_be_visible()
        tell(kiosk_page, locked_at=clock.now())
        expect(page.locator("#group-count")).to_be_hidden()
        tell(kiosk_page, locked_at=None)
        kiosk_page.scanner(kiosk_page.week.issue("youth"))
        kiosk_page.verdict("good", "已签到")
        assert len(kiosk_page.week.scans()) == before + 1

    def test_unlocking_takes_a_forgotten_pin_away(self, kiosk_page: KioskPage):
        page = kiosk_page.page
        page.evaluate("import('/static/js/kiosk/storage/pin-hash.js').then((pin) => pin.set('1234'))")
        tell(kiosk_page, locked_at=clock.now())
        expect(page.locator("#locked")).to_be_visible()
        assert page.evaluate(KEPT, "pin")["hash"]
        tell(kiosk_page, locked_at=None)
        expect(page.locator("#notice")).to_contain_text("取消了 PIN 码")
        assert page.evaluate(KEPT, "pin") is None

    def test_it_moves_to_another_event(self, kiosk_page: KioskPage):
        week, page = kiosk_page.week, kiosk_page.page
        with week.rows() as campaign:
            today = campaign.today(clock.now())
            other = _other(campaign, today)
        page.route("**/api/v1/**", lambda route: route.abort())  # also the heartbeats, which would tell it
        with week.kiosk() as kiosk:
            [service] = kiosk.services
            service.until = clock.now()
            db.session.add(KioskService(kiosk_id=kiosk.id, event_id=other, since=clock.now()))
        kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("good", "离线")  # let in where the device was, which has not heard
        page.unroute("**/api/v1/**")
        page.evaluate(BEAT)
        expect(page.locator("#event")).to_have_text("别处的活动")
        kiosk_page.scanner(week.issue("youth"))
        kiosk_page.verdict("good", "已签到")
        page.evaluate(SEND)
        moved = sorted(week.scans()[-2:], key=lambda scan: scan.seq)
        assert [(scan.event_id, scan.verdict) for scan in moved] == [
            (week.event_id, "stored"),
            (other, "stored"),
        ]
        assert [Flag.OUTSIDE_HOURS in Flag(scan.flags) for scan in moved] == [True, False]


def _other(campaign: Campaign, today) -> int:
    return make_event(campaign, "别处的活动", occurrences=(OccurrenceDraft(today, today),)).id


class TestPairingByQr:
    def opened(self, page: Page, week: Week, code: str) -> None:
        page.goto("about:blank")
        page.goto(f"{week.url}#pair={code}")
        expect(page.locator("#join")).to_be_visible()

    def test_an_address_pairs_after_one_tap_and_is_gone_at_once(self, page: Page, week: Week):
        code = week.offer(may_tally=False, with_event=True)
        self.opened(page, week, code)
        assert page.url == week.url
        assert code not in page.content()
        page.get_by_role("button", name="配对本机").click()
        expect(page.locator("#event")).to_have_text(TITLE)
        expect(page.locator("#notice")).to_contain_text("活动结束")
        expect(page.locator("#session")).to_contain_text("本机用至")
        page.go_back()
        page.go_forward()
        assert page.url == week.url

    def test_an_old_code_is_told_and_nothing_is_lost(self, page: Page, week: Week):
        self.opened(page, week, "ABCDEFGH")
        page.get_by_role("button", name="配对本机").click()
        expect(page.locator("#join-error")).to_contain_text("配对码")
        page.get_by_role("button", name="暂不配对").click()
        expect(page.get_by_label("配对码")).to_be_visible()

    def test_a_paired_device_is_asked_and_hands_over_first(self, kiosk_page: KioskPage):
        page, week = kiosk_page.page, kiosk_page.week
        count, before = devices_paired(week), len(week.scans())
        page.route(SCANS, lambda route: route.abort())
        kiosk_page.touch("青少年")
        kiosk_page.verdict("good", "离线")
        page.evaluate(f"location.hash = 'pair={week.offer()}'")
        expect(page.locator("#join")).to_contain_text("本机已配对为 K")
        assert page.url == week.url
        page.get_by_role("button", name="配对本机").click()
        expect(page.locator("#join-error")).to_contain_text("1")
        assert devices_paired(week) == count
        page.unroute(SCANS)
        page.get_by_role("button", name="配对本机").click()
        expect(page.locator("#join")).to_be_hidden()
        kiosk_page.mode("scan")
        expect(page.locator("#event")).to_have_text(TITLE)
        assert devices_paired(week) == count + 1
        [scan] = week.scans()[before:]
        with week.kiosk() as kiosk:
            assert scan.kiosk_id != kiosk.id

    def test_the_camera_of_the_pairing_screen_reads_the_desks_code(self, launch, tmp_path, week: Week):
        picture = qr.png(f"{week.url}#pair={week.offer()}", qr.PASS_LEVEL)
        clip = film(picture, tmp_path / "pair.y4m")
        camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
        browser: Browser = launch(*camera, f"--use-file-for-fake-video-capture={clip}")
        page = browser.new_context(locale="zh-CN").new_page()
        page.goto(week.url)
        page.get_by_role("button", name="扫描主办单位的二维码").click()
        expect(page.locator("#event")).to_have_text(TITLE, timeout=30_000)
        expect(page.locator("#pair-look")).to_be_hidden()

    def test_an_address_that_nobody_can_decode_holds_no_code(self, page: Page, week: Week):
        page.goto(f"{week.url}#pair=%E0%A4%A")
        field = page.get_by_label("配对码")
        field.fill(f"{week.url}#pair=%E0%A4%A")
        page.get_by_role("button", name="配对", exact=True).click()
        expect(page.locator("#pair-error")).to_contain_text("配对码为 8 位")
        expect(page.locator("#join")).to_be_hidden()

    def test_a_scanner_may_type_the_whole_address(self, page: Page, week: Week):
        page.goto(week.url)
        page.get_by_label("配对码").fill(f"{week.url}#pair={week.offer()}")
        page.get_by_role("button", name="配对", exact=True).click()
        expect(page.locator("#event")).to_have_text(TITLE)


class TestTheEndOfItsTime:
    def test_a_stewards_phone_stops_hands_over_and_forgets(self, kiosk_page: KioskPage):
        page, week = kiosk_page.page, kiosk_page.week
        tell(kiosk_page, expires_at=clock.now() + timedelta(hours=1))
        expect(page.locator("#session")).to_contain_text("本机用至")
        page.route("**/api/v1/**", lambda route: route.abort())
        kiosk_page.touch("社会公众")
        kiosk_page.verdict("good", "离线")
        with week.kiosk() as kiosk:
            kiosk.expires_at = clock.now()
        # Nobody has to tell it: it knows its time.
        page.evaluate(
            """async () => {
                const known = (await import("/static/js/kiosk/server/device-state.js")).current();
                known.kiosk.expires = new Date(Date.now() - 1000).toISOString();
            }"""
        )
        expect(page.locator("#pair-why")).to_contain_text("本机使用期已满", timeout=15_000)
        expect(page.locator("#event")).to_have_text("签到终端")
        expect(page.locator("#session")).to_be_empty()
        expect(page.locator("#pair-kept")).to_contain_text("1")
        page.unroute("**/api/v1/**")
        page.reload()
        expect(page.get_by_label("配对码")).to_be_visible()
        for _ in range(100):
            if page.evaluate(KEPT, "knowledge") is None:
                break
            page.wait_for_timeout(100)
        assert page.evaluate(KEPT, "token") is None
        assert page.evaluate(KEPT, "knowledge") is None
        arrived = week.scans()[-1]
        assert (arrived.kind, arrived.verdict) == ("touch", "stored")
        assert Flag.AFTER_REVOCATION not in Flag(arrived.flags)  # it was made in time
