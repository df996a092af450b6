"""Fill a campaign with made-up events and scans, through the verbs that everything else goes through."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from itertools import accumulate
from random import Random

from sqlalchemy import exists, select

from models import clock
from models.campaigns.tables import Campaign
from models.checkin.admit import MAX_BATCH, admit
from models.checkin.pending_scan import ScanSource
from models.codes import venue_codes
from models.db import db, transaction
from models.devices import kiosks as devices
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict
from models.events import check_in_window
from models.events.tables import Event, EventStatus
from models.ledger.tables import Answer, Verdict
from models.publishing import lifecycle
from models.publishing.change import event_transaction
from models.synthetic import events as made_up
from models.synthetic.arrivals import DayArrivals, OccurrenceDay, ScanBatch, in_rushes
from models.synthetic.people import Visitors

EVENTS_AT_ONCE = 50
ROTATING = 0.3  # of the events: those with a screen that shows the changing code
DEVICE_LIFE = timedelta(days=2)  # after the week; then its token opens nothing

REAL = N_(
    "Campaign “%(id)s” is real and already has events. Only a rehearsal or an empty campaign can be filled."
)
FILLED = N_("Campaign “%(id)s” was already filled with seed %(seed)s. Use another seed to add more.")


@dataclass
class FillResult:
    """What was made. verdicts: of the scans; reasons: of those that were refused; flags: of all."""

    events: int = 0
    scans: int = 0
    verdicts: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    flags: Counter = field(default_factory=Counter)

    def note(self, answers: list[Answer]) -> None:
        self.scans += len(answers)
        for answer in answers:
            self.verdicts[answer.verdict] += 1
            if answer.verdict == Verdict.REFUSED:
                self.reasons[answer.reason] += 1
            self.flags.update(answer.flags.names)


def check_may_fill(campaign: Campaign, seed: int) -> None:
    """Raises Conflict for a campaign that must not be filled, or not with this seed again."""
    mine = select(Event.id).where(Event.campaign_id == campaign.id)
    if not campaign.rehearsal and db.session.scalar(select(exists(mine))):
        raise Conflict(REAL, id=campaign.id)
    before = mine.where(
        Event.origin == made_up.ORIGIN, Event.origin_ref.startswith(made_up.origin_ref(seed, ""))
    )
    if db.session.scalar(select(exists(before))):
        raise Conflict(FILLED, id=campaign.id, seed=seed)


def fill(
    campaign: Campaign,
    events: int,
    scans: int,
    seed: int,
    now: datetime,
    on_made: Callable[[int], object] = lambda count: None,
) -> FillResult:
    """Publish so many events and hand in so many scans, spread over the campaign's days, past and to come.

    Every scan is one row of the ledger. on_made: told how many more events or scans are there. Raises Conflict (see check)."""
    check_may_fill(campaign, seed)
    done = FillResult()
    ids = _publish(campaign, events, seed, now, on_made)
    done.events = len(ids)
    if not scans:
        return done
    chance = Random(f"{campaign.id}:{seed}:scans")
    opening = clock.day_bounds(campaign.starts, campaign.starts, campaign.zone)[0]
    issued = min(now, opening - timedelta(days=1))
    kiosks = _equip(campaign, ids, issued)
    shares = list(_shares(_slots(campaign, ids, issued, chance), scans, chance))
    guests = Visitors(campaign, chance, scans, issued)
    for source, batch in _days(campaign, shares, kiosks, guests, chance):
        done.note(admit(batch.attempts, source, batch.now))
        on_made(len(batch.attempts))
    return done


def _publish(
    campaign: Campaign, count: int, seed: int, now: datetime, on_made: Callable[[int], object]
) -> list[int]:
    """Ids of the new events, in order."""
    ids, drafts = [], made_up.drafts(campaign, count, seed)
    for start in range(0, count, EVENTS_AT_ONCE):
        with event_transaction():
            for _ in range(min(EVENTS_AT_ONCE, count - start)):
                draft, cancelled = next(drafts)
                event = lifecycle.write_new(campaign, draft, now)
                if cancelled:
                    lifecycle.write_cancelled(event, now)
                ids.append(event.id)
        on_made(len(ids) - start)
    return ids


def _equip(campaign: Campaign, ids: list[int], issued: datetime) -> dict[int, Kiosk]:
    """A device for each event that can be attended, good until some days after the week."""
    until = clock.day_bounds(campaign.ends, campaign.ends, campaign.zone)[1] + DEVICE_LIFE
    kiosks = {}
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        part = select(Event).where(
            Event.id.in_(ids[start : start + EVENTS_AT_ONCE]),
            Event.status == EventStatus.PUBLISHED,
            Event.mode != "online",
        )
        with transaction():
            for event in db.session.scalars(part.order_by(Event.id)):
                kiosks[event.id] = devices.insert_kiosk(event, issued, expires_at=until)[0]
    return kiosks


def _slots(campaign: Campaign, ids: list[int], issued: datetime, chance: Random) -> Iterator[OccurrenceDay]:
    """Every sitting that takes place at a venue, day by day of the campaign."""
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        part = ids[start : start + EVENTS_AT_ONCE]
        onsite = select(Event).where(
            Event.id.in_(part), Event.mode != "online", Event.status == EventStatus.PUBLISHED
        )
        found = {event.id: event for event in db.session.scalars(onsite)}
        with_screen = [event_id for event_id in part if event_id in found and chance.random() < ROTATING]
        printed = venue_codes.codes_for_events(list(found), issued)
        rotating = venue_codes.codes_for_events(with_screen, issued, venue_codes.CodeMethod.ROTATING)
        held = [
            sitting for sitting in check_in_window.windows_of(found, campaign.zone) if sitting.takes_place
        ]
        for sitting in sorted(held, key=lambda one: one.occurrence_id):
            event = found[sitting.event_id]
            numbers = {"printed": printed[event.id].number}
            if event.id in rotating:
                numbers["rotating"] = rotating[event.id].number
            place = (ids.index(event.id, start) + 0.5) / len(ids)
            for day in _days_of(sitting, campaign):
                yield OccurrenceDay(sitting, day, place, tuple(event.groups), numbers)


def _days_of(sitting: check_in_window.CheckInWindow, campaign: Campaign) -> list:
    first, last = (
        clock.day_of(at, campaign.zone) for at in (sitting.start, sitting.closes - timedelta(hours=1))
    )
    return [day for day in campaign.days if first <= day <= last][
        : 1 if sitting.opens < sitting.start else None
    ]


def _shares(
    slots: Iterator[OccurrenceDay], scans: int, chance: Random
) -> Iterator[tuple[OccurrenceDay, int]]:
    """How many of the scans each slot sees: a few large ones, many small ones, exactly as many in all."""
    slots = list(slots)
    reached = list(accumulate(chance.paretovariate(1.3) for _ in slots))
    before = 0
    for slot, upto in zip(slots, reached, strict=True):
        count = round(scans * upto / reached[-1]) - before
        before += count
        if count:
            yield slot, count


def _days(
    campaign: Campaign,
    shares: list[tuple[OccurrenceDay, int]],
    kiosks: dict[int, Kiosk],
    guests: Visitors,
    chance: Random,
) -> Iterator[tuple[ScanSource, ScanBatch]]:
    """Batch by batch, a day after the other: each device by itself, then the phones of all doors."""
    for day in campaign.days:
        phones = []
        for slot, count in shares:
            if slot.day != day:
                continue
            doors = DayArrivals(slot, count, guests, chance, campaign.zone)
            phones.append(doors.phones)
            event_id, kiosk = slot.sitting.event_id, kiosks[slot.sitting.event_id]
            source = ScanSource(
                campaign, lambda at, event_id=event_id: [event_id], kiosk.id, expires_at=kiosk.expires_at
            )
            for batch in doors.batches(MAX_BATCH):
                yield source, batch
        events_of = {
            slot.sitting.occurrence_id: slot.sitting.event_id for slot, _count in shares if slot.day == day
        }
        for part in in_rushes(list(merge(*phones, key=lambda scan: scan.at)), MAX_BATCH):
            ids = sorted({events_of[scan.occurrence_id] for scan in part})
            yield (
                ScanSource(campaign, lambda at, ids=ids: ids),
                ScanBatch(part, part[-1].at + timedelta(seconds=1)),
            )
