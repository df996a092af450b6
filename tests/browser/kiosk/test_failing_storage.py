"""The kiosk app where the browser cannot store scans."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser.device_profile import Profile
from tests.support.browser.kiosk_page import SEND, KioskPage, Week

pytestmark = pytest.mark.browser

# A disk without room: the transaction ends by itself, with this error.
FULL = """([message, name]) => {
    const { add } = IDBObjectStore.prototype;
    globalThis.mend = () => { IDBObjectStore.prototype.add = add; };
    IDBObjectStore.prototype.add = function () {
        const error = new DOMException(message, name);
        Object.defineProperty(this.transaction, "error", { value: error });
        this.transaction.abort();
    };
}"""
FULL_BY_QUOTA = (
    "Encountered full disk while opening backing store for indexedDB.open.",
    "QuotaExceededError",
)
# As Chromium words it where the file system has no space left.
FULL_DISK = (
    "Connection is closing because of: IO error: .../000003.log: FILE_ERROR_NO_SPACE (ChromeMethodBFE: 3::WritableFileAppend::8)",
    "UnknownError",
)
NOT_OPENED = ("Internal error opening backing store for indexedDB.open.", "UnknownError")


@pytest.fixture
def careless(device_profile: Profile, week: Week) -> Iterator[KioskPage]:
    """A device whose errors are thrown on, for whoever looks into the console."""
    page = device_profile.open(week.server.url)
    page.set_viewport_size({"width": 1280, "height": 720})
    yield KioskPage(page, week).pair()
    device_profile.close_pages(page)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FULL_BY_QUOTA, "存储空间已满"),
        (FULL_DISK, "存储空间已满"),
        (NOT_OPENED, "存储空间可能已满"),
    ],
    ids=["quota", "disk", "not opened"],
)
def test_what_cannot_be_kept_is_no_check_in(careless: KioskPage, week: Week, error, words):
    """The disk is full: said in place of the verdict, and the screen is free again. Nobody is told of private browsing who
    has stored something here."""
    page, before = careless.page, len(week.scans())
    page.evaluate(FULL, list(error))
    careless.scanner(week.issue("youth"))
    careless.verdict("bad", "未签到", words)
    expect(page.locator("#notice")).to_contain_text(words)
    careless.touch("青少年")
    careless.verdict("bad", "未签到", words)
    assert len(week.scans()) == before
    page.evaluate("mend()")
    careless.mode("scan")
    careless.scanner(week.issue("youth"))
    careless.verdict("good", "已签到")


def test_what_is_kept_already_is_not_told_as_lost(careless: KioskPage, week: Week):
    """The scan is on disk, the server's answer to it cannot be noted: it counts, and nothing else is promised or said."""
    page, before = careless.page, week.visits()
    page.evaluate(
        """() => {
            const { put } = IDBObjectStore.prototype;
            globalThis.mend = () => { IDBObjectStore.prototype.put = put; };
            IDBObjectStore.prototype.put = function (value, ...key) {
                if (this.name === "scans") throw new Error("not kept");
                return put.call(this, value, ...key);
            };
        }"""
    )
    careless.scanner(week.issue("youth"))
    careless.verdict("kept", "已存入本机", "稍后由服务器核验")
    expect(page.locator("#notice")).to_contain_text("无法保存扫码记录")
    page.evaluate("mend()")
    page.evaluate(SEND)
    careless.all_sent()
    careless.today(1)
    assert week.visits() == before + 1


BASES = """
    const { open } = IDBFactory.prototype;
    globalThis.bases = [];
    IDBFactory.prototype.open = function (name, version) {
        const refused = localStorage.getItem("refused");
        localStorage.removeItem("refused");
        const asked = open.call(this, name, refused ? 1 : version);  // older than what is there: an error
        asked.addEventListener("success", () => bases.push(asked.result));
        return asked;
    };
"""


def test_storage_that_failed_is_opened_again(browser: Browser, week: Week):
    """Browsers close it by themselves, and the next visitor is waiting."""
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(BASES)
    page = context.new_page()
    page.clock.install()
    kiosk_page = KioskPage(page, week).pair()
    page.evaluate("bases.forEach((base) => base.close())")
    kiosk_page.touch("青少年")
    kiosk_page.verdict("good", "已签到")
    page.evaluate("localStorage.setItem('refused', 'once')")
    page.reload()
    expect(page.locator("#notice")).to_contain_text("无法保存")
    page.clock.run_for(15_000)
    expect(page.locator("#work")).to_be_visible()
    context.close()
