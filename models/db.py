"""The database handle, the column types all rooms share, and the one way to write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Integer, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

WRITE = "openweek_write"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# SQLite counts rows by itself only in a column called INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python; timestamptz in PostgreSQL, sortable UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own transactions begin too late (at the first write), so SQLAlchemy's begin event does it.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # A reader that turns writer half-way fails at once when another wrote meanwhile; IMMEDIATE waits its turn.
    immediate = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def transaction() -> Iterator[None]:
    """One write transaction around a verb: committed at the end, rolled back on any error.

    Ends the reading transaction that the session had open. Objects that were loaded keep their values.
    """
    db.session.commit()
    db.session.connection(execution_options={WRITE: True})
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment, however much is written meanwhile: numbers that must add up.

    Ends the reading transaction that the session had open. (SQLite reads like that anyway.)"""
    db.session.commit()
    if on_postgresql():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.commit()


def on_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def insert(table):
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database."""
    return (postgresql if on_postgresql() else sqlite).insert(table)


LARGEST_ID = 2**31 - 1


def is_deadlock(error: DBAPIError) -> bool:
    """PostgreSQL ended the transaction in favour of another one: 40P01 deadlock, 40001 serialization failure."""
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001")
