"""What waits for an account, what runs now, and what is missing of its events in one week. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from models.campaigns.tables import Campaign
from models.db import db
from models.desk.missing import Missing, condition
from models.events import scope
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.figures.visits import visits_of
from models.ledger.tables import HELD, Review, Scan
from models.organizations.tables import Account
from models.publishing import proposals, review

SHOWN = 5  # of each list; the others are in the list of events
SHOWN_RUNNING = 20
REFUSED_SHOWN = timedelta(days=14)


@dataclass(frozen=True)
class EventGroup:
    """Some events of one kind, and how many there are of it."""

    total: int
    events: Sequence[Event]


NOTHING = EventGroup(0, [])


@dataclass(frozen=True)
class HeldEvent:
    event: Event
    scans: int


@dataclass(frozen=True)
class RunningEvent:
    event: Event
    occurrence: Occurrence
    visits: int


@dataclass(frozen=True)
class Waiting:
    """reviews: submitted events that the account judges. own_submitted, own_proposed: what waits for an office. refused: of
    which it refused a proposed change lately."""

    reviews: int
    sent_back: EventGroup
    proposed: EventGroup
    drafts: EventGroup
    own_submitted: EventGroup
    own_proposed: EventGroup
    refused: EventGroup
    held: list[HeldEvent]

    @property
    def nothing(self) -> bool:
        groups = (
            self.sent_back,
            self.proposed,
            self.drafts,
            self.own_submitted,
            self.own_proposed,
            self.refused,
        )
        return not self.reviews and not self.held and not any(group.total for group in groups)


def waiting_for(account: Account, campaign: Campaign, now: datetime) -> Waiting:
    """What this account has to do in a campaign, the longest wait first."""
    changes = scope.events_for(account, scope.changes).where(Event.campaign_id == campaign.id)
    own = changes.where(Event.lead_id == account.organization_id)
    proposes = not account.may_publish
    open_proposals = select(proposals.Proposal.event_id).where(proposals.undecided())
    reviewed = scope.events_for(account, scope.reviews).where(Event.campaign_id == campaign.id)
    return Waiting(
        reviews=review.waiting(account, campaign),
        sent_back=_group(own.where(Event.status == EventStatus.SENT_BACK)),
        proposed=_group(reviewed.where(Event.id.in_(open_proposals))),
        drafts=_group(own.where(Event.status == EventStatus.DRAFT)),
        own_submitted=_group(own.where(Event.status == EventStatus.SUBMITTED)),
        own_proposed=_group(own.where(Event.id.in_(proposals.own_event_ids(account))))
        if proposes
        else NOTHING,
        refused=_group(own.where(Event.id.in_(proposals.refused_event_ids(account, now - REFUSED_SHOWN))))
        if proposes
        else NOTHING,
        held=_held(changes),
    )


def to_mend(account: Account) -> int:
    """How many events of the account's organization were sent back and wait for it, in all weeks. One query."""
    if not account.writes:
        return 0
    query = scope.events_for(account, scope.changes).where(
        Event.lead_id == account.organization_id, Event.status == EventStatus.SENT_BACK
    )
    return db.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def running_now(account: Account, campaign: Campaign, now: datetime) -> tuple[int, list[RunningEvent]]:
    """How many occurrences run at this moment, and the first of them with their visits."""
    today = campaign.today(now)
    query = (
        scope.events_for(account)
        .join(Occurrence, Occurrence.event_id == Event.id)
        .where(
            Event.campaign_id == campaign.id,
            Event.status == EventStatus.PUBLISHED,
            Occurrence.status == OccurrenceStatus.SCHEDULED,
            Occurrence.start_day <= today,
            Occurrence.end_day >= today,
            or_(Occurrence.start_at.is_(None), Occurrence.start_at <= now),
            or_(Occurrence.end_at.is_(None), Occurrence.end_at > now),
        )
    )
    total = db.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    rows = db.session.execute(
        query.add_columns(Occurrence)
        .options(joinedload(Event.lead), joinedload(Event.region))
        .order_by(Occurrence.start_at.nulls_last(), Event.id)
        .limit(SHOWN_RUNNING)
    ).all()
    visits = visits_of({event.id for event, _occurrence in rows}) if rows else {}
    return total, [RunningEvent(event, occurrence, visits.get(event.id, 0)) for event, occurrence in rows]


def missing_of(account: Account, campaign: Campaign, now: datetime) -> dict[Missing, EventGroup]:
    """The kinds of which something is missing, for who can add it; also a viewer sees them."""
    question = scope.runs_check_in if account.runs_check_in else scope.sees
    query = scope.events_for(account, question).where(Event.campaign_id == campaign.id)
    today = campaign.today(now)
    groups = {kind: _group(query.where(condition(kind, today))) for kind in Missing}
    return {kind: group for kind, group in groups.items() if group.total}


def missing_conditions(kind: Missing | None, campaign: Campaign, now: datetime) -> list[ColumnElement[bool]]:
    """For the list of events; [] where it is not narrowed so."""
    return [condition(kind, campaign.today(now))] if kind else []


def _group(query: Select[tuple[Event]]) -> EventGroup:
    total = db.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    if not total:
        return NOTHING
    events = query.options(joinedload(Event.lead)).order_by(Event.changed_at, Event.id).limit(SHOWN)
    return EventGroup(total, db.session.scalars(events).all())


def _held(query: Select[tuple[Event]]) -> list[HeldEvent]:
    """Events with scans that do not count until a person accepts them."""
    reviewed = select(Review.id).where(Review.scan_id == Scan.id).exists()
    counts = (
        select(Scan.event_id, func.count().label("scans"))
        .where(HELD, Scan.event_id.is_not(None), ~reviewed)
        .group_by(Scan.event_id)
        .subquery()
    )
    rows = db.session.execute(
        query.join(counts, counts.c.event_id == Event.id)
        .add_columns(counts.c.scans)
        .order_by(counts.c.scans.desc(), Event.id)
        .limit(SHOWN)
    )
    return [HeldEvent(event, scans) for event, scans in rows]
