"""One act for many events: each is done whole or refused with its reason, and what is foreseen is what is done."""

import pytest

from models.db import db
from models.errors import Mistake
from models.publishing import lifecycle, many_events, proposals, review
from models.publishing.many_events import ManyAction, Order, Outcome
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_event, minutes

LATER = NINE + minutes(60)
CANCEL = Order(ManyAction.CANCEL, why="停电")


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def draft(people):
    return make_event(load_week(), "草稿", lead=None, region_code="320723", publish=False)


def outcome(event, order, by) -> object:
    """What is foreseen; the same must be done."""
    try:
        foreseen = many_events.foresee(event, order, LATER, by)
    except Mistake as mistake:
        with pytest.raises(Mistake):
            many_events.carry_out(event, order, LATER, by)
        return str(mistake)
    assert many_events.carry_out(event, order, LATER, by) == foreseen
    db.session.expire_all()
    return foreseen


def test_cancel(people, draft):
    assert outcome(people.lecture, CANCEL, people.su) == Outcome.CANCELLED
    assert (people.lecture.status, people.lecture.changes[-1].why) == ("cancelled", "停电")
    assert outcome(people.lecture, CANCEL, people.su) == "This event is cancelled already."
    assert outcome(draft, CANCEL, people.su).startswith("This event was never public.")


def test_move(people):
    order = Order(ManyAction.MOVE, days=2)
    assert outcome(people.lecture, order, people.su) == Outcome.MOVED
    assert [row.start_day.day for row in people.lecture.occurrences] == [24]
    assert outcome(people.lecture, order, people.gu) == Outcome.PROPOSED
    assert [row.start_day.day for row in people.lecture.occurrences] == [24]


def test_focus_and_a_move_stay_proposed_together(people):
    focus = load_week().terms_of("focus")[1].key
    assert outcome(people.nanjing, Order(ManyAction.FOCUS, focus=focus), people.su) == Outcome.FOCUS
    assert people.nanjing.main_focus == focus
    assert outcome(people.nanjing, Order(ManyAction.FOCUS, focus=focus), people.su) == (
        "This event has this focus already."
    )
    assert outcome(people.lecture, Order(ManyAction.FOCUS, focus=focus), people.gu) == Outcome.PROPOSED
    assert outcome(people.lecture, Order(ManyAction.MOVE, days=1), people.gu) == Outcome.PROPOSED
    [proposal] = proposals.open_of(people.lecture)
    assert sorted(proposal.fields) == ["main_focus", "occurrences"]


def test_submit_and_publish(people, draft):
    submit, publish = Order(ManyAction.SUBMIT), Order(ManyAction.PUBLISH)
    assert outcome(draft, submit, people.su) == Outcome.SUBMITTED
    assert outcome(draft, submit, people.su) == "This event awaits review already."
    assert outcome(draft, publish, people.su) == Outcome.PUBLISHED
    assert outcome(draft, publish, people.su) == "This event is public already."
    assert [change.verb for change in draft.changes] == ["created", "submitted", "published"]


def test_an_incomplete_draft_is_refused(people):
    event = make_event(load_week(), "无地区", region_code=None, publish=False)
    assert outcome(event, Order(ManyAction.SUBMIT), people.cui) == (
        "Please give the region. The event counts there."
    )


@pytest.mark.parametrize(
    "order",
    [
        Order(ManyAction.CANCEL),
        Order(ManyAction.MOVE),
        Order(ManyAction.MOVE, days=-400),
        Order(ManyAction.FOCUS, focus="dragons"),
    ],
)
def test_an_order_that_says_too_little(people, order):
    with pytest.raises(Mistake):
        many_events.check_order(order, load_week(), people.su)


def test_organizers_do_not_publish(people):
    with pytest.raises(Mistake):
        many_events.check_order(Order(ManyAction.PUBLISH), load_week(), people.gu)


def test_organizers_propose_to_cancel(people):
    many_events.check_order(CANCEL, load_week(), people.gu)
    assert outcome(people.lecture, CANCEL, people.gu) == Outcome.PROPOSED
    [proposal] = proposals.open_of(people.lecture)
    assert (people.lecture.status, proposal.cancels, proposal.why) == ("published", True, "停电")
    assert outcome(people.lecture, CANCEL, people.he).startswith("You have proposed to cancel this event")
    proposals.accept(proposal.id, LATER, people.lian)
    assert (people.lecture.status, people.lecture.changes[-1].why) == ("cancelled", "停电")


def test_a_draft_that_another_one_judges_is_not_submitted_either(people, draft):
    review.submit(draft, NINE, people.gu)
    review.claim(draft, people.lian, LATER)
    review.recall(draft, LATER, people.gu)
    publish = Order(ManyAction.PUBLISH)
    assert outcome(draft, publish, people.su) == "lian@example.cn is reviewing this event now."
    with pytest.raises(Mistake):
        review.submit_and_approve(draft, LATER, people.su)
    db.session.expire_all()
    assert (draft.status, draft.changes[-1].verb) == ("draft", "recalled")


def test_an_event_that_is_withdrawn_meanwhile(people):
    lifecycle.withdraw(people.lecture, LATER, people.su)
    assert (
        outcome(people.lecture, CANCEL, people.su) == "This event was deleted and can no longer be changed."
    )
