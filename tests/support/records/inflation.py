"""Thirteen kinds of cheating with figures, each at an event of its own, through the same functions as honest scans."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from models.campaigns.tables import Campaign
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes, venue_codes
from models.corrections import estimates, headcounts
from models.events.tables import Event
from models.ledger.network_counts import MOST_IN_A_MINUTE, NetworkLimit
from models.ledger.tables import Method, ScanKind
from tests.support.records.people import make_people
from tests.support.records.week import NINE, Device, make_device, make_event, session

SECOND = timedelta(seconds=1)


def _touches(device: Device, count: int, step: timedelta, start=NINE, now=None) -> None:
    attempts = [
        Attempt(uuid4(), ScanKind.TOUCH, start + step * n, group="public", headcount=1) for n in range(count)
    ]
    device.hand_in(*attempts, now=now)


def device_burst(event: Event) -> None:
    device = make_device(event)
    _touches(device, 40, timedelta(milliseconds=150))
    _touches(device, 2, SECOND, NINE + timedelta(minutes=50))


def tally_burst(event: Event) -> None:
    device = make_device(event)
    for number in range(18):
        device.tally("public", NINE + number * 2.7 * SECOND, headcount=20)
    device.tally("youth", NINE + timedelta(minutes=30), headcount=3)


def over_capacity(event: Event) -> None:
    device = make_device(event)
    for number in range(10):
        device.tally("public", NINE + timedelta(minutes=number * number), headcount=30)


def outside_hours(event: Event) -> None:
    device = make_device(event)
    for number in range(3):
        at = NINE + timedelta(hours=9, minutes=number * 7)
        attempt = Attempt(uuid4(), ScanKind.TALLY, at, group="public", headcount=30, shown="stored")
        device.hand_in(attempt, now=at)


def one_browser(event: Event) -> None:
    code = venue_codes.codes_for_events([event.id], NINE - timedelta(days=1))[event.id]
    source = ScanSource(event.campaign, lambda at: [event.id])
    for number in range(30):
        attempt = Attempt(
            uuid4(), ScanKind.VENUE, NINE + number * number * SECOND, group="public", holder="b:" + "7" * 32,
            method=Method.PRINTED, code_number=code.number, occurrence_id=event.occurrences[0].id,
        )  # fmt: skip
        admit([attempt], source, attempt.at)


def two_places(event: Event) -> None:
    other = make_event(event.campaign, "另一处", region_code="440106")
    device = make_device(event)
    source = device.source(served=lambda at: [event.id, other.id])
    for number, one in enumerate((event, other, event, other)):
        at = NINE + timedelta(minutes=number * 4)
        occurrence = one.occurrences[0].id
        admit(
            [Attempt(uuid4(), ScanKind.TALLY, at, group="public", headcount=9, occurrence_id=occurrence)],
            source,
            at,
        )


def late_upload(event: Event) -> None:
    device = make_device(event)
    attempts = [
        Attempt(
            uuid4(),
            ScanKind.TALLY,
            NINE + timedelta(minutes=n * n),
            group="public",
            headcount=15,
            shown="stored",
        )
        for n in range(9)
    ]
    device.hand_in(*attempts, now=NINE + timedelta(days=5))


def round_estimate(event: Event, account) -> None:
    make_device(event).tally("public", headcount=12)
    estimates.state(event, event.occurrences[0].id, "public", 2000, "估计", account, NINE + timedelta(days=1))


def one_minute(event: Event) -> None:
    device = make_device(event)
    for number, second in enumerate((0, 3, 11, 14, 29, 31, 50)):
        device.tally("public", NINE + second * SECOND, headcount=5 + number)


def pass_series(event: Event) -> None:
    device = make_device(event)
    rows = passes.issue(event.campaign, "youth", NINE - timedelta(days=1), count=25)
    for number, row in enumerate(sorted(rows, key=lambda one: one.id)):
        device.scan(row.token, NINE + number * number * SECOND)


def above_headcount(event: Event, account) -> None:
    device = make_device(event)
    for number in range(6):
        device.tally("public", NINE + timedelta(minutes=number * number * 2), headcount=30)
    occurrence = event.occurrences[0]
    headcounts.note(event, occurrence, NINE + timedelta(hours=1), 20, account, NINE + timedelta(hours=2))


def even_steps(event: Event) -> None:
    _touches(make_device(event), 60, 7 * SECOND)


def one_network(event: Event) -> None:
    make_device(event).tally("public", headcount=12)
    limit = NetworkLimit()
    for _ in range(MOST_IN_A_MINUTE):
        limit.count(event.id, "203.0.113.7", "key", NINE)


KINDS: tuple[Callable, ...] = (
    device_burst, tally_burst, over_capacity, outside_hours, one_browser, two_places, late_upload, round_estimate, one_minute,
    pass_series, above_headcount, even_steps, one_network,
)  # fmt: skip


def cheat(campaign: Campaign) -> dict[str, int]:
    """The event of each kind of cheating."""
    account = make_people(campaign).cui
    events = {}
    for kind in KINDS:
        name = kind.__name__
        event = make_event(
            campaign, name, occurrences=(session(capacity=60 if name == "over_capacity" else None),)
        )
        kind(event, account) if name in ("round_estimate", "above_headcount") else kind(event)
        events[name] = event.id
    return events
