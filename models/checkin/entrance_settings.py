"""What an organizer sets for the door of an event: whether exits are scanned, how many a room holds, and whether phones at
the poster are asked if they are near. Nothing of this is in the calendar.
"""

from collections.abc import Mapping

from sqlalchemy import select

from models.checkin import nearness
from models.db import db, transaction
from models.errors import N_, Mistake
from models.events.tables import Event, Occurrence

MOST_INSIDE = 100_000


def set_door(
    event: Event, *, track_exits: bool, near_metres: int | None, capacities: Mapping[int, int | None]
) -> None:
    """Write the settings in one transaction. capacities: by the occurrence's id; None: not limited. Sittings that are
    not named keep theirs. Raises Mistake; nothing is written then."""
    for capacity in capacities.values():
        if capacity is not None and not 1 <= capacity <= MOST_INSIDE:
            raise Mistake(N_("The capacity must be from 1 to %(most)s people."), most=f"{MOST_INSIDE:,}")
    nearness.check_metres(near_metres)
    if near_metres is not None and not nearness.has_coordinates(event):
        raise Mistake(N_("The venue of this event has no coordinates, so the distance cannot be checked."))
    with transaction():
        # The lock that admissions take where a room has a capacity: one that is being decided sees the old or the new.
        asked = select(Occurrence).where(Occurrence.event_id == event.id).order_by(Occurrence.id)
        for occurrence in db.session.scalars(asked.with_for_update(key_share=True)):
            occurrence.capacity = capacities.get(occurrence.id, occurrence.capacity)
        event.track_exits, event.near_metres = track_exits, near_metres
