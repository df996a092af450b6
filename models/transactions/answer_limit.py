"""For how long a thread waits for one answer of PostgreSQL.

Where its machine is gone the system ends a connection within half a minute (models/config.py). Where the machine is there and a
process on it hangs (PostgreSQL, a pooler, its disk), nobody would end it. Without a limit unless one is set: a recount on the
command line takes as long as it takes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

REQUEST = 40.0  # seconds; proxies give up after 60
PING = 5.0  # of a connection that has rested, and of what is asked of a new one
# Of background work of a server. And of a COMMIT: while the standby is away for which PostgreSQL waits, a connection that is cut
# leaves a process of PostgreSQL behind that holds its locks, so cut ones would soon take all connections.
LONG = 600.0


class _Limit(threading.local):
    seconds: float | None = None


_of_thread = _Limit()


def seconds() -> float | None:
    """That of this thread; None: it waits for ever."""
    return _of_thread.seconds


def of_requests() -> None:
    """For this thread, which answers requests, from now on."""
    _of_thread.seconds = REQUEST


def of_other_threads() -> None:
    """For all threads of this process that have no limit of their own, from now on."""
    _Limit.seconds = LONG


@contextmanager
def limited(limit: float) -> Iterator[None]:
    """For this thread, meanwhile. None where it had none before: then it is a command."""
    before = _of_thread.seconds
    _of_thread.seconds = limit
    try:
        yield
    finally:
        _of_thread.seconds = before


@contextmanager
def of_commit() -> Iterator[None]:
    """For a COMMIT of what was written; as long as other work of a command."""
    if _of_thread.seconds is None:
        yield
        return
    with limited(max(LONG, _of_thread.seconds)):
        yield
