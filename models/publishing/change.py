"""The transaction in which events are written, and what follows at its end.

Corrected venues are written to the other events that use them; visits are counted where their event belongs now; then
the calendar of each campaign gets a new version.
The version comes last, so that a transaction that has locked its row needs no further lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from models.db import db, transaction
from models.events.tables import Event, Occurrence
from models.ics import version
from models.ledger import placements
from models.publishing import shared_venues
from models.publishing.shared_venues import Correction

_IDS_IN_A_QUERY = 100
_current: ContextVar["Change | None"] = ContextVar("change", default=None)


@dataclass
class Change:
    """What one transaction has changed so far. events: time of change by event id. corrections: by venue id."""

    events: dict[int, datetime] = field(default_factory=dict)
    corrections: dict[int, Correction] = field(default_factory=dict)

    def note(self, event_id: int, at: datetime) -> None:
        self.events[event_id] = max(at, self.events.get(event_id, at))


@contextmanager
def event_transaction() -> Iterator[None]:
    """A write transaction for events: every function that writes one runs inside. Not to be nested."""
    change = Change()
    token = _current.set(change)
    try:
        with transaction():
            yield
            _finish(change)
        if change.events:
            version.note_commit()
    finally:
        _current.reset(token)


def current() -> Change:
    """The open change. RuntimeError outside event_transaction()."""
    change = _current.get()
    if change is None:
        raise RuntimeError("Events are written only inside event_transaction().")
    return change


def _finish(change: Change) -> None:
    db.session.flush()
    for event_id, at in shared_venues.spread(change.corrections).items():
        change.note(event_id, at)
    placements.move_visits(change.events)
    latest: dict[str, datetime] = {}
    for event_id, campaign_id in _campaigns_of(list(change.events)):
        at = change.events[event_id]
        latest[campaign_id] = max(at, latest.get(campaign_id, at))
    for campaign_id, at in sorted(latest.items()):
        version.renew(campaign_id, at)


def _campaigns_of(event_ids: list[int]) -> list[tuple[int, str]]:
    pairs: list[tuple[int, str]] = []
    for start in range(0, len(event_ids), _IDS_IN_A_QUERY):
        part = event_ids[start : start + _IDS_IN_A_QUERY]
        query = select(Event.id, Event.campaign_id).where(Event.id.in_(part))
        pairs += [(row.id, row.campaign_id) for row in db.session.execute(query)]
    return pairs


def lock_event(event: Event) -> Event:
    """The event, locked until commit. It and its occurrences are read again: they may have changed since they were loaded."""
    db.session.get_one(Event, event.id, with_for_update=True, populate_existing=True)
    query = (
        select(Occurrence).where(Occurrence.event_id == event.id).execution_options(populate_existing=True)
    )
    db.session.scalars(query).all()
    db.session.expire(event, ["occurrences"])
    return event
