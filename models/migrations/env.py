"""Runs the migrations on the application's own engine: SQLite and PostgreSQL alike."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Enum

from models.checkin import cache_versions
from models.db import Instant

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as plain SQLAlchemy, so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run() -> None:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=False,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # A table cannot be altered while triggers of the same transaction wait for its end.
                connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            context.run_migrations()
    with database.engine.begin() as connection:
        if cache_versions.is_created(connection):
            cache_versions.create_triggers(connection)


run()
