"""A published event that is changed by somebody who may not publish stays as it is until an office accepts."""

from dataclasses import replace

import pytest

from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.events.draft import draft_of
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction
from models.publishing.proposals import ProposalDecision
from tests.support.cast import make_cast
from tests.support.week import NINE, load_week, minutes


@pytest.fixture
def cast(app):
    return make_cast(load_week())


def propose(cast, by=None, **changes):
    event = cast.lecture
    with event_transaction():
        return proposals.write_proposal(event, replace(draft_of(event), **changes), NINE, by or cast.gu)


def test_the_event_changes_when_it_is_accepted(cast):
    proposal = propose(cast, title="专题讲座（改期）")
    assert cast.lecture.title == "专题讲座"
    assert [(one.id, one.fields) for one in proposals.pending(cast.lecture.campaign)] == [
        (proposal.id, ["title"])
    ]
    proposals.accept(proposal.id, NINE + minutes(5), cast.lian)
    assert cast.lecture.title == "专题讲座（改期）"
    assert proposals.pending(cast.lecture.campaign) == []


def test_other_changes_made_meanwhile_stay(cast):
    proposal = propose(cast, title="专题讲座（改期）")
    lifecycle.change(cast.lecture, replace(draft_of(cast.lecture), description="带身份证"), NINE, cast.lian)
    proposals.accept(proposal.id, NINE + minutes(5), cast.lian)
    assert (cast.lecture.title, cast.lecture.description) == ("专题讲座（改期）", "带身份证")


def test_a_refused_one_leaves_the_event_and_its_reason(cast):
    proposal = propose(cast, title="别的题目")
    with pytest.raises(Mistake):
        proposals.refuse(proposal.id, "  ", NINE, cast.lian)
    proposals.refuse(proposal.id, "题目已公布", NINE, cast.lian)
    assert cast.lecture.title == "专题讲座"
    decision = db.session.get_one(ProposalDecision, proposal.id)
    assert (decision.accepted, decision.why, decision.account_id) == (False, "题目已公布", cast.lian.id)
    for decide in (
        lambda: proposals.accept(proposal.id, NINE),
        lambda: proposals.refuse(proposal.id, "x", NINE),
    ):
        with pytest.raises(Conflict):
            decide()


def test_the_same_twice_is_one_and_a_newer_one_replaces(cast):
    first = propose(cast, title="一稿")
    assert propose(cast, title="一稿") is None
    second = propose(cast, title="二稿", by=cast.he)
    assert [one.id for one in proposals.open_of(cast.lecture)] == [second.id]
    assert db.session.get_one(ProposalDecision, first.id).why == proposals.REPLACED


def test_an_unknown_one_is_said(cast):
    for number in (0, 999, 2**40):
        with pytest.raises(NotFound):
            proposals.accept(number, NINE)
