"""Statements for many values at once, which stay the same however many there are."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Row, String, Table, any_, bindparam, insert, text
from sqlalchemy.dialects import postgresql

DIALECTS = ("sqlite", "postgresql")
_COUNTED = {"preserve_rowcount": True}


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
    parameters = _parameters(connection, table, names, rows)
    return connection.execute(statement, parameters, execution_options=_COUNTED).rowcount


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
) -> Executable:
    """As text where it says what to do on a conflict: SQLAlchemy compiles its own INSERT … ON CONFLICT anew each time."""
    if dialect == "sqlite" and not added:
        # Within a transaction that writes nobody else inserts: the caller has looked for the keys.
        return insert(table).returning(*(table.c[name] for name in returning)) if returning else insert(table)
    types = {name: table.c[name].type for name in names}
    values = f"VALUES ({', '.join(f':{name}' for name in names)})"
    if dialect == "postgresql":
        # One array for each column: half as long as one value for each field.
        values = f"SELECT * FROM unnest({', '.join(f':{name}' for name in names)})"
        types = {name: postgresql.ARRAY(kind) for name, kind in types.items()}
    sums = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in added)
    statement = text(
        f"INSERT INTO {table.name} ({', '.join(names)}) {values} "
        f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {sums}' if sums else 'NOTHING'}"
        + (f" RETURNING {', '.join(returning)}" if returning else "")
    )
    return statement.bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))


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
