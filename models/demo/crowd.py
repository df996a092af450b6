"""Check-ins of the rehearsal's days so far, handed in by devices and phones through the one way into the ledger.

The same days make the same crowd. Nothing is written beside the ledger: visits and figures are what the rules derive.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from sqlalchemy import select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.pending_scan import ScanSource
from models.codes import passes, venue_codes
from models.codes.passes import Pass
from models.db import db
from models.devices import kiosks
from models.events.check_in_window import CheckInWindow, windows_of
from models.events.tables import Event
from models.ledger.tables import Scan, ScanKind

PEOPLE, CLASSES = 40, 2  # passes of each group; group passes of the young and of government staff
BUSIEST = 14  # check-ins of one sitting, besides groups
LONG, MORNING = timedelta(hours=14), timedelta(hours=8)
BUSES = 3  # times at which people arrive at a sitting
WAVE = timedelta(minutes=14)  # a device hands in what it scanned in this time, so that nothing is late


def ensure_crowd(campaign: Campaign, events: list[Event], now: datetime) -> None:
    """Fill the sittings that have begun, once for each set of events."""
    ids = [event.id for event in events]
    if db.session.scalar(select(Scan.number).where(Scan.event_id.in_(ids)).limit(1)) is not None:
        return
    chance = Random(campaign.starts.toordinal())
    issued = min(now, _begin(campaign, ids))
    guests = _Guests(campaign, chance, issued)
    onsite = [event for event in events if event.mode != "online"]
    phones = [scan for event in onsite for scan in _attend(event, guests, chance, issued, now)]
    _hand_in(phones, ScanSource(campaign, lambda at: ids))


def _begin(campaign: Campaign, ids: list[int]) -> datetime:
    """Before the first door opens: passes and devices were there by then."""
    return min(sitting.opens for sitting in windows_of(ids, campaign.zone)) - timedelta(days=1)


class _Guests:
    """People with passes, and classes with one pass for all."""

    def __init__(self, campaign: Campaign, chance: Random, issued: datetime) -> None:
        groups = [*(term.key for term in campaign.groups), UNKNOWN_GROUP]
        self.singles = [
            entry for group in groups for entry in passes.issue(campaign, group, issued, count=PEOPLE)
        ]
        self.classes = [
            passes.issue(campaign, group, issued, headcount=chance.randint(18, 52))[0]
            for group in ("youth", "government")
            for _ in range(CLASSES)
        ]
        self.groups = groups
        self.campaign = campaign

    def invited(self, event: Event, chance: Random) -> list[Pass]:
        """Who comes to an event: mostly the groups it is for."""
        meant = [entry for entry in self.singles if entry.group in event.groups]
        guests = chance.sample(
            meant or self.singles, min(len(meant or self.singles), chance.randint(4, BUSIEST))
        )
        return guests + (
            [chance.choice(self.classes)] if "youth" in event.groups and chance.random() < 0.4 else []
        )


def _attend(event: Event, guests: _Guests, chance: Random, issued: datetime, now: datetime) -> list[Attempt]:
    """Hand in what the event's device scanned; answers what phones scanned there."""
    begun = [
        sitting
        for sitting in windows_of([event.id], guests.campaign.zone)
        if sitting.takes_place and sitting.start < now
    ]
    if not begun:
        return []
    kiosk, _token = kiosks.create_kiosk(event, issued)
    poster = venue_codes.code_for_event(event, issued)
    scans = [scan for sitting in begun for scan in _scans(event, sitting, guests, chance, now, poster.number)]
    _hand_in(
        [scan for scan in scans if scan.kind != ScanKind.VENUE],
        ScanSource(guests.campaign, lambda at: [event.id], kiosk.id),
    )
    return [scan for scan in scans if scan.kind == ScanKind.VENUE]


def _hand_in(scans: list[Attempt], source: ScanSource) -> None:
    """In the order in which it happened, wave by wave, so that nothing is late."""
    scans = sorted(scans, key=lambda scan: scan.at)
    for _, wave in groupby(scans, key=lambda scan: scan.at.timestamp() // WAVE.total_seconds()):
        batch = list(wave)
        admit(batch, source, batch[-1].at + timedelta(seconds=1))


def _scans(
    event: Event, sitting: CheckInWindow, guests: _Guests, chance: Random, now: datetime, poster: int
) -> Iterator[Attempt]:
    """What the doors of one sitting see until now."""
    first = sitting.start
    if sitting.closes - sitting.start > LONG and now - first > MORNING:
        first += MORNING  # a door that is open day and night: few come before breakfast
    last = min(sitting.closes - timedelta(hours=1), first + timedelta(hours=9), now - timedelta(minutes=1))
    if last <= first:
        return

    # Most people come early, and together with others.
    buses = [first + (last - first) * (chance.random() ** 1.6) for _ in range(BUSES)]

    def moment() -> datetime:
        instant = chance.choice(buses) + timedelta(seconds=chance.randrange(300))
        return min(instant, last).replace(microsecond=0)

    for entry in guests.invited(event, chance):
        yield Attempt(_id(chance), ScanKind.PASS, moment(), code=entry.token)
    groups = event.groups or guests.groups
    for _ in range(chance.randint(1, 4)):
        yield Attempt(_id(chance), ScanKind.TOUCH, moment(), group=chance.choice(groups), headcount=1)
    for _ in range(chance.randint(1, 4)):
        holder = f"b:{chance.randbytes(16).hex()}"
        yield Attempt(
            _id(chance), ScanKind.VENUE, moment(), group=chance.choice(guests.groups), holder=holder, method="printed",
            code_number=poster, occurrence_id=sitting.occurrence_id,
        )  # fmt: skip
    if chance.random() < 0.5:
        yield Attempt(
            _id(chance),
            ScanKind.TALLY,
            moment(),
            group=chance.choice(groups),
            headcount=chance.randint(3, 15),
        )
    if chance.random() < 0.15:
        mistaken = Attempt(_id(chance), ScanKind.TOUCH, moment(), group=chance.choice(groups), headcount=1)
        yield mistaken
        yield Attempt(
            _id(chance), ScanKind.UNDO, min(mistaken.at + timedelta(seconds=20), now), undoes=mistaken.id
        )


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
