"""Several statements on one way to the database and back: on PostgreSQL each way costs more than most statements take.

SQLite has no way to save, so there they are executed one after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from models.transactions import answer_limit

Question = tuple[TextClause, dict[str, Any]]


def ask_together(connection: Connection, questions: Sequence[Question]) -> list[Sequence]:
    """The rows of each statement, in order. Each sees what was committed when it begins, as if they came one by one.

    Parameters and results are of the driver's own types."""
    if connection.dialect.name == "sqlite":
        return [connection.execute(statement, parameters).all() for statement, parameters in questions]
    driver: Any = connection.connection.driver_connection
    with _pipeline(driver):
        cursors = [driver.execute(_sql(statement), parameters) for statement, parameters in questions]
    return [cursor.fetchall() for cursor in cursors]


@contextmanager
def commit_together(connection: Connection) -> Iterator[None]:
    """Send the statements inside together with the COMMIT. Nothing can be read of their results, and nothing comes after."""
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    with answer_limit.of_commit(), _pipeline(driver):
        yield
        driver.commit()


@contextmanager
def _pipeline(driver: Any) -> Iterator[None]:
    """Errors come at the end, as SQLAlchemy would raise them."""
    from psycopg import Error  # not loaded where the database is SQLite

    try:
        with driver.pipeline():
            yield
    except Error as error:
        raise DBAPIError.instance(None, None, error, Error) from error


@lru_cache(maxsize=64)
def _sql(statement: TextClause) -> bytes:
    """In the driver's way of writing parameters."""
    return str(statement.compile(dialect=PGDialect_psycopg())).encode()
