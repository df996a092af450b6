"""Which errors of the database pass by themselves, so that clients come again, and which stay."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, TimeoutError

from models.transactions import database_errors
from models.transactions.database_errors import BusyLog, is_away, is_busy

NUL = psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
NO_ADAPTER = psycopg.ProgrammingError("cannot adapt type 'set' using placeholder '%s' (format: AUTO)")


def wrapped(cause: psycopg.Error, *, invalidated: bool = False) -> DBAPIError:
    error = DBAPIError.instance("INSERT", {}, cause, psycopg.Error)
    error.connection_invalidated = invalidated
    return error


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (wrapped(NUL), False),
        (wrapped(NO_ADAPTER), False),
        (wrapped(psycopg.NotSupportedError("no such thing")), False),
        (wrapped(psycopg.DataError("lost"), invalidated=True), True),
        (wrapped(psycopg.OperationalError("connection refused")), True),
        (wrapped(psycopg.OperationalError('password authentication failed for user "openweek"')), True),
        (wrapped(psycopg.OperationalError("FATAL:  no such database: openwek")), False),
        (wrapped(psycopg.OperationalError("FATAL:  unsupported startup parameter: options")), False),
        (wrapped(psycopg.errors.ProtocolViolation("FATAL:  no such database: openwek")), False),
        (wrapped(psycopg.errors.ProtocolViolation("query_wait_timeout")), True),
        (wrapped(psycopg.InterfaceError("the connection is closed")), True),
        (wrapped(psycopg.errors.AdminShutdown("terminating connection")), True),
        (TimeoutError("pool"), True),
    ],
)
def test_what_passes_by_itself(error, busy):
    assert is_busy(error) == busy


def test_a_database_that_a_pooler_does_not_know_is_away():
    assert is_away(wrapped(psycopg.errors.ProtocolViolation("no such database: openwek")))


def test_what_the_database_says_while_it_is_busy_is_logged_once_a_minute(caplog, monkeypatch):
    log = BusyLog()
    for cause in (psycopg.errors.TooManyConnections("secret"), psycopg.OperationalError("wrong password")):
        for _ in range(3):
            log.note(wrapped(cause))
        monkeypatch.setattr(database_errors, "LOG_EVERY", 0.0)
        log._next = 0.0
    assert caplog.messages[0] == "The database is busy or away: TooManyConnections, SQLSTATE 53300"
    assert caplog.messages[1] == "The database is busy or away: OperationalError, SQLSTATE none"
