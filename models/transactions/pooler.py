"""A pooler between the application and PostgreSQL, as PgBouncer in transaction mode: each transaction may run on another
connection of the database, so nothing may be left on one. Locks and settings are of a transaction everywhere in Openweek;
what psycopg leaves are the statements that it has prepared."""

from typing import Any

from models.transactions import answer_limit


def prepare_nothing_behind_pooler(connection: Any, _record: object) -> None:
    """For a new connection. Without a pooler statements are prepared from their sixth use on."""
    if not hasattr(connection, "pgconn"):
        return
    with answer_limit.limited(answer_limit.PING):
        if has_pooler(connection):
            connection.prepare_threshold = None


def has_pooler(connection: Any) -> bool:
    """Whether another process answers than the one that was named when this connection of psycopg was made: a pooler makes
    that number up, for it cannot know which process will answer."""
    connection.autocommit = True
    try:
        (answering,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    finally:
        connection.autocommit = False
    return bool(answering != connection.info.backend_pid)
