"""The ledger's tables as check-in reads and writes them: locks, rows, and the counters that follow. No rules here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import bindparam, select, update

from models.campaigns.tables import Campaign
from models.checkin.locked_rows import LockedPresence, LockedRows, UndoTarget
from models.checkin.pending_scan import COLUMNS, PendingScan
from models.checkin.stored_scans import StoredScan
from models.db import Base, db, on_postgresql
from models.events.tables import Occurrence
from models.ledger import sums
from models.ledger.estimates import EstimateChange
from models.ledger.in_effect import in_effect, moved_rows, undos_of
from models.ledger.occupancy import occupancy
from models.ledger.sum_rows import add_to_sums
from models.ledger.tables import Counter, Method, Presence, Scan, ScanKind, Verdict
from models.ledger.visit import NOTHING, Entry, State
from models.transactions.bulk import DIALECTS, among, insert_numbered, insert_rows
from models.transactions.round_trip import commit_together

_SCAN, _PRESENCE, _COUNTER = (
    Base.metadata.tables[model.__tablename__] for model in (Scan, Presence, Counter)
)
_KEY = ("occurrence_id", "day", "holder")

_PRESENT = {
    dialect: select(*(_PRESENCE.c[name] for name in ("id", *_KEY, "identified")))
    .where(*(among(_PRESENCE.c[name], name, dialect) for name in _KEY))
    .order_by(_PRESENCE.c.id)
    .with_for_update()
    for dialect in DIALECTS
}


def scans_by_id(ids: Iterable[UUID]) -> dict[UUID, Scan]:
    """The stored rows of these ids, as they are now."""
    distinct = set(ids)
    if not distinct:
        return {}
    query = select(Scan).where(Scan.id.in_(distinct)).execution_options(populate_existing=True)
    return {row.id: row for row in db.session.scalars(query)}


def campaign_number(row: Scan) -> int:
    return db.session.get_one(Campaign, row.campaign_id).number


def lock(scans: Sequence[PendingScan], stored: Sequence[StoredScan]) -> LockedRows:
    """Lock what new scans touch: occurrences with a capacity, then presences; then read what others have added.

    stored: the rows of their ids and of those that they undo, and the undos of both."""
    undone = {scan.attempt.undoes for scan in scans if scan.attempt.undoes}
    targets = [row for row in stored if row.id in undone]
    limited = {
        scan.window.occurrence_id for scan in scans if scan.window and scan.window.capacity is not None
    }
    limited |= _with_capacity({row.occurrence_id for row in targets if row.occurrence_id})
    _lock_occurrences(limited)
    by_key = _lock_presences(scans)
    existing = {presence.id: presence for presence in by_key.values() if presence.id is not None}
    moved = moved_rows([row.id for row in targets])
    touched = {row.presence_id for row in targets if row.presence_id}
    touched |= {presence_id for rows in moved.values() for _id, presence_id in rows}
    existing |= lock_presences_by_id(touched - existing.keys())
    load_entries(existing.values())
    _load_other_days([*existing.values(), *by_key.values()], limited)
    undo_targets = {
        row.id: UndoTarget(
            row.kind,
            row.kiosk_id,
            row.at,
            row.verdict,
            row.event_id,
            existing.get(row.presence_id or 0),
            tuple((id, existing[presence_id]) for id, presence_id in moved.get(row.id, ())),
        )
        for row in targets
    }
    # Read again under the locks, where there are any.
    ids = {scan.id for scan in scans} | undone if undone or stored else set()
    undos = undos_of(ids) if undone or any(row.undoes in ids for row in stored) else {}
    return LockedRows(by_key, undo_targets, undos, occupancy(limited))


def _with_capacity(occurrence_ids: Collection[int]) -> set[int]:
    if not occurrence_ids:
        return set()
    query = select(Occurrence.id).where(Occurrence.id.in_(occurrence_ids), Occurrence.capacity.is_not(None))
    return set(db.session.scalars(query))


def _lock_occurrences(occurrence_ids: Collection[int]) -> None:
    """Lowest id first, so that two groups never wait for each other in a ring."""
    if occurrence_ids and on_postgresql():
        query = select(Occurrence.id).where(Occurrence.id.in_(occurrence_ids)).order_by(Occurrence.id)
        # Weaker than FOR UPDATE: rows that only refer to the occurrence may still be added by others.
        db.session.execute(query.with_for_update(key_share=True))


def _lock_presences(scans: Iterable[PendingScan]) -> dict[tuple[int, date, str], LockedPresence]:
    """The presence of each (occurrence, day, holder): locked, or a new one that is not inserted yet."""
    placed = {scan.key: scan.identified for scan in scans if scan.key}
    by_key = {key: LockedPresence(None, *key, identified) for key, identified in placed.items()}
    # Without identity a scan is its own holder: there is no earlier one.
    looked_up = [key for key, identified in placed.items() if identified]
    if looked_up:
        connection = db.session.connection()
        wanted = dict(zip(_KEY, (list(set(values)) for values in zip(*looked_up, strict=True)), strict=True))
        for row in connection.execute(_PRESENT[connection.dialect.name], wanted):
            presence = by_key.get((row.occurrence_id, row.day, row.holder))
            if presence is not None:
                presence.id, presence.identified = row.id, row.identified
    return by_key


def lock_presences_by_id(presence_ids: Collection[int]) -> dict[int, LockedPresence]:
    if not presence_ids:
        return {}
    query = select(Presence).where(Presence.id.in_(presence_ids)).order_by(Presence.id)
    rows = db.session.scalars(query.with_for_update() if on_postgresql() else query)
    return {
        row.id: LockedPresence(row.id, row.occurrence_id, row.day, row.holder, row.identified) for row in rows
    }


def load_entries(presences: Iterable[LockedPresence]) -> None:
    """Fill each presence with the entries of its stored rows, and set `before` to their state."""
    by_id = {presence.id: presence for presence in presences}
    if not by_id:
        return
    counted = Scan.kind != ScanKind.UNDO, Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT))
    query = select(Scan).where(Scan.presence_id.in_(by_id), *counted)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    if not rows:
        return
    effective = in_effect(rows)
    for row in rows:
        if row.presence_id is not None:
            by_id[row.presence_id].entries.append(_entry(row, row.id in effective))
    for presence in by_id.values():
        presence.before = presence.state


def _load_other_days(presences: Iterable[LockedPresence], limited: Collection[int]) -> None:
    """The same holders on other days of occurrences with a capacity, whose lock keeps these rows as they are."""
    here = {(p.occurrence_id, p.day, p.holder): p for p in presences if p.occurrence_id in limited}
    holders = {presence.holder for presence in here.values() if presence.identified}
    if not holders:
        return
    query = select(Presence.id, Presence.occurrence_id, Presence.day, Presence.holder)
    others = [
        LockedPresence(row.id, row.occurrence_id, row.day, row.holder, identified=True)
        for row in db.session.execute(
            query.where(Presence.occurrence_id.in_(limited), Presence.holder.in_(holders))
        )
        if (row.occurrence_id, row.day, row.holder) not in here
    ]
    load_entries(others)

    def holder_of(presence: LockedPresence) -> tuple[int, str]:
        return presence.occurrence_id, presence.holder

    for _holder, same in groupby(sorted([*here.values(), *others], key=holder_of), key=holder_of):
        days = list(same)
        for presence in days:
            presence.other_days = [other for other in days if other is not presence]


def _entry(row: Scan, effective: bool) -> Entry:
    """A stored or repeat row as an entry. The columns that may be NULL are so in refused scans and undos alone."""
    if row.headcount is None or row.group is None or row.method is None:
        raise ValueError(f"Scan {row.id} counts and has no headcount, group or method.")
    return Entry(
        row.id, row.at, row.direction, row.headcount, row.group, row.method, row.hour, effective, row.taken
    )


_STATE = ("visit_id", "audience", "method", "hour", "weight", "inside", "taken")
_NEW = (*_KEY, "identified", *_STATE)


def insert_presences(presences: Iterable[LockedPresence]) -> bool:
    """Insert complete presences and give them their ids. False where another transaction has inserted one meanwhile."""
    new = {(p.occurrence_id, p.day, p.holder): p for p in presences if p.id is None}
    if not new:
        return True
    for presence in new.values():
        presence.inserted = presence.state
    # Sorted, so that two groups never wait for each other in a ring.
    rows = [(*key, new[key].identified, *_state(new[key].inserted or NOTHING)) for key in sorted(new)]
    ids = insert_numbered(db.session.connection(), _PRESENCE, _NEW, rows, keys=_KEY)
    if ids is None:
        return False
    for key, presence in new.items():
        presence.id = ids[key]
    return True


def _state(state: State) -> tuple:
    hour, group, method = state.cell or (None, None, None)
    visit_id = state.visit.id if state.visit else None
    return visit_id, group, method, hour, state.weight, state.inside, state.taken


def insert_scans(rows: Sequence[tuple]) -> bool:
    """Add rows of COLUMNS. False where another transaction has added one of the ids meanwhile."""
    if not rows:
        return True
    return insert_rows(db.session.connection(), _SCAN, COLUMNS, rows, keys=("id",))


_UPDATE_PRESENCE = (
    update(_PRESENCE)
    .where(_PRESENCE.c.id == bindparam("presence"))
    .values({name: bindparam(f"new_{name}") for name in _STATE})
)


def update_counters(
    presences: Iterable[LockedPresence], inserted: Collection[int | None] = (), *, commit: bool = False
) -> None:
    """Write the presences, counters and sums whose state differs from `before`. inserted: ids of those that were inserted
    complete. commit: nothing else is written, so the transaction ends on the same way."""
    changed, changes = [], []
    deltas: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    for presence in presences:
        is_new, before = presence.id in inserted, presence.before
        after = presence.inserted if is_new and presence.inserted else presence.state
        if before == after:
            continue
        key = presence.occurrence_id, presence.day, presence.holder
        changes.append(sums.PresenceChange(*key, presence.identified, before, after))
        if not is_new:
            values = {f"new_{name}": value for name, value in zip(_STATE, _state(after), strict=True)}
            changed.append({"presence": presence.id, **values})
        for state, sign in ((before, -1), (after, 1)):
            if state.cell:
                delta = deltas[(presence.occurrence_id, presence.day, *state.cell)]
                delta[0] += sign * state.weight
                delta[1] += sign * state.taken * state.weight
                delta[2] += sign * state.inside
    if changed:
        db.session.connection().execute(_UPDATE_PRESENCE, changed)
    added, estimated = sums.added_by(changes)
    _add_estimates(deltas, estimated)
    with (commit_together if commit else nullcontext)(db.session.connection()):
        add_to_sums(added)
        _add_to_counters(deltas)  # last: others wait for these rows


def update_estimate(occurrence_id: int, group: str) -> None:
    """Write the counters and sums after an estimate was stated or withdrawn, inside the caller's transaction."""
    deltas: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    _add_estimates(deltas, sums.record_estimate(occurrence_id, group))
    _add_to_counters(deltas)


def _add_estimates(deltas: dict[tuple, list[int]], changes: Iterable[EstimateChange]) -> None:
    for change in changes:
        cell = (change.occurrence_id, change.day, change.hour, change.group, Method.ESTIMATE)
        deltas[cell][0] += change.visits


_CELL = ("occurrence_id", "day", "hour", "audience", "method")
_SUMS = ("visits", "taken", "inside")


def _add_to_counters(deltas: Mapping[tuple, list[int]]) -> None:
    # Sorted: two groups that change the same cells take them in one order.
    rows = [(*cell, *delta) for cell, delta in sorted(deltas.items()) if any(delta)]
    if rows:
        insert_rows(db.session.connection(), _COUNTER, (*_CELL, *_SUMS), rows, keys=_CELL, added=_SUMS)
