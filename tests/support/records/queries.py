"""How many questions the database is asked: pinned by tests, so that no page asks once per row."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from models.db import db


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as queries:` fills a list with every statement that was sent meanwhile."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        sent: list[str] = []
        # A thread of an earlier test may still work on the database of that test.
        engines = set(db.engines.values())

        def note(connection, _cursor, statement, *_rest) -> None:
            if connection.engine in engines and not statement.startswith(("BEGIN", "PRAGMA")):
                sent.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counted
