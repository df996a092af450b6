"""The one way into the ledger. Phones, kiosks and scripts, one scan or five hundred, online or late: all of them here.

read the clocks and the codes (no writing) → lock what the batch touches → the rules, in order → INSERT →
the counters → one commit → a list of answers
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import OperationalError

from models import clock
from models.checkin import counters, rules, store
from models.checkin.attempt import Attempt
from models.checkin.decoded_scan import Case, Desk, find_passes, open_cases
from models.db import db, transaction
from models.errors import N_, Mistake
from models.events import check_in_window
from models.ledger import in_effect
from models.ledger import tables as ledger
from models.ledger.tables import Answer, Scan, Verdict

MAX_BATCH = 500
_TRIES = 5


class _RacedError(Exception):
    """The same id was added by somebody else while this batch was deciding."""


class BusyError(Mistake):
    """The database could not take the batch now. Nothing of it was kept: send it again."""

    status = 503


BUSY = N_("The database is busy. Nothing was saved: send the scans again in a few seconds.")


def admit(
    attempts: Sequence[Attempt], desk: Desk, now: datetime | None = None, device_time: datetime | None = None
) -> list[Answer]:
    """Judge and keep a batch of attempts in one transaction; answers stand in their order.

    Every attempt is kept, also a refused one; the same id again gets its first answer. device_time: what the
    device's clock said when it sent the batch, for attempts that do not know their skew. Raises BusyError."""
    now = now or clock.now()
    attempts = list(attempts)
    for _ in range(_TRIES):
        # Signatures are the dearest part, so they are checked before the transaction: nobody waits for them.
        cases = open_cases(attempts, desk, now, device_time)
        try:
            with transaction():
                return _admit(cases, desk, now)
        except _RacedError:
            continue
        except OperationalError as error:
            # Two batches that wait for each other: PostgreSQL ends one of them, which simply comes again.
            if getattr(error.orig, "sqlstate", None) not in ("40P01", "40001"):
                raise BusyError(BUSY) from error
    raise BusyError(BUSY)


def _admit(cases: list[Case], desk: Desk, now: datetime) -> list[Answer]:
    named = {case.attempt.undoes for case in cases if case.attempt.undoes}
    ids = {case.id for case in cases}
    here = store.known_scans(named - ids)
    store.lock_door(desk.campaign.number, alone=bool(named - ids - here.keys()))
    batch = _Batch(cases, desk, now)
    batch.find_places()
    batch.lock()
    batch.decide()
    batch.write()
    return batch.answers()


class _Batch:
    """A batch between its locks and its commit."""

    def __init__(self, cases: list[Case], desk: Desk, now: datetime):
        self.desk, self.now, self.cases = desk, now, cases
        self.fresh: dict[UUID, Case] = {}
        for case in cases:
            self.fresh.setdefault(case.id, case)
        self.decided: dict[UUID, Case] = {}
        self.known: dict[UUID, Scan] = {}
        self.places: dict[tuple, rules.Place] = {}
        self.places_by_id: dict[int, rules.Place] = {}
        self.targets: dict[UUID, Scan] = {}

    def find_places(self) -> None:
        """Where each entry belongs: by the schedule of the events that the desk serves."""
        entries = [case for case in self.fresh.values() if case.verdict is None and not case.is_undo]
        served = {case.id: self.desk.served(case.at) for case in entries}
        events = {event_id for ids in served.values() for event_id in ids}
        if any(case.decided_there for case in entries):
            events |= self.desk.ever_served
        schedule = check_in_window.windows_of(events, self.desk.campaign.zone) if events else []
        found = find_passes(entries, self.desk.campaign)
        for case in entries:
            if self.desk.may(case.attempt.kind):
                rules.choose_sitting(case, schedule, served[case.id], found, self.desk.ever_served)
            else:
                case.refuse("not_allowed")

    def lock(self) -> None:
        """Rooms with a capacity, then presences; then look again at what others have added meanwhile."""
        placed = [case for case in self.fresh.values() if case.key]
        rooms = {case.sitting.occurrence_id for case in placed if case.sitting.capacity is not None}
        named = {case.attempt.undoes for case in self.fresh.values() if case.is_undo and case.attempt.undoes}
        self.targets = store.known_scans(named)
        rooms |= self._limited(row.occurrence_id for row in self.targets.values() if row.occurrence_id)
        store.lock_rooms(rooms)
        self.places = store.lock_presences({case.key: case.identified for case in placed})
        self.places_by_id = {place.id: place for place in self.places.values()}
        others = {
            row.presence_id for row in self.targets.values() if row.presence_id
        } - self.places_by_id.keys()
        self.places_by_id |= store.lock_places(others)
        self.known = store.known_scans(self.fresh)
        for scan_id in self.known:
            del self.fresh[scan_id]
        store.read_entries(list(self.places_by_id.values()))
        self.occupancy = store.occupancy(rooms) if rooms else {}
        self.rooms = rooms

    def _limited(self, occurrence_ids) -> set[int]:
        ids = set(occurrence_ids)
        return (
            {id for id in ids if db.session.get(check_in_window.Occurrence, id).capacity is not None}
            if ids
            else set()
        )

    def decide(self) -> None:
        """Each case in the order in which the device handed it in."""
        undos = in_effect.undos_of(set(self.fresh) | set(self.targets))
        for case in self.fresh.values():
            if case.verdict is None and case.is_undo:
                self._undo(case, undos)
            elif case.verdict is None:
                earlier, event_id = undos.get(case.id, ()), case.sitting.event_id
                undone = any(undo.reaches(self.desk.kiosk_id, event_id, case.at) for undo in earlier)
                self._enter(case, undone)
            self.decided[case.id] = case

    def _enter(self, case: Case, undone: bool) -> None:
        limited = self.occupancy if case.sitting.capacity is not None else {}
        if case.sitting.capacity is not None:
            limited[(case.sitting.occurrence_id, case.day)] += 0  # an empty room is a room
        rules.decide_entry(case, self.places[case.key], limited, undone)

    def _undo(self, case: Case, undos: dict) -> None:
        wanted = case.attempt.undoes
        target = self._target(wanted)
        place = target.place if target else None
        inside = place.state.inside if place else 0
        rules.decide_undo(case, target, undos[wanted], self.desk)
        if place and place.occurrence_id in self.rooms:
            self.occupancy[(place.occurrence_id, place.day)] += place.state.inside - inside

    def _target(self, scan_id: UUID) -> rules.Target | None:
        if scan_id in self.targets:
            return store.target_of(self.targets[scan_id], self.places_by_id)
        case = self.decided.get(scan_id)
        if case is None:
            return None
        event_id = case.sitting.event_id if case.sitting else None
        place = self.places_by_id.get(case.presence_id)
        return rules.Target(case.attempt.kind, self.desk.kiosk_id, case.at, case.verdict, event_id, place)

    def write(self) -> None:
        if not store.write_scans(list(self.fresh.values()), self.desk, self.now):
            raise _RacedError
        counters.settle(self.places_by_id.values())
        store.write_resends([case for case in self.cases if self._conflicts(case)], self.desk, self.now)

    def _conflicts(self, case: Case) -> bool:
        first = self.known.get(case.id)
        if first is not None:
            shown_green_after_refusal = (
                case.let_in and first.verdict == Verdict.REFUSED and first.shown != Verdict.STORED
            )
            return first.digest != case.digest or shown_green_after_refusal
        return self.fresh[case.id] is not case and self.fresh[case.id].digest != case.digest

    def answers(self) -> list[Answer]:
        told = []
        for case in self.cases:
            if case.id in self.known:
                told.append(store.first_answer(self.known[case.id], self._conflicts(case)))
            elif self.fresh[case.id] is case:
                told.append(case.answer())
            else:
                told.append(_second(self.fresh[case.id].answer(), self._conflicts(case)))
        return told


def _second(answer: Answer, conflict: bool) -> Answer:
    flags = answer.flags | (ledger.Flag.CONFLICT if conflict else ledger.Flag.NONE)
    return Answer(**{**vars(answer), "flags": flags, "again": True})
