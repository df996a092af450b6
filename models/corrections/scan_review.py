"""The review of scans at an event: scans that count only once a person accepts them, and ids received twice with different
content. Each decision is a row of Review; the newest one is valid.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.campaigns.tables import Campaign
from models.checkin import store
from models.corrections.recounting import alone, recounted
from models.db import db
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.merges import merged_ids
from models.events.tables import Event
from models.figures.visits import visits_of
from models.ledger.in_effect import newest_decisions
from models.ledger.tables import HELD, HELD_BACK, Decision, Flag, Resend, Review, Scan, ScanKind, Verdict

MAX_AT_ONCE = 500
MOVED = N_("This scan was moved to another session and counts there. Undo the move instead.")
NO_SUCH_SCAN = N_("There is no such scan to count.")


@dataclass(frozen=True)
class HeldScan:
    """A scan that is held back. device: the name of its kiosk; None: a phone. target: the scan that an undo undoes.
    review: the newest decision on it; None: it waits for one."""

    scan: Scan
    device: str | None
    target: Scan | None
    review: Review | None

    @property
    def why(self) -> list[str]:
        """The names of the flags that hold it back."""
        return (Flag(self.scan.flags) & HELD_BACK).names


@dataclass(frozen=True)
class ConflictingScan:
    """A scan and a later upload with the same id. device: the name of the kiosk of the later upload; None: a phone."""

    scan: Scan
    resend: Resend
    device: str | None


def _held_back_at(event: Event) -> ColumnElement[bool]:
    """Scans of an event, and undos of its scans, that are held back by their flags."""
    target = aliased(Scan)
    of_target = exists(select(target.number).where(target.id == Scan.undoes, target.event_id == event.id))
    of_event = or_(Scan.event_id == event.id, and_(Scan.kind == ScanKind.UNDO, of_target))
    return and_(
        of_event,
        Scan.verdict.in_((Verdict.STORED, Verdict.REPEAT)),
        HELD,
    )


def _reviewed() -> ColumnElement[bool]:
    return exists(select(Review.id).where(Review.scan_id == Scan.id))


def count(event: Event) -> int:
    """The number of scans of an event that wait for a decision."""
    query = select(func.count()).select_from(Scan).where(_held_back_at(event), ~_reviewed())
    return db.session.scalars(query).one()


def waiting(event: Event, most: int) -> list[HeldScan]:
    """The scans that wait for a decision, the earliest first. most: the largest number to return."""
    return _read(
        select(Scan).where(_held_back_at(event), ~_reviewed()).order_by(Scan.at, Scan.id).limit(most)
    )


def decided(event: Event, most: int) -> list[HeldScan]:
    """The scans with a decision, the newest decision first. most: the largest number to return."""
    newest = select(func.max(Review.id)).where(Review.scan_id == Scan.id).correlate(Scan).scalar_subquery()
    of_event = or_(_held_back_at(event), Scan.event_id == event.id)
    reviewed = Scan.id.in_(select(Review.scan_id))  # few; as EXISTS, every scan there is would be looked at
    return _read(select(Scan).where(reviewed, of_event).order_by(newest.desc()).limit(most))


def _read(query: Select[tuple[Scan]]) -> list[HeldScan]:
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    names = _names(row.kiosk_id for row in rows)
    target_ids = {row.undoes for row in rows if row.undoes}
    targets = {row.id: row for row in db.session.scalars(select(Scan).where(Scan.id.in_(target_ids)))}
    oldest_first = select(Review).where(Review.scan_id.in_({row.id for row in rows})).order_by(Review.id)
    reviews = {review.scan_id: review for review in db.session.scalars(oldest_first)}
    return [
        HeldScan(
            scan=row,
            device=names.get(row.kiosk_id) if row.kiosk_id else None,
            target=targets.get(row.undoes) if row.undoes else None,
            review=reviews.get(row.id),
        )
        for row in rows
    ]


def _names(kiosk_ids: Iterable[int | None]) -> dict[int, str]:
    query = select(Kiosk.id, Kiosk.name).where(Kiosk.id.in_({id for id in kiosk_ids if id is not None}))
    return {row.id: row.name for row in db.session.execute(query)}


def conflicting(event: Event, most: int) -> list[ConflictingScan]:
    """Scans whose id was uploaded again with different content, the newest upload first. The first answer stands."""
    query = (
        select(Scan, Resend)
        .join(Resend, Resend.scan_id == Scan.id)
        .where(Scan.event_id == event.id)
        .order_by(Resend.id.desc())
        .limit(most)
    )
    pairs = db.session.execute(query).all()
    names = _names(resend.kiosk_id for _scan, resend in pairs)
    return [
        ConflictingScan(scan, resend, names.get(resend.kiosk_id) if resend.kiosk_id else None)
        for scan, resend in pairs
    ]


def decide_many(
    event: Event, ids: Sequence[UUID], decision: str, why: str, account_id: int, now: datetime
) -> tuple[int, int]:
    """Decide on scans of an event; its visits before and after. Each scan has a transaction of its own, so that an error
    keeps the decisions made until then. Raises Mistake for no or too many scans, no reason, or another event's scan."""
    if not ids:
        raise Mistake(N_("Please tick at least one scan."))
    if len(ids) > MAX_AT_ONCE:
        raise Mistake(N_("You can decide on up to %(most)s scans at a time."), most=MAX_AT_ONCE)
    if not why.strip():
        raise Mistake(N_("Please give a reason, so that others can follow the decision."))
    held_back = select(Scan.id).where(Scan.id.in_(set(ids)), _held_back_at(event))
    if set(db.session.scalars(held_back)) != set(ids):
        raise Mistake(N_("Some of these scans are no longer here to review. Reload the page."))
    visits_before = _visits(event)
    for scan_id in ids:
        decide(scan_id, decision, why, account_id, now)
    return visits_before, _visits(event)


def decide_on_rows(
    event: Event, ids: Sequence[UUID], decision: str, why: str, account_id: int, now: datetime
) -> None:
    """Decide on any rows of an event, held back or not, MAX_AT_ONCE in each transaction. Rows that were refused are left out.
    Raises Mistake."""
    of_event = or_(Scan.event_id == event.id, Scan.event_id.in_(merged_ids([event.id])))
    for start in range(0, len(ids), MAX_AT_ONCE):
        part = ids[start : start + MAX_AT_ONCE]
        query = select(Scan.id).where(Scan.id.in_(part), of_event, Scan.presence_id.is_not(None))
        rows = list(db.session.scalars(query))
        if not rows:
            raise NotFound(NO_SUCH_SCAN)
        decide_together(event.campaign, rows, decision, why, account_id, now)


def _visits(event: Event) -> int:
    return visits_of([event.id]).get(event.id, 0)


def accepted(scan: HeldScan) -> bool:
    """Whether the newest decision lets it count."""
    return scan.review is not None and scan.review.decision == Decision.ACCEPT


def decide(scan_id: UUID, decision: str, why: str, account_id: int | None, now: datetime) -> None:
    """Decide on a stored or repeat scan, in one transaction with the counters. Raises Mistake; NotFound for another scan.

    decision: Decision.ACCEPT, to count it although it is held back, or Decision.SET_ASIDE."""
    campaign = _campaign_of(scan_id)
    if campaign is None:
        raise NotFound(NO_SUCH_SCAN)
    decide_together(campaign, [scan_id], decision, why, account_id, now)


def decide_together(
    campaign: Campaign,
    scan_ids: Sequence[UUID],
    decision: str,
    why: str,
    account_id: int | None,
    now: datetime,
) -> None:
    """The same for several scans of a campaign: all or none."""
    if decision not in (Decision.ACCEPT, Decision.SET_ASIDE):
        raise Mistake(N_("A decision either counts a scan or does not."))
    if not why.strip():
        raise Mistake(N_("Please give a reason, so that others can follow the decision."))
    with alone(campaign.number):
        rows = store.scans_by_id(scan_ids)
        if len(rows) != len(set(scan_ids)) or not all(map(_can_be_decided, rows.values())):
            raise NotFound(NO_SUCH_SCAN)
        if decision == Decision.ACCEPT and moved_away(rows):
            raise Conflict(MOVED)
        with recounted(_presence_ids(rows.values())):
            db.session.add_all(
                Review(scan_id=id, decision=decision, account_id=account_id, why=why.strip(), at=now)
                for id in rows
            )
        for event_id, scans in Counter(row.event_id for row in rows.values()).items():
            if event_id is not None:
                record_act(
                    AuditVerb.SCANS_DECIDED, now, AuditSubject.EVENT, event_id,
                    decision=decision, scans=scans, why=why.strip(),
                )  # fmt: skip


def moved_away(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Those of these scans that count at another session now: by id, the id of the row that counts in their place.

    A row that was moved twice has a row at each session; the last one counts."""
    pairs = select(Scan.moved_from, Scan.id).where(Scan.moved_from.in_(ids)).order_by(Scan.number)
    moved = {id: first for first, id in db.session.execute(pairs) if first is not None}
    decisions = newest_decisions(moved) if moved else {}
    return {first: id for id, first in moved.items() if decisions.get(id) != Decision.SET_ASIDE}


def _can_be_decided(row: Scan) -> bool:
    return row.presence_id is not None or (row.kind == ScanKind.UNDO and row.verdict == Verdict.STORED)


def _campaign_of(scan_id: UUID) -> Campaign | None:
    query = select(Campaign).join(Scan, Scan.campaign_id == Campaign.id).where(Scan.id == scan_id)
    return db.session.scalar(query)


def _presence_ids(rows: Collection[Scan]) -> set[int]:
    """The presences that decisions on these rows change: an undo changes its target's. An unknown target has none."""
    ids = {row.presence_id for row in rows}
    undone = {row.undoes for row in rows if row.undoes is not None}
    ids |= {row.presence_id for row in store.scans_by_id(undone).values()}
    return {id for id in ids if id is not None}
