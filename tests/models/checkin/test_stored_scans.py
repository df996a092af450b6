"""Rows of the ledger by id: found by index, also in a table that PostgreSQL knows nothing of yet."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from models.checkin.stored_scans import stored_scans
from models.db import db, on_postgresql
from models.ledger.tables import Scan
from tests.support.records.week import load_week, make_device, make_event

MANY = 20_000


@pytest.fixture
def device(app):
    return make_device(make_event(load_week()))


def test_scans_come_with_their_undos_each_once(device):
    one, two = device.tally("public"), device.tally("youth")
    undo = device.undo(one.id)
    device.undo(two.id)
    for ids, found in (([one.id], 2), ([one.id, undo.id], 2), ([one.id, two.id, undo.id], 4), ([uuid4()], 0)):
        rows = stored_scans(ids)
        assert len(rows) == len({row.id for row in rows}) == found
    assert {row.undoes for row in stored_scans([one.id])} == {None, one.id}


def test_many_ids_walk_no_table_where_postgresql_has_no_statistics(device):
    """Nothing says then that few scans undo another: these ids would seem to have many undos."""
    row = device.tally("public")
    names = [column.name for column in Scan.__table__.columns]
    series = (
        f"generate_series(1, {MANY}) AS one"
        if on_postgresql()
        else "(WITH RECURSIVE numbers(one) AS (VALUES (1) UNION ALL SELECT one + 1 FROM numbers"
        f" LIMIT {MANY}) SELECT one FROM numbers)"
    )
    new_id = "gen_random_uuid()" if on_postgresql() else "randomblob(16)"
    values = {"id": new_id, "number": "number + one"}
    db.session.execute(
        text(
            f"INSERT INTO scan ({', '.join(names)}) SELECT {', '.join(values.get(name, name) for name in names)}"
            f" FROM scan, {series} WHERE undoes IS NULL"
        )
    )
    sent: list[tuple] = []
    connection = db.session.connection()

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    assert len(stored_scans([row.id, *(UUID(int=number) for number in range(499))])) == 1
    event.remove(connection, "before_cursor_execute", note)
    ((statement, parameters),) = sent
    explain = "EXPLAIN" if on_postgresql() else "EXPLAIN QUERY PLAN"
    plan = [row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]
    # The ids themselves are told apart by a hash where few rows make that cheaper.
    assert any("ix_scan_undoes" in line for line in plan), plan
    assert not any("character varying" in line for line in plan), plan  # would be read again for each row
