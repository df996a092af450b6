"""Getting many files from others' addresses side by side, so that nobody waits for the slowest of them.

The threads here touch no database. Their number is that of the addresses given, and each gives up by itself
(models.fetching); one that hangs where no clock of ours reaches it, in the machine's name service, is left behind.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from urllib.parse import urlsplit

from models.errors import N_, Mistake
from models.imports.fetch import SECONDS, Fetched, unreachable

log = logging.getLogger("openweek.pulled")
GRACE = 3.0  # seconds after which who should have given up is given up


def gather(
    asked: Sequence[tuple[str, str, str]],
    fetch: Callable[[str, str, str], Fetched],
    seconds: float = SECONDS + GRACE,
) -> list[Fetched | Mistake]:
    """What is at each address (with the marks of last time), in the order asked, or why there is nothing."""
    told: SimpleQueue[tuple[int, Fetched | Mistake]] = SimpleQueue()
    for number, one in enumerate(asked):
        threading.Thread(target=_tell, args=(number, one, fetch, told), daemon=True).start()
    found: dict[int, Fetched | Mistake] = {}
    ends = monotonic() + seconds
    while len(found) < len(asked):
        try:
            number, answer = told.get(timeout=max(0.0, ends - monotonic()))
        except Empty:
            break
        found[number] = answer
    return [found.get(number) or _too_long(url) for number, (url, _etag, _date) in enumerate(asked)]


def _tell(
    number: int, asked: tuple[str, str, str], fetch: Callable[[str, str, str], Fetched], told: SimpleQueue
) -> None:
    try:
        told.put((number, fetch(*asked)))
    except Mistake as mistake:
        told.put((number, mistake))
    except Exception:
        # Whatever it is, the others must not wait for an answer that will never come. The path may hold a secret.
        host = urlsplit(asked[0]).hostname or ""
        log.exception("Fetching from %s failed in a way nobody thought of", host)
        told.put((number, unreachable(host)))


def _too_long(url: str) -> Mistake:
    return Mistake(N_("%(host)s took too long to answer."), host=urlsplit(url).hostname)
