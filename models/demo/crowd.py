"""Check-ins of the rehearsal's days so far, through admit() like those of real devices and phones.

Reproducible: the same days give the same check-ins.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from sqlalchemy import func, select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes, venue_codes
from models.codes.passes import Pass
from models.db import db
from models.devices import kiosks
from models.events.check_in_window import CheckInWindow, windows_of
from models.events.tables import Event, Mode
from models.ledger.tables import Method, Presence, Scan, ScanKind

PEOPLE, CLASSES = 40, 2  # passes of each group; group passes of the young and of government staff
BUSIEST = 14  # check-ins of one occurrence, besides group passes
LONG, MORNING = timedelta(hours=14), timedelta(hours=8)
ARRIVALS = 3  # times at which people arrive at an occurrence, several together
WAVE = timedelta(
    minutes=14
)  # a device sends what it scanned in this time as one batch, so that nothing is late


def ensure_crowd(campaign: Campaign, events: list[Event], now: datetime) -> None:
    """Check in at the occurrences that have begun, once for each set of events."""
    ids = [event.id for event in events]
    if db.session.scalar(select(Scan.number).where(Scan.event_id.in_(ids)).limit(1)) is not None:
        return
    chance = Random(campaign.starts.toordinal())
    issued = min(now, _issued_at(campaign, ids))
    visitors = _Visitors(campaign, chance, issued)
    onsite = [event for event in events if event.mode != Mode.ONLINE]
    phones = [scan for event in onsite for scan in _attend(event, visitors, chance, issued, now)]
    _hand_in(phones, ScanSource(campaign, lambda at: ids))


def busiest_pass(campaign: Campaign) -> Pass | None:
    """The pass of one person that has the most visits: its card has the most stamps."""
    busiest = (
        select(Pass.id)
        .join(Scan, Scan.pass_id == Pass.id)
        .join(Presence, Presence.visit_id == Scan.id)
        .where(Pass.campaign_id == campaign.id, Pass.headcount == 1, Pass.revoked_at.is_(None))
        .group_by(Pass.id)
        .order_by(func.count(func.distinct(Scan.event_id)).desc(), Pass.id)
    )
    pass_id = db.session.scalar(busiest.limit(1))
    return db.session.get(Pass, pass_id) if pass_id is not None else None


def _issued_at(campaign: Campaign, ids: list[int]) -> datetime:
    """When passes and devices were made: a day before the first check-in."""
    return min(window.opens for window in windows_of(ids, campaign.zone)) - timedelta(days=1)


class _Visitors:
    """Passes of people, and of classes with one pass for all."""

    def __init__(self, campaign: Campaign, chance: Random, issued: datetime) -> None:
        groups = [*(term.key for term in campaign.groups), UNKNOWN_GROUP]
        self.singles = [
            row for group in groups for row in passes.issue(campaign, group, issued, count=PEOPLE)
        ]
        self.classes = [
            passes.issue(campaign, group, issued, headcount=chance.randint(18, 52))[0]
            for group in ("youth", "government")
            for _ in range(CLASSES)
        ]
        self.groups = groups
        self.campaign = campaign

    def invited(self, event: Event, chance: Random) -> list[Pass]:
        """The passes that come to an event, of its audience groups where it has any."""
        invited = [row for row in self.singles if row.group in event.groups] or self.singles
        rows = chance.sample(invited, min(len(invited), chance.randint(4, BUSIEST)))
        if "youth" in event.groups and chance.random() < 0.4:
            rows.append(chance.choice(self.classes))
        return rows


def _attend(
    event: Event, visitors: _Visitors, chance: Random, issued: datetime, now: datetime
) -> list[Attempt]:
    """Check in what the event's device scanned. Returns what phones scanned there."""
    begun = [
        window
        for window in windows_of([event.id], visitors.campaign.zone)
        if window.takes_place and window.start < now
    ]
    if not begun:
        return []
    kiosk, _token = kiosks.create_kiosk(event, issued)
    poster = venue_codes.code_for_event(event, issued)
    scans = [scan for window in begun for scan in _scans(event, window, visitors, chance, now, poster.number)]
    _hand_in(
        [scan for scan in scans if scan.kind != ScanKind.VENUE],
        ScanSource(visitors.campaign, lambda at: [event.id], kiosk.id),
    )
    return [scan for scan in scans if scan.kind == ScanKind.VENUE]


def _hand_in(scans: list[Attempt], source: ScanSource) -> None:
    """Admit scans in order of time, in batches of one WAVE each."""
    scans = sorted(scans, key=lambda scan: scan.at)
    for _, wave in groupby(scans, key=lambda scan: scan.at.timestamp() // WAVE.total_seconds()):
        batch = list(wave)
        admit(batch, source, batch[-1].at + timedelta(seconds=1))


def _scans(
    event: Event, window: CheckInWindow, visitors: _Visitors, chance: Random, now: datetime, poster: int
) -> Iterator[Attempt]:
    """The scans at one occurrence until now."""
    first = window.start
    if window.closes - window.start > LONG and now - first > MORNING:
        first += MORNING  # open all day: scans start in the morning
    last = min(window.closes - timedelta(hours=1), first + timedelta(hours=9), now - timedelta(minutes=1))
    if last <= first:
        return

    # Most people come early, and several together.
    arrivals: list[datetime] = [first + (last - first) * (chance.random() ** 1.6) for _ in range(ARRIVALS)]

    def moment() -> datetime:
        instant = chance.choice(arrivals) + timedelta(seconds=chance.randrange(300))
        return min(instant, last).replace(microsecond=0)

    for row in visitors.invited(event, chance):
        yield Attempt(_id(chance), ScanKind.PASS, moment(), code=row.token)
    groups = event.groups or visitors.groups
    for _ in range(chance.randint(1, 4)):
        yield Attempt(_id(chance), ScanKind.TOUCH, moment(), group=chance.choice(groups), headcount=1)
    for _ in range(chance.randint(1, 4)):
        holder = f"b:{chance.randbytes(16).hex()}"
        yield Attempt(
            _id(chance), ScanKind.VENUE, moment(), group=chance.choice(visitors.groups), holder=holder, method=Method.PRINTED,
            code_number=poster, occurrence_id=window.occurrence_id,
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
