"""Runs the migrations on the application's own engine: SQLite and PostgreSQL alike."""

import time
from collections.abc import Callable
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection, Enum, event
from sqlalchemy.exc import DBAPIError

from models.checkin import cache_versions
from models.db import Instant
from models.transactions.database_errors import is_deadlock, is_locked

LOCK_SECONDS = 2  # a change of a table waits so long for who reads it; scans wait behind it meanwhile
PAUSE = 1.0  # seconds in which those that waited are let through
PATIENCE = 600  # seconds: the longest recount is over by then

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as plain SQLAlchemy, so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run() -> None:
    """On PostgreSQL servers go on meanwhile: where one of them reads for long, give way and try again."""
    _give_way(_migrate)
    _give_way(_create_triggers)


def _give_way(step: Callable[[Connection], None]) -> None:
    """What a transaction did before it waited too long for a table is taken back; a step is done from where it stands."""
    until = time.monotonic() + PATIENCE
    with database.engine.connect() as connection:
        while True:
            try:
                step(connection)
                break
            except DBAPIError as error:
                if not (is_locked(error) or is_deadlock(error)) or time.monotonic() > until:
                    raise
                connection.rollback()
                time.sleep(PAUSE)


def _create_triggers(connection: Connection) -> None:
    with connection.begin():
        _limit_waiting(connection)
        if cache_versions.is_created(connection):
            cache_versions.create_triggers(connection)


def _limit_waiting(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def _migrate(connection: Connection) -> None:
    """What is missing. On PostgreSQL a transaction each: a table that one of them alters is not locked while the next one
    builds an index of another table."""
    event.listen(connection, "begin", _prepare_transaction)
    try:
        _run_missing(connection)
    finally:
        event.remove(connection, "begin", _prepare_transaction)


def _prepare_transaction(connection: Connection) -> None:
    _limit_waiting(connection)
    if connection.dialect.name == "postgresql":
        # A table cannot be altered while triggers of the same transaction wait for its end.
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")


def _run_missing(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=False,
        transaction_per_migration=connection.dialect.name == "postgresql",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
