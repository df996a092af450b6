"""Many rows at once have in the database what each has when it comes alone."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from models.db import Base, db
from models.ledger.tables import ScanKind
from models.transactions.bulk import _copied
from tests.support.servers.applications import application, settings_for

HARD = ["a\\b", "\\N", "\\.", "tab\there", "line\nfeed", "carriage\rreturn", "", '"', "社区", ScanKind.PASS]


@pytest.fixture
def connection(postgresql_databases, tmp_path):
    """SQLite has no COPY."""
    with postgresql_databases.fresh() as url, application(settings_for(url, tmp_path)):
        yield db.session.connection()


def test_values_are_written_as_postgresql_reads_them(connection):
    """Also those that COPY would take for an end, a NULL or another column."""
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE copied (words text, raw bytea, at timestamptz, day date, id uuid, number integer, yes boolean)"
    )
    table = Base.metadata.tables["scan"]
    kinds = [table.c[name].type for name in ("holder", "digest", "at", "day", "id", "headcount", "taken")]
    now, some = datetime(2024, 4, 22, 1, 2, 3, 4, UTC), UUID(int=2**100 + 7)
    rows = [
        (word, word.encode(), now, date(2024, 4, 22), some, -number, bool(number % 2))
        for number, word in enumerate(HARD)
    ]
    rows += [(None,) * 7]
    columns = [_copied(kind, values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]
    with connection.connection.cursor().copy("COPY copied FROM STDIN") as copy:
        copy.write("".join("\t".join(line) + "\n" for line in zip(*columns, strict=True)))
    stored = connection.exec_driver_sql("SELECT * FROM copied").all()
    assert [(*row[:2], row[2] and row[2].astimezone(UTC), *row[3:]) for row in stored] == rows
