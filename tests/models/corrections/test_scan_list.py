"""The rows of an event, read by an index of the ledger: what other events have costs a page nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event, text

from models.corrections import scan_review
from models.corrections.scan_list import ScanChoice, filters_of, page_of, rows_after
from models.db import db, on_postgresql
from models.ledger.tables import ScanKind
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_device

CHOICES = (
    ScanChoice(), ScanChoice(device=0), ScanChoice(device=1), ScanChoice(day=date(2024, 4, 22)), ScanChoice(hour=9),
    ScanChoice(kind=ScanKind.TALLY), ScanChoice(group="public"),
)  # fmt: skip


@pytest.fixture
def people(app):
    return make_people(load_week())


def plans(read: Callable[[], object]) -> list[str]:
    """What the database says of how it finds the scans that are read."""
    sent: list[tuple] = []
    connection, postgresql = db.session.connection(), on_postgresql()

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    read()
    event.remove(connection, "before_cursor_execute", note)
    if postgresql:  # sequences are what small tables invite
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
    rows = [row for one, values in sent for row in connection.exec_driver_sql(f"{explain} {one}", values)]
    return [line for line in (str(row[-1]) for row in rows) if " scan" in line]


def test_each_choice_of_rows_follows_an_index(people):
    device = make_device(people.lecture)
    device.undo(device.tally("public").id)
    make_device(people.nanjing).tally("youth")
    assert len(rows_after(people.lecture, 0, 200)) == 2
    pages: list[Callable[[], object]] = [lambda one=one: page_of(people.lecture, one, 1) for one in CHOICES]
    pages += [lambda: rows_after(people.lecture, 0, 200), lambda: filters_of(people.lecture)]
    for read in pages:
        assert [line for line in plans(read) if "ix_scan_event" in line]
    reviews = [lambda: scan_review.count(people.lecture), lambda: scan_review.decided(people.lecture, 9)]
    for read in (*pages, *reviews):
        assert [line for line in plans(read) if "Seq Scan on scan" in line or line == "SCAN scan"] == []
