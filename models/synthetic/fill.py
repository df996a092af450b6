"""Fills a campaign with made-up events and scans, through the same functions as real ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import accumulate
from random import Random

from sqlalchemy import exists, select

from models import clock
from models.campaigns.tables import Campaign
from models.checkin.admit import MAX_BATCH, admit
from models.checkin.scan_source import ScanSource
from models.codes import venue_codes
from models.codes.venue_codes import CodeMethod
from models.db import db, transaction
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict
from models.events.check_in_window import CheckInWindow, windows_of
from models.events.tables import Event, EventStatus, Mode
from models.ledger.tables import Answer, Verdict
from models.publishing import lifecycle
from models.publishing.change import event_transaction
from models.synthetic.arrivals import DayArrivals, OccurrenceDay, ScanBatch, in_rushes
from models.synthetic.events import ORIGIN, drafts, origin_ref
from models.synthetic.people import Visitors

EVENTS_AT_ONCE = 50
WITH_SCREEN = 0.3  # share of the events that have a screen with a rotating code
DEVICE_LIFE = timedelta(days=2)  # after the week

REAL = N_(
    "Campaign “%(id)s” is real and already has events. Only a rehearsal or an empty campaign can be filled."
)
FILLED = N_("Campaign “%(id)s” was already filled with seed %(seed)s. Use another seed to add more.")


@dataclass
class FillResult:
    """Counts of what was made. verdicts: of the scans; reasons: of the refused ones; flags: of all."""

    events: int = 0
    scans: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def add(self, answers: list[Answer]) -> None:
        self.scans += len(answers)
        for answer in answers:
            self.verdicts[answer.verdict] += 1
            if answer.verdict == Verdict.REFUSED and answer.reason is not None:
                self.reasons[answer.reason] += 1
            self.flags.update(answer.flags.names)


def check_may_fill(campaign: Campaign, seed: int) -> None:
    """Raises Conflict for a campaign that must not be filled, or not with this seed again."""
    own_events = select(Event.id).where(Event.campaign_id == campaign.id)
    if not campaign.rehearsal and db.session.scalar(select(exists(own_events))):
        raise Conflict(REAL, id=campaign.id)
    same_seed = own_events.where(Event.origin == ORIGIN, Event.origin_ref.startswith(origin_ref(seed, "")))
    if db.session.scalar(select(exists(same_seed))):
        raise Conflict(FILLED, id=campaign.id, seed=seed)


def fill(
    campaign: Campaign,
    events: int,
    scans: int,
    seed: int,
    now: datetime,
    on_made: Callable[[int], object] = lambda count: None,
) -> FillResult:
    """Publish events and admit scans, spread over all days of the campaign, past and future.

    Every scan is one row of the ledger. on_made is called with the number of events or scans just made. Raises Conflict
    as check_may_fill() does."""
    check_may_fill(campaign, seed)
    result = FillResult()
    ids = _publish(campaign, events, seed, now, on_made)
    result.events = len(ids)
    if not scans:
        return result
    chance = Random(f"{campaign.id}:{seed}:scans")
    opening = clock.day_bounds(campaign.starts, campaign.starts, campaign.zone)[0]
    issued = min(now, opening - timedelta(days=1))
    kiosk_by_event = _pair_kiosks(campaign, ids, issued)
    occurrence_days = list(_occurrence_days(campaign, ids, issued, chance))
    shares = list(_shares(occurrence_days, scans, chance))
    visitors = Visitors(campaign, chance, scans, issued)
    for source, batch in _batches(campaign, shares, kiosk_by_event, visitors, chance):
        result.add(admit(batch.attempts, source, batch.now))
        on_made(len(batch.attempts))
    return result


def _publish(
    campaign: Campaign, count: int, seed: int, now: datetime, on_made: Callable[[int], object]
) -> list[int]:
    """Ids of the new events, in order."""
    ids: list[int] = []
    made_up = drafts(campaign, count, seed)
    for start in range(0, count, EVENTS_AT_ONCE):
        with event_transaction():
            for _ in range(min(EVENTS_AT_ONCE, count - start)):
                draft, cancelled = next(made_up)
                event = lifecycle.write_new(campaign, draft, now)
                if cancelled:
                    lifecycle.write_cancelled(event, now)
                ids.append(event.id)
        on_made(len(ids) - start)
    return ids


def _pair_kiosks(campaign: Campaign, ids: list[int], issued: datetime) -> dict[int, Kiosk]:
    """A device for each event with a venue, valid until DEVICE_LIFE after the week."""
    until = clock.day_bounds(campaign.ends, campaign.ends, campaign.zone)[1] + DEVICE_LIFE
    kiosk_by_event: dict[int, Kiosk] = {}
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        part = select(Event).where(
            Event.id.in_(ids[start : start + EVENTS_AT_ONCE]),
            Event.status == EventStatus.PUBLISHED,
            Event.mode != Mode.ONLINE,
        )
        with transaction():
            for event in db.session.scalars(part.order_by(Event.id)):
                kiosk_by_event[event.id], _token = kiosks.insert_kiosk(event, issued, expires_at=until)
    return kiosk_by_event


def _occurrence_days(
    campaign: Campaign, ids: list[int], issued: datetime, chance: Random
) -> Iterator[OccurrenceDay]:
    """Every day of every occurrence that takes place at a venue, by event."""
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        part = ids[start : start + EVENTS_AT_ONCE]
        onsite = select(Event).where(
            Event.id.in_(part), Event.mode != Mode.ONLINE, Event.status == EventStatus.PUBLISHED
        )
        events = {event.id: event for event in db.session.scalars(onsite)}
        with_screen = [event_id for event_id in part if event_id in events and chance.random() < WITH_SCREEN]
        printed = venue_codes.codes_for_events(list(events), issued)
        rotating = venue_codes.codes_for_events(with_screen, issued, CodeMethod.ROTATING)
        windows = [window for window in windows_of(events, campaign.zone) if window.takes_place]
        for window in sorted(windows, key=lambda window: window.occurrence_id):
            event = events[window.event_id]
            numbers: dict[str, int] = {CodeMethod.PRINTED: printed[event.id].number}
            if event.id in rotating:
                numbers[CodeMethod.ROTATING] = rotating[event.id].number
            place = (ids.index(event.id, start) + 0.5) / len(ids)
            for day in _days_of(window, campaign):
                yield OccurrenceDay(window, day, place, tuple(event.groups), numbers)


def _days_of(window: CheckInWindow, campaign: Campaign) -> list[date]:
    """The days of an occurrence in the campaign; only the first of one with a clock time."""
    first = clock.day_of(window.start, campaign.zone)
    last = clock.day_of(window.closes - timedelta(hours=1), campaign.zone)
    days = [day for day in campaign.days if first <= day <= last]
    return days[:1] if window.opens < window.start else days


def _shares(
    occurrence_days: Sequence[OccurrenceDay], scans: int, chance: Random
) -> Iterator[tuple[OccurrenceDay, int]]:
    """How many of the scans each occurrence gets: few large ones, many small ones. They add up to `scans`."""
    sums = list(accumulate(chance.paretovariate(1.3) for _ in occurrence_days))
    assigned = 0
    for occurrence_day, upto in zip(occurrence_days, sums, strict=True):
        count = round(scans * upto / sums[-1]) - assigned
        assigned += count
        if count:
            yield occurrence_day, count


def _batches(
    campaign: Campaign,
    shares: list[tuple[OccurrenceDay, int]],
    kiosk_by_event: dict[int, Kiosk],
    visitors: Visitors,
    chance: Random,
) -> Iterator[tuple[ScanSource, ScanBatch]]:
    """Batches of scans with their source, day by day: each device in turn, then the phones of all events."""
    for day in campaign.days:
        phones = []
        event_by_occurrence = {}
        for occurrence_day, count in shares:
            if occurrence_day.day != day:
                continue
            window = occurrence_day.window
            event_by_occurrence[window.occurrence_id] = window.event_id
            arrivals = DayArrivals(occurrence_day, count, visitors, chance, campaign.zone)
            phones.append(arrivals.phones)
            device = _device_source(campaign, window.event_id, kiosk_by_event[window.event_id])
            for batch in arrivals.batches(MAX_BATCH):
                yield device, batch
        for part in in_rushes(list(merge(*phones, key=lambda scan: scan.at)), MAX_BATCH):
            ids = sorted({event_by_occurrence[scan.occurrence_id] for scan in part if scan.occurrence_id})
            yield _phone_source(campaign, ids), ScanBatch(part, part[-1].at + timedelta(seconds=1))


def _device_source(campaign: Campaign, event_id: int, kiosk: Kiosk) -> ScanSource:
    return ScanSource(campaign, lambda at: [event_id], kiosk.id, expires_at=kiosk.expires_at)


def _phone_source(campaign: Campaign, event_ids: list[int]) -> ScanSource:
    return ScanSource(campaign, lambda at: event_ids)
