"""Parts of live views that read many rows, or take long to draw: made seldom, and after the figures that change with a scan."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

MOST = 500  # parts, and drawings

Count = Callable[[datetime], Any]  # of a part, as of an instant


@dataclass(frozen=True)
class _Part:
    counted_at: datetime
    pause: timedelta
    value: Any
    version: int


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.seconds = 0.0
        self.later = False
        self.due: dict[Hashable, Count] = {}


class SlowParts:
    """A part is counted the more seldom the longer that takes."""

    def __init__(self, share: int = 20) -> None:
        """share: how many times its own time a part is left in peace."""
        self._share = share
        self._parts: OrderedDict[Hashable, _Part] = OrderedDict()
        self._drawings: OrderedDict[Hashable, tuple[Any, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._thread = _OfThread()

    def seconds(self) -> float:
        """Of a processor that this thread has spent on counting parts."""
        return self._thread.seconds

    def of(self, key: Hashable, now: datetime, least: timedelta, count: Count) -> Any:
        """The part as it was counted last, or now. least: between two counts. count: may be called in another session."""
        known = self._parts.get(key)
        # Where the clock was set back, parts seem to be of the future.
        if known is not None and abs(now - known.counted_at) < known.pause:
            return known.value
        if known is not None and self._thread.later:
            self._thread.due[key] = partial(self._count, key, least, count, known.version + 1)
            return known.value
        return self._count(key, least, count, known.version if known is not None else 0, now)

    def version(self, key: Hashable) -> str:
        """Another one when the part was counted by itself, and not within the view: the view's digest tells it."""
        known = self._parts.get(key)
        return f" {known.version}" if known is not None else " 0"

    @contextmanager
    def later(self) -> Iterator[None]:
        """Within it this thread takes the parts that it knows as they are; count_due counts those that are due."""
        self._thread.later = True
        try:
            yield
        finally:
            self._thread.later = False

    def count_due(self, now: datetime) -> None:
        """One part that `later` left, the one that has waited longest."""
        for key in list(self._thread.due)[:1]:
            self._thread.due.pop(key)(now)

    def drawing(self, key: Hashable, part: Any, draw: Callable[[], str]) -> str:
        """The markup of a part, drawn once for each time it is counted. key: with the language and what else it shows."""
        known = self._drawings.get(key)
        if known is not None and known[0] is part:
            return known[1]
        markup = draw()
        self._keep(self._drawings, key, (part, markup))
        return markup

    def _count(self, key: Hashable, least: timedelta, count: Count, version: int, now: datetime) -> Any:
        begun, begun_cpu = time.monotonic(), time.thread_time()
        value = count(now)
        self._thread.seconds += time.thread_time() - begun_cpu
        pause = max(least, self._share * timedelta(seconds=time.monotonic() - begun))
        self._keep(self._parts, key, _Part(now, pause, value, version))
        return value

    def _keep(self, kept: OrderedDict[Hashable, Any], key: Hashable, value: Any) -> None:
        with self._lock:
            kept[key] = value
            kept.move_to_end(key)
            while len(kept) > MOST:
                kept.popitem(last=False)
