"""Statements for many values at once, which stay the same however many there are."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, Table, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

DIALECTS = ("sqlite", "postgresql")


def among(column: ColumnElement, name: str, dialect: str) -> ColumnElement[bool]:
    """The condition that a column has one of the values of a parameter, which is a list."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True, type_=column.type))


def insert_rows(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence],
    *,
    keys: tuple[str, ...],
    added: tuple[str, ...] = (),
) -> int:
    """Insert rows with values for these columns; the number of rows that were written.

    A row whose keys exist is left out; with added, its values of these columns are added to the existing ones."""
    statement = _insert(connection.dialect.name, table, names, keys, added, ())
    return connection.execute(statement, _parameters(connection, table, names, rows)).rowcount


def insert_returning(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence],
    *,
    keys: tuple[str, ...],
    returning: tuple[str, ...],
) -> Sequence[Row[Any]]:
    """Insert rows; columns of those that were written. A row whose keys exist is left out."""
    statement = _insert(connection.dialect.name, table, names, keys, (), returning)
    return connection.execute(statement, _parameters(connection, table, names, rows)).all()


@lru_cache(maxsize=64)
def _insert(
    dialect: str,
    table: Table,
    names: tuple[str, ...],
    keys: tuple[str, ...],
    added: tuple[str, ...],
    returning: tuple[str, ...],
) -> postgresql.Insert | sqlite.Insert:
    statement: postgresql.Insert | sqlite.Insert = sqlite.insert(table)
    if dialect == "postgresql":
        # One array for each column: half as long as one value for each field.
        arrays = [
            func.unnest(bindparam(name, type_=postgresql.ARRAY(table.c[name].type))).label(name)
            for name in names
        ]
        statement = postgresql.insert(table).from_select(names, select(*arrays), include_defaults=False)
    if added:
        sums = {name: table.c[name] + statement.excluded[name] for name in added}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=sums)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    if returning:
        return statement.returning(*(table.c[name] for name in returning))
    return statement.execution_options(preserve_rowcount=True)


def _parameters(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence]
) -> dict | list[dict]:
    if connection.dialect.name != "postgresql":
        return [dict(zip(names, row, strict=True)) for row in rows]
    columns: dict[str, list] = {}
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        # An array takes values of one type only, and an enumeration of ours is one of its own.
        is_text = isinstance(table.c[name].type, String)
        columns[name] = [value and str(value) for value in values] if is_text else list(values)
    return columns
