"""Which errors of the database pass by themselves, so that clients come again, and which stay."""

import time

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, TimeoutError

from models.transactions import database_errors
from models.transactions.database_errors import is_away, is_busy, is_unusable

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


@pytest.mark.parametrize(
    ("error", "unusable"),
    [
        (wrapped(psycopg.errors.UndefinedTable("no such relation")), True),
        (wrapped(psycopg.errors.InsufficientPrivilege("permission denied")), True),
        (wrapped(psycopg.errors.DataCorrupted("invalid page")), True),
        (wrapped(psycopg.OperationalError("FATAL:  no such database: openwek")), True),
        (wrapped(psycopg.errors.AdminShutdown("terminating connection")), False),
        (wrapped(psycopg.errors.DiskFull("no space left")), False),
        (wrapped(psycopg.errors.UniqueViolation("twice")), False),
        (wrapped(NUL), False),
        (TimeoutError("pool"), False),
    ],
)
def test_what_an_operator_has_to_mend(error, unusable):
    assert is_unusable(error) == unusable


def test_what_the_database_says_is_logged_once_a_minute_for_each_kind(caplog, monkeypatch):
    monkeypatch.setattr(database_errors, "_next_line", {})
    causes = (
        psycopg.errors.TooManyConnections("secret"),
        psycopg.OperationalError("wrong password"),
        psycopg.errors.UndefinedTable("secret"),
    )
    for cause in causes * 3:
        database_errors.log(wrapped(cause))
    assert caplog.messages == [
        "The database is busy or away: TooManyConnections, SQLSTATE 53300",
        "The database is busy or away: OperationalError, SQLSTATE none",
        f"{database_errors.UNUSABLE}: UndefinedTable, SQLSTATE 42P01",
    ]
    monkeypatch.setattr(database_errors, "monotonic", lambda: time.monotonic() + 61)
    database_errors.log(wrapped(causes[0]))
    assert caplog.messages[3:] == caplog.messages[:1]
