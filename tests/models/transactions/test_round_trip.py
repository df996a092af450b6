"""Queries that travel together give what each gives alone."""

from datetime import UTC

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

from models.db import db
from models.events.tables import Event, EventStatus, Occurrence
from models.transactions.bulk import DIALECTS, among
from models.transactions.round_trip import select_together
from tests.support.records.week import load_week, make_event

_OF_EVENTS = {
    dialect: (
        select(Event.id, Event.status, Event.title, Event.mode).where(among(Event.id, "ids", dialect)),
        select(Occurrence.start_at, Occurrence.start_day, Occurrence.open_ended).where(
            among(Occurrence.event_id, "ids", dialect)
        ),
    )
    for dialect in DIALECTS
}


def test_rows_have_the_values_that_sqlalchemy_gives(app):
    ids = [make_event(load_week(), '甲"\\乙', mode="online").id]
    connection = db.session.connection()
    queries = _OF_EVENTS[connection.dialect.name]
    alone = [[tuple(row) for row in connection.execute(query, {"ids": ids})] for query in queries]
    together = [
        [tuple(row) for row in rows]
        for rows in select_together(connection, queries, {"ids": ids, "other": 1})
    ]
    assert together == alone
    (_id, status, _title, _mode), (start, _day, _open) = together[0][0], together[1][0]
    assert (status is EventStatus.PUBLISHED, start.tzinfo) == (True, UTC)
    assert select_together(connection, queries, {"ids": []}) == [[], []]


def test_an_error_is_one_of_the_database(app):
    connection = db.session.connection()
    query = select(Event.id).where(Event.title == bindparam("title"))
    with pytest.raises(DBAPIError):
        select_together(connection, [query], {"title": object()})
