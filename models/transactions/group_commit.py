"""Work that many threads want done in a transaction each, done for several of them in one.

The first thread works; those that come meanwhile wait, and the first of them takes all that wait as one group.
Nobody returns before the transaction with the own work has ended, unless it takes too long.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Work(Protocol):
    """size: how much it is; keys: two works that share one are never done together."""

    @property
    def size(self) -> int: ...

    @property
    def keys(self) -> frozenset: ...


W = TypeVar("W", bound=Work)


class FullError(Exception):
    """So much waits already that this would wait too long, or the work of others has taken that long."""


class LateError(Exception):
    """It has waited as long as it may. Whether it is done in the end is not known."""


class _Place(Generic[W]):
    """The place of a thread in the queue."""

    def __init__(self, work: W):
        self.work, self.done, self.leads = work, False, False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self, seconds: float) -> None:
        self._gate.acquire(timeout=seconds)

    def call(self) -> None:
        self._gate.release()


class GroupCommit(Generic[W]):
    """do: does all of a group in one transaction and keeps each result or error in its work; it raises nothing.

    together, size: how many works, and how large together, one group has at most. waiting: the size that may wait, and
    longest: for how many seconds each."""

    def __init__(
        self, do: Callable[[list[W]], None], *, together: int, size: int, waiting: int, longest: float
    ):
        self._do, self._together, self._size, self._most = do, together, size, waiting
        self._longest = longest
        self._lock = threading.Lock()
        self._queue: list[_Place[W]] = []
        self._waiting, self._working, self._since = 0, False, 0.0

    def submit(self, work: W) -> None:
        """Returns when it is done. Raises FullError at once where too much waits, LateError where it waits too long."""
        place = _Place(work)
        with self._lock:
            if self._queue and self._waiting + work.size > self._most:
                raise FullError
            if self._working and time.monotonic() - self._since > self._longest:
                raise FullError  # else each would hold its thread in vain
            self._queue.append(place)
            self._waiting += work.size
            place.leads = not self._working
            if place.leads:
                self._working, self._since = True, time.monotonic()
        if not place.leads:
            self._wait(place)
        if not place.done:
            self._lead(place)

    def _wait(self, place: _Place[W]) -> None:
        """Until it is done, or leads."""
        place.wait(self._longest)
        with self._lock:
            if place.done or place.leads:
                return
            if place in self._queue:
                self._queue.remove(place)
                self._waiting -= place.work.size
        raise LateError

    def _lead(self, own: _Place[W]) -> None:
        with self._lock:
            group = self._take()
        try:
            self._do([place.work for place in group])
        finally:
            with self._lock:
                following = self._queue[0] if self._queue else None
                self._working, self._since = following is not None, time.monotonic()
                if following is not None:
                    following.leads = True
            for place in group:
                place.done = True
                if place is not own:
                    place.call()
            if following is not None:
                following.call()

    def _take(self) -> list[_Place[W]]:
        """From the head of the queue; what shares a key with one before it stays, in its order."""
        group: list[_Place[W]] = []
        left: list[_Place[W]] = []
        keys: set = set()
        size = 0
        for place in self._queue:
            fits = len(group) < self._together and (not group or size + place.work.size <= self._size)
            if fits and keys.isdisjoint(place.work.keys):
                group.append(place)
                size += place.work.size
            else:
                left.append(place)
            keys |= place.work.keys
        self._queue = left
        self._waiting -= size
        return group
