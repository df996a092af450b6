"""Proposed changes of published events, by accounts that may not publish. The public event stays as it is until a person
accepts. A proposal is a row, and so is the decision on it."""

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, Base, BigId, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events import scope
from models.events.draft import EventDraft, differences, draft_of
from models.events.tables import ChangeVerb, Event, EventStatus
from models.organizations.tables import Account
from models.publishing import lifecycle
from models.publishing.change import event_transaction, lock_event

# In `fields` of a proposal to cancel the event; no field of a draft.
STATUS = "status"
_PICTURE = frozenset({"picture_sha256", "picture_alt"})
REPLACED = N_("Replaced by a newer proposal.")
WITHDRAWN = N_("Withdrawn by the organization that proposed it.")


class Proposal(Base):
    """What an event should become. draft: an EventDraft as JSON; fields: the names of those that the proposal changes;
    why: of a cancellation that a person proposes, for visitors."""

    __tablename__ = "event_proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    fields: Mapped[list[str]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(default="", server_default="")

    event: Mapped[Event] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def draft(self) -> EventDraft:
        return msgspec.json.decode(self.content, type=EventDraft)

    @property
    def cancels(self) -> bool:
        return STATUS in self.fields


class ProposalDecision(Base):
    """A person's decision. why: empty for an accepted one."""

    __tablename__ = "event_proposal_decision"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("event_proposal.id"), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    accepted: Mapped[bool]
    why: Mapped[str] = mapped_column(default="")


def write_proposal(event: Event, draft: EventDraft, now: datetime, by: Account | None) -> Proposal | None:
    """Keep a proposal, inside the caller's transaction. None where the same content is proposed already.

    A newer proposal of one organization replaces its older one. A picture that the older one proposed stays proposed where
    the newer one says nothing of it: it is chosen on a page of its own."""
    present = draft_of(event)
    for older in open_of(event):
        own = _organization(older.account) == _organization(by)
        if own and _PICTURE & set(older.fields) and _picture_of(draft) == _picture_of(present):
            draft = replace(draft, **_picture_of(older.draft))
    return _write(event, draft, differences(event, draft), now, by)


def write_cancellation(event: Event, now: datetime, by: Account | None, why: str = "") -> Proposal | None:
    """The same for a proposal to cancel the event. why: empty where its source no longer has it."""
    return _write(event, draft_of(event), [STATUS], now, by, why)


def _write(
    event: Event, draft: EventDraft, changed: list[str], now: datetime, by: Account | None, why: str = ""
) -> Proposal | None:
    content = msgspec.json.encode(draft)
    for older in open_of(event):
        if older.content == content and older.cancels == (STATUS in changed) and older.why == why:
            return None
        if _organization(older.account) == _organization(by) and (changed or not older.cancels):
            _decide(older, now, by, accepted=False, why=REPLACED)
    if not changed:
        return None  # changes that were proposed before are taken back, a cancellation stays proposed
    proposal = Proposal(
        event_id=event.id,
        account_id=by.id if by else None,
        at=now,
        content=content,
        fields=changed,
        why=why,
    )
    db.session.add(proposal)
    db.session.flush()
    return proposal


def must_propose(event: Event, by: Account) -> bool:
    """Whether a change of this event by an account waits for an office (rule 1)."""
    return event.published_at is not None and not by.may_publish


def content_for(event: Event, by: Account) -> EventDraft:
    """The event as an account goes on with it: its present content, with what the account's organization has proposed."""
    if must_propose(event, by):
        for proposal in reversed(open_of(event)):
            if _organization(proposal.account) == _organization(by):
                return result_of(proposal)
    return draft_of(event)


def _picture_of(draft: EventDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _PICTURE}


def open_of(event: Event) -> list[Proposal]:
    """The undecided proposals of an event, oldest first."""
    return list(db.session.scalars(_open().where(Proposal.event_id == event.id)))


def ids_of(event: Event) -> set[int]:
    """The proposals of an event, those included that were decided on."""
    return set(db.session.scalars(select(Proposal.id).where(Proposal.event_id == event.id)))


def pending(campaign: Campaign) -> list[Proposal]:
    """The undecided proposals of a campaign, oldest first."""
    query = _open().join(Event, Event.id == Proposal.event_id).where(Event.campaign_id == campaign.id)
    return list(db.session.scalars(query))


def pending_within(campaign: Campaign, account: Account) -> list[Proposal]:
    """The undecided proposals of a campaign that an account reaches, oldest first."""
    reached = scope.events_for(account).where(Event.campaign_id == campaign.id).with_only_columns(Event.id)
    return list(db.session.scalars(_open().where(Proposal.event_id.in_(reached))))


def refused_of(event: Event, by: Account) -> ProposalDecision | None:
    """The refusal of what an account's organization proposed last; None where that is open, accepted or replaced."""
    query = (
        select(ProposalDecision)
        .join(Proposal, Proposal.id == ProposalDecision.proposal_id)
        .where(_last_refused(by), Proposal.event_id == event.id)
    )
    return db.session.scalar(query)


def _last_refused(by: Account) -> ColumnElement[bool]:
    """The condition on Proposal and its decision."""
    latest = (
        select(func.max(Proposal.id))
        .join(Account, Account.id == Proposal.account_id)
        .where(Account.organization_id == by.organization_id)
        .group_by(Proposal.event_id)
    )
    return and_(
        Proposal.id.in_(latest),
        ProposalDecision.accepted.is_(False),
        ProposalDecision.why.not_in((REPLACED, WITHDRAWN)),
    )


def own_event_ids(by: Account) -> Select[tuple[int]]:
    """The events of which a change that the account's organization proposed awaits an office."""
    query = select(Proposal.event_id).join(Account, Account.id == Proposal.account_id)
    return query.where(undecided(), Account.organization_id == by.organization_id)


def refused_event_ids(by: Account, since: datetime) -> Select[tuple[int]]:
    """The events of which a proposed change was refused since then."""
    query = select(Proposal.event_id).join(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
    return query.where(_last_refused(by), ProposalDecision.at >= since)


def result_of(proposal: Proposal) -> EventDraft:
    """What the event would become: its present content, with the fields that the proposal changes."""
    if proposal.cancels:
        return draft_of(proposal.event)
    proposed = proposal.draft
    return replace(draft_of(proposal.event), **{name: getattr(proposed, name) for name in proposal.fields})


def accept(proposal_id: int, now: datetime, by: Account | None = None) -> Event:
    """Carry a proposal out. Other changes that were made meanwhile stay. Raises NotFound, Conflict, Mistake."""
    with event_transaction():
        proposal = _find(proposal_id)
        event = proposal.event
        if proposal.cancels:
            verb = ChangeVerb.CANCELLED if proposal.why else ChangeVerb.DROPPED
            lifecycle.write_cancelled(event, now, by, proposal.why, verb)
        else:
            lifecycle.write_change(event, result_of(proposal), now, by)
        _decide(proposal, now, by, accepted=True)
    return event


def refuse(proposal_id: int, why: str, now: datetime, by: Account | None = None) -> Event:
    """Leave the event as it is. Raises NotFound, Conflict, and Mistake without a reason."""
    if not why.strip():
        raise Mistake(N_("Please give a reason, so that others can follow the decision."))
    with transaction():
        proposal = _find(proposal_id)
        _decide(proposal, now, by, accepted=False, why=why.strip())
    return proposal.event


def withdraw(proposal_id: int, now: datetime, by: Account) -> Event:
    """An organization withdraws its own proposal: nothing of the event changes. Raises NotFound for a proposal of another
    organization, Conflict for one that was decided on."""
    with transaction():
        proposal = _find(proposal_id, of=by)
        _decide(proposal, now, by, accepted=False, why=WITHDRAWN)
    return proposal.event


def is_own(proposal: Proposal, by: Account) -> bool:
    """Whether an account's organization made this proposal."""
    return _organization(proposal.account) == by.organization_id


def open_proposals() -> list[Proposal]:
    """All undecided proposals, of every campaign."""
    return list(db.session.scalars(_open()))


def undecided() -> ColumnElement[bool]:
    """The condition on Proposal that it is not decided yet. To cancel an event that is cancelled needs no decision, nor does
    one whose event was merged into another or deleted."""
    to_cancel = cast(Proposal.fields, String) == json.dumps([STATUS])
    cancelled = select(Event.id).where(Event.status == EventStatus.CANCELLED)
    withdrawn = select(Event.id).where(Event.withdrawn_at.is_not(None))
    return and_(
        Proposal.id.not_in(select(ProposalDecision.proposal_id)),
        or_(~to_cancel, Proposal.event_id.not_in(cancelled)),
        Proposal.event_id.not_in(withdrawn),
    )


def _open() -> Select[tuple[Proposal]]:
    return (
        select(Proposal)
        .where(undecided())
        .options(joinedload(Proposal.event), joinedload(Proposal.account))
        .order_by(Proposal.id)
    )


def _find(proposal_id: int, of: Account | None = None) -> Proposal:
    """of: for whom the proposals of other organizations do not exist."""
    proposal = db.session.get(Proposal, proposal_id) if 0 < proposal_id <= LARGEST_ID else None
    if proposal is None or (of is not None and not is_own(proposal, of)):
        raise NotFound(N_("There is no proposed change %(id)s."), id=proposal_id)
    lock_event(proposal.event)  # of two decisions at the same moment the second one finds the first
    if db.session.get(ProposalDecision, proposal_id) is not None:
        raise Conflict(N_("This proposed change was decided on already."))
    return proposal


def _decide(proposal: Proposal, now: datetime, by: Account | None, *, accepted: bool, why: str = "") -> None:
    account_id = by.id if by else None
    db.session.add(
        ProposalDecision(proposal_id=proposal.id, account_id=account_id, at=now, accepted=accepted, why=why)
    )
    db.session.flush()


def _organization(account: Account | None) -> int | None:
    return account.organization_id if account else None


def changed_fields(proposal: Proposal) -> list[str]:
    """The names of the fields in which the event would still change now; STATUS where it would be cancelled."""
    if proposal.cancels:
        return [STATUS] if proposal.event.status != EventStatus.CANCELLED else []
    present, result = draft_of(proposal.event), result_of(proposal)
    return [f.name for f in fields(EventDraft) if getattr(present, f.name) != getattr(result, f.name)]
