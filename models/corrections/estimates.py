"""Estimates stated at the desk (rule 9): a total of a session and a group, with its basis. A further row restates or
withdraws it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select

from models import clock
from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.campaigns.tables import UNKNOWN_GROUP
from models.checkin import store
from models.db import db, transaction
from models.errors import N_, Conflict, Mistake
from models.events.tables import PUBLIC, Event, HalfDay, Occurrence
from models.figures.visits import of_event
from models.ledger.campaign_lock import lock_campaigns
from models.ledger.estimates import MAX_BASIS, Estimate
from models.ledger.tables import Counter, Method
from models.organizations.tables import Account

MAX_HEADS = 999_999
NOON = 12
_HOUR = {HalfDay.MORNING: 9, HalfDay.AFTERNOON: 14, HalfDay.EVENING: 19}  # where no clock time is known

NO_TOTAL = N_("Enter the total as a number from 1 to %(most)s.")
NO_GROUP = N_("Choose one of the groups of the week, or “Not stated”.")
NO_BASIS = N_("Say how the total is known, in up to %(most)s characters.")
NO_SESSION = N_("Choose a session of this event that has begun.")
NO_ESTIMATE = N_("There is no declared total to withdraw. Reload the page.")


@dataclass(frozen=True)
class StatedEstimate:
    """The valid estimate of an occurrence and a group. account: the address of who stated it. added: its visits in the
    figures; counted: visits by all other methods."""

    row: Estimate
    account: str | None
    added: int
    counted: int


def sessions_of(event: Event, now: datetime) -> list[Occurrence]:
    """The sessions of an event that was made public for which totals can be noted: those that have begun, by day."""
    today = event.campaign.today(now)
    return [row for row in event.occurrences if event.status in PUBLIC and row.start_day <= today]


def state(
    event: Event, occurrence_id: int, group: str, heads: int, basis: str, account: Account, now: datetime
) -> None:
    """State a total; it replaces the one before. Raises Mistake."""
    occurrence = _occurrence(event, occurrence_id, now)
    if group not in {term.key for term in event.campaign.groups} | {UNKNOWN_GROUP}:
        raise Mistake(NO_GROUP)
    if not 1 <= heads <= MAX_HEADS:
        raise Mistake(NO_TOTAL, most=f"{MAX_HEADS:,}")
    _add(event, occurrence, group, heads, basis, account, now)


def withdraw(event: Event, occurrence_id: int, group: str, why: str, account: Account, now: datetime) -> None:
    """Let the estimate of an occurrence and a group add nothing any more. Raises Mistake."""
    occurrence = _occurrence(event, occurrence_id, now)
    stated = {(one.row.occurrence_id, one.row.group) for one in stated_at(event)}
    if (occurrence.id, group) not in stated:
        raise Conflict(NO_ESTIMATE)
    _add(event, occurrence, group, None, why, account, now)


def _occurrence(event: Event, occurrence_id: int, now: datetime) -> Occurrence:
    occurrence = next((row for row in sessions_of(event, now) if row.id == occurrence_id), None)
    if occurrence is None:
        raise Mistake(NO_SESSION)
    return occurrence


def _add(
    event: Event,
    occurrence: Occurrence,
    group: str,
    heads: int | None,
    basis: str,
    account: Account,
    now: datetime,
) -> None:
    basis = " ".join(basis.split())
    if not basis or len(basis) > MAX_BASIS:
        raise Mistake(NO_BASIS, most=MAX_BASIS)
    day, hour = _begins(occurrence, event.campaign.zone, now)
    before = next(
        (
            one.row.heads
            for one in stated_at(event)
            if (one.row.occurrence_id, one.row.group) == (occurrence.id, group)
        ),
        None,
    )
    with transaction():
        # Exclusive: a check-in that has read that nothing is estimated here would not change what this adds.
        lock_campaigns({event.campaign.number: True})
        db.session.add(
            Estimate(
                occurrence_id=occurrence.id,
                group=group,
                heads=heads,
                basis=basis,
                day=day,
                hour=hour,
                account_id=account.id,
                at=now,
            )
        )
        db.session.flush()
        store.update_estimate(occurrence.id, group)
        verb = AuditVerb.ESTIMATE_WITHDRAWN if heads is None else AuditVerb.ESTIMATE_STATED
        record_act(
            verb, now, AuditSubject.EVENT, event.id,
            occurrence=occurrence.id, group=group, before=before, after=heads, why=basis,
        )  # fmt: skip


def _begins(occurrence: Occurrence, zone: str, now: datetime) -> tuple[date, int]:
    """The day and hour under which an estimate stands in the figures: those in which the session begins, no later than now."""
    if occurrence.start_at is not None:
        begins = min(occurrence.start_at, now)
        return clock.day_of(begins, zone), clock.hour_of(begins, zone)
    hour = _HOUR[HalfDay(occurrence.half_day)] if occurrence.half_day else NOON
    begins = min(clock.at_local(occurrence.start_day, time(hour), zone), now)
    return clock.day_of(begins, zone), clock.hour_of(begins, zone)


def stated_at(event: Event) -> list[StatedEstimate]:
    """The valid estimates of an event and of those merged into it, by session and group."""
    newest = (
        select(func.max(Estimate.id))
        .join(Occurrence, Occurrence.id == Estimate.occurrence_id)
        .where(of_event(event.id))
        .group_by(Estimate.occurrence_id, Estimate.group)
    )
    query = (
        select(Estimate, Account.email)
        .outerjoin(Account, Account.id == Estimate.account_id)
        .where(Estimate.id.in_(newest), Estimate.heads.is_not(None))
        .order_by(Estimate.occurrence_id, Estimate.group)
    )
    rows = db.session.execute(query).all()
    visits = _visits({row.occurrence_id for row, _email in rows})
    return [
        StatedEstimate(
            row,
            email,
            added=visits.get((row.occurrence_id, row.group, True), 0),
            counted=visits.get((row.occurrence_id, row.group, False), 0),
        )
        for row, email in rows
    ]


def _visits(occurrence_ids: set[int]) -> dict[tuple[int, str, bool], int]:
    """Visits by occurrence, group, and whether they are estimated."""
    estimated = (Counter.method == Method.ESTIMATE).label("estimated")
    key = (Counter.occurrence_id, Counter.group, estimated)
    query = select(*key, func.sum(Counter.visits)).where(Counter.occurrence_id.in_(occurrence_ids))
    return {
        (id, group, bool(is_estimated)): int(visits)
        for id, group, is_estimated, visits in db.session.execute(query.group_by(*key))
    }
