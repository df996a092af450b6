"""Nothing printed, issued, paired or exported ever dies: each identifier is followed from outside after every step of random
merges, moves, changes of region, re-imports of our own export, and cancellations."""

import random
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from models import clock
from models.codes import passes, venue_codes
from models.devices import kiosks
from models.events.draft import VenueDraft
from models.events.merges import standing_event
from models.events.tables import Event
from models.figures.recount.comparison import verify
from models.ics import vevent
from models.imports.read_file import read_file
from models.installation import site
from models.publishing import lifecycle
from tests.support.browser.phone import Phone
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, Device, load_week, make_event, minutes, session
from web.feeds.events_csv import everything

BEFORE = NINE - minutes(180)
REGIONS = ("320723", "320700", "320102")


@dataclass
class Issued:
    """What went out for an event before anything happened to it."""

    event: Event
    poster: str
    pass_token: str
    class_token: str
    device: Device
    device_token: str
    uid: str


@pytest.fixture
def campaign(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return load_week()


def issue(campaign, title: str) -> Issued:
    event = make_event(campaign, title)
    kiosk, token = kiosks.create_kiosk(event, BEFORE)
    return Issued(
        event,
        venue_codes.code_for_event(event, BEFORE).token(BEFORE),
        passes.issue(campaign, "youth", BEFORE, event=event)[0].token,
        passes.issue(campaign, "youth", BEFORE, event=event, headcount=45)[0].token,
        Device(campaign, kiosk),
        token,
        vevent.uid(event.occurrences[0].id, site()),
    )


class Story:
    """What happens to the events, drawn by a seed."""

    def __init__(self, campaign, events: list[Event], seed: int):
        self.campaign, self.events, self.dice = campaign, events, random.Random(seed)

    def standing(self) -> list[Event]:
        return [event for event in self.events if event.withdrawn_at is None and event.status == "published"]

    def step(self, now: datetime) -> str:
        name = self.dice.choice(["merge", "move", "region", "reimport", "cancel"])
        if name in ("merge", "cancel") and len(self.standing()) < 2:
            name = "move"
        getattr(self, name)(self.dice.choice(self.standing()), now)
        return name

    def merge(self, kept: Event, now: datetime) -> None:
        others = [event for event in self.standing() if event.id != kept.id]
        lifecycle.merge(kept, self.dice.choice(others), now)

    def move(self, event: Event, now: datetime) -> None:
        place = VenueDraft(f"第{self.dice.randrange(99)}会议室")
        moved = replace(session(NINE + minutes(self.dice.choice([-30, 15, 45]))), venue=place)
        lifecycle.change(event, replace(lifecycle.draft_of(event), occurrences=(moved,)), now)

    def region(self, event: Event, now: datetime) -> None:
        draft = replace(lifecycle.draft_of(event), region_code=self.dice.choice(REGIONS))
        lifecycle.change(event, draft, now)

    def reimport(self, _event: Event, now: datetime) -> None:
        rows = read_file(everything(self.campaign), "events")
        verdicts = {
            row.verdict
            for row in import_rows(self.campaign, rows, now, exported=everything, origin="own.csv")
        }
        assert verdicts <= {"same"}

    def cancel(self, event: Event, now: datetime) -> None:
        lifecycle.cancel(event, now)


def followed(client, path: str):
    """The answer at an address, or where it sends the reader."""
    answer = client.get(path)
    return client.get(answer.location) if answer.status_code in (301, 302, 303, 307, 308) else answer


def follow(client, issued: Issued) -> None:
    """Each identifier leads to the event that stands for its own."""
    event = standing_event(issued.event)
    cancelled = event.status == "cancelled"
    poster = Phone(client).open(issued.poster)
    assert (poster.status_code, event.title in poster.text) == (410 if cancelled else 200, True)
    headers = {"Authorization": f"Bearer {issued.device_token}"}
    told = client.get("/api/v1/kiosk", headers=headers).json
    assert [served["id"] for served in told["events"]] == [event.id]
    verdicts = {issued.device.scan(token).verdict for token in (issued.pass_token, issued.class_token)}
    assert verdicts <= ({"refused"} if cancelled else {"stored", "repeat"})
    page = followed(client, f"/{event.campaign_id}/events/{issued.event.id}")
    assert (page.status_code, page.request.path) == (200, f"/{event.campaign_id}/events/{event.id}")
    assert event.title in page.text
    feed = followed(client, f"/{event.campaign_id}/events/{issued.event.id}.ics")
    lines = feed.text.replace("\r\n ", "")
    assert (feed.status_code, event.title in lines) == (200, True)
    assert (f"UID:{issued.uid}\r\n" in lines) == (event.id == issued.event.id)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_identifier_leads_to_its_event(campaign, client, seed):
    issued = [issue(campaign, title) for title in ("专利开放日", "专利体验课", "商标咨询", "版权讲堂")]
    story = Story(campaign, [one.event for one in issued], seed)
    told = []
    for number in range(6):
        told.append(story.step(NINE + minutes(number / 10)))
        for one in issued:
            follow(client, one)
    assert verify(campaign).agrees, told


def test_a_cancelled_event_says_so_and_keeps_what_counted(campaign, client):
    one = issue(campaign, "专利开放日")
    follow(client, one)
    before = verify(campaign).visits
    lifecycle.cancel(one.event, NINE)
    follow(client, one)
    assert (before, verify(campaign).visits, verify(campaign).agrees) == (46, 46, True)
