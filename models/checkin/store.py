"""The ledger's tables as the door reads and writes them: locks, rows, and the counters that follow. No rules here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text

from models.campaigns.tables import Campaign
from models.checkin.decoded_scan import Case, Desk
from models.checkin.rules import Place, Target
from models.db import db, insert, on_postgresql
from models.events.tables import Occurrence
from models.ledger.in_effect import counts, newest_rulings, undos_of
from models.ledger.tables import Answer, Counter, Flag, Presence, Resend, Scan, ScanKind, Verdict
from models.ledger.visit import Entry

_ADMISSION_LOCK = 0x4F57  # class of the advisory locks of a campaign's door


def lock_door(campaign_number: int, alone: bool) -> None:
    """Share the campaign's door with every other admission, or (alone) wait until nobody else is inside.

    An undo whose target is not here yet goes alone: otherwise the two could pass each other unseen, each committed
    without the other. SQLite has one writer at a time anyway."""
    if on_postgresql():
        name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        db.session.execute(
            text(f"SELECT {name}(:kind, :number)"), {"kind": _ADMISSION_LOCK, "number": campaign_number}
        )


def known_scans(ids: Iterable[UUID]) -> dict[UUID, Scan]:
    if not ids:
        return {}
    rows = db.session.scalars(
        select(Scan).where(Scan.id.in_(set(ids))).execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def campaign_number(row: Scan) -> int:
    return db.session.get_one(Campaign, row.campaign_id).number


def first_answer(row: Scan, conflict: bool) -> Answer:
    """What was answered when this id came first. It never changes; a conflict is added to what is told."""
    known = row.reason not in ("unknown_code", "bad_signature", "bad_scan", "wrong_campaign")
    return Answer(
        id=row.id,
        verdict=row.verdict,
        reason=row.reason,
        group=row.group if known else None,
        headcount=row.headcount if known else None,
        since=row.since,
        flags=Flag(row.flags) | (Flag.CONFLICT if conflict else Flag.NONE),
        again=True,
    )


def lock_rooms(occurrence_ids: Iterable[int]) -> None:
    """Take the lock of each occurrence that has a capacity, lowest id first."""
    ids = sorted(set(occurrence_ids))
    if ids and on_postgresql():
        # Weaker than FOR UPDATE: rows that only refer to the occurrence may still be added by others.
        asked = select(Occurrence.id).where(Occurrence.id.in_(ids)).order_by(Occurrence.id)
        db.session.execute(asked.with_for_update(key_share=True))


def occupancy(occurrence_ids: Iterable[int]) -> dict[tuple[int, date], int]:
    """Heads inside now, by occurrence and day."""
    rows = db.session.execute(
        select(Counter.occurrence_id, Counter.day, func.sum(Counter.inside))
        .where(Counter.occurrence_id.in_(set(occurrence_ids)))
        .group_by(Counter.occurrence_id, Counter.day)
    )
    return defaultdict(int, {(occurrence_id, day): int(inside) for occurrence_id, day, inside in rows})


def lock_presences(wanted: dict[tuple[int, date, str], bool]) -> dict[tuple[int, date, str], Place]:
    """One locked Place for each (occurrence, day, holder), made where it is new. wanted: key → identified."""
    if not wanted:
        return {}
    statement = insert(Presence)
    # The update that changes nothing is what locks a row that is there already; sorted, so that two batches never
    # wait for each other in a ring.
    statement = statement.on_conflict_do_update(
        index_elements=["occurrence_id", "day", "holder"], set_={"holder": statement.excluded.holder}
    ).returning(Presence.id, Presence.occurrence_id, Presence.day, Presence.holder, Presence.identified)
    values = [
        {
            "occurrence_id": key[0],
            "day": key[1],
            "holder": key[2],
            "identified": wanted[key],
            "weight": 0,
            "inside": 0,
            "taken": False,
        }
        for key in sorted(wanted)
    ]
    rows = db.session.execute(statement, values)
    return {
        (r.occurrence_id, r.day, r.holder): Place(r.id, r.occurrence_id, r.day, r.identified) for r in rows
    }


def lock_places(presence_ids: Iterable[int]) -> dict[int, Place]:
    """The places of rows that undos name."""
    ids = set(presence_ids)
    if not ids:
        return {}
    asked = select(Presence).where(Presence.id.in_(ids)).order_by(Presence.id)
    rows = db.session.scalars(asked.with_for_update() if on_postgresql() else asked)
    return {row.id: Place(row.id, row.occurrence_id, row.day, row.identified) for row in rows}


def read_entries(places: Sequence[Place]) -> None:
    """Fill each place with its kept rows, each effective or not, and note what they came to before."""
    by_id = {place.id: place for place in places}
    if not by_id:
        return
    rows = db.session.scalars(
        select(Scan)
        .where(
            Scan.presence_id.in_(by_id),
            Scan.kind != ScanKind.UNDO,
            Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT)),
        )
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return
    ids = [row.id for row in rows]
    undone, rulings = undos_of(ids), newest_rulings(ids)
    for row in rows:
        out = any(undo.reaches(row.kiosk_id, row.event_id, row.at) for undo in undone.get(row.id, ()))
        by_id[row.presence_id].entries.append(
            Entry(
                row.id, row.at, row.direction, row.headcount, row.group, row.method, row.hour,
                effective=not out and counts(row.flags, rulings.get(row.id)), taken=row.taken,
            )
        )  # fmt: skip
    for place in places:
        place.before = place.state


def target_of(row: Scan, places: dict[int, Place]) -> Target:
    return Target(row.kind, row.kiosk_id, row.at, row.verdict, row.event_id, places.get(row.presence_id))


def write_scans(cases: Sequence[Case], desk: Desk, now: datetime) -> bool:
    """Add the rows. False when one of the ids was added by somebody else at this very moment."""
    if not cases:
        return True
    values = [_row(case, desk, now) for case in sorted(cases, key=lambda case: case.id)]
    statement = insert(Scan).on_conflict_do_nothing(index_elements=["id"]).returning(Scan.id)
    return len(db.session.execute(statement, values).all()) == len(values)


def _row(case: Case, desk: Desk, now: datetime) -> dict:
    attempt = case.attempt
    return {
        "id": case.id,
        "campaign_id": desk.campaign.id,
        "kiosk_id": desk.kiosk_id,
        "supervisor": desk.supervisor,
        "code_number": attempt.code_number,
        "seq": attempt.seq,
        "kind": attempt.kind,
        "direction": attempt.direction,
        "method": case.method,
        "event_id": case.sitting.event_id if case.sitting else None,
        "occurrence_id": case.sitting.occurrence_id if case.sitting else None,
        "presence_id": case.presence_id,
        "pass_id": case.pass_id,
        "holder": case.holder,
        "group": case.group,
        "headcount": case.headcount,
        "taken": case.taken,
        "near": attempt.near,
        "undoes": attempt.undoes,
        "device_at": attempt.at,
        "skew_ms": case.skew_ms,
        "at": case.at,
        "received_at": now,
        "day": case.day,
        "hour": case.hour,
        "shown": attempt.shown,
        "verdict": case.verdict,
        "reason": case.reason,
        "since": case.since,
        "flags": int(case.flags),
        "digest": case.digest,
        "code_length": case.code_length,
        "code_hash": case.code_hash,
    }


def write_resends(cases: Sequence[Case], desk: Desk, now: datetime) -> None:
    """Keep each other content of a known id once, however often a device sends it again."""
    kept = _kept_resends({case.id for case in cases}) if cases else set()
    for case in cases:
        attempt = case.attempt
        if (case.id, case.digest, attempt.shown) in kept:
            continue
        kept.add((case.id, case.digest, attempt.shown))
        db.session.add(
            Resend(
                scan_id=case.id,
                kiosk_id=desk.kiosk_id,
                received_at=now,
                kind=attempt.kind,
                group=case.group,
                headcount=case.headcount,
                device_at=attempt.at,
                shown=attempt.shown,
                digest=case.digest,
            )
        )


def _kept_resends(ids: set[UUID]) -> set[tuple[UUID, bytes, str | None]]:
    rows = db.session.execute(
        select(Resend.scan_id, Resend.digest, Resend.shown).where(Resend.scan_id.in_(ids))
    )
    return {tuple(row) for row in rows}
