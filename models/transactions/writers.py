"""How many threads of a process may write to PostgreSQL at once.

While a COMMIT hangs, because the standby is away for which PostgreSQL waits, each of them keeps a connection. Readers and
check-ins need the others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import TimeoutError

PLACES = 12  # of the 32 connections of a process
LONGEST = 5.0  # seconds that one waits for its place
_places = threading.BoundedSemaphore(PLACES)


@contextmanager
def place() -> Iterator[None]:
    """Raises TimeoutError of SQLAlchemy where all are taken."""
    if not _places.acquire(timeout=LONGEST):
        raise TimeoutError("too many threads write")
    try:
        yield
    finally:
        _places.release()
