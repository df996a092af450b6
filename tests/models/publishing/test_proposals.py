"""A published event that is changed by somebody who may not publish stays as it is until an office accepts."""

from dataclasses import replace

import pytest

from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.events.draft import draft_of
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction
from models.publishing.proposals import ProposalDecision
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, minutes


@pytest.fixture
def people(app):
    return make_people(load_week())


def propose(people, by=None, **changes):
    event = people.lecture
    with event_transaction():
        return proposals.write_proposal(event, replace(draft_of(event), **changes), NINE, by or people.gu)


def test_the_event_changes_when_it_is_accepted(people):
    proposal = propose(people, title="专题讲座（改期）")
    assert people.lecture.title == "专题讲座"
    assert [(one.id, one.fields) for one in proposals.pending(people.lecture.campaign)] == [
        (proposal.id, ["title"])
    ]
    proposals.accept(proposal.id, NINE + minutes(5), people.lian)
    assert people.lecture.title == "专题讲座（改期）"
    assert proposals.pending(people.lecture.campaign) == []


def test_other_changes_made_meanwhile_stay(people):
    proposal = propose(people, title="专题讲座（改期）")
    lifecycle.change(
        people.lecture, replace(draft_of(people.lecture), description="带身份证"), NINE, people.lian
    )
    proposals.accept(proposal.id, NINE + minutes(5), people.lian)
    assert (people.lecture.title, people.lecture.description) == ("专题讲座（改期）", "带身份证")


def test_a_refused_one_leaves_the_event_and_its_reason(people):
    proposal = propose(people, title="别的题目")
    with pytest.raises(Mistake):
        proposals.refuse(proposal.id, "  ", NINE, people.lian)
    proposals.refuse(proposal.id, "题目已公布", NINE, people.lian)
    assert people.lecture.title == "专题讲座"
    decision = db.session.get_one(ProposalDecision, proposal.id)
    assert (decision.accepted, decision.why, decision.account_id) == (False, "题目已公布", people.lian.id)
    for decide in (
        lambda: proposals.accept(proposal.id, NINE),
        lambda: proposals.refuse(proposal.id, "x", NINE),
    ):
        with pytest.raises(Conflict):
            decide()


def test_the_same_twice_is_one_and_a_newer_one_replaces(people):
    first = propose(people, title="一稿")
    assert propose(people, title="一稿") is None
    second = propose(people, title="二稿", by=people.he)
    assert [one.id for one in proposals.open_of(people.lecture)] == [second.id]
    assert db.session.get_one(ProposalDecision, first.id).why == proposals.REPLACED


def test_one_to_cancel_stays_when_the_form_is_saved_unchanged(people):
    event = people.lecture
    with event_transaction():
        cancellation = proposals.write_cancellation(event, NINE, people.gu, "场地检修")
    assert propose(people) is None
    assert proposals.open_of(event) == [cancellation]
    changed = propose(people, title="一稿")
    assert proposals.open_of(event) == [changed]
    assert propose(people) is None  # a change is taken back so
    assert proposals.open_of(event) == []


def test_an_organization_withdraws_its_own_one(people):
    proposal = propose(people, title="一稿")
    with pytest.raises(NotFound):
        proposals.withdraw(proposal.id, NINE, people.wang)
    proposals.withdraw(proposal.id, NINE, people.he)
    assert (proposals.open_of(people.lecture), people.lecture.title) == ([], "专题讲座")
    decision = db.session.get_one(ProposalDecision, proposal.id)
    assert (decision.account_id, decision.why) == (people.he.id, proposals.WITHDRAWN)
    assert proposals.refused_of(people.lecture, people.gu) is None  # nobody refused it
    for decide in (proposals.withdraw, proposals.accept):
        with pytest.raises(Conflict):
            decide(proposal.id, NINE, people.gu)


def test_nobody_waits_for_what_has_been_cancelled_meanwhile(people):
    event = people.lecture
    with event_transaction():
        cancellation = proposals.write_cancellation(event, NINE, people.gu, "场地检修")
    own = proposals.own_event_ids(people.gu)
    assert (proposals.pending(event.campaign), list(db.session.scalars(own))) == ([cancellation], [event.id])
    lifecycle.cancel(event, NINE, people.lian, "停电")
    assert (proposals.pending(event.campaign), proposals.open_of(event)) == ([], [])
    assert list(db.session.scalars(own)) == []


def test_an_unknown_one_is_said(people):
    for number in (0, 999, 2**40):
        with pytest.raises(NotFound):
            proposals.accept(number, NINE)
