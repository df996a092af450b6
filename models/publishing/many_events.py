"""One act for many events. Each event is a transaction of its own: it is done whole, or refused with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from models.campaigns.tables import Campaign, TermKind
from models.errors import N_, Conflict, Mistake
from models.events.draft import draft_of
from models.events.tables import UNREVIEWED, Event, EventStatus
from models.organizations.tables import Account
from models.publishing import lifecycle, proposals, review, session_moves
from models.publishing.change import event_transaction, lock_event
from models.publishing.review import ReviewDecision
from models.publishing.session_moves import Step

MOST = 500  # events at once


class ManyAction(StrEnum):
    PUBLISH = "publish"
    SUBMIT = "submit"
    MOVE = "move"
    FOCUS = "focus"
    CANCEL = "cancel"


class Outcome(StrEnum):
    """What becomes of one event. READ: a second person publishes it. PROPOSED: an office decides on it."""

    PUBLISHED = "published"
    READ = "read"
    SUBMITTED = "submitted"
    MOVED = "moved"
    FOCUS = "focus"
    CANCELLED = "cancelled"
    PROPOSED = "proposed"


@dataclass(frozen=True)
class Order:
    """What is to be done. why: of a cancellation. days: of a move. focus: the key of a term. seen: by event, what the person
    saw before: days_mark() of its sessions where they are moved, the number of history.VERSION where it is published."""

    action: ManyAction
    why: str = ""
    days: int = 0
    focus: str = ""
    seen: Mapping[int, str] = field(default_factory=dict)


def check_order(order: Order, campaign: Campaign, by: Account) -> None:
    """Raises Mistake for what is wrong whatever the events are."""
    if order.action == ManyAction.PUBLISH and not by.may_publish:
        raise Mistake(N_("Only an office may do this. Submit the events, or ask your office."))
    if order.action == ManyAction.CANCEL and not order.why.strip():
        raise Mistake(N_("Please give a reason: visitors read it on the page."))
    if order.action == ManyAction.MOVE and not 0 < abs(order.days) <= session_moves.MOST_DAYS:
        raise Mistake(N_("Please give by how many days, for example 1 or -2."))
    if order.action == ManyAction.FOCUS and campaign.term(TermKind.FOCUS, order.focus) is None:
        raise Mistake(N_("Please choose a publicity focus of the list."))


def foresee(event: Event, order: Order, now: datetime, by: Account) -> Outcome:
    """What carry_out() would do. Raises Mistake or Conflict where the event is refused. Writes nothing."""
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    if event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event is cancelled already."))
    if order.action == ManyAction.CANCEL:
        if event.published_at is None:
            raise Conflict(N_("This event was never public. Delete the draft on its own page."))
        return _foresee_cancellation(event, by)
    if order.action in (ManyAction.SUBMIT, ManyAction.PUBLISH):
        return _foresee_review(event, order.action, now, by)
    if order.action == ManyAction.MOVE:
        steps(event, order)
    elif event.main_focus == order.focus:
        raise Conflict(N_("This event has this focus already."))
    if proposals.must_propose(event, by):
        return Outcome.PROPOSED
    return Outcome.MOVED if order.action == ManyAction.MOVE else Outcome.FOCUS


def _foresee_cancellation(event: Event, by: Account) -> Outcome:
    if not proposals.must_propose(event, by):
        return Outcome.CANCELLED
    if any(one.cancels and proposals.is_own(one, by) for one in proposals.open_of(event)):
        raise Conflict(N_("You have proposed to cancel this event already. An office decides on it."))
    return Outcome.PROPOSED


def _foresee_review(event: Event, action: ManyAction, now: datetime, by: Account) -> Outcome:
    if event.status not in UNREVIEWED:
        raise Conflict(N_("This event is public already."))
    if not event.occurrences:
        raise Mistake(N_("Please say when it takes place."))
    if event.region_code is None:
        raise Mistake(N_("Please give the region. The event counts there."))
    if action == ManyAction.SUBMIT:
        if event.status == EventStatus.SUBMITTED:
            raise Conflict(N_("This event awaits review already."))
        return Outcome.SUBMITTED
    review.require_free(event, now, by)
    if not review.needs_second_reading(event):
        return Outcome.PUBLISHED
    reader = review.first_readings([event.id]).get(event.id)
    if reader is None:
        return Outcome.READ
    if reader.account_id == by.id:
        raise Conflict(N_("You have already reviewed this event. Another person publishes it."))
    return Outcome.PUBLISHED


def carry_out(event: Event, order: Order, now: datetime, by: Account) -> Outcome:
    """Do it to one event. Raises Mistake or Conflict, and then nothing has changed."""
    outcome = foresee(event, order, now, by)
    if order.action == ManyAction.CANCEL:
        _cancel(event, order.why.strip(), now, by)
    elif order.action == ManyAction.MOVE:
        session_moves.move(event, _days(event, order), now, by, order.seen.get(event.id, ""))
    elif order.action == ManyAction.FOCUS:
        _set_focus(event, order.focus, now, by)
    elif order.action == ManyAction.PUBLISH:
        seen = order.seen.get(event.id, "")[:20]
        decision = review.submit_and_approve(event, now, by, int(seen) if seen.isdecimal() else None)
        return Outcome.READ if decision == ReviewDecision.READ else Outcome.PUBLISHED
    else:
        review.submit(event, now, by)
    return outcome


def _cancel(event: Event, why: str, now: datetime, by: Account) -> None:
    with event_transaction():
        lock_event(event)
        if proposals.must_propose(event, by):
            proposals.write_cancellation(event, now, by, why)
        else:
            lifecycle.write_cancelled(event, now, by, why)


def _set_focus(event: Event, focus: str, now: datetime, by: Account) -> None:
    with event_transaction():
        lock_event(event)
        if proposals.must_propose(event, by):
            content = replace(proposals.content_for(event, by), main_focus=focus)
            proposals.write_proposal(event, content, now, by)
        else:
            lifecycle.write_change(event, replace(draft_of(event), main_focus=focus), now, by)


def steps(event: Event, order: Order) -> list[Step]:
    """What a move does to the sessions of an event. Raises Mistake or Conflict where it is refused."""
    return session_moves.steps(event, _days(event, order))


def _days(event: Event, order: Order) -> dict[int, int]:
    return {row.id: order.days for row in session_moves.movable(event)}
