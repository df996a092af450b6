"""Rows of the ledger that people add change which scans count: presences, counters and sums follow in one transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from models.checkin import store
from models.checkin.locked_rows import LockedPresence
from models.db import db, transaction
from models.ledger.campaign_lock import lock_campaigns


@contextmanager
def alone(campaign_number: int) -> Iterator[None]:
    """A write transaction without any check-in of the campaign: an undo's target may be inserted concurrently."""
    with transaction():
        lock_campaigns({campaign_number: True})
        yield


@contextmanager
def recounted(presence_ids: Collection[int]) -> Iterator[dict[int, LockedPresence]]:
    """Inside alone(): what is added while it lasts changes these presences, and at its end all that is derived from them."""
    presences = store.lock_presences_by_id(presence_ids)
    store.load_entries(presences.values())
    yield presences
    db.session.flush()
    states = {id: presence.before for id, presence in presences.items()}
    for presence in presences.values():
        presence.entries.clear()
    store.load_entries(presences.values())
    for id, presence in presences.items():
        presence.before = states[id]
    store.update_counters(presences.values())
