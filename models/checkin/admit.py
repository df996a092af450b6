"""The one way into the ledger, for phones, kiosks and scripts, one scan or five hundred, online or late.

decode (clocks and codes) → lock → decide → insert → counters → one commit → a list of answers
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import OperationalError

from models import clock
from models.checkin import pending_scan, resends, rules, store
from models.checkin.attempt import Attempt
from models.checkin.pending_scan import PendingScan, ScanSource
from models.codes.passes import Pass, passes_by_serial
from models.db import db, is_deadlock, transaction
from models.errors import N_, Mistake
from models.events import check_in_window
from models.events.merges import standing_for
from models.ledger.tables import Answer, Reason

MAX_BATCH = 500
_TRIES = 5


class _RacedError(Exception):
    """One of the ids was inserted by somebody else meanwhile."""


class BusyError(Mistake):
    """The database could not take the batch now. Nothing of it was kept: send it again."""

    status = 503


BUSY = N_("The database is busy. Nothing was saved: send the scans again in a few seconds.")


def admit(
    attempts: Sequence[Attempt],
    source: ScanSource,
    now: datetime | None = None,
    device_time: datetime | None = None,
) -> list[Answer]:
    """Decide and keep a batch of attempts in one transaction; answers stand in their order.

    Every attempt is kept, also a refused one; the same id again gets its first answer. device_time: what the device's
    clock said when it sent the batch, for attempts that do not know their skew. Raises BusyError."""
    now = now or clock.now()
    for _ in range(_TRIES):
        # Signatures take the most time, so they are checked before the transaction.
        scans = pending_scan.decode(attempts, source, now, device_time)
        try:
            with transaction():
                return _admit(scans, source, now)
        except _RacedError:
            continue
        except OperationalError as error:
            # PostgreSQL ends one of two batches that wait for each other; that one is tried again.
            if not is_deadlock(error):
                raise BusyError(BUSY) from error
    raise BusyError(BUSY)


def _admit(scans: Sequence[PendingScan], source: ScanSource, now: datetime) -> list[Answer]:
    by_id: dict[UUID, PendingScan] = {}
    for scan in scans:
        by_id.setdefault(scan.id, scan)  # of two with one id the first is decided
    store.lock_campaign(source.campaign.number, exclusive=_undoes_absent_scan(by_id.values()))
    _choose_occurrences(by_id.values(), source)
    locked, known = store.lock(by_id)
    new = {scan_id: scan for scan_id, scan in by_id.items() if scan_id not in known}
    rules.decide(new.values(), locked, source)
    if not store.insert_scans(new.values(), source, now):
        raise _RacedError
    store.update_counters(locked.presences.values())
    resends.insert_conflicts(scans, new, known, source, now)
    return resends.answers(scans, new, known)


def _undoes_absent_scan(scans: Collection[PendingScan]) -> bool:
    targets = {scan.attempt.undoes for scan in scans if scan.attempt.undoes} - {scan.id for scan in scans}
    return bool(targets - store.scans_by_id(targets).keys())


def _choose_occurrences(scans: Collection[PendingScan], source: ScanSource) -> None:
    """Where each entry belongs: by the schedule of the events that the source serves."""
    entries = [scan for scan in scans if scan.verdict is None and not scan.is_undo]
    event_ids = {event_id for scan in entries for event_id in source.served(scan.at)}
    if any(scan.decided_offline for scan in entries):
        event_ids |= source.ever_served
    windows = check_in_window.windows_of(event_ids, source.campaign.zone) if event_ids else []
    passes = _passes(entries, source)
    bound = {scan.payload.event for scan in entries if scan.payload and scan.payload.event}
    standing = standing_for(bound) if bound else {}
    for scan in entries:
        if source.allows(scan.attempt.kind):
            rules.choose_occurrence(scan, windows, source, passes, standing)
        else:
            scan.refuse(Reason.NOT_ALLOWED)


def _passes(scans: Collection[PendingScan], source: ScanSource) -> dict[int, Pass]:
    """The rows of the passes in these scans, by serial. A genuine pass may have none: a restored backup.

    A pass that replaced another has the same holder; from here on the scans carry it."""
    serials = {scan.payload.serial for scan in scans if scan.payload}
    if not serials:
        return {}
    with db.session.no_autoflush:
        rows = passes_by_serial(source.campaign.id, serials)
    for scan in scans:
        if scan.payload and scan.payload.serial in rows:
            scan.holder = rows[scan.payload.serial].holder
    return rows
