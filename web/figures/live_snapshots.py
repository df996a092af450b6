"""The last figures of events in this process: counted once for each change, whoever asks."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from models.events.tables import Event
from models.figures import live
from models.figures.by_source import SourceVisits, visits_by_source

# An undo and a new visit between two looks can leave the digest, but change the participants.
RECOUNT_AFTER = timedelta(seconds=10)
MOST = 500  # events
COUNTING = 2.0  # seconds to wait for another thread that counts the same event for the first time


@dataclass(frozen=True)
class LiveSnapshot:
    """tag: of the content, the same in every process."""

    digest: str
    figures: live.LiveFigures
    tag: str


class LiveSnapshots:
    def __init__(self) -> None:
        self._latest: OrderedDict[int, LiveSnapshot] = OrderedDict()
        self._sources: dict[int, tuple[datetime, list[SourceVisits]]] = {}
        self._counting: dict[int, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, event: Event, now: datetime) -> LiveSnapshot:
        """The event's figures: the remembered ones while nothing has changed, else counted anew, by one thread.

        The others get the ones before: to wait they would need a database connection each."""
        latest, digest = self._latest.get(event.id), live.counters_digest(event.id)
        if latest is not None and latest.digest == digest and now - latest.figures.as_of < RECOUNT_AFTER:
            return latest
        with self._lock:
            counting = self._counting.setdefault(event.id, threading.Lock())
        mine = counting.acquire(timeout=0 if latest is not None else COUNTING)
        try:
            known = self._latest.get(event.id)
            if known is not None and (not mine or (known.digest == digest and known is not latest)):
                return known
            return self._count(event, now, digest)
        finally:
            if mine:
                counting.release()

    def _count(self, event: Event, now: datetime, digest: str) -> LiveSnapshot:
        """digest: read before, so that figures are never older than it says."""
        figures = live.live_figures(event, now, self._sources_of(event, now))
        tag = hashlib.sha256(repr(astuple(figures)[1:]).encode()).hexdigest()[:24]
        snapshot = LiveSnapshot(digest, figures, tag)
        with self._lock:
            known = self._latest.get(event.id)
            if known is not None and known.figures.as_of > now:
                return known
            self._latest[event.id] = snapshot
            self._latest.move_to_end(event.id)
            while len(self._latest) > MOST:
                dropped, _snapshot = self._latest.popitem(last=False)
                self._counting.pop(dropped, None)
                self._sources.pop(dropped, None)
        return snapshot

    def _sources_of(self, event: Event, now: datetime) -> list[SourceVisits]:
        """Counted at most once in RECOUNT_AFTER: they read a row for each visit."""
        known = self._sources.get(event.id)
        if known is None or now - known[0] >= RECOUNT_AFTER:
            known = self._sources[event.id] = now, visits_by_source(event.id)
        return known[1]
