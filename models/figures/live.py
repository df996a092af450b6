"""One event as it happens: its figures, and whether they have changed since somebody last looked."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, inspect, select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import db
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.figures.count import Where, figures, inside_now
from models.ledger.tables import METHODS, Counter, Nearness, Presence, Scan

# How a visit is known, in the order of how well: scanned by us, told by the visitor, counted by staff, declared later.
SCANNED, SELF_REPORTED, COUNTED, DECLARED = "scanned", "self_reported", "counted", "declared"
EVIDENCE = {
    SCANNED: ("pass", "rotating"),
    SELF_REPORTED: ("printed", "touch"),
    COUNTED: ("tally",),
    DECLARED: ("estimate",),
}


@dataclass(frozen=True)
class Hour:
    """The visits of one hour of a campaign day: hour 9 is from 09:00 to 10:00 in the campaign's zone."""

    hour: int
    visits: int


@dataclass(frozen=True)
class Live:
    """An event's figures at a moment. participants: a lower bound. Every breakdown adds up to visits."""

    as_of: datetime
    visits: int
    participants: int
    groups: dict[str, int]  # by key, in the campaign's order, unknown last
    methods: dict[str, int]
    taken: int  # of the visits by pass, those by passes that visitors took themselves
    near: dict[
        str, int
    ]  # visits at whose poster phones were asked whether they are near, by answer; empty: nobody asks
    inside: (
        int | None
    )  # heads in the room today by the rows; None where neither exits nor a capacity are kept
    capacity: int | None  # of today's sittings together; None: not limited
    days: dict[date, list[Hour]]  # each day with visits, its hours from the first to the last without a gap


def evidence(methods: dict[str, int]) -> dict[str, int]:
    """Visits by how they are known: the sums over EVIDENCE."""
    return {name: sum(methods[method] for method in of) for name, of in EVIDENCE.items()}


def pulse(event_id: int) -> str:
    """A text that changes whenever the visits of an event do. One indexed query over a few rows, however many scans."""
    key = inspect(Counter).primary_key
    rows = db.session.execute(
        select(*key, Counter.visits, Counter.taken, Counter.inside)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .where(Occurrence.event_id == event_id)
        .order_by(*key)
    )
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:32]


def look(event: Event, now: datetime) -> Live:
    """The event's figures now, every breakdown from one count."""
    inside, capacity = _room(event, event.campaign.today(now))
    counted = figures(event.campaign, now, ("day", "hour", "audience"), Where(events=(event.id,)))
    return Live(
        as_of=now,
        visits=counted.visits,
        participants=counted.participants,
        groups=by_group(event.campaign, counted.rows),
        methods={name: counted.methods[name] for name in METHODS},
        taken=counted.taken,
        near=visits_by_answer(event.id),
        inside=inside,
        capacity=capacity,
        days=_by_day(counted.rows),
    )


def _room(event: Event, today: date) -> tuple[int | None, int | None]:
    """Heads inside today, and how many today's sittings hold; each None where it is not kept."""
    sessions = [
        session
        for session in event.occurrences
        if session.start_day <= today <= session.end_day and session.status == OccurrenceStatus.SCHEDULED
    ]
    limits = [session.capacity for session in sessions if session.capacity is not None]
    capacity = sum(limits) if limits and len(limits) == len(sessions) else None
    if not event.track_exits and capacity is None:
        return None, None
    return inside_now(event.campaign, event.id, today), capacity


def by_group(campaign: Campaign, rows: Iterable[dict]) -> dict[str, int]:
    """Visits of every group in the campaign's order, unknown last, summed over rows that tell the audience."""
    groups = {term.key: 0 for term in campaign.groups} | {UNKNOWN_GROUP: 0}
    for row in rows:
        groups[row["audience"]] = groups.get(row["audience"], 0) + row["visits"]
    return groups


def _by_day(rows: Iterable[dict]) -> dict[date, list[Hour]]:
    sums: dict[date, dict[int, int]] = {}
    for row in rows:
        hours = sums.setdefault(row["day"], {})
        hours[row["hour"]] = hours.get(row["hour"], 0) + row["visits"]
    return {
        day: [Hour(hour, hours.get(hour, 0)) for hour in range(min(hours), max(hours) + 1)]
        for day, hours in sorted(sums.items())
    }


def visits_by_answer(event_id: int) -> dict[str, int]:
    """The visits of an event at whose code phones were asked, by their answers: NEAR, FAR, NOT_TOLD. Empty: none was."""
    asked = (
        select(Scan.near, func.sum(Presence.weight))
        .join(Presence, Presence.visit_id == Scan.id)
        .where(Scan.event_id == event_id, Scan.near.is_not(None))
        .group_by(Scan.near)
    )
    counted = {near: int(visits) for near, visits in db.session.execute(asked)}
    return (
        {near: counted.get(near, 0) for near in (Nearness.NEAR, Nearness.FAR, Nearness.UNKNOWN)}
        if counted
        else {}
    )
