"""Restoring a backup into an empty database: its schema first, then every row, then the schema of this version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text

from models.backup import container
from models.backup.container import DAMAGED
from models.backup.kinds import readers, table_of
from models.backup.write import Progress
from models.db import db
from models.errors import N_, Mistake
from models.operations import schema


@dataclass(frozen=True)
class Restored:
    """made_at: as the backup says it. counts: the rows of each table."""

    made_at: str
    secret_key: str
    contact_key: str | None
    counts: dict[str, int]


def restore_backup(path: Path, passphrase: str | None, progress: Progress) -> Restored:
    """Restore a file into this installation's database, all or nothing. Raises Mistake where it is not empty, or for a file
    that cannot be restored."""
    with container.opened(path, passphrase) as frames:
        head = next(frames, None)
        if not isinstance(head, dict) or "revision" not in head:
            raise Mistake(DAMAGED)
        _check_empty(head["revision"])
        upgrade(revision=head["revision"])
        counts = _load(frames, head["counts"], progress)
    upgrade()
    return Restored(head["made_at"], head["secret_key"], head.get("contact_key"), counts)


def _check_empty(revision: str) -> None:
    if revision not in schema.known_revisions():
        raise Mistake(
            N_(
                "The backup has schema %(revision)s, which this version does not know. Install the version that made it, or a "
                "newer one."
            ),
            revision=revision,
        )
    with db.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        used = {
            name
            for name in names
            if name not in ("alembic_version", "knowledge_version", "region", "setting")
        }
        if any(
            connection.scalar(text(f"SELECT 1 FROM {_quoted(connection, name)} LIMIT 1")) for name in used
        ):
            raise Mistake(N_("This database is not empty. Restore into a new one: OPENWEEK_DATABASE_URL"))
    if names and not schema.revisions() <= {revision}:
        raise Mistake(
            N_("This database has tables of another version. Restore into a new one: OPENWEEK_DATABASE_URL")
        )
    db.session.commit()


def _load(frames: Iterator[Any], counts: dict[str, int], progress: Progress) -> dict[str, int]:
    total, done, written, ended = sum(counts.values()), 0, dict.fromkeys(counts, 0), None
    with db.engine.connect() as connection, _without_references(connection):
        for name in counts:
            connection.execute(delete(table_of(name, ())))
        table: Table | None = None
        columns: list[tuple[str, str]] = []
        for frame in frames:
            if isinstance(frame, list) and table is not None:
                connection.execute(insert(table), _rows(frame, columns))
                written[table.name] += len(frame)
                done += len(frame)
                progress(done, total)
            elif isinstance(frame, dict) and "table" in frame:
                columns = [(name, kind) for name, kind in frame["columns"]]
                table = table_of(frame["table"], columns)
            elif isinstance(frame, dict):
                ended = frame.get("end")
        if written != counts or ended != total or _stored(connection, counts) != counts:
            raise Mistake(DAMAGED)
        _advance_sequences(connection)
    return written


def _rows(frame: list[list[Any]], columns: list[tuple[str, str]]) -> list[dict[str, Any]]:
    names, texts = [name for name, _kind in columns], readers(columns)
    for row in frame:
        for at, read in texts:
            if row[at] is not None:
                row[at] = read(row[at])
    return [dict(zip(names, row, strict=True)) for row in frame]


def _stored(connection: Connection, names: dict[str, int]) -> dict[str, int]:
    return {
        name: connection.scalar(select(func.count()).select_from(table_of(name, ()))) or 0 for name in names
    }


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """One transaction in which rows may point to such as come later; at its end each reference is checked."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")  # has no effect within a transaction
        try:
            with connection.begin():
                yield
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise Mistake(DAMAGED)
        finally:
            driver.execute("PRAGMA foreign_keys = ON")
        return
    with connection.begin():
        references = connection.execute(
            text(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
            )
        ).all()
        for table, name, _definition in references:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {_quoted(connection, name)}"))
        yield
        # A table cannot be altered while triggers of the same transaction wait for its end.
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table, name, definition in references:
            connection.execute(
                text(f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(connection, name)} {definition}")
            )


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL counts ids by itself, from where the rows end."""
    if connection.dialect.name == "sqlite":
        return
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
        )
    ).all()
    for table, column in columns:
        quoted = _quoted(connection, table), _quoted(connection, column)
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence(:table, :column), greatest(max({quoted[1]}), 1), "
                f"max({quoted[1]}) IS NOT NULL) FROM {quoted[0]}"
            ),
            {"table": quoted[0], "column": column},
        )


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
