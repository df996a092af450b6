"""Answers for ids that came before: the first answer stands, other content under the same id is kept beside it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from models.checkin.pending_scan import PendingScan
from models.checkin.scan_source import ScanSource
from models.checkin.stored_scans import StoredScan
from models.db import db
from models.ledger.tables import CODE_REASONS, Answer, Flag, Resend, Scan, Verdict


def answers(
    scans: Sequence[PendingScan], first: Mapping[UUID, PendingScan], known: Mapping[UUID, Scan | StoredScan]
) -> list[Answer]:
    """One answer for each scan, in order. first: the scan that was decided for each new id; known: rows from before."""
    if not known and len(first) == len(scans):  # nearly always: none came before
        return [scan.answer() for scan in scans]
    result = []
    for scan in scans:
        flags = Flag.CONFLICT if is_conflict(scan, first, known) else Flag.NONE
        if scan.id in known:
            answer = first_answer(known[scan.id])
            result.append(replace(answer, flags=answer.flags | flags))
        elif first[scan.id] is scan:
            result.append(scan.answer())
        else:
            answer = first[scan.id].answer()
            result.append(replace(answer, flags=answer.flags | flags, again=True))
    return result


def first_answer(row: Scan | StoredScan) -> Answer:
    """What was answered when this id came first. It never changes."""
    readable = row.reason not in CODE_REASONS
    return Answer(
        id=row.id,
        verdict=row.verdict,
        reason=row.reason,
        group=row.group if readable else None,
        headcount=row.headcount if readable else None,
        since=row.since,
        flags=Flag(row.flags),
        again=True,
    )


def is_conflict(
    scan: PendingScan, first: Mapping[UUID, PendingScan], known: Mapping[UUID, Scan | StoredScan]
) -> bool:
    """Whether the id was used for other content, or shown green by the device although it was refused here."""
    row = known.get(scan.id)
    if row is None:
        return first[scan.id] is not scan and first[scan.id].digest != scan.digest
    green_after_refusal = scan.shown_stored and row.verdict == Verdict.REFUSED and row.shown != Verdict.STORED
    other_content = row.digest != b"" and row.digest != scan.digest  # none: models.operations.holder_links
    return other_content or green_after_refusal


def insert_conflicts(
    scans: Sequence[PendingScan],
    first: Mapping[UUID, PendingScan],
    known: Mapping[UUID, Scan | StoredScan],
    source: ScanSource,
    now: datetime,
) -> None:
    """Keep each other content of an id once, however often a device sends it."""
    if not known and len(first) == len(scans):
        return
    conflicts = [scan for scan in scans if is_conflict(scan, first, known)]
    kept = _kept({scan.id for scan in conflicts}) if conflicts else set()
    for scan in conflicts:
        content = (scan.id, scan.digest, scan.attempt.shown)
        if content in kept:
            continue
        kept.add(content)
        db.session.add(
            Resend(
                scan_id=scan.id,
                kiosk_id=source.kiosk_id,
                received_at=now,
                kind=scan.attempt.kind,
                group=scan.group,
                headcount=scan.headcount,
                device_at=scan.attempt.at,
                shown=scan.attempt.shown,
                digest=scan.digest,
            )
        )


def _kept(ids: set[UUID]) -> set[tuple[UUID, bytes, str | None]]:
    query = select(Resend.scan_id, Resend.digest, Resend.shown).where(Resend.scan_id.in_(ids))
    return {(row.scan_id, row.digest, row.shown) for row in db.session.execute(query)}
