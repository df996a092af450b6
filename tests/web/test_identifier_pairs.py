"""Every kind of identifier through each change of its event, and through each two changes one after the other, followed over
HTTP. What was issued at the beginning resolves to the event that stands for its own at the end."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from models import clock
from models.codes import passes, venue_codes
from models.codes.venue_codes import CodeMethod
from models.devices import kiosks, pairing, screens
from models.events.draft import VenueDraft
from models.events.merges import standing_event
from models.events.tables import Event
from models.figures.recount.comparison import verify
from models.ics import entries, vevent
from models.imports.read_file import read_file
from models.installation import site
from models.publishing import lifecycle
from tests.support.browser.phone import Phone
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, load_week, make_event, minutes, session
from tests.support.servers.applications import SECRET
from web.feeds.events_csv import everything

BEFORE = NINE - minutes(180)
HALL, LIBRARY = VenueDraft("县文化馆"), VenueDraft("县图书馆")
OLD_REGION, NEW_REGION = "320723", "320102"
NEXT_DAY = timedelta(days=1)
CHANGES = ("merge", "day", "venue", "region", "import", "cancel")


@dataclass
class Issued:
    """What went out for an event before anything happened to it, and the changes that follow."""

    event: Event
    other: Event
    poster: str
    passes: dict[str, str]
    device: str
    pairing_code: str
    screen: str
    starred: str
    table: bytes
    calendar: bytes
    uid: str
    hall: int

    @property
    def standing(self) -> Event:
        return standing_event(self.event)

    def change(self, name: str, now: datetime) -> None:
        getattr(self, f"_{name}")(self.standing, now)

    def _merge(self, event: Event, now: datetime) -> None:
        lifecycle.merge(self.other, event, now)

    def _write(self, event: Event, now: datetime, **fields) -> None:
        lifecycle.change(event, replace(lifecycle.draft_of(event), **fields), now)

    def _day(self, event: Event, now: datetime) -> None:
        (occurrence,) = lifecycle.draft_of(event).occurrences
        later = session(NINE + NEXT_DAY, day=date(2024, 4, 23))
        self._write(event, now, occurrences=(replace(later, venue=occurrence.venue),))

    def _venue(self, event: Event, now: datetime) -> None:
        (occurrence,) = lifecycle.draft_of(event).occurrences
        self._write(event, now, venues=(LIBRARY,), occurrences=(replace(occurrence, venue=LIBRARY),))

    def _region(self, event: Event, now: datetime) -> None:
        self._write(event, now, region_code=NEW_REGION)

    def _import(self, event: Event, now: datetime) -> None:
        rows = read_file(everything(event.campaign), "events")
        import_rows(event.campaign, rows, now, exported=everything, origin="own.csv")

    def _cancel(self, event: Event, now: datetime) -> None:
        lifecycle.cancel(event, now)


@pytest.fixture
def time(monkeypatch):
    """`time(instant)` is the time from now on."""

    def set_time(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_time(NINE)
    return set_time


def paired(client, path: str, code: str) -> str:
    answer = client.post(path, json={"code": code})
    assert answer.status_code == 200
    return answer.json["token"]


@pytest.fixture
def issued(app, client, time) -> Issued:
    campaign = load_week()
    event, other = (
        make_event(campaign, title, venues=(HALL,), occurrences=(replace(session(), venue=HALL),))
        for title in ("专利开放日", "商标咨询")
    )
    _kiosk, device = kiosks.create_kiosk(event, BEFORE)
    starred = client.post(
        "/ip-2024/my/", data={"add": event.id}, headers={"Accept": "application/json"}
    ).json["secret"]
    tokens = {
        "single": passes.issue(campaign, "youth", BEFORE)[0].token,
        "bound": passes.issue(campaign, "youth", BEFORE, event=event)[0].token,
        "group": passes.issue(campaign, "youth", BEFORE, event=event, headcount=45)[0].token,
    }
    return Issued(
        event,
        other,
        venue_codes.code_for_event(event, BEFORE).token(BEFORE),
        tokens,
        device,
        pairing.create_code(event, SECRET, NINE),
        paired(client, "/api/v1/display/pair", screens.create_pairing(event, SECRET, NINE)),
        starred,
        everything(campaign),
        entries.single(event),
        vevent.uid(event.occurrences[0].id, site()),
        event.venues[0].venue_id,
    )


def bearer(token: str) -> dict:
    return {"Authorization": f"Bearer {token}"}


def scanned(client, device: str, now: datetime, codes: dict[str, str]) -> dict[str, tuple]:
    scans = [
        {"id": str(uuid4()), "at": clock.instant_text(now), "kind": "pass", "code": code}
        for code in codes.values()
    ]
    body = {"device_time": clock.instant_text(now), "scans": scans}
    results = client.post("/api/v1/scans", json=body, headers=bearer(device)).json["results"]
    return {name: (one["verdict"], one["reason"]) for name, one in zip(codes, results, strict=True)}


def followed(client, path: str):
    """The answer at an address, or where it sends the reader."""
    answer = client.get(path)
    return client.get(answer.location) if answer.status_code in (301, 302, 308) else answer


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def listed(client, query: str) -> dict[int, str]:
    answer = client.get(f"/ip-2024/events.json?{query}")
    assert answer.status_code == 200
    return {one["id"]: one["status"] for one in answer.json["events"]}


class Follower:
    """Follows what was issued from outside, and says for each kind where it leads."""

    def __init__(self, client, issued: Issued, now: datetime):
        self.client, self.issued, self.now = client, issued, now
        self.event = issued.standing
        self.cancelled = self.event.status == "cancelled"

    def devices(self, new_device: str) -> None:
        for token in (self.issued.device, new_device):
            answer = self.client.get("/api/v1/kiosk", headers=bearer(token))
            assert (answer.status_code, [one["id"] for one in answer.json["events"]]) == (
                200,
                [self.event.id],
            )
        screen = self.client.get("/api/v1/display?count=1", headers=bearer(self.issued.screen))
        assert (screen.status_code, screen.json["event"]["title"]) == (200, self.event.title)

    def codes(self) -> None:
        rotating = venue_codes.code_for_event(self.issued.event, self.now, CodeMethod.ROTATING).token(
            self.now
        )
        for token in (self.issued.poster, rotating):
            page = Phone(self.client).open(token)
            assert (page.status_code, self.event.title in page.text) == (410 if self.cancelled else 200, True)
        for token in self.issued.passes.values():
            assert self.client.get(f"/C/{token}").status_code == 200

    def addresses(self) -> None:
        address = f"/ip-2024/events/{self.issued.event.id}"
        page = followed(self.client, address)
        assert (page.status_code, page.request.path) == (200, f"/ip-2024/events/{self.event.id}")
        assert (self.event.title in page.text, "schema.org/EventCancelled" in page.text) == (
            True,
            self.cancelled,
        )
        told = followed(self.client, f"{address}.json").json
        assert (told["id"], told["status"]) == (self.event.id, self.event.status)
        feed = unfolded(followed(self.client, f"{address}.ics").text)
        uid = vevent.uid(self.event.occurrences[0].id, site())
        assert f"UID:{uid}\r\n" in feed
        assert ("STATUS:CANCELLED" in feed) == self.cancelled
        if self.event.id == self.issued.event.id:
            assert uid == self.issued.uid

    def filters(self) -> None:
        event, status = self.issued.event, self.event.status
        everything_listed = listed(self.client, "")
        assert everything_listed[self.event.id] == status
        assert (event.id in everything_listed) == (event.id == self.event.id)
        assert listed(self.client, f"region={self.event.region_code}")[self.event.id] == status
        assert listed(self.client, f"organization={self.event.lead_id}")[self.event.id] == status
        for row in self.event.venues:
            assert listed(self.client, f"venue={row.venue_id}")[self.event.id] == status
        for query in (f"region={OLD_REGION}", f"venue={self.issued.hall}"):
            assert self.client.get(f"/ip-2024/events.json?{query}").status_code == 200

    def star(self) -> None:
        page = self.client.get(f"/ip-2024/my/{self.issued.starred}/")
        assert (page.status_code, self.event.title in page.text) == (200, True)
        feed = unfolded(self.client.get(f"/ip-2024/my/{self.issued.starred}.ics").text)
        assert f"UID:{vevent.uid(self.event.occurrences[0].id, site())}\r\n" in feed
        assert ("STATUS:CANCELLED" in feed) == self.cancelled

    def exports(self) -> None:
        """The rows of the two files that were saved before: where they would lead, without writing anything."""
        campaign = self.event.campaign
        for data in (self.issued.table, self.issued.calendar):
            rows = import_rows(
                campaign, read_file(data, "events"), self.now, dry_run=True, exported=everything, origin="own"
            )
            own = rows[0]
            assert (own.verdict != "new", own.event) == (True, self.event.id), own


@pytest.mark.parametrize(
    "changes",
    [*((one,) for one in CHANGES), *(pair for pair in permutations(CHANGES, 2))],
    ids=lambda changes: "-".join(changes),
)
def test_what_was_issued_leads_to_its_event(client, issued, time, changes):
    first = scanned(client, issued.device, NINE, issued.passes)
    assert first == dict.fromkeys(issued.passes, ("stored", None))
    visits = verify(issued.event.campaign).visits
    for name in changes:
        issued.change(name, NINE)
    new_device = paired(client, "/api/v1/kiosk/pair", issued.pairing_code)
    day = issued.standing.occurrences[0].start_at
    time(day)
    follower = Follower(client, issued, day)
    follower.devices(new_device)
    follower.codes()
    follower.addresses()
    follower.filters()
    follower.star()
    follower.exports()
    again = scanned(client, issued.device, day, issued.passes)
    if follower.cancelled:
        assert again == dict.fromkeys(issued.passes, ("refused", "not_open"))
    else:
        assert {verdict for verdict, _reason in again.values()} <= {"stored", "repeat"}
    recount = verify(issued.event.campaign)
    assert recount.agrees
    moved = not follower.cancelled and {"day", "merge"} & set(changes)
    assert recount.visits == visits * (2 if moved else 1)
