"""Headcounts: how many people were in the room, noted by session with the time (rule 9). A cross-check beside the visits,
never added to them. A headcount is taken back by a further row that names it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from models import clock
from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.db import db, transaction
from models.errors import N_, Mistake, NotFound
from models.events.tables import Event, Occurrence
from models.figures.headcounts import Headcount
from models.figures.visits import of_event
from models.organizations.tables import Account

MAX_HEADS = 999_999

NO_NUMBER = N_("Enter how many people were in the room, as a number from 0 to %(most)s.")
FUTURE = N_("The time of counting is in the future. Enter when the people were counted.")
OTHER_DAY = N_("Choose a day of this session.")
NO_HEADCOUNT = N_("There is no such headcount of this event.")


@dataclass(frozen=True)
class NotedHeadcount:
    """account: the address of who noted it."""

    row: Headcount
    account: str | None


def note(
    event: Event, occurrence: Occurrence, at: datetime, heads: int, account: Account, now: datetime
) -> None:
    """Note how many people were in the room at an instant. Raises Mistake."""
    if not 0 <= heads <= MAX_HEADS:
        raise Mistake(NO_NUMBER, most=f"{MAX_HEADS:,}")
    if at > now:
        raise Mistake(FUTURE)
    if not occurrence.start_day <= clock.day_of(at, event.campaign.zone) <= occurrence.end_day:
        raise Mistake(OTHER_DAY)
    with transaction():
        db.session.add(
            Headcount(occurrence_id=occurrence.id, heads=heads, at=at, account_id=account.id, entered_at=now)
        )
        record_act(
            AuditVerb.HEADCOUNT_NOTED,
            now,
            AuditSubject.EVENT,
            event.id,
            occurrence=occurrence.id,
            heads=heads,
        )


def take_back(event: Event, headcount_id: int, account: Account, now: datetime) -> None:
    """A headcount was entered by mistake. Raises NotFound, also for one that was taken back."""
    row = next((one.row for one in noted(event) if one.row.id == headcount_id), None)
    if row is None:
        raise NotFound(NO_HEADCOUNT)
    with transaction():
        db.session.add(
            Headcount(
                occurrence_id=row.occurrence_id,
                heads=row.heads,
                at=row.at,
                account_id=account.id,
                entered_at=now,
                undoes=row.id,
            )
        )
        record_act(
            AuditVerb.HEADCOUNT_REMOVED, now, AuditSubject.EVENT, event.id,
            occurrence=row.occurrence_id, heads=row.heads,
        )  # fmt: skip


def noted(event: Event) -> list[NotedHeadcount]:
    """The headcounts of an event that were not taken back, by session and time."""
    taken_back = aliased(Headcount)
    query = (
        select(Headcount, Account.email)
        .join(Occurrence, Occurrence.id == Headcount.occurrence_id)
        .outerjoin(Account, Account.id == Headcount.account_id)
        .where(of_event(event.id), Headcount.undoes.is_(None))
        .where(~select(taken_back.id).where(taken_back.undoes == Headcount.id).exists())
        .order_by(Headcount.occurrence_id, Headcount.at, Headcount.id)
    )
    return [NotedHeadcount(row, email) for row, email in db.session.execute(query)]
