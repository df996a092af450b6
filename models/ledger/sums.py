"""Keep the sums of figures in the transaction that changes presences (models.ledger.sum_tables).

Visits add up. Participants do not: a holder counts once for each value, with the largest headcount. So the other presences
of a holder are read; nearly always there is none.

PostgreSQL takes locks in this order, after those on presences and before those on counters: placements (shared), holders,
placement rows, estimates, sums. Each is taken in the order of its key, so that two transactions never wait for each other in
a ring.
"""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from operator import add
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import text

from models.db import db, on_postgresql
from models.events.merges import standing_id_sql
from models.ledger import estimates
from models.ledger.estimates import EstimateChange
from models.ledger.sum_rows import SumKey, Sums, add_to_sums
from models.ledger.sum_tables import PARTICIPANTS, SUM_COLUMNS, TAKEN, SumKind
from models.ledger.tables import METHODS, Method
from models.ledger.visit import State
from models.transactions.round_trip import Question, ask_together

PLACEMENT_LOCK = 0x4F58  # classes of advisory locks, see models.ledger.campaign_lock for another
_HOLDER_LOCK = 0x4F59
_HOLDER_LOCKS = 1 << 14  # few enough for PostgreSQL's lock table
_METHOD = {str(method): number for number, method in enumerate(METHODS)}

_Cells = dict[
    tuple[int, str, str], list[int]
]  # numbers in the order of SUM_COLUMNS, by occurrence, day and group


class PresenceChange(Struct, frozen=True):
    """One presence before and after a transaction."""

    occurrence_id: int
    day: date
    holder: str
    identified: bool
    before: State
    after: State


class _Place(NamedTuple):
    """The row of EventPlacement of an occurrence, and whether anything was ever estimated there (known of changed ones)."""

    campaign_id: str
    kept_id: int
    region_code: str
    line: str
    estimated: bool

    def values(self, group: str, day: str) -> tuple[tuple[SumKind, str], ...]:
        return (
            (SumKind.TOTAL, ""),
            (SumKind.REGION, self.region_code),
            (SumKind.LINE, self.line),
            (SumKind.EVENT, str(self.kept_id)),
            (SumKind.AUDIENCE, group),
            (SumKind.DAY, day),
        )


class _Visit(NamedTuple):
    """A presence that counts: of whom, how many, where, when."""

    occurrence_id: int
    day: str
    holder: str
    group: str
    weight: int


# Each list travels as one JSON text: the statement stays the same whatever its length. Rows are found by nested loops alone
# (CROSS JOIN on SQLite, LATERAL … OFFSET 0 on PostgreSQL), also where a table was never analyzed: never by reading all of it.
_READ = {
    "sqlite": text("""
SELECT NULL, o.id, NULL, NULL, 0, p.campaign_id, p.kept_id, p.region_code, p.line,
  EXISTS (SELECT 1 FROM estimate AS x WHERE x.occurrence_id = o.id)
FROM json_each(:occurrences) AS j CROSS JOIN occurrence AS o ON o.id = j.value
CROSS JOIN event_placement AS p ON p.event_id = o.event_id
UNION ALL
SELECT s.holder, s.occurrence_id, s.day, s.audience, s.weight, p.campaign_id, p.kept_id, p.region_code, p.line, 0
FROM json_each(:holders) AS j CROSS JOIN presence AS s ON s.holder = j.value AND s.weight > 0
CROSS JOIN occurrence AS o ON o.id = s.occurrence_id CROSS JOIN event_placement AS p ON p.event_id = o.event_id
"""),
    "postgresql": text("""
SELECT NULL, CAST(j.id AS integer), NULL, NULL, 0, p.*,
  EXISTS (SELECT 1 FROM estimate AS x WHERE x.occurrence_id = CAST(j.id AS integer))
FROM json_array_elements_text(CAST(:occurrences AS json)) AS j(id)
CROSS JOIN LATERAL (
  SELECT e.campaign_id, e.kept_id, e.region_code, e.line
  FROM occurrence AS o JOIN event_placement AS e ON e.event_id = o.event_id WHERE o.id = CAST(j.id AS integer) OFFSET 0
) AS p
UNION ALL
SELECT s.holder, s.occurrence_id, CAST(s.day AS text), s.audience, s.weight, p.*, false
FROM json_array_elements_text(CAST(:holders AS json)) AS j(holder)
CROSS JOIN LATERAL (
  SELECT holder, occurrence_id, day, audience, weight FROM presence
  WHERE presence.holder = j.holder AND presence.weight > 0 OFFSET 0
) AS s
CROSS JOIN LATERAL (
  SELECT e.campaign_id, e.kept_id, e.region_code, e.line
  FROM occurrence AS o JOIN event_placement AS e ON e.event_id = o.event_id WHERE o.id = s.occurrence_id OFFSET 0
) AS p
"""),
}
_LIST = {
    "sqlite": "SELECT value FROM json_each(:occurrences)",
    "postgresql": "SELECT CAST(value AS integer) FROM json_array_elements_text(CAST(:occurrences AS json))",
}
_LOCK = text("""
SELECT pg_advisory_xact_lock_shared(:placements, 0)
UNION ALL SELECT pg_advisory_xact_lock(:holders, slot) FROM unnest(CAST(:slots AS integer[])) AS slot
""")


def added_by(changes: Iterable[PresenceChange]) -> tuple[Sums, list[EstimateChange]]:
    """What these presences add to the sums, in a transaction that has written them: add_to_sums() writes it.

    And by how much estimates add more or less, for the counters. Until the commit nobody else counts their holders."""
    counted = [change for change in changes if _counted(change.before) != _counted(change.after)]
    if not counted:
        return {}, []
    holders = {change.holder for change in counted if change.identified}
    places, visits = _read_under_lock({change.occurrence_id for change in counted}, holders)
    changed = {(change.occurrence_id, change.day.isoformat(), change.holder) for change in counted if visits}
    others = [visit for visit in visits if visit[:3] not in changed]
    cells, several = _by_cell(counted, others)
    estimated = _add_estimates(cells, places)
    sums = _sums_of(cells, places)
    _add_participants(sums, several, others, places)
    return sums, estimated


def record_estimate(occurrence_id: int, group: str) -> list[EstimateChange]:
    """The same where no presence has changed, but an estimate of this occurrence and group was stated or withdrawn."""
    places, _visits = _read_under_lock({occurrence_id}, ())
    cells: _Cells = {}
    changes = estimates.changes_of({(occurrence_id, group): 0})
    _add_to_cells(cells, changes)
    add_to_sums(_sums_of(cells, places))
    return changes


def _add_estimates(cells: _Cells, places: Mapping[int, _Place]) -> list[EstimateChange]:
    """Where something was estimated: what it adds now, with the visits of these cells."""
    others: dict[estimates.EstimateKey, int] = defaultdict(int)
    for (occurrence_id, _day, group), numbers in cells.items():
        if places[occurrence_id].estimated:
            others[occurrence_id, group] += sum(numbers[: len(METHODS)])
    changes = estimates.changes_of(others) if others else []
    _add_to_cells(cells, changes)
    return changes


def _add_to_cells(cells: _Cells, changes: Iterable[EstimateChange]) -> None:
    for change in changes:
        key = change.occurrence_id, change.day.isoformat(), change.group
        numbers = cells.setdefault(key, [0] * len(SUM_COLUMNS))
        numbers[_METHOD[Method.ESTIMATE]] += change.visits


def _sums_of(cells: _Cells, places: Mapping[int, _Place]) -> Sums:
    sums: Sums = defaultdict(lambda: [0] * len(SUM_COLUMNS))
    for (occurrence_id, day, group), numbers in cells.items():
        place = places[occurrence_id]
        for kind, value in place.values(group, day):
            sums[place.campaign_id, kind, value] = list(
                map(add, sums[place.campaign_id, kind, value], numbers)
            )
    return sums


def _counted(state: State) -> tuple[int, bool, tuple | None]:
    """What of a state the sums count."""
    return state.weight, state.taken, state.cell[1:] if state.cell and state.weight else None


def _by_cell(
    changes: Sequence[PresenceChange], others: Iterable[_Visit]
) -> tuple[_Cells, list[PresenceChange]]:
    """The changes summed by occurrence, day and group, and those whose participants are not in these sums: of a holder who
    was somewhere before."""
    known = {visit.holder for visit in others}
    changed = Counter(change.holder for change in changes)
    cells: _Cells = defaultdict(lambda: [0] * len(SUM_COLUMNS))
    several = []
    days = {day: day.isoformat() for day in {change.day for change in changes}}
    for change in changes:
        alone = changed[change.holder] == 1 and change.holder not in known
        if change.identified and not alone:
            several.append(change)
        for state, sign in ((change.before, -1), (change.after, 1)):
            if state.weight and state.cell:
                _hour, group, method = state.cell
                numbers = cells[change.occurrence_id, days[change.day], group]
                numbers[_METHOD[method]] += sign * state.weight
                numbers[TAKEN] += sign * state.taken * state.weight
                numbers[PARTICIPANTS] += sign * state.weight if change.identified and alone else 0
    return cells, several


def _locks(holders: Collection[str]) -> list[Question]:
    """Until the commit no event moves, and no other transaction counts these holders: each of two
    transactions that let in one holder at two events would take the holder for new."""
    if not on_postgresql():
        return []
    slots = sorted({zlib.crc32(holder.encode()) % _HOLDER_LOCKS for holder in holders})
    listed = f"{{{','.join(map(str, slots))}}}"  # the driver would put an array together number by number
    return [(_LOCK, {"placements": PLACEMENT_LOCK, "holders": _HOLDER_LOCK, "slots": listed})]


def _read_under_lock(
    occurrence_ids: Set[int], holders: Collection[str]
) -> tuple[dict[int, _Place], list[_Visit]]:
    """The places of these occurrences, and the visits of these holders with theirs."""
    connection = db.session.connection()
    parameters = {"occurrences": json.dumps(sorted(occurrence_ids)), "holders": json.dumps(sorted(holders))}
    read = _READ[connection.dialect.name], parameters
    *_locked, rows = ask_together(connection, [*_locks(holders), read])
    changed = {row[1]: _Place(*row[5:]) for row in rows if row[0] is None}
    places = {row[1]: _Place(*row[5:]) for row in rows if row[0] is not None} | changed
    if missing := occurrence_ids - changed.keys():
        _place_events(missing)
        return _read_under_lock(occurrence_ids, holders)
    return places, [_Visit(row[1], row[2], row[0], row[3], row[4]) for row in rows if row[0] is not None]


def _place_events(occurrence_ids: Collection[int]) -> None:
    """The first visits of these events: write where they count from now on."""
    listed = _LIST[db.session.get_bind().dialect.name]
    query = f"""
INSERT INTO event_placement (event_id, campaign_id, kept_id, region_code, line)
SELECT DISTINCT e.id, e.campaign_id, k.id, COALESCE(k.region_code, ''), COALESCE(g.line, '')
FROM occurrence AS o JOIN event AS e ON e.id = o.event_id
JOIN event AS k ON k.id = {standing_id_sql("e.id")}
LEFT JOIN organization AS g ON g.id = k.lead_id
WHERE o.id IN ({listed}) ORDER BY e.id ON CONFLICT (event_id) DO NOTHING
"""
    db.session.execute(text(query), {"occurrences": json.dumps(sorted(occurrence_ids))})


def _add_participants(
    sums: Sums, changes: Sequence[PresenceChange], others: Iterable[_Visit], places: Mapping[int, _Place]
) -> None:
    """Participants of holders with several presences: those of all their visits after the changes less those before."""
    if not changes:
        return
    for sign in (-1, 1):
        visits = [*others, *_visits(changes, after=sign > 0)]
        for key, heads in _participants(visits, places).items():
            sums[key][PARTICIPANTS] += sign * heads


def _visits(changes: Iterable[PresenceChange], after: bool) -> list[_Visit]:
    visits = []
    for change in changes:
        state = change.after if after else change.before
        if change.identified and state.weight and state.cell:
            day, group = change.day.isoformat(), state.cell[1]
            visits.append(_Visit(change.occurrence_id, day, change.holder, group, state.weight))
    return visits


def _participants(visits: Iterable[_Visit], places: Mapping[int, _Place]) -> dict[SumKey, int]:
    """The heads of each value: of each of its holders the largest weight."""
    largest: dict[SumKey, dict[str, int]] = defaultdict(dict)
    for visit in visits:
        place = places[visit.occurrence_id]
        for kind, value in place.values(visit.group, visit.day):
            of_value = largest[place.campaign_id, kind, value]
            of_value[visit.holder] = max(visit.weight, of_value.get(visit.holder, 0))
    return {key: sum(of_value.values()) for key, of_value in largest.items()}
