"""Runs the migrations on the application's own engine: SQLite and PostgreSQL alike."""

from alembic import context
from flask import current_app

from models.checkin import knowledge_versions
from models.db import Instant

database = current_app.extensions["migrate"].db


def render_item(kind, item, autogen_context):
    """Write our own column types as plain SQLAlchemy, so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
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
        if knowledge_versions.is_created(connection):
            knowledge_versions.create_triggers(connection)


run()
