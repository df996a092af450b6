"""Changes of stored events by a large file: what each writes is found out beforehand, in short transactions that are rolled back.

The import's own transaction then repeats the statements, all or none, in a small part of the time. It does so only where no
event of the campaign has changed meanwhile; a change that makes a row which others refer to by its number, or corrects a venue,
is written there as usual.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app  # the application, not a request
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from models.db import db
from models.imports.beforehand.hidden_events import PAUSE
from models.imports.findings import Outcome
from models.publishing.change import current, event_transaction

AT_LEAST = 50  # changes; fewer are written quickly
AT_ONCE = 10  # in one transaction: about 150 ms
_WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")

Statement = tuple[str, Any, bool]  # with its parameters; whether for many


class _RolledBackError(Exception):
    """On purpose."""


@dataclass(frozen=True)
class RecordedChange:
    """outcome: of its row. events: when which was changed."""

    outcome: Outcome
    statements: Sequence[Statement]
    events: dict[int, datetime]

    def repeat(self) -> Outcome:
        """Inside the caller's event_transaction(), through the driver. Raises DBAPIError, as SQLAlchemy would."""
        connection = db.session.connection()
        driver, refusal = connection.connection.cursor(), connection.dialect.loaded_dbapi.Error
        try:
            for statement, parameters, many in self.statements:
                (driver.executemany if many else driver.execute)(statement, parameters)
        except refusal as error:
            raise DBAPIError.instance(None, None, error, refusal) from error
        for event_id, at in self.events.items():
            current().note(event_id, at)
        return self.outcome


@dataclass
class _Recorder:
    """What one connection writes. refused: it cannot be repeated."""

    statements: list[Statement] = field(default_factory=list)
    refused: bool = False

    def note(
        self,
        _connection: Connection,
        _cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        many: bool,
    ) -> None:
        match = _WRITES.match(statement)
        if match is None:
            return
        self.refused |= match[1] == "INSERT INTO" and match[2] in _referred_to()
        self.statements.append((statement, parameters, many))


def _referred_to() -> set[str]:
    """Tables whose rows others name by the number that the database gave them."""
    return {key.column.table.name for table in db.metadata.tables.values() for key in table.foreign_keys}


def record(
    positions: Sequence[int],
    write: Callable[[Sequence[int]], Callable[[int], Outcome | None]],
    on_row: Callable[[], object],
) -> dict[int, RecordedChange]:
    """By the position of its row what was recorded; those that cannot be repeated are not in it.

    write: loads what rows need, in a session of its own, and answers a function that writes the row at a position, None where
    there is nothing to write. on_row: called after each, outside of the transactions."""
    recorded: dict[int, RecordedChange] = {}
    with current_app.app_context():  # a session of its own: a rollback makes it forget what it has loaded
        for start in range(0, len(positions), AT_ONCE):
            part = positions[start : start + AT_ONCE]
            write_row = write(part)
            with suppress(_RolledBackError), event_transaction():
                for position in part:
                    change = _record(position, write_row)
                    if change is not None:
                        recorded[position] = change
                raise _RolledBackError
            for _ in part:
                on_row()
            time.sleep(PAUSE)
    return recorded


def _record(position: int, write_row: Callable[[int], Outcome | None]) -> RecordedChange | None:
    change = current()
    change.events.clear()
    nested = db.session.begin_nested()
    with _recording() as recorder:
        outcome = write_row(position)
        db.session.flush()
    if outcome is None or recorder.refused or change.corrections:  # of venues that others use
        change.corrections.clear()
        nested.rollback()
        return None
    nested.commit()
    return RecordedChange(outcome, recorder.statements, dict(change.events))


@contextmanager
def _recording() -> Iterator[_Recorder]:
    connection = db.session.connection()
    recorder = _Recorder()
    event.listen(connection, "before_cursor_execute", recorder.note)
    try:
        yield recorder
    finally:
        event.remove(connection, "before_cursor_execute", recorder.note)
