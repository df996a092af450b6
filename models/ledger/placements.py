"""Move the visits of events between sums where a change of events moves them: another region, lead or line, a merge."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import aliased

from models.db import db, on_postgresql
from models.events.merges import standing_id
from models.events.tables import Event, Occurrence
from models.ledger.sum_rows import SumKey, Sums, add_to_sums
from models.ledger.sum_tables import (
    PARTICIPANTS,
    PLACED_KINDS,
    SUM_COLUMNS,
    TAKEN,
    EventPlacement,
    SumKind,
)
from models.ledger.sums import PLACEMENT_LOCK
from models.ledger.tables import METHODS, Counter, Presence
from models.organizations.tables import Organization

_IDS_IN_A_QUERY = 400
_COLUMN = {
    SumKind.REGION: EventPlacement.region_code,
    SumKind.LINE: EventPlacement.line,
    SumKind.EVENT: EventPlacement.kept_id,
}


def move_visits(event_ids: Collection[int]) -> None:
    """Count these events, and those merged into them, where they belong now. At the end of a transaction that writes events."""
    if not event_ids:
        return
    if on_postgresql():
        # Waits for running check-ins: they count where the events belonged when they began.
        db.session.execute(text("SELECT pg_advisory_xact_lock(:kind, 0)"), {"kind": PLACEMENT_LOCK})
    in_order = sorted(event_ids)
    for start in range(0, len(in_order), _IDS_IN_A_QUERY):
        _move(in_order[start : start + _IDS_IN_A_QUERY])


def _move(event_ids: list[int]) -> None:
    moved = [
        (row, values)
        for row, *values in db.session.execute(_current_places(event_ids))
        if _differs(row, values)
    ]
    if not moved:
        return
    ids = [row.event_id for row, _values in moved]
    sums: Sums = defaultdict(lambda: [0] * len(SUM_COLUMNS))
    _add(sums, ids, -1)
    for row, (kept_id, region_code, line) in moved:
        row.kept_id, row.region_code, row.line = kept_id, region_code, line
    db.session.flush()
    _add(sums, ids, 1)
    add_to_sums(sums)


def _differs(row: EventPlacement, values: list) -> bool:
    return [row.kept_id, row.region_code, row.line] != values


def _current_places(event_ids: Collection[int]) -> Select:
    """The stored places of these events and of those merged into them, each with what it should be now."""
    standing = aliased(Event)
    return (
        select(
            EventPlacement,
            standing.id,
            func.coalesce(standing.region_code, ""),
            func.coalesce(Organization.line, ""),
        )
        .select_from(EventPlacement)
        .join(standing, standing.id == standing_id("event_placement.event_id"))
        .outerjoin(Organization, Organization.id == standing.lead_id)
        .where(or_(EventPlacement.event_id.in_(event_ids), EventPlacement.kept_id.in_(event_ids)))
        .order_by(EventPlacement.event_id)
        .execution_options(populate_existing=True)
    )


def _add(sums: Sums, event_ids: list[int], sign: int) -> None:
    """Add (or take away) the visits of these events, and the participants of all values among their holders."""
    for key, method, visits, taken in _visits(event_ids):
        sums[key][METHODS.index(method)] += sign * visits
        sums[key][TAKEN] += sign * taken
    for key, heads in _participants(event_ids):
        sums[key][PARTICIPANTS] += sign * heads


def _visits(event_ids: list[int]) -> Iterator[tuple[SumKey, str, int, int]]:
    columns = [_COLUMN[kind] for kind in PLACED_KINDS]
    query = (
        select(
            EventPlacement.campaign_id,
            *columns,
            Counter.method,
            func.sum(Counter.visits),
            func.sum(Counter.taken),
        )
        .select_from(Counter)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .where(Occurrence.event_id.in_(event_ids))
        .group_by(EventPlacement.campaign_id, *columns, Counter.method)
    )
    for campaign_id, *values, method, visits, taken in db.session.execute(query):
        for kind, value in zip(PLACED_KINDS, values, strict=True):
            yield (campaign_id, kind, str(value)), method, int(visits), int(taken)


def _participants(event_ids: list[int]) -> Iterator[tuple[SumKey, int]]:
    """The participants of every region, line and event where a holder of these events has been."""
    counted = Presence.identified, Presence.weight > 0
    holders = (
        select(Presence.holder)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(Occurrence.event_id.in_(event_ids), *counted)
    )
    campaign_id = EventPlacement.campaign_id
    for kind in PLACED_KINDS:
        column = _COLUMN[kind].label("value")
        largest = (
            select(campaign_id, column, func.max(Presence.weight).label("heads"))
            .select_from(Presence)
            .join(Occurrence, Occurrence.id == Presence.occurrence_id)
            .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
            .where(Presence.holder.in_(holders), *counted)
            .group_by(campaign_id, column, Presence.holder)
            .subquery()
        )
        key = (largest.c.campaign_id, largest.c.value)
        for campaign, value, heads in db.session.execute(
            select(*key, func.sum(largest.c.heads)).group_by(*key)
        ):
            yield (campaign, kind, str(value)), int(heads)
