"""What check-ins and devices read of passes: few columns of many rows."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from models.codes.passes import Pass, holder_name
from models.db import Base, db
from models.transactions.bulk import DIALECTS, among
from models.transactions.round_trip import select_together


class PassRow(NamedTuple):
    """What a check-in reads of a pass. root: the serial of the first pass of its holder. occurrence_id: the session that it
    is good for; None: all of its event."""

    id: int
    campaign_id: str
    serial: int
    revoked_at: datetime | None
    root: int
    occurrence_id: int | None

    @property
    def holder(self) -> str:
        return holder_name(self.root)


_PASSES, _REPLACEMENTS = Base.metadata.tables["pass"], Base.metadata.tables["pass_replacement"]
_ROWS = {
    dialect: select(
        _PASSES.c.id,
        _PASSES.c.campaign_id,
        _PASSES.c.serial,
        _PASSES.c.revoked_at,
        func.coalesce(_REPLACEMENTS.c.root, _PASSES.c.serial),
        _PASSES.c.occurrence_id,
    )
    .outerjoin(_REPLACEMENTS, _REPLACEMENTS.c.new_id == _PASSES.c.id)
    .where(among(_PASSES.c.campaign_id, "campaigns", dialect), among(_PASSES.c.serial, "serials", dialect))
    for dialect in DIALECTS
}


def pass_rows(connection: Connection, serials: Collection[tuple[str, int]]) -> dict[tuple[str, int], PassRow]:
    """The passes with these campaign ids and serials. A genuine pass may have none: a restored backup."""
    wanted = {
        "campaigns": sorted({campaign_id for campaign_id, _serial in serials}),
        "serials": sorted({serial for _campaign_id, serial in serials}),
    }
    (rows,) = select_together(connection, [_ROWS[connection.dialect.name]], wanted) if serials else ((),)
    return {(row[1], row[2]): PassRow._make(row) for row in rows}


def revoked_serials(campaign_id: str) -> list[str]:
    """The serials (10 hex digits) of the revoked passes, for devices that refuse them offline."""
    rows = db.session.scalars(
        select(Pass.serial)
        .where(Pass.campaign_id == campaign_id, Pass.revoked_at.is_not(None))
        .order_by(Pass.serial)
    )
    return [f"{serial:010x}" for serial in rows]


def sessions_of_passes(occurrence_ids: Collection[int]) -> dict[str, int]:
    """The passes that are good for one of these sessions alone: the session by serial (10 hex digits), for devices that
    refuse them elsewhere offline. Without revoked ones."""
    query = select(Pass.serial, Pass.occurrence_id).where(
        Pass.occurrence_id.in_(occurrence_ids), Pass.revoked_at.is_(None)
    )
    rows = db.session.execute(query.order_by(Pass.serial)).tuples()
    return {f"{serial:010x}": occurrence_id for serial, occurrence_id in rows if occurrence_id}
