"""The one way into the ledger, for phones, kiosks and scripts, one scan or five hundred, online or late.

decode (clocks and codes) → wait for the group → is the cache current, is the id new? → lock → decide → insert → counters
→ one commit → a list of answers
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, TimeoutError

from models import clock, measures
from models.checkin import pending_scan, resends, rules, store
from models.checkin.attempt import Attempt
from models.checkin.cache import ProcessCache, Versions, process_cache
from models.checkin.cache_versions import versions_now
from models.checkin.campaign_lock import versions_under_lock
from models.checkin.locked_rows import LockedPresence, LockedRows
from models.checkin.pending_scan import PendingScan
from models.checkin.scan_source import ScanSource
from models.checkin.stored_scans import StoredScan, may_be_stored, stored_scans
from models.codes.pass_rows import PassRow, pass_rows
from models.db import db, transaction
from models.errors import N_, Mistake
from models.ledger.campaign_lock import lock_campaigns
from models.ledger.tables import Answer, Reason
from models.transactions import database_errors
from models.transactions.group_commit import FullError, GroupCommit, LateError

MAX_BATCH = 500
MANY = 16  # of so many scans it pays to ask first which are stored already
LONGEST = 10  # seconds that a request waits for its group; devices have given up before, and threads are few
_TRIES = 5


class _RacedError(Exception):
    """One of the rows was inserted by somebody else meanwhile."""


class BusyError(Mistake):
    """The database could not take the batch now: send it again."""

    status = 503


class EndedError(Exception):
    """The device may not hand in scans any more."""


BUSY = N_("The database is busy. Nothing was saved: send the scans again in a few seconds.")
NO_ANSWER = N_("The database does not answer. Send the scans again in a few seconds: each is counted once.")


@dataclass
class Submission:
    """What one request wants admitted, on its way into the ledger."""

    attempts: Sequence[Attempt]
    source: ScanSource
    now: datetime
    device_time: datetime | None
    versions: Versions = field(default_factory=dict)  # of the cache when it was decoded
    scans: list[PendingScan] = field(default_factory=list)
    first: dict[UUID, PendingScan] = field(default_factory=dict)  # of two with one id the first is decided
    known: Mapping[UUID, StoredScan] = field(default_factory=dict)
    new: list[PendingScan] = field(default_factory=list)  # those of the first that are not known
    error: Exception | None = None

    @property
    def size(self) -> int:
        return len(self.attempts)

    @cached_property
    def keys(self) -> frozenset[UUID]:
        undone = {attempt.undoes for attempt in self.attempts if attempt.undoes is not None}
        return frozenset({attempt.id for attempt in self.attempts} | undone)

    def decode(self) -> None:
        """Signatures take the most time, so they are checked before the transaction."""
        self.versions = process_cache().versions if self.source.versions is None else self.source.versions
        if not self.attempts:
            return
        stored = set[UUID]()
        if len(self.attempts) >= MANY:
            ids = [attempt.id for attempt in self.attempts]
            stored = {row.id for row in stored_scans(ids)} if may_be_stored(ids) else stored
        self.scans = pending_scan.decode(self.attempts, self.source, self.now, self.device_time, stored)
        self.first = {}
        for scan in self.scans:
            self.first.setdefault(scan.id, scan)


def admit(
    attempts: Sequence[Attempt],
    source: ScanSource,
    now: datetime | None = None,
    device_time: datetime | None = None,
) -> list[Answer]:
    """Decide and keep a batch of attempts in one transaction, alone or with others; answers stand in their order.

    Every attempt is kept, also a refused one; the same id again gets its first answer. device_time: what the device's
    clock said when it sent the batch, for attempts that do not know their skew. Raises BusyError, EndedError."""
    submission = Submission(attempts, source, now or clock.now(), device_time)
    submission.decode()
    if not attempts:
        _is_current(submission, process_cache().keep(versions_now()))
    else:
        db.session.commit()  # a thread that waits keeps no connection
        try:
            _groups().submit(submission)
        except FullError:
            raise BusyError(BUSY) from None
        except LateError:
            raise BusyError(NO_ANSWER) from None
    if submission.error is not None:
        raise submission.error
    answers = resends.answers(submission.scans, submission.first, submission.known)
    if measures.listener is not None:
        measures.listener.scans(answer.verdict for answer in answers)
    return answers


_groups_of: WeakKeyDictionary[Engine, GroupCommit[Submission]] = WeakKeyDictionary()


def _groups() -> GroupCommit[Submission]:
    """Those of this process and database."""
    groups = _groups_of.get(db.engine)
    if groups is None:
        made = GroupCommit(
            admit_together, together=64, size=2 * MAX_BATCH, waiting=10 * MAX_BATCH, longest=LONGEST
        )
        groups = _groups_of.setdefault(db.engine, made)
    return groups


def admit_together(submissions: list[Submission]) -> None:
    """Admit a group in one transaction. Where that fails each is admitted alone, so that one that fails fails alone."""
    if measures.listener is not None:
        measures.listener.batch(sum(submission.size for submission in submissions))
    try:
        _try(submissions)
    except (DBAPIError, TimeoutError) as error:
        if database_errors.is_of_whole_database(error):
            database_errors.log(error)
            for submission in submissions:
                submission.error = BusyError(BUSY)
        else:
            _admit_singly(submissions, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the request's own thread raises it
        _admit_singly(submissions, error)


def _admit_singly(submissions: list[Submission], error: Exception) -> None:
    if len(submissions) == 1:
        submissions[0].error = error
        return
    for submission in submissions:
        submission.decode()
        admit_together([submission])


def _try(submissions: list[Submission]) -> None:
    for _ in range(_TRIES):
        try:
            with transaction(first=True):
                _admit([submission for submission in submissions if submission.error is None])
            return
        except _RacedError:
            pass
        except DBAPIError as error:
            # PostgreSQL ends one of two groups that wait for each other; that one is tried again.
            if not database_errors.is_deadlock(error):
                raise
        for submission in submissions:
            submission.decode()
    for submission in submissions:
        submission.error = BusyError(BUSY)


def _admit(group: list[Submission]) -> None:
    cache = process_cache()
    undoing = any(attempt.undoes for submission in group for attempt in submission.attempts)
    numbers = set() if undoing else {submission.source.campaign.number for submission in group}
    versions = cache.keep(versions_under_lock(numbers))
    group = [submission for submission in group if _is_current(submission, versions)]
    if undoing or not numbers >= {submission.source.campaign.number for submission in group}:
        _lock_campaigns(group)
    stored = stored_scans(frozenset().union(*(submission.keys for submission in group)))
    by_id = {row.id: row for row in stored}
    for submission in group:
        known = {scan_id: by_id[scan_id] for scan_id in submission.first.keys() & by_id.keys()}
        submission.known = known
        submission.new = [scan for id, scan in submission.first.items() if not known or id not in known]
    _choose_occurrences(group, cache)
    locked = store.lock([scan for submission in group for scan in submission.new], stored)
    for submission in group:
        rules.decide(submission.new, locked, submission.source)
    inserted = _insert(group)
    for submission in group:
        resends.insert_conflicts(
            submission.scans, submission.first, submission.known, submission.source, submission.now
        )
    db.session.flush()
    _count(locked, inserted)


def _is_current(submission: Submission, versions: Versions) -> bool:
    """Whether its device may still hand in. What was decoded with rows that have changed since is decoded again."""
    if submission.versions == versions:
        return True
    if submission.source.renew is not None:
        source = submission.source.renew(submission.now)
        if source is None:
            submission.error = EndedError()
            return False
        submission.source = source
    submission.decode()
    return True


def _lock_campaigns(group: list[Submission]) -> None:
    """Shared, or exclusive where an undo names a scan that is not stored."""
    undoing = defaultdict[int, set[UUID]](set)
    for submission in group:
        undone = {attempt.undoes for attempt in submission.attempts if attempt.undoes}
        undoing[submission.source.campaign.number] |= undone - submission.first.keys()
    stored = {row.id for row in stored_scans({id for undone in undoing.values() for id in undone})}
    lock_campaigns({number: not undone <= stored for number, undone in undoing.items()})


def _choose_occurrences(group: list[Submission], cache: ProcessCache) -> None:
    """Where each new entry belongs: by the schedule of the events that its source serves."""
    entries = [
        (submission, [scan for scan in submission.new if scan.verdict is None and not scan.is_undo])
        for submission in group
    ]
    passes = _passes(entries)
    for submission, scans in entries:
        source = submission.source
        served = {at: source.served(at) for at in {scan.at for scan in scans}}
        event_ids = {event_id for ids in served.values() for event_id in ids}
        if any(scan.decided_offline for scan in scans):
            event_ids |= source.ever_served
        campaign_id, zone = source.campaign.id, source.campaign.zone
        windows = cache.windows(event_ids, zone)
        standing = cache.standing_for({scan.payload.event for scan in scans if scan.payload})
        for scan in scans:
            if source.allows(scan.attempt.kind):
                row = passes.get((campaign_id, scan.payload.serial)) if scan.payload else None
                rules.choose_occurrence(scan, windows, source, served[scan.at], row, standing)
            else:
                scan.refuse(Reason.NOT_ALLOWED)


def _passes(entries: list[tuple[Submission, list[PendingScan]]]) -> dict[tuple[str, int], PassRow]:
    """The rows of the passes in these scans, by campaign and serial. A genuine pass may have none: a restored backup.

    A pass that replaced another has the same holder; from here on the scans carry it."""
    by_key: dict[tuple[str, int], list[PendingScan]] = defaultdict(list)
    for submission, scans in entries:
        campaign_id = submission.source.campaign.id
        for scan in scans:
            if scan.payload:
                by_key[campaign_id, scan.payload.serial].append(scan)
    rows = pass_rows(db.session.connection(), by_key)
    for key, row in rows.items():
        if row.root != row.serial:
            for scan in by_key.get(key, ()):
                scan.holder = row.holder
    return rows


def _insert(group: list[Submission]) -> list[LockedPresence]:
    """First the new presences, which the scans name; these are returned."""
    new = [(submission, scan) for submission in group for scan in submission.new]
    entered = {id(scan.presence): scan.presence for _submission, scan in new if scan.presence is not None}
    inserted = [presence for presence in entered.values() if presence.id is None]
    rows = sorted(new, key=lambda pair: pair[1].id.int)
    if not store.insert_presences(inserted) or not store.insert_scans(
        [pending_scan.row(scan, submission.source, submission.now) for submission, scan in rows]
    ):
        raise _RacedError
    return inserted


def _count(locked: LockedRows, inserted: list[LockedPresence]) -> None:
    """Counters and sums come last, with the commit: others wait for them."""
    changed = [*locked.by_key.values(), *(target.presence for target in locked.targets.values())]
    changed += [presence for target in locked.targets.values() for _id, presence in target.moved]
    distinct = {id(presence): presence for presence in changed if presence is not None}
    store.update_counters(distinct.values(), {presence.id for presence in inserted}, commit=True)
