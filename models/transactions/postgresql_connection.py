"""Connections to PostgreSQL that do not wait for ever, and how new ones are tried while it is away."""

import threading
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import Dialect

from models.transactions import answer_limit

Result = TypeVar("Result")
INTERVAL = 0.1  # seconds between two looks at the time; psycopg's own


class SilentError(psycopg.OperationalError):
    """No answer came within the time of the thread."""


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: PQGen[Result], interval: float = INTERVAL, timeout: float | None = None) -> Result:
        """As psycopg waits for everything but the connection itself. One that is silent is closed: nobody knows its state."""
        try:
            return super().wait(gen, interval, answer_limit.seconds() if timeout is None else timeout)
        except _WaitTimeout:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise SilentError("no answer in time; the connection is closed") from None


class _Attempts:
    """Of one engine to connect. away: the last one failed."""

    def __init__(self) -> None:
        self.away, self.turn = False, threading.Lock()


_attempts_of: WeakKeyDictionary[Dialect, _Attempts] = WeakKeyDictionary()


def connect(dialect: Dialect, *args: Any, **options: Any) -> Connection:
    """A new connection. While the database is away one thread tries, which may take seconds, and the others are told at once.

    Raises OperationalError of psycopg."""
    attempts = _attempts_of.setdefault(dialect, _Attempts())
    alone = attempts.away
    if alone and not attempts.turn.acquire(blocking=False):
        raise psycopg.OperationalError("the database is away; another thread tries to connect")
    try:
        connection = Connection.connect(*args, **options)
    except psycopg.OperationalError:
        attempts.away = True
        raise
    else:
        attempts.away = False
        return connection
    finally:
        if alone:
            attempts.turn.release()
