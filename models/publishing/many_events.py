"""One act for many events. Each event is a transaction of its own: it is done whole, or refused with the reason."""

from dataclasses import dataclass, replace
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
    """What is to be done. why: of a cancellation. days: of a move. focus: the key of a term."""

    action: ManyAction
    why: str = ""
    days: int = 0
    focus: str = ""


def check_order(order: Order, campaign: Campaign, by: Account) -> None:
    """Raises Mistake for what is wrong whatever the events are."""
    if order.action in (ManyAction.PUBLISH, ManyAction.CANCEL) and not by.may_publish:
        raise Mistake(N_("Only an office may do this. Submit the events, or ask your office."))
    if order.action == ManyAction.CANCEL and not order.why.strip():
        raise Mistake(N_("Please give a reason: visitors read it on the page."))
    if order.action == ManyAction.MOVE and not 0 < abs(order.days) <= session_moves.MOST_DAYS:
        raise Mistake(N_("Please give by how many days, for example 1 or -2."))
    if order.action == ManyAction.FOCUS and campaign.term(TermKind.FOCUS, order.focus) is None:
        raise Mistake(N_("Please choose a publicity focus of the list."))


def foresee(event: Event, order: Order, by: Account) -> Outcome:
    """What carry_out() would do. Raises Mistake or Conflict where the event is refused. Writes nothing."""
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    if event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event is cancelled already."))
    if order.action == ManyAction.CANCEL:
        if event.published_at is None:
            raise Conflict(N_("This event was never public. Delete the draft on its own page."))
        return Outcome.CANCELLED
    if order.action in (ManyAction.SUBMIT, ManyAction.PUBLISH):
        return _foresee_review(event, order.action, by)
    if order.action == ManyAction.MOVE:
        session_moves.steps(event, _days(event, order))
    elif event.main_focus == order.focus:
        raise Conflict(N_("This event has this focus already."))
    if proposals.must_propose(event, by):
        return Outcome.PROPOSED
    return Outcome.MOVED if order.action == ManyAction.MOVE else Outcome.FOCUS


def _foresee_review(event: Event, action: ManyAction, by: Account) -> Outcome:
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
    outcome = foresee(event, order, by)
    if order.action == ManyAction.CANCEL:
        lifecycle.cancel(event, now, by, order.why.strip())
    elif order.action == ManyAction.MOVE:
        session_moves.move(event, _days(event, order), now, by)
    elif order.action == ManyAction.FOCUS:
        _set_focus(event, order.focus, now, by)
    else:
        review.submit(event, now, by)
        if order.action == ManyAction.PUBLISH:
            decision = review.approve(event, now, by)
            return Outcome.READ if decision == ReviewDecision.READ else Outcome.PUBLISHED
    return outcome


def _set_focus(event: Event, focus: str, now: datetime, by: Account) -> None:
    with event_transaction():
        lock_event(event)
        if proposals.must_propose(event, by):
            content = replace(proposals.content_for(event, by), main_focus=focus)
            proposals.write_proposal(event, content, now, by)
        else:
            lifecycle.write_change(event, replace(draft_of(event), main_focus=focus), now, by)


def _days(event: Event, order: Order) -> dict[int, int]:
    return {row.id: order.days for row in session_moves.movable(event)}
