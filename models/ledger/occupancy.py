"""How many people are in a room: the occupancy of an occurrence over all its days.

A presence is of one day, because visits are counted by day. A room does not empty at midnight: of one holder the last day with
a scan says who is inside; of people without identity all scans in and out are summed.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from models.db import db
from models.ledger.in_effect import rows_in_effect
from models.ledger.tables import Counter, Presence


def occupancy(occurrence_ids: Collection[int]) -> dict[int, int]:
    """People inside now, by occurrence id."""
    inside = dict.fromkeys(occurrence_ids, 0)
    if not inside:
        return inside
    query = select(Counter.occurrence_id, func.sum(Counter.inside)).group_by(Counter.occurrence_id)
    for occurrence_id, heads in db.session.execute(query.where(Counter.occurrence_id.in_(inside))):
        inside[occurrence_id] = int(heads)
    for occurrence_id, heads in _scanned_again_later(inside):
        inside[occurrence_id] -= heads
    return inside


def _scanned_again_later(occurrence_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    """Heads inside by the scans of one day whose holder was scanned on a later one: occurrence id, heads."""
    first = (
        select(Counter.occurrence_id, func.min(Counter.day).label("day"))
        .where(Counter.occurrence_id.in_(occurrence_ids))
        .group_by(Counter.occurrence_id)
        .subquery()
    )
    earlier, later = aliased(Presence), aliased(Presence)
    same_holder = earlier.occurrence_id == later.occurrence_id, earlier.holder == later.holder
    query = (
        select(later.id, later.occurrence_id, later.weight, earlier.id, earlier.inside)
        .join(first, and_(later.occurrence_id == first.c.occurrence_id, later.day > first.c.day))
        .join(earlier, and_(*same_holder, earlier.day < later.day, earlier.inside > 0))
        .where(later.identified)
    )
    pairs = db.session.execute(query).all()
    # Without a visit a later day has scans out alone, or nothing of it counts.
    exits = {row.presence_id for row in rows_in_effect(id for id, _, weight, _, _ in pairs if not weight)}
    return {
        earlier_id: (occurrence_id, heads)
        for later_id, occurrence_id, weight, earlier_id, heads in pairs
        if weight or later_id in exits
    }.values()
