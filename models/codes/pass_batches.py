"""Batches: passes of an event that were issued together, to be printed and looked through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from models.codes.passes import Pass
from models.codes.signatures import Purpose
from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events.tables import Event

PAGE_SIZE = 50
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class PassBatch:
    """Passes of one event that were issued together. first: the lowest id among them, which names the batch."""

    event_id: int
    first: int
    issued_at: datetime
    group: str
    headcount: int
    purpose: int
    count: int
    revoked: int

    @property
    def for_groups(self) -> bool:
        return self.purpose == Purpose.GROUP

    @property
    def valid_count(self) -> int:
        return self.count - self.revoked


# What the passes of a batch have in common.
_COMMON = (Pass.issued_at, Pass.group, Pass.headcount, Pass.purpose)


def batches_of(event: Event) -> list[PassBatch]:
    """The batches of an event's own passes, newest first."""
    return _read(select(func.min(Pass.id).label("first")).where(Pass.event_id == event.id), event)


def find_batch(event: Event, first: int) -> PassBatch:
    """The batch whose first pass has this id. Raises NotFound."""
    query = select(func.min(Pass.id).label("first")).where(_same_batch(find_pass(event, first)))
    batch = next(iter(_read(query, event)), None)
    if batch is None or batch.first != first:
        raise NotFound(N_("There is no batch of passes with the number %(id)s."), id=first)
    return batch


def find_pass(event: Event, pass_id: int) -> Pass:
    """One pass of this event. Raises NotFound for any other."""
    row = db.session.get(Pass, pass_id) if 0 < pass_id <= LARGEST_ID else None
    if row is None or row.event_id != event.id:
        raise NotFound(N_("There is no pass %(id)s."), id=pass_id)
    return row


def batch_id_of(event: Event, row: Pass) -> int:
    """The id of the first pass in the batch of this pass."""
    return db.session.scalars(select(func.min(Pass.id)).where(_same_batch(row))).one()


def _read(first_ids: Select[tuple[int]], event: Event) -> list[PassBatch]:
    rows = db.session.execute(
        first_ids.add_columns(
            *_COMMON, func.count().label("count"), func.count(Pass.revoked_at).label("revoked")
        )
        .group_by(*_COMMON)
        .order_by(func.min(Pass.id).desc())
    )
    return [PassBatch(event.id, *row) for row in rows]


def _same_batch(row: Pass) -> ColumnElement[bool]:
    return _matching(row.event_id, row.issued_at, row.group, row.headcount, row.purpose)


def _matching(event_id: int | None, *values: Any) -> ColumnElement[bool]:
    """The condition on Pass for one batch. values: of the columns in _COMMON."""
    return and_(
        Pass.event_id == event_id, *(column == value for column, value in zip(_COMMON, values, strict=True))
    )


def _passes(batch: PassBatch) -> Select[tuple[Pass]]:
    return select(Pass).where(
        _matching(batch.event_id, batch.issued_at, batch.group, batch.headcount, batch.purpose)
    )


def passes_on_page(batch: PassBatch, number: int) -> list[Pass]:
    """One page of a batch (from 1), each pass with its replacement loaded."""
    query = _passes(batch).options(joinedload(Pass.replaced_by)).order_by(Pass.id)
    return list(db.session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)))


def valid_passes(batch: PassBatch) -> Iterator[Pass]:
    """The passes of a batch that are not revoked, by id; ROWS_AT_ONCE in memory at a time."""
    last_id = 0
    query = _passes(batch).where(Pass.revoked_at.is_(None))
    options = joinedload(Pass.key), joinedload(Pass.campaign), joinedload(Pass.event)
    while True:
        part = query.where(Pass.id > last_id).order_by(Pass.id).limit(ROWS_AT_ONCE).options(*options)
        rows = db.session.scalars(part).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        last_id = rows[-1].id
