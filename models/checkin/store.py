"""The ledger's tables as check-in reads and writes them: locks, rows, and the counters that follow. No rules here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, select, text, update
from sqlalchemy.orm import aliased

from models.campaigns.tables import Campaign
from models.checkin.pending_scan import PendingScan, ScanSource
from models.checkin.rules import Locked, LockedPresence, UndoTarget
from models.db import Base, db, insert, on_postgresql
from models.events.tables import Occurrence
from models.ledger import sums
from models.ledger.in_effect import in_effect, undos_of
from models.ledger.occupancy import occupancy
from models.ledger.tables import Counter, Presence, Scan, ScanKind, Verdict
from models.ledger.visit import Entry, derive

_ADMISSION_LOCK = 0x4F57  # class of the advisory locks, one for each campaign


def lock_campaign(campaign_number: int, exclusive: bool) -> None:
    """Shared by all admissions of a campaign; exclusive: waits until no other admission runs.

    Exclusive for an undo whose target is not stored: the target may be inserted concurrently, and each would commit
    without the other. SQLite has one writer at a time anyway."""
    if on_postgresql():
        name = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
        values = {"kind": _ADMISSION_LOCK, "number": campaign_number}
        db.session.execute(text(f"SELECT {name}(:kind, :number)"), values)


def scans_by_id(ids: Iterable[UUID]) -> dict[UUID, Scan]:
    """The stored rows of these ids, as they are now."""
    distinct = set(ids)
    if not distinct:
        return {}
    query = select(Scan).where(Scan.id.in_(distinct)).execution_options(populate_existing=True)
    return {row.id: row for row in db.session.scalars(query)}


def campaign_number(row: Scan) -> int:
    return db.session.get_one(Campaign, row.campaign_id).number


def lock(scans: Mapping[UUID, PendingScan]) -> tuple[Locked, dict[UUID, Scan]]:
    """Lock what these scans touch: occurrences with a capacity, then presences; then read what others have added.

    The second value: the rows of those scans that are stored already, by id."""
    placed = {scan.key: scan for scan in scans.values() if scan.key}
    targets = scans_by_id(scan.attempt.undoes for scan in scans.values() if scan.attempt.undoes)
    limited = {
        scan.window.occurrence_id
        for scan in placed.values()
        if scan.window and scan.window.capacity is not None
    }
    limited |= _with_capacity({row.occurrence_id for row in targets.values() if row.occurrence_id})
    _lock_occurrences(limited)
    by_key = _lock_presences({key: scan.identified for key, scan in placed.items()})
    presences = {presence.id: presence for presence in by_key.values()}
    presences |= lock_presences_by_id(
        {row.presence_id for row in targets.values() if row.presence_id} - presences.keys()
    )
    known = scans_by_id(scans)
    load_entries(presences.values())
    _load_other_days(presences, limited)
    undo_targets = {
        row.id: UndoTarget(
            row.kind, row.kiosk_id, row.at, row.verdict, row.event_id, presences.get(row.presence_id or 0)
        )
        for row in targets.values()
    }
    undos = undos_of((scans.keys() - known.keys()) | targets.keys())
    return Locked(presences, by_key, undo_targets, undos, occupancy(limited)), known


def _with_capacity(occurrence_ids: Collection[int]) -> set[int]:
    if not occurrence_ids:
        return set()
    query = select(Occurrence.id).where(Occurrence.id.in_(occurrence_ids), Occurrence.capacity.is_not(None))
    return set(db.session.scalars(query))


def _lock_occurrences(occurrence_ids: Collection[int]) -> None:
    """Lowest id first, so that two batches never wait for each other in a ring."""
    if occurrence_ids and on_postgresql():
        query = select(Occurrence.id).where(Occurrence.id.in_(occurrence_ids)).order_by(Occurrence.id)
        # Weaker than FOR UPDATE: rows that only refer to the occurrence may still be added by others.
        db.session.execute(query.with_for_update(key_share=True))


def _lock_presences(
    keys: Mapping[tuple[int, date, str], bool],
) -> dict[tuple[int, date, str], LockedPresence]:
    """One locked presence for each (occurrence, day, holder), inserted where it is new. keys: key → identified."""
    if not keys:
        return {}
    inserted = insert(Presence)
    # An existing row is locked by an update that changes nothing; sorted, so that two batches never wait in a ring.
    statement = inserted.on_conflict_do_update(
        index_elements=["occurrence_id", "day", "holder"], set_={"holder": inserted.excluded.holder}
    ).returning(Presence.id, Presence.occurrence_id, Presence.day, Presence.holder, Presence.identified)
    new = {"weight": 0, "inside": 0, "taken": False}
    values = [
        {"occurrence_id": key[0], "day": key[1], "holder": key[2], "identified": keys[key], **new}
        for key in sorted(keys)
    ]
    return {
        (row.occurrence_id, row.day, row.holder): LockedPresence(
            row.id, row.occurrence_id, row.day, row.holder, row.identified
        )
        for row in db.session.execute(statement, values)
    }


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


def _load_other_days(presences: Mapping[int, LockedPresence], limited: Collection[int]) -> None:
    """The same holders on other days of occurrences with a capacity, whose lock keeps these rows as they are."""
    own, other = aliased(Presence), aliased(Presence)
    here = {row.id for row in presences.values() if row.identified and row.occurrence_id in limited}
    if not here:
        return
    same_holder = other.occurrence_id == own.occurrence_id, other.holder == own.holder, other.day != own.day
    query = select(own.id, other.id, other.occurrence_id, other.day).join(other, and_(*same_holder))
    pairs = db.session.execute(query.where(own.id.in_(here))).all()
    others = {
        other_id: presences.get(other_id)
        or LockedPresence(other_id, occurrence_id, day, presences[own_id].holder, identified=True)
        for own_id, other_id, occurrence_id, day in pairs
    }
    load_entries(presence for presence in others.values() if presence.id not in presences)
    for own_id, other_id, _occurrence_id, _day in pairs:
        presences[own_id].other_days.append(others[other_id])


def _entry(row: Scan, effective: bool) -> Entry:
    """A stored or repeat row as an entry. The columns that may be NULL are so in refused scans and undos alone."""
    if row.headcount is None or row.group is None or row.method is None:
        raise ValueError(f"Scan {row.id} counts and has no headcount, group or method.")
    return Entry(
        row.id, row.at, row.direction, row.headcount, row.group, row.method, row.hour, effective, row.taken
    )


def insert_scans(scans: Iterable[PendingScan], source: ScanSource, now: datetime) -> bool:
    """Add the rows. False where another transaction has added one of the ids meanwhile."""
    values = [_row(scan, source, now) for scan in sorted(scans, key=lambda scan: scan.id)]
    if not values:
        return True
    statement = insert(Scan).on_conflict_do_nothing(index_elements=["id"]).returning(Scan.id)
    return len(db.session.execute(statement, values).all()) == len(values)


def _row(scan: PendingScan, source: ScanSource, now: datetime) -> dict[str, object]:
    attempt, window = scan.attempt, scan.window
    same = ("code_number", "seq", "kind", "direction", "near", "undoes", "shown")
    decided = (
        "id", "method", "presence_id", "pass_id", "holder", "group", "headcount", "taken", "skew_ms", "at", "day", "hour",
        "verdict", "reason", "since", "digest", "code_length", "code_hash",
    )  # fmt: skip
    return {
        **{name: getattr(attempt, name) for name in same},
        **{name: getattr(scan, name) for name in decided},
        "campaign_id": source.campaign.id,
        "kiosk_id": source.kiosk_id,
        "supervisor": source.supervisor,
        "event_id": window.event_id if window else None,
        "occurrence_id": window.occurrence_id if window else None,
        "device_at": attempt.at,
        "received_at": now,
        "flags": int(scan.flags),
    }


def update_counters(presences: Iterable[LockedPresence]) -> None:
    """Write the presences, counters and sums whose state differs from `before`."""
    changed = []
    changes = []
    deltas: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    for presence in presences:
        before, after = presence.before, derive(presence.entries, presence.identified)
        if before == after:
            continue
        changes.append(
            sums.PresenceChange(
                presence.occurrence_id, presence.day, presence.holder, presence.identified, before, after
            )
        )
        hour, group, method = after.cell or (None, None, None)
        changed.append(
            {
                "presence": presence.id,
                "new_visit_id": after.visit.id if after.visit else None,
                "new_audience": group,
                "new_method": method,
                "new_hour": hour,
                "new_weight": after.weight,
                "new_inside": after.inside,
                "new_taken": after.taken,
            }
        )
        for state, sign in ((before, -1), (after, 1)):
            if state.cell:
                delta = deltas[(presence.occurrence_id, presence.day, *state.cell)]
                delta[0] += sign * state.weight
                delta[1] += sign * state.taken * state.weight
                delta[2] += sign * state.inside
    if changed:
        table = Base.metadata.tables[Presence.__tablename__]
        names = ("visit_id", "audience", "method", "hour", "weight", "inside", "taken")
        statement = update(table).where(table.c.id == bindparam("presence"))
        db.session.connection().execute(
            statement.values({name: bindparam(f"new_{name}") for name in names}), changed
        )
    _add_to_counters(deltas)
    sums.record_changes(changes)


def _add_to_counters(deltas: Mapping[tuple, list[int]]) -> None:
    keys = ("occurrence_id", "day", "hour", "audience", "method")
    sums = ("visits", "taken", "inside")
    # Sorted: two batches that change the same cells take them in one order.
    values = [
        dict(zip((*keys, *sums), (*cell, *delta), strict=True))
        for cell, delta in sorted(deltas.items())
        if any(delta)
    ]
    if not values:
        return
    table = Base.metadata.tables[Counter.__tablename__]
    inserted = insert(table)
    added = {name: table.c[name] + inserted.excluded[name] for name in sums}
    statement = inserted.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)
    db.session.connection().execute(statement, values)
