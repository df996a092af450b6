"""Answers of the database that stay right until something moves in a campaign's events.

Every change of an event gives its campaign another version (models.ical); one read by key tells it. So the counts and
the order of a big week are worked out once for each change, not once for each reader."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from models.ics import version as calendar_version

MOST = 2000
Answer = TypeVar("Answer")

# A version is a random token, so that no two databases share one.
_found: OrderedDict[tuple[str, Hashable], object] = OrderedDict()
_lock = threading.Lock()


class Kept:
    """What was worked out about one campaign at its present version. Made once for a request."""

    def __init__(self, campaign_id: str) -> None:
        moved = calendar_version.version(campaign_id)
        self.version = moved[0] if moved else None

    def get(self, question: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question, asked of the database where nobody did since the last change."""
        if self.version is None:
            return ask()
        key = (self.version, question)
        with _lock:
            if key in _found:
                _found.move_to_end(key)
                return _found[key]
        answer = ask()
        with _lock:
            _found[key] = answer
            while len(_found) > MOST:
                _found.popitem(last=False)
        return answer
