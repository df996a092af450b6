"""What a column holds, by one name for both databases, so that rows of one can be written into the other."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from models.db import Instant

_KINDS: tuple[tuple[str, type[TypeEngine]], ...] = (
    ("instant", Instant),
    ("uuid", Uuid),
    ("date", Date),
    ("flag", Boolean),
    ("bytes", LargeBinary),
    ("json", JSON),
    ("real", Double),
    ("integer", Integer),
    ("text", Enum),
    ("text", String),
)
_TYPES: dict[str, Callable[[], TypeEngine]] = {
    "instant": Instant,
    "uuid": Uuid,
    "date": Date,
    "flag": Boolean,
    "bytes": LargeBinary,
    "json": lambda: JSON(none_as_null=True),
    "real": Double,
    "integer": BigInteger,
    "text": String,
}
# From MessagePack, which has instants and bytes, but neither days nor UUIDs.
_FROM_TEXT: dict[str, Callable[[str], Any]] = {"uuid": UUID, "date": date.fromisoformat}


def kind_of(type_: TypeEngine) -> str:
    if isinstance(type_, TypeDecorator) and not isinstance(type_, Instant):
        type_ = type_.impl_instance  # it changes what Python sees, not what is stored
    return next(kind for kind, of in _KINDS if isinstance(type_, of))


def table_of(name: str, columns: Iterable[tuple[str, str]]) -> Table:
    """A table to write rows into, from the names and kinds of its columns: the code may know it only as it is today."""
    return Table(name, MetaData(), *(Column(column, _TYPES[kind]()) for column, kind in columns))


def readers(columns: Iterable[tuple[str, str]]) -> list[tuple[int, Callable[[str], Any]]]:
    """The positions of the columns whose values come as text, and what reads them."""
    return [(at, _FROM_TEXT[kind]) for at, (_name, kind) in enumerate(columns) if kind in _FROM_TEXT]
