"""The order in which SQLite lets its writers in: one after the other, threads and processes alike.

SQLite lets waiting writers try again after ever longer pauses, so that one of them can wait for seconds while others come and
go. Here the next writer alone tries, each millisecond, while those behind it wait for a lock on a file beside the database.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, TimeoutError

_PAUSE = 0.001
_PROCESS = threading.RLock()
_BUSY = "SQLITE_BUSY"


@contextmanager
def of_process(seconds: float) -> Iterator[None]:
    """One thread of a process writes at a time; the others wait without a connection, which readers need meanwhile.

    Raises TimeoutError of SQLAlchemy where the turn does not come within this time."""
    if not _PROCESS.acquire(timeout=seconds):
        raise TimeoutError("another thread writes")
    try:
        yield
    finally:
        _PROCESS.release()


def begin_immediate(connection: Connection, seconds: float) -> None:
    """BEGIN IMMEDIATE, in turn. Raises OperationalError where it does not come within this time."""
    deadline = time.monotonic() + seconds
    driver = connection.connection.cursor()
    with _next(f"{connection.engine.url.database}-turn", deadline):
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            while not _begin(connection, deadline):
                time.sleep(_PAUSE)
        finally:
            driver.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _begin(connection: Connection, deadline: float) -> bool:
    """False: another one writes."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        name: str = getattr(error.orig, "sqlite_errorname", "")
        if name != _BUSY or time.monotonic() >= deadline:
            raise
        return False
    return True


@contextmanager
def _next(path: str, deadline: float) -> Iterator[None]:
    """The place of the next writer. Given up with the process, however it ends."""
    try:
        place = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # made by another user: without a turn, as SQLite does it
        yield
        return
    try:
        while not _take(place) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(place)


def _take(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
