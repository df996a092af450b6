"""Query results that hold until a campaign's events change.

Every change of an event gives its campaign another version (models.ical); one read by key shows it. So the counts and
the order of a big week are worked out once for each change, not once for each reader."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from models.ics import version as calendar_version

MOST = 2000
Answer = TypeVar("Answer")

# Versions are random tokens, unique over databases.
_answers: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()
_versions: dict[str, str] = {}  # by campaign: the version of its answers
_lock = threading.Lock()


class QueryCache:
    """Results of one campaign at its present version. Made once a request."""

    def __init__(self, campaign_id: str) -> None:
        latest = calendar_version.version(campaign_id)
        self.campaign_id, self.version = campaign_id, latest[0] if latest else None

    def get(self, key: Hashable, load: Callable[[], Answer]) -> Answer:
        """The result under this key, loaded where it is not known since the last change."""
        if self.version is None:
            return load()
        versioned_key = (self.version, key)
        with _lock:
            if versioned_key in _answers:
                _answers.move_to_end(versioned_key)
                return _answers[versioned_key]
        answer = load()
        with _lock:
            _drop_others(self.campaign_id, self.version)
            _answers[versioned_key] = answer
            while len(_answers) > MOST:
                _answers.popitem(last=False)
        return answer


def _drop_others(campaign_id: str, version: str) -> None:
    """Answers of the version before: nobody asks for them again. A request that began before a change may come late; it
    costs those after it a load."""
    before = _versions.get(campaign_id)
    if before == version:
        return
    _versions[campaign_id] = version
    for versioned_key in [versioned_key for versioned_key in _answers if versioned_key[0] == before]:
        del _answers[versioned_key]
