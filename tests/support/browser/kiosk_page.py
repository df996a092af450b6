"""A served week with an event that is open now, and a hand on its kiosk: what the browser tests of the app share."""

import asyncio
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from models import clock
from models.campaigns import file
from models.campaigns.tables import Campaign, find_campaign
from models.codes import keys, passes
from models.db import db, transaction
from models.devices import kiosks, pairing
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from models.figures.count import figures
from models.ledger.tables import Scan
from models.operations import campaign_loader
from tests.support.records.week import make_event
from tests.support.servers.served_application import Server

TITLE = "今天的现场宣传"
KEY_PAUSE = 0.005  # seconds: what a scanner does and no hand can
HAND_PAUSE = 0.15
# What a test puts itself in the way of.
API = "**/api/v1/**"
SCANS = "**/api/v1/scans"
# What the app does by itself, at once; what it keeps, by its name.
BEAT = "import('/static/js/kiosk/server/heartbeat.js').then((beat) => beat.now())"
SEND = "import('/static/js/kiosk/server/outbox.js').then((outbox) => outbox.send())"
KEPT = """async (key) => (await import("/static/js/kiosk/storage/device-values.js")).get(key)"""
# A worker that takes over at this moment may let a request past what a test has put in its way.
SETTLED = """() => new Promise((done) => {
    const { serviceWorker } = navigator;
    if (serviceWorker.controller) done();
    else serviceWorker.addEventListener("controllerchange", done, { once: true });
})"""
HIDDEN = {"key": "Process", "windowsVirtualKeyCode": 229}  # a key as an input method leaves it
ENTER = {"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}


@dataclass
class Week:
    """The server's database, looked at from the test's own process."""

    server: Server
    campaign_id: str
    event_id: int

    @property
    def url(self) -> str:
        return self.server.url + "/kiosk/"

    @contextmanager
    def rows(self) -> Iterator[Campaign]:
        with self.server.app.app_context():
            yield find_campaign(self.campaign_id)

    def offer(self, **what) -> str:
        """A fresh pairing code."""
        with self.rows():
            event = db.session.get_one(Event, self.event_id)
            return pairing.create_code(event, self.server.app.config["SECRET_KEY"], clock.now(), **what)

    @contextmanager
    def kiosk(self) -> Iterator[kiosks.Kiosk]:
        """The device that was paired last, as the desk changes it."""
        with self.rows(), transaction():
            yield db.session.scalars(select(kiosks.Kiosk).order_by(kiosks.Kiosk.id.desc())).first()

    def issue(self, group: str = "youth", **fields) -> str:
        """The token of a fresh pass."""
        with self.rows() as campaign:
            return passes.issue(campaign, group, clock.now(), **fields)[0].token

    def visits(self) -> int:
        with self.rows() as campaign:
            return figures(campaign, clock.now()).visits

    def scans(self) -> list[Scan]:
        """The ledger, in the order in which the server learned."""
        with self.rows():
            return list(db.session.scalars(select(Scan).order_by(Scan.number)))

    def signature(self, kiosk_id: int, signed: str) -> str:
        """What docs/queue-file.md asks for, from all that the server keeps of a device."""
        with self.rows():
            kiosk = db.session.get_one(kiosks.Kiosk, kiosk_id)
            return hmac.digest(kiosk.digest.encode(), signed.encode(), "sha256").hex()

    def revoke_all(self) -> None:
        with self.rows():
            for kiosk in db.session.scalars(select(kiosks.Kiosk)).all():
                kiosks.revoke(kiosk.id, clock.now())


def open_week(server: Server) -> Week:
    """Load the campaign into an empty served database, with one event that is open the whole of today."""
    with server.app.app_context():
        now = clock.now()
        campaign = campaign_loader.load_campaign(file.default_campaign_file())
        with transaction():
            keys.ensure_keys(now)
        day = campaign.today(now)
        event = make_event(campaign, TITLE, occurrences=(OccurrenceDraft(day, day),))
        return Week(server, campaign.id, event.id)


def _key(character: str) -> dict:
    """A key of a plain keyboard; capitals are typed with Shift."""
    signs = {":": "Semicolon", "/": "Slash", ".": "Period", "-": "Minus", "?": "Slash", "=": "Equal"}
    place = f"Digit{character}" if character.isdigit() else f"Key{character.upper()}"
    code = signs.get(character, place)
    return {"key": character, "text": character, "code": code, "modifiers": 8 if character.isupper() else 0}


def _hidden(character: str) -> dict:
    return {"code": _key(character)["code"], **HIDDEN}


def _stroke(key: dict, stamp: float) -> list[dict]:
    return [{"type": "keyDown", "timestamp": stamp, **key}, {"type": "keyUp", **key, "text": ""}]


def _send_all(session: CDPSession, events: list[dict]) -> None:
    """At once, in their order: where each waited for the answer to the last, a busy machine would pause as no scanner does."""

    async def send() -> None:
        own = session._impl_obj
        await asyncio.gather(*(own.send("Input.dispatchKeyEvent", event, None) for event in events))

    session._sync(send())


@dataclass
class KioskPage:
    """A hand on a kiosk."""

    page: Page
    week: Week

    def pair(self, **what) -> "KioskPage":
        """what: of the offer (may_scan, may_tally, supervisor, with_event)."""
        self.page.goto(self.week.url)
        code = self.week.offer(**what)
        self.page.get_by_label("配对码").fill(f"{code[:4].lower()}-{code[4:]}")
        self.page.get_by_role("button", name="配对", exact=True).click()
        expect(self.page.locator("#event")).to_have_text(TITLE)
        expect(self.page.locator("#station")).to_be_visible()
        self.page.evaluate(SETTLED)
        return self

    def scanner(self, text: str, pause: float = KEY_PAUSE) -> None:
        """A USB scanner reads a code: keys, quicker than a hand, and Enter."""
        self._keys([_key(character) for character in text] + [ENTER], pause)

    def scanner_without_enter(self, *texts: str, pause: float = KEY_PAUSE) -> None:
        """A scanner that ends nothing with Enter; several texts follow each other at once."""
        self._keys([_key(character) for text in texts for character in text], pause)

    def scanner_behind_input_method(self, text: str) -> None:
        """The same while an input method is on: it hides which character a key means."""
        self._keys([_hidden(character) for character in text] + [ENTER])

    def keys_and_composed(self, text: str, composed: str) -> None:
        """The same where it tells the page its keys by their place, and puts what it made of them into the field at Enter."""
        session = self.page.context.new_cdp_session(self.page)
        end = len(composed)
        # Composed text cannot be stamped. With keys ahead of this machine's clock it is in time, however busy the machine is.
        began = time.time() + 60
        hidden = [*map(_hidden, text), {**ENTER, **HIDDEN, "text": ""}]
        *keys, enter = [_stroke(key, began + number * KEY_PAUSE) for number, key in enumerate(hidden)]
        composition = {"text": composed, "selectionStart": end, "selectionEnd": end}
        _send_all(session, [event for stroke in keys for event in stroke])
        session.send("Input.imeSetComposition", composition)
        _send_all(session, enter)
        session.send("Input.insertText", {"text": composed})
        session.detach()

    def composed(self, text: str) -> None:
        """The same where the input method gives the page no keys but Enter, only composed text."""
        session = self.page.context.new_cdp_session(self.page)
        end = len(text)
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": end, "selectionEnd": end})
        session.send("Input.insertText", {"text": text})
        session.detach()
        self._keys([ENTER])

    def hand(self, text: str) -> None:
        """A person presses keys, one after the other."""
        self._keys([_key(character) for character in text], HAND_PAUSE)

    def _keys(self, keys: list[dict], pause: float = KEY_PAUSE) -> None:
        """Real key events with the time stamps of a scanner, however slowly this machine sends them."""
        session = self.page.context.new_cdp_session(self.page)
        began = time.time() - len(keys) * pause
        strokes = [_stroke(key, began + number * pause) for number, key in enumerate(keys)]
        _send_all(session, [event for stroke in strokes for event in stroke])
        session.detach()

    def reload(self) -> None:
        """Switch the device on again; the guard against reading twice has forgotten."""
        self.page.reload()
        expect(self.page.locator("#work")).to_be_visible()

    def verdict(self, kind: str, *words: str) -> None:
        """Wait for a verdict of this kind (good, again, bad, kept) with these words, and let it go again."""
        shown = self.page.locator(f'#verdict[data-kind="{kind}"]')
        expect(shown).to_be_visible()
        for word in words:
            expect(shown).to_contain_text(word)
        self.page.keyboard.press("Escape")
        expect(shown).to_be_hidden()

    def mode(self, name: str) -> "KioskPage":
        """Choose scan, touch, tally or exit."""
        button = self.page.locator(f'#modes [data-mode="{name}"]')
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        return self

    def touch(self, name: str) -> None:
        """Tap a group, on the touch screen."""
        if self.page.locator("body").get_attribute("data-mode") != "touch":
            self.mode("touch")
        self.page.locator("#touch").get_by_role("button", name=name).click()

    def all_sent(self) -> None:
        """Wait until the server has answered every scan, and the screen says so."""
        expect(self.page.locator("#strip li.scan-unsent")).to_have_count(0, timeout=60_000)
        line = self.page.locator('#line[data-state="clear"]')
        expect(line).to_have_text("0 条待上传", timeout=60_000)

    def today(self, count: int) -> None:
        expect(self.page.locator("#today")).to_have_text(str(count))
