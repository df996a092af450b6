"""Passes as an organizer hands them out: what was made together stays together, to be printed and looked through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from models.codes.passes import GROUP, Pass
from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events.tables import Event

PAGE_SIZE = 50
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class PassBatch:
    """Passes of one event that were issued together. first: the lowest id among them, and the name of the batch."""

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
        return self.purpose == GROUP

    @property
    def valid_count(self) -> int:
        return self.count - self.revoked


_ALIKE = (Pass.issued_at, Pass.group, Pass.headcount, Pass.purpose)


def batches_of(event: Event) -> list[PassBatch]:
    """The batches of an event's own passes, newest first."""
    return _read(select(func.min(Pass.id).label("first")).where(Pass.event_id == event.id), event)


def find_batch(event: Event, first: int) -> PassBatch:
    """The batch that begins with this pass. Raises Unknown."""
    begins = find_pass(event, first)
    asked = select(func.min(Pass.id).label("first")).where(_with(begins))
    found = next(iter(_read(asked, event)), None)
    if found is None or found.first != first:
        raise NotFound(N_("There is no batch of passes with the number %(id)s."), id=first)
    return found


def find_pass(event: Event, pass_id: int) -> Pass:
    """One pass of this event. Raises Unknown for any other."""
    found = db.session.get(Pass, pass_id) if 0 < pass_id <= LARGEST_ID else None
    if found is None or found.event_id != event.id:
        raise NotFound(N_("There is no pass %(id)s."), id=pass_id)
    return found


def batch_id_of(event: Event, held: Pass) -> int:
    """The name of the batch that a pass belongs to."""
    return db.session.scalars(select(func.min(Pass.id)).where(_with(held))).one()


def _read(asked: Select, event: Event) -> list[PassBatch]:
    rows = db.session.execute(
        asked.add_columns(*_ALIKE, func.count().label("count"), func.count(Pass.revoked_at).label("revoked"))
        .group_by(*_ALIKE)
        .order_by(func.min(Pass.id).desc())
    )
    return [PassBatch(event.id, *row) for row in rows]


def _with(held: Pass) -> ColumnElement[bool]:
    same = [Pass.event_id == held.event_id, *(column == getattr(held, column.key) for column in _ALIKE)]
    return and_(*same)


def _passes(batch: PassBatch) -> Select[tuple[Pass]]:
    mine = (batch.issued_at, batch.group, batch.headcount, batch.purpose)
    same = [column == value for column, value in zip(_ALIKE, mine, strict=True)]
    return select(Pass).where(Pass.event_id == batch.event_id, *same)


def passes_on_page(batch: PassBatch, number: int) -> list[Pass]:
    """One page of a batch (from 1), each pass with what replaced it."""
    asked = _passes(batch).options(joinedload(Pass.replaced_by)).order_by(Pass.id)
    return list(db.session.scalars(asked.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)))


def valid_passes(batch: PassBatch) -> Iterator[Pass]:
    """The passes of a batch that are good, in order; some hundred in memory at a time."""
    after = 0
    asked = _passes(batch).where(Pass.revoked_at.is_(None))
    options = joinedload(Pass.key), joinedload(Pass.campaign)
    while True:
        part = asked.where(Pass.id > after).order_by(Pass.id).limit(ROWS_AT_ONCE).options(*options)
        rows = db.session.scalars(part).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = rows[-1].id
