"""What a group of scans has locked and read, as the rules see it. Nothing is read or written here."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct, field

from models.ledger.in_effect import Undo
from models.ledger.visit import NOTHING, Entry, State, derive


class LockedPresence(Struct, eq=False):
    """One holder at one occurrence on one day: its rows so far, and what they came to before this batch."""

    id: int | None  # None: it is new, and inserted once all is decided
    occurrence_id: int
    day: date
    holder: str
    identified: bool
    entries: list[Entry] = field(default_factory=list)
    before: State = NOTHING
    inserted: State | None = None  # what it was inserted with
    other_days: list["LockedPresence"] = field(default_factory=list)  # where the occurrence has a capacity

    @property
    def state(self) -> State:
        return derive(self.entries, self.identified)

    @property
    def has_scans(self) -> bool:
        return any(entry.effective for entry in self.entries)

    @property
    def heads(self) -> int:
        """People of this holder in the room: the last day with a scan says."""
        days = [presence for presence in (self, *self.other_days) if presence.has_scans]
        return max(days, key=lambda presence: presence.day).state.inside if days else 0


class UndoTarget(Struct, frozen=True):
    """The scan that an undo names. moved: the rows that took its place at other sessions, each with its presence."""

    kind: str
    kiosk_id: int | None
    at: datetime
    verdict: str | None
    event_id: int | None
    presence: LockedPresence | None
    moved: tuple[tuple[UUID, LockedPresence], ...] = ()

    def reached_by(self, undo: Undo) -> bool:
        return undo.reaches(self.kiosk_id, self.event_id, self.at)


class LockedRows(Struct):
    """What a batch has locked and read. occupancy: heads inside, for occurrences with a capacity; kept up to date."""

    by_key: dict[tuple[int, date, str], LockedPresence]
    targets: dict[UUID, UndoTarget]
    undos: dict[UUID, list[Undo]]
    occupancy: dict[int, int]
