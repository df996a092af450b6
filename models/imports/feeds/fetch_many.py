"""Fetch many addresses in parallel, each with a time limit of its own.

The threads here touch no database. Their number is that of the addresses given, and each gives up by itself
(fetch.py); one that hangs where no clock of ours reaches it, in the machine's name service, is left behind.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from urllib.parse import urlsplit

from models.errors import N_, Mistake
from models.imports.feeds.fetch import SECONDS, Fetched, unreachable

log = logging.getLogger("openweek.pulled")
GRACE = 3.0  # seconds after which who should have given up is given up


def gather(
    requests: Sequence[tuple[str, str, str]],
    fetch: Callable[[str, str, str], Fetched],
    seconds: float = SECONDS + GRACE,
) -> list[Fetched | Mistake]:
    """What is at each address (with the marks of last time), in the order given, or why there is nothing."""
    answers: SimpleQueue[tuple[int, Fetched | Mistake]] = SimpleQueue()
    for number, request in enumerate(requests):
        threading.Thread(target=_put, args=(number, request, fetch, answers), daemon=True).start()
    results: dict[int, Fetched | Mistake] = {}
    ends = monotonic() + seconds
    while len(results) < len(requests):
        try:
            number, answer = answers.get(timeout=max(0.0, ends - monotonic()))
        except Empty:
            break
        results[number] = answer
    return [results.get(number) or _too_long(url) for number, (url, _etag, _date) in enumerate(requests)]


def _put(
    number: int,
    request: tuple[str, str, str],
    fetch: Callable[[str, str, str], Fetched],
    answers: SimpleQueue,
) -> None:
    try:
        answers.put((number, fetch(*request)))
    except Mistake as mistake:
        answers.put((number, mistake))
    except Exception:
        # Whatever it is, the others must not wait for an answer that will never come. The path may hold a secret.
        host = urlsplit(request[0]).hostname or ""
        log.exception("Fetching from %s failed unexpectedly", host)
        answers.put((number, unreachable(host)))


def _too_long(url: str) -> Mistake:
    return Mistake(N_("%(host)s took too long to answer."), host=urlsplit(url).hostname)
