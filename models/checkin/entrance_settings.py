"""The entrance settings of an event: whether exits are scanned, capacities, and whether phones that open the printed code are
asked if they are near. No calendar entry depends on them.
"""

from collections.abc import Mapping

from sqlalchemy import select

from models.checkin import nearness
from models.db import db, transaction
from models.errors import N_, Mistake
from models.events.tables import Event, Occurrence

MAX_CAPACITY = 100_000


def save_entrance_settings(
    event: Event, *, track_exits: bool, near_metres: int | None, capacities: Mapping[int, int | None]
) -> None:
    """Write the settings in one transaction. Raises Mistake.

    near_metres: None: phones are not asked. capacities: by occurrence id; None: not limited. Other occurrences keep theirs."""
    for capacity in capacities.values():
        if capacity is not None and not 1 <= capacity <= MAX_CAPACITY:
            raise Mistake(N_("The capacity must be from 1 to %(most)s people."), most=f"{MAX_CAPACITY:,}")
    nearness.check_metres(near_metres)
    if near_metres is not None and not nearness.has_coordinates(event):
        raise Mistake(N_("The venue of this event has no coordinates, so the distance cannot be checked."))
    with transaction():
        # The same lock as in admit(): a check-in sees the old or the new capacity, not a mix.
        query = select(Occurrence).where(Occurrence.event_id == event.id).order_by(Occurrence.id)
        for occurrence in db.session.scalars(query.with_for_update(key_share=True)):
            occurrence.capacity = capacities.get(occurrence.id, occurrence.capacity)
        event.track_exits, event.near_metres = track_exits, near_metres
