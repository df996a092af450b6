"""The figures of one event for its live page, and a cheap check whether they have changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import db
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.figures.by_source import SourceVisits
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.headcounts import RoomCount, latest_headcount
from models.figures.visits import of_event
from models.ledger.occupancy import occupancy
from models.ledger.tables import METHODS, Counter, Method, Nearness, Presence, Scan
from models.text.fingerprint import fingerprint

# How visits are evidenced, the strongest first: scanned, checked in by the visitor, counted by staff, declared afterwards.
SCANNED, SELF_REPORTED, COUNTED, DECLARED = "scanned", "self_reported", "counted", "declared"
EVIDENCE = {
    SCANNED: (Method.PASS, Method.ROTATING),
    SELF_REPORTED: (Method.PRINTED, Method.TOUCH),
    COUNTED: (Method.TALLY,),
    DECLARED: (Method.ESTIMATE,),
}


@dataclass(frozen=True)
class HourVisits:
    """The visits of one hour of a campaign day: hour 9 is from 09:00 to 10:00 in the campaign's zone."""

    hour: int
    visits: int


@dataclass(frozen=True)
class LiveFigures:
    """The figures of an event. participants: a lower bound. groups, methods and days each add up to visits."""

    as_of: datetime
    visits: int
    participants: int
    groups: dict[str, int]  # by key, in the campaign's order, unknown last
    methods: dict[str, int]
    taken: int  # visits by passes that visitors took themselves
    # Visits of phones that were asked whether they are near, by answer; empty: none was.
    near: dict[str, int]
    inside: int | None  # people inside now; None where neither exits are scanned nor a capacity is set
    capacity: int | None  # of today's occurrences together; None: not limited
    room: RoomCount | None  # the last headcount of everybody in the room: a cross-check
    days: dict[
        date, list[HourVisits]
    ]  # each day with visits, its hours from the first to the last without a gap
    sources: list[SourceVisits]  # may be some seconds older


def evidence(methods: dict[str, int]) -> dict[str, int]:
    """Visits by kind of evidence: the sums of methods over EVIDENCE."""
    return {name: sum(methods[method] for method in of_kind) for name, of_kind in EVIDENCE.items()}


def counters_digest(event_id: int) -> str:
    """A digest that changes with the figures of an event: one indexed query, a row for each group and method.

    Where a visit is undone and another one counted for the same group, method and hour between two looks, it stays."""
    key = Counter.group, Counter.method
    hours = func.sum(Counter.visits * (Counter.hour + 1))
    sums = func.count(), func.sum(Counter.visits), func.sum(Counter.taken), func.sum(Counter.inside), hours
    query = select(*key, *sums).join(Occurrence, Occurrence.id == Counter.occurrence_id)
    rows = db.session.execute(query.where(of_event(event_id)).group_by(*key).order_by(*key))
    plain = [(group, method, *map(int, numbers)) for group, method, *numbers in rows]
    return fingerprint(plain)


def live_figures(event: Event, now: datetime, sources: list[SourceVisits]) -> LiveFigures:
    """The figures of an event now. Every breakdown but the sources comes from the same count."""
    inside, capacity = _occupancy(event, now)
    counted = figures(event.campaign, now, ("day", "hour", "audience"), FiguresFilter(events=(event.id,)))
    return LiveFigures(
        as_of=now,
        visits=counted.visits,
        participants=counted.participants,
        groups=by_group(event.campaign, counted.rows),
        methods={name: counted.methods[name] for name in METHODS},
        taken=counted.taken,
        near=visits_by_nearness(event.id),
        inside=inside,
        capacity=capacity,
        room=latest_headcount(event.id),
        days=hours_by_day(counted.rows),
        sources=sources,
    )


def _occupancy(event: Event, now: datetime) -> tuple[int | None, int | None]:
    """People inside the occurrences of today, with one that still runs since yesterday, and their capacity; see LiveFigures for
    None."""
    today = event.campaign.today(now)
    scheduled = [row for row in event.occurrences if row.status == OccurrenceStatus.SCHEDULED]
    occurrences = [
        row
        for row in scheduled
        if row.start_day <= today <= row.end_day
        or (row.start_at is not None and row.end_at is not None and row.start_at <= now < row.end_at)
    ]
    limits = [row.capacity for row in occurrences if row.capacity is not None]
    capacity = sum(limits) if limits and len(limits) == len(occurrences) else None
    if not event.track_exits and capacity is None:
        return None, None
    return sum(occupancy([row.id for row in occurrences]).values()), capacity


def by_group(campaign: Campaign, rows: Iterable[dict]) -> dict[str, int]:
    """Visits of every group in the campaign's order, unknown last. rows: of figures() by "audience", alone or among others."""
    groups = {term.key: 0 for term in campaign.groups} | {UNKNOWN_GROUP: 0}
    for row in rows:
        groups[row["audience"]] = groups.get(row["audience"], 0) + row["visits"]
    return groups


def hours_by_day(rows: Iterable[dict]) -> dict[date, list[HourVisits]]:
    sums: dict[date, dict[int, int]] = {}
    for row in rows:
        hours = sums.setdefault(row["day"], {})
        hours[row["hour"]] = hours.get(row["hour"], 0) + row["visits"]
    return {
        day: [HourVisits(hour, hours.get(hour, 0)) for hour in range(min(hours), max(hours) + 1)]
        for day, hours in sorted(sums.items())
    }


def visits_by_nearness(event_id: int) -> dict[str, int]:
    """Visits of phones that were asked whether they are near, by Nearness. Empty: none was asked."""
    query = (
        select(Scan.near, func.sum(Presence.weight))
        .join(Presence, and_(Presence.id == Scan.presence_id, Presence.visit_id == Scan.id))
        .join(Occurrence, Occurrence.id == Scan.occurrence_id)
        .where(of_event(event_id), Scan.near.is_not(None))
        .group_by(Scan.near)
    )
    visits = {near: int(weight) for near, weight in db.session.execute(query)}
    return {near: visits.get(near, 0) for near in Nearness} if visits else {}
