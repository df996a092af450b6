"""Answers of the database that stay right until something moves in a campaign's events.

Every change of an event gives its campaign another version (models.ical); one read by key tells it. So the counts and
the order of a big week are worked out once for each change, not once for each reader."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from models.ics import version as calendar_version

MOST = 2000
Answer = TypeVar("Answer")

# A version is a random token, so that no two databases share one.
_answers: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()
_lock = threading.Lock()


class QueryCache:
    """What was worked out about one campaign at its present version. Made once for a request."""

    def __init__(self, campaign_id: str) -> None:
        latest = calendar_version.version(campaign_id)
        self.version = latest[0] if latest else None

    def get(self, key: Hashable, load: Callable[[], Answer]) -> Answer:
        """The answer to a question, asked of the database where nobody did since the last change."""
        if self.version is None:
            return load()
        versioned_key = (self.version, key)
        with _lock:
            if versioned_key in _answers:
                _answers.move_to_end(versioned_key)
                return _answers[versioned_key]
        answer = load()
        with _lock:
            _answers[versioned_key] = answer
            while len(_answers) > MOST:
                _answers.popitem(last=False)
        return answer
