"""The last figures of each live view in this process: counted once for each change, whoever asks."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from models.text.fingerprint import fingerprint

# An undo and a new visit between two looks can leave the digest, but change the participants.
RECOUNT_AFTER = timedelta(seconds=10)
MOST = 500  # views
COUNTING = 2.0  # seconds to wait for another thread that counts the same view for the first time


class Counted(Protocol):
    """A dataclass whose first field is as_of."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def as_of(self) -> datetime: ...


Figures = TypeVar("Figures", bound=Counted)


@dataclass(frozen=True)
class LiveSnapshot(Generic[Figures]):
    """tag: of the content, the same in every process. begun: seconds of a clock that is never set."""

    digest: str
    figures: Figures
    tag: str
    begun: float


class LiveSnapshots:
    def __init__(self) -> None:
        self._latest: OrderedDict[Hashable, LiveSnapshot[Any]] = OrderedDict()
        self._counting: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(
        self, key: Hashable, now: datetime, digest_of: Callable[[], str], count: Callable[[], Figures]
    ) -> LiveSnapshot[Figures]:
        """The figures of a view: the remembered ones while nothing has changed, else counted anew, by one thread.

        The others get the ones before: to wait they would need a database connection each."""
        # The digest is read before, so that figures are never older than it says.
        begun, latest, digest = time.monotonic(), self._latest.get(key), digest_of()
        # Where the clock was set back, figures seem to be of the future.
        if latest is not None and latest.digest == digest and abs(now - latest.figures.as_of) < RECOUNT_AFTER:
            return latest
        with self._lock:
            counting = self._counting.setdefault(key, threading.Lock())
        mine = counting.acquire(timeout=0 if latest is not None else COUNTING)
        try:
            known = self._latest.get(key)
            if known is not None and (not mine or (known.digest == digest and known is not latest)):
                return known
            return self._keep(key, count(), digest, begun)
        finally:
            if mine:
                counting.release()

    def _keep(self, key: Hashable, figures: Figures, digest: str, begun: float) -> LiveSnapshot[Figures]:
        tag = fingerprint(astuple(figures)[1:])
        snapshot = LiveSnapshot(digest, figures, tag, begun)
        with self._lock:
            known = self._latest.get(key)
            if known is not None and known.begun > begun:
                return known
            self._latest[key] = snapshot
            self._latest.move_to_end(key)
            while len(self._latest) > MOST:
                dropped, _snapshot = self._latest.popitem(last=False)
                self._counting.pop(dropped, None)
        return snapshot
