"""The entrance settings of an event: whether exits are scanned, capacities, and whether phones that open the printed code are
asked if they are near. No calendar entry depends on them.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.checkin.phone import nearness
from models.db import db, transaction
from models.errors import N_, Mistake
from models.events.tables import Event, Occurrence

MAX_CAPACITY = 100_000


def save_entrance_settings(
    event: Event,
    now: datetime,
    *,
    track_exits: bool,
    near_metres: int | None,
    capacities: Mapping[int, int | None],
    asks_opinion: bool = False,
) -> None:
    """Write the settings in one transaction. Raises Mistake.

    near_metres: None: phones are not asked. asks_opinion: visitors are asked one question after they came.
    capacities: by occurrence id; None: not limited. Other occurrences keep theirs."""
    for capacity in capacities.values():
        if capacity is not None and not 1 <= capacity <= MAX_CAPACITY:
            raise Mistake(N_("The capacity must be from 1 to %(most)s people."), most=f"{MAX_CAPACITY:,}")
    nearness.check_metres(near_metres)
    if near_metres is not None and not nearness.has_coordinates(event):
        raise Mistake(N_("The venue of this event has no coordinates, so the distance cannot be checked."))
    before: dict[int, int | None] = {}
    after: dict[int, int | None] = {}
    with transaction():
        # The same lock as in admit(): a check-in sees the old or the new capacity, not a mix.
        query = select(Occurrence).where(Occurrence.event_id == event.id).order_by(Occurrence.id)
        for occurrence in db.session.scalars(query.with_for_update(key_share=True)):
            before[occurrence.id] = occurrence.capacity
            occurrence.capacity = capacities.get(occurrence.id, occurrence.capacity)
            after[occurrence.id] = occurrence.capacity
        was = _settings(event, before)
        event.track_exits, event.near_metres = track_exits, near_metres
        event.asks_opinion = asks_opinion
        now_is = _settings(event, after)
        if was != now_is:
            record_act(
                AuditVerb.ENTRANCE_CHANGED, now, AuditSubject.EVENT, event.id, before=was, after=now_is
            )


def _settings(event: Event, capacities: Mapping[int, int | None]) -> str:
    """The settings as JSON, for the audit log."""
    settings = {"exits": event.track_exits, "metres": event.near_metres, "capacities": capacities}
    settings["question"] = event.asks_opinion
    return json.dumps(settings, sort_keys=True)
