"""The versions of what check-in caches: raised by the database itself, in the transaction of whoever writes it.

Triggers stand on every column that matters, so that no writer can forget it: not the ORM, not an UPDATE, not an operator.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BigInteger, Connection, Engine, String, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, read_once


class Topic(StrEnum):
    """What is cached, each under a version of its own."""

    CAMPAIGNS = "campaigns"  # with their terms, and the signing keys
    DEVICES = "devices"  # with the events that they serve
    SCHEDULE = "schedule"  # check-in windows, merged events


class CacheVersion(Base):
    """writer: PostgreSQL's number of the transaction that raised it last, so that each raises it once."""

    __tablename__ = "knowledge_version"

    topic: Mapped[str] = mapped_column(String(9), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    writer: Mapped[int | None] = mapped_column(BigInteger)


# Table: topic, and of which columns an UPDATE raises its version; empty: of all.
WATCHED: dict[str, tuple[Topic, tuple[str, ...]]] = {
    "campaign": (Topic.CAMPAIGNS, ()),
    "term": (Topic.CAMPAIGNS, ()),
    "signing_key": (Topic.CAMPAIGNS, ()),
    "kiosk": (
        Topic.DEVICES,
        (
            "campaign_id", "digest", "may_scan", "may_tally", "supervisor", "paired_at", "expires_at", "revoked_at",
        ),
    ),
    "kiosk_service": (Topic.DEVICES, ()),
    "event": (Topic.SCHEDULE, ("campaign_id", "status", "withdrawn_at")),
    "occurrence": (
        Topic.SCHEDULE,
        ("event_id", "start_day", "end_day", "start_at", "end_at", "capacity", "status"),
    ),
    "event_merge": (Topic.SCHEDULE, ()),
}  # fmt: skip

_FUNCTION = """
CREATE OR REPLACE FUNCTION raise_knowledge_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE knowledge_version SET number = number + 1, writer = txid_current()
  WHERE topic = TG_ARGV[0] AND writer IS DISTINCT FROM txid_current();
  RETURN NULL;
END $$
"""


def create_triggers(connection: Connection) -> None:
    """Create the triggers that are missing: SQLite drops those of a table that a migration rebuilds."""
    existing = triggers(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
    for name, statement in _statements(connection.dialect.name).items():
        if name not in existing:
            connection.execute(text(statement))


def triggers(connection: Connection) -> set[str]:
    """The names of these triggers that the database has."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    names = connection.scalars(text(catalogue[connection.dialect.name]))
    return {name for name in names if name.startswith("knowledge_")}


def is_created(bind: Connection | Engine) -> bool:
    return inspect(bind).has_table(CacheVersion.__tablename__)


def versions(connection: Connection) -> dict[Topic, int]:
    """The versions as this transaction sees them."""
    return topics(connection.exec_driver_sql(QUERY))


def versions_now() -> dict[Topic, int]:
    """The versions as they are committed."""
    return topics(read_once(QUERY))


def topics(rows: Iterable) -> dict[Topic, int]:
    """The versions in the rows of QUERY."""
    return {_TOPICS[topic]: number for topic, number in rows}


_TOPICS = {str(topic): topic for topic in Topic}
QUERY = f"SELECT topic, number FROM {CacheVersion.__tablename__}"


def _statements(dialect: str) -> dict[str, str]:
    """CREATE TRIGGER by name. On PostgreSQL they run at the commit, so that a version is locked for a moment only."""
    statements = {}
    for table, (topic, columns) in WATCHED.items():
        update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
        for verb, event in (("insert", "INSERT"), ("update", update), ("delete", "DELETE")):
            name = f"knowledge_{table}_{verb}"
            if dialect == "postgresql":
                statements[name] = (
                    f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED "
                    f"FOR EACH ROW EXECUTE FUNCTION raise_knowledge_version('{topic}')"
                )
            else:
                statements[name] = (
                    f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "
                    f"UPDATE knowledge_version SET number = number + 1 WHERE topic = '{topic}'; END"
                )
    return statements
