"""The rules of the door, in order, on rows that are already locked. They decide a case; writing it is another's work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from models.checkin.decoded_scan import Case, Desk
from models.codes.passes import Pass
from models.events.check_in_window import CheckInWindow, nearest_window, open_window
from models.ledger.in_effect import Undo
from models.ledger.tables import HELD, Direction, Flag, ScanKind, Verdict
from models.ledger.visit import NOTHING, Entry, State, came_back, derive


@dataclass
class Place:
    """One presence while a batch is decided: its rows so far and what they came to before the batch."""

    id: int
    occurrence_id: int
    day: date
    identified: bool
    entries: list[Entry] = field(default_factory=list)
    before: State = NOTHING

    @property
    def state(self) -> State:
        return derive(self.entries, self.identified)


@dataclass(frozen=True)
class Target:
    """The scan that an undo names."""

    kind: str
    kiosk_id: int | None
    at: datetime
    verdict: str
    event_id: int | None
    place: Place | None

    def reached_by(self, undo: Undo) -> bool:
        return undo.reaches(self.kiosk_id, self.event_id, self.at)


def choose_sitting(
    case: Case,
    sittings: Sequence[CheckInWindow],
    served: list[int],
    passes: dict[int, Pass],
    ever_served: Collection[int] = (),
) -> None:
    """Where an entry belongs; refuses what belongs nowhere, or (rule 6) flags whom the device let in all the same.

    served: the events that the device served at the time; ever_served: all that it served at any time."""
    candidates = _candidates(case, sittings, served, ever_served)
    if not candidates and case.reason:
        return
    if case.payload and _revoked(case, passes):
        return
    case.sitting = open_window(candidates, case.at)
    if case.sitting is None and case.let_in:
        case.sitting = nearest_window(candidates, case.at)
        case.flags |= Flag.OUTSIDE_HOURS
    if case.sitting is None:
        case.refuse("not_open")
    elif case.sitting.event_id not in served:
        case.flags |= Flag.OUTSIDE_HOURS  # of the device at that event


def _candidates(
    case: Case, sittings: Sequence[CheckInWindow], served: list[int], ever_served: Collection[int]
) -> list[CheckInWindow]:
    """Where it may belong; none with a reason: refused. A device that was moved and did not know it has let people in
    where it was before: there they are, as it says, or as their pass does."""
    bound = case.payload.event if case.payload else 0
    there = [sitting for sitting in sittings if sitting.event_id in served]
    before = (
        [sitting for sitting in sittings if sitting.event_id in ever_served] if case.decided_there else []
    )
    named = case.attempt.occurrence_id
    there = there or before
    if named is not None:
        found = [sitting for sitting in [*there, *before] if sitting.occurrence_id == named]
        if not found and not case.let_in:
            case.refuse("not_allowed")
            return []
        if found:
            there = before = found  # else it is called off meanwhile: the person came all the same
    if bound:
        there = [sitting for sitting in there if sitting.event_id == bound] or [
            sitting for sitting in before if sitting.event_id == bound
        ]
        if not there:
            case.refuse("wrong_event")
    return there


def _revoked(case: Case, passes: dict[int, Pass]) -> bool:
    row = passes.get(case.payload.serial)
    if row is None:
        return False
    case.pass_id = row.id
    if row.revoked_at is None or case.at < row.revoked_at:
        return False
    if case.let_in:
        case.flags |= Flag.REVOKED_PASS
        return False
    case.refuse("revoked")
    return True


def decide_entry(case: Case, place: Place, occupancy: dict[tuple[int, date], int], undone: bool) -> None:
    """Someone comes or goes. occupancy: heads inside now, for sittings with a capacity; kept up to date here."""
    before = place.state
    effective = not undone and not case.flags & HELD
    entry = case.entry(effective)
    after = derive([*place.entries, entry], place.identified)
    case.verdict = _verdict(case, place, before, entry) if effective else Verdict.STORED
    room = (place.occurrence_id, place.day)
    if room in occupancy and effective:
        more = after.inside - before.inside
        if more > 0 and occupancy[room] + more > case.sitting.capacity and not _squeeze_in(case):
            case.refuse("full")
            case.since = None
            case.flags &= ~(Flag.RAISED | Flag.REENTRY)  # it did not come to that
            return
        occupancy[room] += more
    case.presence_id = place.id
    place.entries.append(entry)


def _squeeze_in(case: Case) -> bool:
    """Over capacity: whom a device already let in, and heads that staff counted, are facts. Others are refused."""
    shown_green = case.let_in or (Flag.REENTRY in case.flags and case.attempt.shown is not None)
    if shown_green or case.attempt.kind == ScanKind.TALLY:
        case.flags |= Flag.OVER_CAPACITY
        return True
    return False


def _verdict(case: Case, place: Place, before: State, entry: Entry) -> str:
    if not place.identified:
        return Verdict.STORED
    first = before.visit
    if entry.direction == Direction.OUT:
        if first is None or before.inside:
            return Verdict.STORED
        case.since = first.at
        return Verdict.REPEAT
    if first is None:
        return Verdict.STORED
    if came_back(place.entries, entry):
        case.flags |= Flag.REENTRY
    if entry.headcount > before.weight:
        case.flags |= Flag.RAISED
        return Verdict.STORED
    if entry.order < first.order:
        return Verdict.STORED  # handed in late, and yet the first: it is the visit now
    case.since = first.at
    return Verdict.REPEAT


def decide_undo(case: Case, target: Target | None, earlier: list[Undo], desk: Desk) -> None:
    """An undo takes its target out, once. An unknown target: kept, and takes effect when the target arrives.

    earlier: the undos of this target that count; this one joins them when it does."""
    undo = Undo(desk.kiosk_id, case.at, frozenset(desk.served(case.at) if desk.supervisor else ()))
    if target is None:
        case.verdict = Verdict.STORED
    elif target.kind == ScanKind.UNDO:
        case.refuse("bad_scan")
    elif not (target.reached_by(undo) or (desk.supervisor and target.event_id is None)):
        case.refuse("not_allowed")
    elif target.verdict == Verdict.REFUSED:
        case.verdict = Verdict.REPEAT  # it never counted: there is nothing to take out
    elif valid := [other for other in earlier if target.reached_by(other)]:
        case.verdict, case.since = Verdict.REPEAT, min(other.at for other in valid)
    else:
        case.verdict = Verdict.STORED
    if case.verdict == Verdict.STORED and not case.flags & HELD:
        earlier.append(undo)
        if target is not None and target.place is not None:
            _take_out(target.place, case.attempt.undoes)


def _take_out(place: Place, scan_id: UUID) -> None:
    for entry in place.entries:
        if entry.id == scan_id:
            entry.effective = False
