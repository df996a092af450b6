"""Parts of a page, each kept by all that it depends on: after a change only what shows it is rendered again.

A kept part is found by the facts that it shows, not by a version that somebody has to raise: what changed has another key."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup


class KeptMarkup:
    """Those of one process that were shown last. most: how many it keeps."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, facts: Hashable, render: Callable[[], Markup]) -> Markup:
        with self._lock:
            found = self._kept.get(facts)
            if found is not None:
                self._kept.move_to_end(facts)
                return found
        part = render()
        with self._lock:
            self._kept[facts] = part
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return part

    def clear(self) -> None:
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)
