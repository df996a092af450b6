"""Writing a backup while the server runs: every table as it is at one moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, Table, func, select

from models import clock
from models.backup import container
from models.backup.container import FrameWriter
from models.backup.kinds import kind_of
from models.db import db
from models.operations import schema

ROWS = 1000  # read and written at a time
Progress = Callable[[int, int], None]  # rows done, rows in all


def write_backup(path: Path, passphrase: str | None, now: datetime, progress: Progress) -> int:
    """Write all rows and the secret key into a file; how many rows there are. Raises Mistake, OSError."""
    schema.check()
    (revision,) = schema.revisions()
    with container.written(path, passphrase) as frames, _one_moment() as connection:
        tables = db.metadata.sorted_tables
        counts = {str(table.name): _count(connection, table) for table in tables}
        frames.write(
            {
                "made_at": clock.instant_text(now),
                "revision": revision,
                "secret_key": current_app.config["SECRET_KEY"],
                "contact_key": _contact_key(),
                "counts": counts,
            }
        )
        total = sum(counts.values())
        done = 0
        for table in tables:
            for rows in _write_table(connection, table, frames):
                done += rows
                progress(done, total)
        frames.write({"end": done})
    return done


def _contact_key() -> str | None:
    """The key of contacts, where this installation has made one: without it they could not be read again."""
    path = Path(current_app.instance_path) / "contact_key"
    return current_app.config["CONTACT_KEY"] or (path.read_text() if path.exists() else None)


@contextmanager
def _one_moment() -> Iterator[Connection]:
    """A connection whose reads all see the same moment. It blocks no writer."""
    db.session.commit()
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _write_table(connection: Connection, table: Table, frames: FrameWriter) -> Iterator[int]:
    frames.write(
        {
            "table": str(table.name),
            "columns": [(str(column.name), kind_of(column.type)) for column in table.columns],
        }
    )
    rows = connection.execute(
        select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": ROWS}
    )
    for part in rows.partitions():
        frames.write([tuple(row) for row in part])
        yield len(part)
