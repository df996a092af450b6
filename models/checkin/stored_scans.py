"""Rows of scans by the ids that devices gave them, with what undoes them: what of a request came before."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Executable, Row, Uuid, bindparam, cast, func, literal_column, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from models.db import Base, db
from models.ledger.tables import Scan
from models.transactions.bulk import DIALECTS, ArrayText, among

_SCAN = Base.metadata.tables[Scan.__tablename__]

StoredScan = Row  # with the columns of _STORED, named as those of Scan
_COLUMNS = (
    *(
        _SCAN.c[name]
        for name in (
            "id", "kind", "kiosk_id", "at", "verdict", "reason", "event_id", "occurrence_id", "presence_id", "undoes",
            "headcount", "since", "flags", "digest", "shown",
        )
    ),
    _SCAN.c.audience.label("group"),
)  # fmt: skip
_WANTED = (
    func.unnest(cast(bindparam("ids", type_=ArrayText()), ARRAY(Uuid)))
    .table_valued("id")
    .render_derived("wanted")
)
_STORED: dict[str, Executable] = {
    "sqlite": select(*_COLUMNS).where(
        or_(among(_SCAN.c.id, "ids", "sqlite"), among(_SCAN.c.undoes, "ids", "sqlite"))
    ),
    # Without statistics PostgreSQL expects many undos and would walk the table: OFFSET keeps to one look for each id.
    "postgresql": union_all(
        select(*_COLUMNS).where(among(_SCAN.c.id, "ids", "postgresql")),
        select(
            select(*_COLUMNS)
            .where(_SCAN.c.undoes == _WANTED.c.id)
            .offset(literal_column("0"))
            .lateral("undo")
        ).select_from(_WANTED),
    ),
}


def stored_scans(ids: Collection[UUID]) -> list[StoredScan]:
    """The stored rows with these ids, and those that undo them."""
    if not ids:
        return []
    connection = db.session.connection()
    rows = connection.execute(_STORED[connection.dialect.name], {"ids": list(ids)}).all()
    return list({row.id: row for row in rows}.values())  # one that undoes another of these comes twice


_ANY_STORED = {
    dialect: select(_SCAN.c.number).where(among(_SCAN.c.id, "ids", dialect)).limit(1) for dialect in DIALECTS
}


def may_be_stored(ids: Sequence[UUID]) -> bool:
    """Whether a batch came before, at least in part: it was stored as a whole, so three of its ids tell."""
    connection, sample = db.session.connection(), [ids[0], ids[len(ids) // 2], ids[-1]]
    return connection.scalar(_ANY_STORED[connection.dialect.name], {"ids": sample}) is not None
