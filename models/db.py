"""The database handle, shared column types and transactions."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    Table,
    event,
    func,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from sqlalchemy.types import TypeDecorator

from models import measures
from models.security import private_files
from models.transactions import answer_limit, nodes, pooler, write_turn, writers
from models.transactions.database_errors import is_busy, is_read_only

LARGEST_ID = 2**31 - 1  # of an INTEGER column
REST = 5  # seconds
BUSY_SECONDS = 15  # a writer waits at most so long for the others
_WRITE = "openweek_write"  # execution option of a connection that will write
STANDBY = "standby"  # key of its engine
_FROM_STANDBY = "openweek_from_standby"  # in the info of a session


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


class ReadingSession(Session):
    """Reads from the standby where read_from_standby() was called; once it has written, from the primary alone."""

    def close(self) -> None:
        """At the end of a request its answer is ready, and is sent also where its connection has been lost."""
        try:
            super().close()
        except DBAPIError as error:
            if not is_busy(error):
                raise
            self.invalidate()

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any) -> Any:
        if bind is None and self.info.get(_FROM_STANDBY):
            return db.engines[STANDBY]
        return super().get_bind(mapper, clause, bind, **options)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": ReadingSession})


def has_standby() -> bool:
    return STANDBY in db.engines


def read_from_standby() -> None:
    """For the rest of this request, unless it writes."""
    db.session.info[_FROM_STANDBY] = has_standby()


def public_engine() -> nodes.PublicEngine:
    """Of this application: the engines behind public pages, and which of them is read now."""
    new = nodes.PublicEngine(db.engine, db.engines.get(STANDBY))
    kept: nodes.PublicEngine = current_app.extensions.setdefault("openweek.public_engine", new)
    return kept


# SQLite assigns row ids only to a column declared INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def enumeration(enum: type[StrEnum], length: int) -> Enum:
    """A column that holds a value of an enum: a text of at most this length in the database, a member in Python."""
    # Plain texts: for a member, which is a type of its own, the drivers look for an adapter each time.
    values = [str(member) for member in enum]
    return Enum(
        enum, native_enum=False, create_constraint=False, length=length, values_callable=lambda _enum: values
    )


class Instant(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python; timestamptz in PostgreSQL, sortable UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """SQLite: the text that SQLAlchemy writes, at a fourth of its time. A scan has four instants."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant needs its zone")
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:26]  # without its zone


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: object, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # Left to itself the driver begins a transaction only at the first write; begin_transaction() begins it instead.
    connection.isolation_level = None
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path:  # none in memory
        private_files.close_database(Path(path))
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS}000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "do_connect")
def _connect_to_postgresql(dialect: Dialect, _record: object, args: list, options: dict) -> object:
    """None: SQLAlchemy connects."""
    if dialect.driver != "psycopg":
        return None
    from models.transactions.postgresql_connection import connect  # not loaded where the database is SQLite

    return connect(dialect, *args, **options)


event.listen(Engine, "connect", pooler.prepare_nothing_behind_pooler)


@event.listens_for(Pool, "checkin")
def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["at_rest_since"] = monotonic()


@event.listens_for(Pool, "checkout")
def _ping_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """A server that was restarted has closed its connections: one that has rested is tried before it is used.

    Not at each use, as SQLAlchemy would: the question takes as long as any other. Where one has no answer, those that rest
    have none either. Raises InvalidatePoolError."""
    if (
        isinstance(connection, sqlite3.Connection)
        or monotonic() - record.info.get("at_rest_since", inf) < REST
    ):
        return
    try:
        with answer_limit.limited(answer_limit.PING):
            connection.execute("SELECT 1")
            connection.rollback()
    except Exception as error:
        raise InvalidatePoolError from error


@event.listens_for(Engine, "begin")
def begin_transaction(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # A transaction that reads first and then writes fails at once if another wrote meanwhile. IMMEDIATE waits.
    options = connection.get_execution_options()
    if options.get(_WRITE):
        write_turn.begin_immediate(connection, BUSY_SECONDS)
    else:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def transaction(*, first: bool = False) -> Iterator[None]:
    """One write transaction: committed at the end, rolled back on any error.

    Ends the read transaction that the session had open. Loaded objects keep their values. first: it waits for no place among
    the writers of PostgreSQL.
    """
    db.session.commit()
    db.session.info.pop(_FROM_STANDBY, None)
    began = monotonic()
    with _turn(first):
        db.session.connection(execution_options={_WRITE: True})
        if measures.listener is not None:
            measures.listener.database_wait(monotonic() - began)
        try:
            yield
            with answer_limit.of_commit():
                db.session.commit()
        except BaseException as error:
            db.session.rollback()
            if isinstance(error, DBAPIError) and is_read_only(error):
                nodes.find_primary(db.engine)
            raise


def commits_without_waiting() -> ColumnElement[bool]:
    """A condition for the UPDATE of a row that may be lost: true, and the COMMIT of its transaction waits for neither disk nor
    standby. Within the statement, which spares one way to the database."""
    return func.set_config("synchronous_commit", "off", True).is_not(None) if on_postgresql() else true()


def _turn(first: bool) -> AbstractContextManager[None]:
    if not on_postgresql():
        return write_turn.of_process(BUSY_SECONDS)
    return nullcontext() if first else writers.place()


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads inside see the database at one moment, so that numbers add up.

    Ends the read transaction that the session had open. (Every SQLite transaction reads like that.)"""
    db.session.commit()
    if on_postgresql():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.commit()


def read_once(statement: str, parameters: Sequence[object] = (), engine: Engine | None = None) -> list[tuple]:
    """The rows of one statement, through the driver and with no transaction around it: a third of the time, and on PostgreSQL
    one way to the server, not three. parameters: in the driver's own places. engine: another than the primary's.

    Raises SQLAlchemyError, for what the driver says a DBAPIError."""
    engine = engine or db.engine
    driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
    on_server = engine.dialect.name == "postgresql"
    try:
        connection = engine.raw_connection()
    except driver_error as error:
        raise DBAPIError.instance(None, None, error, driver_error) from error
    driver: Any = connection.driver_connection
    try:
        if on_server:
            driver.autocommit = True
        rows: list[tuple] = driver.execute(statement, parameters).fetchall()
        if on_server:
            driver.autocommit = False
    except driver_error as error:
        connection.invalidate(error)
        raise DBAPIError.instance(None, None, error, driver_error) from error
    finally:
        connection.close()
    return rows


def on_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def insert(table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT with on_conflict_do_… in the dialect of the session's database."""
    return postgresql.insert(table) if on_postgresql() else sqlite.insert(table)
