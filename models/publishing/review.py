"""The review of events before they are public (rule 1): submitted, sent back with a reason, published.

A decision is a row. An event is offered to one reviewer at a time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, exists, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from models.campaigns.tables import Campaign
from models.db import Base, BigId, Instant, db, enumeration, insert, transaction
from models.errors import N_, Conflict, Mistake
from models.events import scope
from models.events.tables import ChangeVerb, Event, EventChange, EventStatus, Occurrence
from models.organizations.tables import Account
from models.publishing import history, lifecycle
from models.publishing.change import event_transaction, lock_event

CLAIM = timedelta(minutes=10)  # an idle item is free again after this


class ReviewDecision(StrEnum):
    READ = "read"  # the first of two readings
    PUBLISHED = "published"
    SENT_BACK = "sent_back"


class EventReview(Base):
    """One decision of a reviewer. why: the reason of one that was sent back. version: history.VERSION then."""

    __tablename__ = "event_review"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[ReviewDecision] = mapped_column(enumeration(ReviewDecision, 10))
    why: Mapped[str] = mapped_column(default="")
    version: Mapped[int | None] = mapped_column(BigId)

    account: Mapped[Account | None] = relationship()


class ReviewClaim(Base):
    """Who judges a submitted event now. Valid until its time is over."""

    __tablename__ = "review_claim"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class QueueItem:
    """A submitted event. since: when it was submitted. version: history.VERSION. reader: of a first reading, where two must."""

    event: Event
    since: datetime
    version: int
    reader: Account | None


def submit(event: Event, now: datetime, by: Account | None = None) -> None:
    """Hand a draft to its office. Submitting again changes nothing. Raises Conflict for an event that was public."""
    with event_transaction():
        _write_submitted(lock_event(event), now, by)


def _write_submitted(event: Event, now: datetime, by: Account | None) -> None:
    if event.withdrawn_at is not None or event.published_at is not None:
        raise Conflict(N_("Only a draft can be submitted. Reload the page."))
    lifecycle.write_submitted(event, now, by)


def recall(event: Event, now: datetime, by: Account | None = None) -> None:
    """Take a submitted event back, as a draft. Raises Conflict where it was judged meanwhile."""
    with event_transaction():
        event = lock_event(event)
        _require_submitted(event)
        lifecycle.write_status(event, EventStatus.DRAFT, ChangeVerb.RECALLED, now, by)


def send_back(event: Event, why: str, now: datetime, by: Account | None = None) -> None:
    """Return an event to its organizer. Raises Mistake without a reason, Conflict where it is no longer submitted."""
    reason = why.strip()
    if not reason:
        raise Mistake(N_("Please say what has to be changed, so that the organizer can correct it."))
    with event_transaction():
        event = lock_event(event)
        _require_submitted(event)
        require_free(event, now, by)
        lifecycle.write_status(event, EventStatus.SENT_BACK, ChangeVerb.SENT_BACK, now, by)
        _decide(event, ReviewDecision.SENT_BACK, now, by, reason)


def approve(
    event: Event, now: datetime, by: Account | None = None, version: int | None = None
) -> ReviewDecision:
    """Publish a submitted event; where two must read it, the first of them only says that it was read.

    version: that the reviewer has read. Raises Conflict where it was changed or judged meanwhile, or one account would
    read it twice."""
    with event_transaction():
        event = lock_event(event)
        _require_submitted(event)
        _require_version(event, version)
        return _write_approval(event, now, by)


def submit_and_approve(
    event: Event, now: datetime, by: Account, version: int | None = None
) -> ReviewDecision:
    """Both in one transaction, by who may publish: a draft whose approval is refused is no submission either."""
    with event_transaction():
        event = lock_event(event)
        _require_version(event, version)
        _write_submitted(event, now, by)
        return _write_approval(event, now, by)


def _require_version(event: Event, version: int | None) -> None:
    """Who wrote a submitted event may still change it: what nobody has read is not published."""
    if version is not None and version != history.version_of(event):
        raise Conflict(N_("This event was changed while you were reading it. Please read it again."))


def _write_approval(event: Event, now: datetime, by: Account | None) -> ReviewDecision:
    _require_submitted(event)
    require_free(event, now, by)
    if needs_second_reading(event):
        reader = first_readings([event.id]).get(event.id)
        if reader is None:
            _decide(event, ReviewDecision.READ, now, by)
            return ReviewDecision.READ
        if by is not None and reader.account_id == by.id:
            raise Conflict(N_("You have already reviewed this event. Another person publishes it."))
    lifecycle.write_published(event, now, by)
    _decide(event, ReviewDecision.PUBLISHED, now, by)
    return ReviewDecision.PUBLISHED


def needs_second_reading(event: Event) -> bool:
    """Whether the campaign file asks for two readers of this event's form of activity."""
    return event.campaign.needs_second_reading({row.format for row in event.formats} | {event.main_format})


def _require_submitted(event: Event) -> None:
    if event.status != EventStatus.SUBMITTED or event.withdrawn_at is not None:
        raise Conflict(N_("This event no longer awaits review. Reload the list."))


def require_free(event: Event, now: datetime, by: Account | None) -> None:
    """Two people never judge the same item: who holds it decides, or the other one takes it over. Raises Conflict."""
    claim = db.session.get(ReviewClaim, event.id)
    if by is not None and claim is not None and claim.account_id != by.id and claim.until > now:
        holder = db.session.get_one(Account, claim.account_id)
        raise Conflict(N_("%(who)s is reviewing this event now."), who=holder.email)


def _decide(event: Event, decision: ReviewDecision, now: datetime, by: Account | None, why: str = "") -> None:
    decided = {"event_id": event.id, "at": now, "version": history.version_of(event)}
    db.session.add(EventReview(**decided, account_id=by.id if by else None, decision=decision, why=why))
    claim = db.session.get(ReviewClaim, event.id)
    if claim is not None:
        db.session.delete(claim)


def claim(event: Event, by: Account, now: datetime) -> Account | None:
    """Hold an item for this account for CLAIM. The account that holds it already, where that is another one."""
    with transaction():
        claim = db.session.get(ReviewClaim, event.id, with_for_update=True, populate_existing=True)
        if claim is not None and claim.account_id != by.id and claim.until > now:
            return db.session.get_one(Account, claim.account_id)
        values = {"account_id": by.id, "until": now + CLAIM}
        statement = insert(ReviewClaim).values(event_id=event.id, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=values))
    return None


def take_over(event: Event, by: Account, now: datetime) -> None:
    """Hold an item from now on, whoever holds it. Raises Conflict where it was judged meanwhile."""
    with event_transaction():
        event = lock_event(event)
        _require_submitted(event)
        values = {"account_id": by.id, "until": now + CLAIM}
        statement = insert(ReviewClaim).values(event_id=event.id, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=values))


def release(event: Event, by: Account) -> None:
    """Give an item back to the others."""
    with transaction():
        claim = db.session.get(ReviewClaim, event.id)
        if claim is not None and claim.account_id == by.id:
            db.session.delete(claim)


def holders(event_ids: Collection[int], now: datetime) -> dict[int, Account]:
    """Who judges these events now, by event id."""
    query = select(ReviewClaim.event_id, Account).join(Account, Account.id == ReviewClaim.account_id)
    rows = db.session.execute(query.where(ReviewClaim.event_id.in_(event_ids), ReviewClaim.until > now))
    return {row.event_id: row.Account for row in rows}


def _submitted(account: Account) -> Select[tuple[Event]]:
    return scope.events_for(account, scope.reviews).where(Event.status == EventStatus.SUBMITTED)


def waiting(account: Account, campaign: Campaign | None = None) -> int:
    """How many events await this account's review, in one campaign or in all. One query."""
    if not account.reviews:
        return 0
    query = _submitted(account).with_only_columns(func.count(), maintain_column_froms=True)
    if campaign is not None:
        query = query.where(Event.campaign_id == campaign.id)
    return db.session.scalar(query) or 0


def queue(account: Account, campaign: Campaign, limit: int = 200) -> list[QueueItem]:
    """The submitted events in an account's reach, the longest wait first."""
    since = (
        select(EventChange.event_id, func.max(EventChange.at).label("at"))
        .where(EventChange.verb == ChangeVerb.SUBMITTED)
        .group_by(EventChange.event_id)
        .subquery()
    )
    query = (
        _submitted(account)
        .where(Event.campaign_id == campaign.id)
        .outerjoin(since, since.c.event_id == Event.id)
        .add_columns(func.coalesce(since.c.at, Event.changed_at), history.VERSION)
        .options(
            joinedload(Event.lead),
            joinedload(Event.region),
            selectinload(Event.occurrences).joinedload(Occurrence.venue),
            selectinload(Event.hosts),
            selectinload(Event.spotlight_rows),
            selectinload(Event.formats),
            selectinload(Event.audiences),
            selectinload(Event.venues),
        )
        .order_by(func.coalesce(since.c.at, Event.changed_at), Event.id)
        .limit(limit)
    )
    rows = db.session.execute(query).all()
    readers = first_readings([event.id for event, _since, _number in rows])
    return [
        QueueItem(event, since, version or 0, readers[event.id].account if event.id in readers else None)
        for event, since, version in rows
    ]


def first_readings(event_ids: Collection[int]) -> dict[int, EventReview]:
    """The first reading of each of these events since it was last sent back or changed, by event id."""
    readings: dict[int, EventReview] = {}
    changed_later = exists().where(
        EventChange.event_id == EventReview.event_id,
        EventChange.verb.in_(history.CONTENT_CHANGES),
        EventChange.id > func.coalesce(EventReview.version, 0),
    )
    query = (
        select(EventReview)
        .where(EventReview.event_id.in_(event_ids), ~changed_later)
        .options(joinedload(EventReview.account))
    )
    for row in db.session.scalars(query.order_by(EventReview.id)):
        if row.decision == ReviewDecision.READ:
            readings.setdefault(row.event_id, row)
        else:
            readings.pop(row.event_id, None)
    return readings


def reason(event: Event) -> EventReview | None:
    """Why an event was sent back last; None where it was not."""
    query = select(EventReview).where(
        EventReview.event_id == event.id, EventReview.decision == ReviewDecision.SENT_BACK
    )
    return db.session.scalar(query.order_by(EventReview.id.desc()).limit(1))


def phrases(account: Account, most: int = 8) -> list[str]:
    """Reasons that this account's organization has given before, the most frequent first."""
    uses = func.count()
    query = (
        select(EventReview.why)
        .join(Account, Account.id == EventReview.account_id)
        .where(
            Account.organization_id == account.organization_id,
            EventReview.decision == ReviewDecision.SENT_BACK,
        )
        .group_by(EventReview.why)
        .order_by(uses.desc(), func.max(EventReview.id).desc())
    )
    return list(db.session.scalars(query.limit(most)))
