"""What an error of the database means: whether the same request can work later, or an operator has to act first."""

import logging
import sqlite3
from math import inf
from time import monotonic
from typing import TypeGuard

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

logger = logging.getLogger("openweek")

LOG_EVERY = 60.0  # seconds between two lines that say the same

# Classes and codes of SQLSTATE (PostgreSQL's manual, appendix A).
# 08 connection, 40 rolled back, 53 resources, 55P03 lock not available, 57P shutdown.
_BUSY_STATES = ("08", "40", "53", "55P03", "57P")
# 08 connection, 28 authorization, 3D no such database, 42P01 no such table, 57P shutdown.
_AWAY_STATES = ("08", "28", "3D", "42P01", "57P")
# 28 authorization, 3D no such database, 3F no such schema, 42501 no right, 42P01 no such table, 58 of the system,
# F0 configuration, XX internal: files are broken.
_UNUSABLE_STATES = ("28", "3D", "3F", "42501", "42P01", "58", "F0", "XX")
_BROKEN = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_READ_ONLY_STATE = "25006"  # of a standby, too
# disk full, read-only, an error of the disk
_FULL_STATES = ("53100", _READ_ONLY_STATE, "58030")
FULL = "The disk of the database is full, or it is read-only, as a standby is: nothing can be saved"  # for the log
UNUSABLE = "The database is unusable: tables or rights are missing, or its files are broken"  # for the log
_DEADLOCK_STATES = ("40P01", "40001")
# What PgBouncer says with 08P01, or at a connect with no state at all, and will say again.
_REFUSED_BY_POOLER = ("no such database", "unsupported startup parameter")
_next_line: dict[tuple[str, str], float] = {}


def is_busy(error: DBAPIError | TimeoutError) -> bool:
    """Whether the same request can work later: a lock, a deadlock, no free connection, a server that restarts."""
    if isinstance(error, TimeoutError):
        return True
    if isinstance(error.orig, sqlite3.Error):
        name: str = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    if error.connection_invalidated:
        return True
    state = _sqlstate(error)
    if state is None:
        # The server was not reached, or the driver itself refused a value: that it would do again.
        return isinstance(error, OperationalError | InterfaceError) and not _is_refused_by_pooler(error)
    return state.startswith(_BUSY_STATES) and not (state.startswith("08") and _is_refused_by_pooler(error))


def is_full(error: DBAPIError | TimeoutError) -> bool:
    """Whether the disk is full, or may not be written to: the same request can work once an operator has made room, or
    has promoted the standby."""
    if isinstance(error, TimeoutError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        name: str = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR"))
    return (_sqlstate(error) or "") in _FULL_STATES


def is_away(error: DBAPIError) -> bool:
    """Whether the database cannot be reached or has no tables, so that an operator has to act first."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return any(sign in str(error.orig) for sign in ("no such table", "unable to open"))
    state = _sqlstate(error)
    return isinstance(error, OperationalError) if state is None else state.startswith(_AWAY_STATES)


def is_unusable(error: DBAPIError | TimeoutError) -> bool:
    """Whether every request fails like this until an operator has acted: tables or rights are missing, files are broken, a
    pooler does not know the database."""
    if isinstance(error, TimeoutError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        name: str = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(_BROKEN) or "no such table" in str(error.orig)
    state = _sqlstate(error)
    if state is None or state.startswith("08"):
        return _is_refused_by_pooler(error)
    return state.startswith(_UNUSABLE_STATES) and state not in _FULL_STATES


def is_of_whole_database(error: BaseException) -> TypeGuard[DBAPIError | TimeoutError]:
    """Whether it is no fault of this one request: others fail alike, and all of them may come again."""
    if not isinstance(error, DBAPIError | TimeoutError):
        return False
    return is_busy(error) or is_full(error) or is_unusable(error)


def is_read_only(error: DBAPIError) -> bool:
    """Whether PostgreSQL refused a write: a standby, or a database that is set so."""
    return _sqlstate(error) == _READ_ONLY_STATE


def is_deadlock(error: DBAPIError) -> bool:
    """Whether PostgreSQL ended this transaction for another one's sake. It may be repeated at once."""
    return _sqlstate(error) in _DEADLOCK_STATES


def is_locked(error: DBAPIError) -> bool:
    """Whether PostgreSQL did not give a lock within the lock_timeout. It may be tried again."""
    return _sqlstate(error) == "55P03"


def _sqlstate(error: DBAPIError) -> str | None:
    """The SQLSTATE of an error of PostgreSQL; None where the server was not reached."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _is_refused_by_pooler(error: DBAPIError) -> bool:
    return any(sign in str(error.orig) for sign in _REFUSED_BY_POOLER)


def log(error: DBAPIError | TimeoutError) -> None:
    """Say what the database answered, once a minute for each answer: while it is away, or unusable, each request gets it."""
    if is_full(error):
        write, sentence = logger.error, FULL
    elif is_unusable(error):
        write, sentence = logger.error, UNUSABLE
    else:
        write, sentence = logger.warning, "The database is busy or away"
    kind = kind_of(error)
    now = monotonic()
    if now < _next_line.get((sentence, kind), -inf):
        return
    _next_line[sentence, kind] = now + LOG_EVERY
    write("%s: %s", sentence, kind)


def log_failure(error: BaseException, where: logging.Logger, what: str, *values: object) -> None:
    """Log what ended the work of a thread: of a database that is away or unusable one line, of anything else the traceback."""
    if is_of_whole_database(error):
        log(error)
    else:
        where.error(what, *values, exc_info=error)


def kind_of(error: DBAPIError | TimeoutError) -> str:
    """The kind of an error, without its text: that may hold names and values."""
    if isinstance(error, TimeoutError):
        return "TimeoutError"
    if isinstance(error.orig, sqlite3.Error):
        return f"{type(error.orig).__name__}, {getattr(error.orig, 'sqlite_errorname', 'no code')}"
    return f"{type(error.orig).__name__}, SQLSTATE {_sqlstate(error) or 'none'}"
