"""Statements for many values at once, which stay the same however many there are."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from operator import is_
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    LargeBinary,
    String,
    Table,
    any_,
    bindparam,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

DIALECTS = ("sqlite", "postgresql")
MANY = 50
_NULL = "\\N"  # in COPY
_COUNTED = {"preserve_rowcount": True}


def among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str, dialect: str
) -> ColumnElement[bool]:
    """The condition that a column has one of the values of a parameter, which is a list."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ArrayText()))
    values = func.json_each(bindparam(name, type_=_JsonList(column.type))).table_valued("value")
    return column.in_(select(values.c.value))


class _JsonList(TypeDecorator[list]):
    """SQLite: a list as one JSON text, however long it is. Of values that are texts or numbers in the database."""

    impl = String
    cache_ok = True

    def __init__(self, kind: TypeEngine) -> None:
        super().__init__()
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        process = self.kind.dialect_impl(dialect).bind_processor(dialect)
        return lambda values: json.dumps([*map(process, values)] if process else values)


class ArrayText(TypeDecorator[list]):
    """PostgreSQL: a list in its text form, without NULL. The driver would put it together in Python, value by value.

    Its type is not said, so that the server takes it for the array that the place asks for, and reads it once. A cast of a
    text is read again for each row of a table that is walked."""

    impl = NullType
    cache_ok = True

    def process_bind_param(self, value: list | None, dialect: Dialect) -> str:
        texts = [str(each) for each in value or ()]
        if any("\\" in text or '"' in text for text in texts):
            texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
        return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def insert_rows(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[tuple],
    *,
    keys: tuple[str, ...],
    added: tuple[str, ...] = (),
) -> bool:
    """Insert rows with values for these columns. False, where their keys exist: then the transaction is to be given up.

    With added, the values of these columns are added to those of existing rows."""
    if connection.dialect.name == "postgresql" and len(rows) >= MANY and not added:
        return _copy(connection, table, names, rows)
    if connection.dialect.name == "sqlite" and len(rows) >= MANY and not added:
        return _execute_many(connection, table, names, rows)
    statement = _insert(connection.dialect.name, table, names, keys, added, ())
    parameters = _parameters(connection, table, names, rows)
    written = connection.execute(statement, parameters, execution_options=_COUNTED).rowcount
    return bool(added) or written == len(rows)


def insert_numbered(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[tuple],
    *,
    keys: tuple[str, ...],
) -> dict[tuple, int] | None:
    """Insert rows whose first columns are their keys, and which the database numbers: the id of each by its keys.

    None, where their keys exist: then the transaction is to be given up."""
    if len(rows) >= MANY:
        numbered = [(id, *row) for id, row in zip(_new_ids(connection, table, len(rows)), rows, strict=True)]
        insert = _copy if connection.dialect.name == "postgresql" else _execute_many
        if not insert(connection, table, ("id", *names), numbered):
            return None
        return {row[1 : len(keys) + 1]: row[0] for row in numbered}
    statement = _insert(connection.dialect.name, table, names, keys, (), ("id", *keys))
    written = connection.execute(statement, _parameters(connection, table, names, rows)).all()
    return {tuple(key): id for id, *key in written} if len(written) == len(rows) else None


def _new_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    if connection.dialect.name == "postgresql":
        return connection.scalars(_NEXT_IDS, {"table": table.name, "count": count}).all()
    # As SQLite numbers rows itself; its one writer is the caller.
    last = connection.scalar(text(f"SELECT COALESCE(MAX(id), 0) FROM {table.name}")) or 0
    return range(last + 1, last + count + 1)


_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, CAST(:count AS integer))"
)


def _execute_many(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple]
) -> bool:
    """SQLite: the driver's own executemany(), with values as SQLAlchemy would bind them, column by column."""
    columns = []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        kind = table.c[name].type.dialect_impl(connection.dialect)
        process = kind.bind_processor(connection.dialect)
        columns.append(_bound(process, values) if process else values)
    places = ", ".join("?" for _name in names)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"
    return connection.exec_driver_sql(statement, [*zip(*columns, strict=True)]).rowcount == len(rows)


def _bound(process: Callable[[Any], Any], values: Sequence) -> list:
    """Of values that follow one another and are the same object only the first is put into the database's form."""
    bound, last, processed = [], object(), None
    for value in values:
        if value is not last:
            last, processed = value, process(value)
        bound.append(processed)
    return bound


def _copy(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple]) -> bool:
    """PostgreSQL's COPY, in its text format: of many rows, the driver takes longest to put values into text, one by one."""
    from psycopg.errors import UniqueViolation  # not loaded where the database is SQLite

    columns = [
        _copied(table.c[name].type, values)
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    ]
    lines = map("\t".join, zip(*columns, strict=True))
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            copy.write("\n".join(lines) + "\n")
    except UniqueViolation:
        return False
    finally:
        cursor.close()
    return True


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(kind: TypeEngine, values: Sequence) -> list[str]:
    """The values of a column as COPY takes them. In most columns of a batch all are one and the same object."""
    form: Callable[[Any], str] = str
    if isinstance(kind, String):  # an enumeration of ours, too
        form = _escaped
    elif isinstance(kind, LargeBinary):
        form = _hex
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return [_NULL if first is None else form(first)] * len(values)
    if None in values:
        return [_NULL if value is None else form(value) for value in values]
    return [*map(form, values)]


def _escaped(text: str) -> str:
    return str(text).translate(_ESCAPES)


def _hex(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


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
        # SQLite has one writer at a time, and the caller has looked for the keys.
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
