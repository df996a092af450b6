"""Exports in the background: asked for, written by one process at a time, fetched by who asked, forgotten after a week."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, NotFound
from models.exports.tables import Export, ExportFormat, ExportKind, ExportPart
from models.organizations.tables import Account

KEPT = timedelta(days=7)
LEASE = timedelta(minutes=2)  # without progress for so long, another process begins anew
MOST_ATTEMPTS = 3
MOST_OPEN = 3  # of one account


def ask(
    account: Account,
    kind: ExportKind,
    format: ExportFormat,
    choice: dict,
    language: str,
    total: int,
    now: datetime,
) -> Export:
    """Raises Conflict where the account waits for MOST_OPEN already."""
    with transaction():
        open_ones = select(Export.id).where(
            Export.account_id == account.id, Export.finished_at.is_(None), Export.failed_at.is_(None)
        )
        if len(db.session.scalars(open_ones).all()) >= MOST_OPEN:
            raise Conflict(N_("You have 3 exports that are not finished. Wait for one of them first."))
        export = Export(
            account_id=account.id,
            kind=kind,
            format=format,
            choice=choice,
            language=language,
            total=total,
            created_at=now,
        )
        db.session.add(export)
    return export


def exports_of(account: Account) -> Sequence[Export]:
    """Those of the account, the newest first."""
    query = select(Export).where(Export.account_id == account.id).order_by(Export.id.desc()).limit(50)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def finished_export(account: Account, export_id: int) -> Export:
    """Raises NotFound for one of somebody else's, or that is not finished."""
    query = select(Export).where(Export.id == min(export_id, LARGEST_ID), Export.account_id == account.id)
    export = db.session.scalar(query.where(Export.finished_at.is_not(None)))
    if export is None:
        raise NotFound(N_("There is no export %(id)s. Exports are kept for 7 days."), id=export_id)
    return export


def parts(export: Export) -> Iterator[bytes]:
    """The file, piece by piece."""
    number = 0
    while True:
        query = select(ExportPart.data).where(ExportPart.export_id == export.id, ExportPart.number == number)
        data = db.session.scalar(query)
        db.session.commit()
        if data is None:
            return
        yield data
        number += 1


def waiting_ids(now: datetime) -> list[int]:
    """Exports that no process writes."""
    free = or_(Export.lease_until.is_(None), Export.lease_until < now)
    query = select(Export.id).where(Export.finished_at.is_(None), Export.failed_at.is_(None), free)
    return list(db.session.scalars(query.order_by(Export.id)))


def claim(export_id: int, now: datetime) -> Export | None:
    """The export for this process alone, begun anew; None where another has it or it is over. One that ended MOST_ATTEMPTS
    processes has failed."""
    with transaction():
        claimed = db.session.scalar(
            update(Export)
            .where(
                Export.id == export_id,
                Export.finished_at.is_(None),
                Export.failed_at.is_(None),
                or_(Export.lease_until.is_(None), Export.lease_until < now),
            )
            .values(lease_until=now + LEASE, attempts=Export.attempts + 1, done=0, size=0)
            .returning(Export.id)
        )
        if claimed is None:
            return None
        db.session.execute(delete(ExportPart).where(ExportPart.export_id == export_id))
        export = db.session.get_one(Export, export_id, populate_existing=True)
        if export.attempts > MOST_ATTEMPTS:
            export.failed_at = now
            return None
    return export


def note_progress(export: Export, done: int, now: datetime) -> None:
    with transaction():
        export.done, export.lease_until = done, now + LEASE


def add_part(export: Export, number: int, data: bytes) -> None:
    with transaction():
        db.session.add(ExportPart(export_id=export.id, number=number, data=data))
        export.size += len(data)


def finish(export: Export, done: int, now: datetime) -> None:
    with transaction():
        export.done, export.finished_at = done, now


def fail(export: Export, now: datetime) -> None:
    with transaction():
        export.failed_at = now


def delete_old(now: datetime) -> None:
    old = select(Export.id).where(Export.created_at < now - KEPT)
    if db.session.scalar(old.limit(1)) is None:
        return
    with transaction():
        db.session.execute(delete(ExportPart).where(ExportPart.export_id.in_(old)))
        db.session.execute(delete(Export).where(Export.created_at < now - KEPT))
