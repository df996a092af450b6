"""The rules of check-in, in order, on locked rows. Pure: nothing is read or written here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from models.checkin.locked_rows import LockedPresence, LockedRows, UndoTarget
from models.checkin.pending_scan import PendingScan
from models.checkin.scan_source import ScanSource
from models.codes.pass_rows import PassRow
from models.events.check_in_window import CheckInWindow, nearest_window, open_window
from models.ledger.in_effect import Undo
from models.ledger.tables import HELD_BACK, Direction, Flag, Reason, ScanKind, Verdict
from models.ledger.visit import Entry, State, came_back

FAR_OUTSIDE = timedelta(days=2)  # from the hours: no delay or clock explains it, so a person decides


def choose_occurrence(
    scan: PendingScan,
    windows: Sequence[CheckInWindow],
    source: ScanSource,
    served: Collection[int],
    row: PassRow | None,
    standing: Mapping[int, int],
) -> None:
    """Where an entry belongs. Refuses what belongs nowhere; flags it (rule 6) where the device let the person in.

    served: ids of the events that the source served at the time. row: of its pass. standing: the event that stands for a
    merged one to which a pass is bound."""
    bound = scan.payload.event if scan.payload else 0
    candidates = _candidates(scan, windows, served, source.ever_served, standing.get(bound, bound))
    if not candidates and scan.reason:
        return
    if scan.payload and _revoked(scan, row):
        return
    scan.window = open_window(_of_session(candidates, windows, row), scan.at)
    if scan.window is None and scan.shown_stored:
        scan.window = open_window(candidates, scan.at) or nearest_window(candidates, scan.at)
        scan.flags |= Flag.OUTSIDE_HOURS
        if scan.window and scan.window.distance(scan.at) > FAR_OUTSIDE:
            scan.flags |= Flag.SET_ASIDE
    if scan.window is None:
        scan.refuse(Reason.NOT_OPEN)
    elif scan.window.event_id not in served:
        scan.flags |= Flag.OUTSIDE_HOURS  # of the device at that event


def _candidates(
    scan: PendingScan,
    windows: Sequence[CheckInWindow],
    served: Collection[int],
    ever_served: Collection[int],
    bound: int,
) -> list[CheckInWindow]:
    """The occurrences it may belong to; none with a reason: refused. A device that was moved and did not know it has let
    people in where it was before, so those count where it says, or where their pass is bound."""
    current = [window for window in windows if window.event_id in served]
    earlier = [window for window in windows if window.event_id in ever_served and scan.decided_offline]
    current = current or earlier
    requested = scan.attempt.occurrence_id
    if requested is not None:
        matching = [window for window in [*current, *earlier] if window.occurrence_id == requested]
        if not matching and not scan.shown_stored:
            scan.refuse(Reason.NOT_ALLOWED)
            return []
        # None matching: it was cancelled meanwhile, but the person came.
        current, earlier = (matching, matching) if matching else (current, earlier)
    if bound:
        current = [window for window in current if window.event_id == bound] or [
            window for window in earlier if window.event_id == bound
        ]
        if not current:
            scan.refuse(Reason.WRONG_EVENT)
    return current


def _of_session(
    candidates: list[CheckInWindow], windows: Sequence[CheckInWindow], row: PassRow | None
) -> list[CheckInWindow]:
    """A pass of a registration for one session is good there alone. Where its event was merged, the session is gone, and it is
    good at all of the event that stands for it."""
    session = row.occurrence_id if row else None
    if session is None or all(window.occurrence_id != session for window in windows):
        return candidates
    return [window for window in candidates if window.occurrence_id == session]


def _revoked(scan: PendingScan, row: PassRow | None) -> bool:
    if row is None:
        return False
    scan.pass_id = row.id
    if row.revoked_at is None or scan.at < row.revoked_at:
        return False
    if scan.shown_stored:
        scan.flags |= Flag.REVOKED_PASS
        return False
    scan.refuse(Reason.REVOKED)
    return True


def decide(scans: Collection[PendingScan], locked: LockedRows, source: ScanSource) -> None:
    """Each scan in the order in which the device sent it."""
    # Of two requests none undoes a scan of the other: see Submission.keys.
    undoing = any(scan.is_undo for scan in scans)
    for scan in scans:
        if scan.verdict is None and scan.is_undo:
            _decide_undo(scan, locked, source)
        elif scan.verdict is None:
            _decide_entry(scan, locked, source)
        if undoing:
            locked.targets[scan.id] = UndoTarget(
                scan.attempt.kind,
                source.kiosk_id,
                scan.at,
                scan.verdict,
                scan.window.event_id if scan.window else None,
                scan.presence,
            )


def _decide_entry(scan: PendingScan, locked: LockedRows, source: ScanSource) -> None:
    """Someone comes or goes."""
    window, key = scan.window, scan.key
    if window is None or key is None:
        raise AssertionError("A scan without an occurrence or a holder is refused before it comes here.")
    presence = locked.by_key[key]
    undone = bool(locked.undos) and any(
        undo.reaches(source.kiosk_id, window.event_id, scan.at) for undo in locked.undos.get(scan.id, ())
    )
    effective = not undone and not (scan.flags and scan.flags & HELD_BACK)
    before, entry = presence.state, scan.entry(effective)
    scan.verdict = _verdict(scan, presence, before, entry) if effective else Verdict.STORED
    limited = effective and window.capacity is not None
    heads = presence.heads if limited else 0
    presence.entries.append(entry)
    if limited and window.capacity is not None:
        inside, more = locked.occupancy[window.occurrence_id], presence.heads - heads
        if more > 0 and inside + more > window.capacity and not _allow_over_capacity(scan):
            presence.entries.pop()
            scan.refuse(Reason.FULL)
            scan.since = None
            scan.flags &= ~(Flag.RAISED | Flag.REENTRY)
            return
        locked.occupancy[window.occurrence_id] = inside + more
    scan.presence = presence


def _allow_over_capacity(scan: PendingScan) -> bool:
    """People whom a device already let in, and heads that staff counted, are inside. Others are refused."""
    shown_green = scan.shown_stored or (Flag.REENTRY in scan.flags and scan.attempt.shown is not None)
    if shown_green or scan.attempt.kind == ScanKind.TALLY:
        scan.flags |= Flag.OVER_CAPACITY
        return True
    return False


def _verdict(scan: PendingScan, presence: LockedPresence, before: State, entry: Entry) -> Verdict:
    """Whether the holder's second scan of a day is a repeat, a re-entry, or a larger group."""
    if not presence.identified:
        return Verdict.STORED
    first = before.visit
    if entry.direction == Direction.OUT:
        if first is None or before.inside:
            return Verdict.STORED
        scan.since = first.at
        return Verdict.REPEAT
    if first is None:
        return Verdict.STORED
    if came_back(presence.entries, entry):
        scan.flags |= Flag.REENTRY
    if entry.headcount > before.weight:
        scan.flags |= Flag.RAISED
        return Verdict.STORED
    if entry.order < first.order:
        return Verdict.STORED  # delivered late, and yet the first: it is the visit now
    scan.since = first.at
    return Verdict.REPEAT


def _decide_undo(scan: PendingScan, locked: LockedRows, source: ScanSource) -> None:
    """An undo takes its target out, once. With an unknown target it is kept, and takes effect when the target arrives."""
    named = scan.attempt.undoes
    if named is None:
        raise AssertionError("An undo without a target is malformed.")
    target, earlier = locked.targets.get(named), locked.undos.setdefault(named, [])
    undo = Undo(source.kiosk_id, scan.at, frozenset(source.served(scan.at) if source.supervisor else ()))
    if target is None:
        scan.verdict = Verdict.STORED
    elif target.kind == ScanKind.UNDO:
        scan.refuse(Reason.BAD_SCAN)
    elif not (target.reached_by(undo) or (source.supervisor and target.event_id is None)):
        scan.refuse(Reason.NOT_ALLOWED)
    elif target.verdict == Verdict.REFUSED:
        scan.verdict = Verdict.REPEAT  # it never counted: there is nothing to take out
    elif valid := [other for other in earlier if target.reached_by(other)]:
        scan.verdict, scan.since = Verdict.REPEAT, min(other.at for other in valid)
    else:
        scan.verdict = Verdict.STORED
    if scan.verdict == Verdict.STORED and not scan.flags & HELD_BACK:
        earlier.append(undo)
        if target is not None and target.presence is not None:
            _take_out(target.presence, named, locked)
        for moved_id, presence in target.moved if target is not None else ():
            _take_out(presence, moved_id, locked)


def _take_out(presence: LockedPresence, scan_id: UUID, locked: LockedRows) -> None:
    heads = presence.heads
    for entry in presence.entries:
        if entry.id == scan_id:
            entry.effective = False
    if presence.occurrence_id in locked.occupancy:
        locked.occupancy[presence.occurrence_id] += presence.heads - heads
