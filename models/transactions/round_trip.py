"""Several statements on one way to the database and back: on PostgreSQL each way costs more than most statements take.

SQLite has no way to save, so there they are executed one after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from models.transactions import answer_limit

Question = tuple[TextClause, dict[str, Any]]
_DIALECT = PGDialect_psycopg()


def ask_together(connection: Connection, questions: Sequence[Question]) -> list[Sequence]:
    """The rows of each statement, in order. Each sees what was committed when it begins, as if they came one by one.

    Parameters and results are of the driver's own types."""
    if connection.dialect.name == "sqlite":
        return [connection.execute(statement, parameters).all() for statement, parameters in questions]
    driver: Any = connection.connection.driver_connection
    with _pipeline(driver):
        cursors = [driver.execute(_sql(statement), parameters) for statement, parameters in questions]
    return [cursor.fetchall() for cursor in cursors]


def select_together(
    connection: Connection, queries: Sequence[Select[Any]], values: dict[str, Any]
) -> list[Sequence]:
    """The rows of each query, in order, with values of the types that SQLAlchemy gives. Each sees what was committed when it
    begins, as if they came one by one.

    queries: kept by the caller, for each is compiled once, with no parameters but those whose names are in values."""
    if connection.dialect.name == "sqlite":
        return [connection.execute(query, values).all() for query in queries]
    driver: Any = connection.connection.driver_connection
    compiled = [_compiled(query) for query in queries]
    with _pipeline(driver):
        cursors = [driver.execute(each.sql, each.bound(values)) for each in compiled]
    return [each.read(cursor.fetchall()) for each, cursor in zip(compiled, cursors, strict=True)]


class _Compiled(NamedTuple):
    """A query as the driver takes it. binds: by the name of a parameter; results: by the number of a column."""

    sql: bytes
    binds: dict[str, Callable[[Any], Any]]
    results: Sequence[tuple[int, Callable[[Any], Any]]]

    def bound(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: bind(values[name]) for name, bind in self.binds.items()}

    def read(self, rows: list[tuple]) -> list[tuple]:
        """Column by column: of most columns the driver's values are those of SQLAlchemy."""
        if not rows or not self.results:
            return rows
        columns = list(zip(*rows, strict=True))
        for number, process in self.results:
            columns[number] = tuple(map(process, columns[number]))
        return list(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _compiled(query: Select[Any]) -> _Compiled:
    compiled = query.compile(dialect=_DIALECT)
    processors: Any = compiled._bind_processors
    binds = {name: processors.get(name, _unchanged) for name in compiled.binds}
    kinds = [column.type.dialect_impl(_DIALECT) for column in query.selected_columns]
    results = [(number, kind.result_processor(_DIALECT, None)) for number, kind in enumerate(kinds)]
    read = [(number, process) for number, process in results if process]
    return _Compiled(str(compiled).encode(), binds, read)


def _unchanged(value: Any) -> Any:
    return value


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
    return str(statement.compile(dialect=_DIALECT)).encode()
