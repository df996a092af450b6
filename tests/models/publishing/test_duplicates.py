"""Possible duplicates: which events are a pair, merging them, and marking them as different."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.codes import passes, venue_codes
from models.db import db
from models.errors import Conflict, NotFound
from models.events.draft import OrganizationDraft, VenueDraft
from models.events.merges import EventMerge
from models.events.tables import Event, EventChange
from models.figures.visits import visits_of
from models.publishing import duplicates, lifecycle, proposals, similarity
from models.publishing.change import event_transaction
from models.publishing.duplicates import Issued
from models.publishing.similarity import Candidate, numbers_of, own_words, similar_pairs
from models.registration import settings
from models.text.bare_text import bare_text
from tests.support.records.people import make_people
from tests.support.records.registering import BEFORE, settings_draft
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, session

SQUARE = (VenueDraft("灌云县人民广场"),)
A_DAY_LATER = session(NINE + timedelta(days=1), 2, DAY + timedelta(days=1))


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def campaign(people):
    return people.lecture.campaign


@pytest.fixture
def court(people):
    return OrganizationDraft.of(people.wang.organization)


def listed(account, campaign) -> list[tuple[str, str]]:
    pairs, _total = duplicates.possible_duplicates(account, campaign)
    return [(pair.left.title, pair.right.title) for pair in pairs]


def test_the_same_day_place_and_alike_title_are_a_pair(people, campaign, court):
    make_event(campaign, "“知识产权进校园”宣讲", venues=SQUARE)
    make_event(campaign, "知识产权进校园 宣讲活动", venues=(VenueDraft("人民广场"),), lead=court)
    assert listed(people.lian, campaign) == [("“知识产权进校园”宣讲", "知识产权进校园 宣讲活动")]


def test_what_is_issued_for_each_of_a_pair_is_told_before_merging(people, campaign, court):
    left = make_event(campaign, "知识产权进校园宣讲", venues=SQUARE)
    right = make_event(campaign, "知识产权进校园宣讲活动", venues=SQUARE, lead=court)
    venue_codes.code_for_event(right, NINE)
    passes.issue(campaign, "youth", NINE, event=right, count=3)
    make_device(right), make_device(right), make_device(left)
    [pair], _total = duplicates.possible_duplicates(people.lian, campaign)
    assert pair.issued == {left.id: Issued(kiosks=1), right.id: Issued(codes=1, passes=3, kiosks=2)}


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("知识产权进校园宣讲", {"venues": (VenueDraft("灌云县第一中学"),)}),
        ("知识产权进企业座谈", {"venues": SQUARE}),
        ("知识产权进校园宣讲", {"venues": SQUARE, "region_code": "320102"}),
        ("知识产权进校园宣讲", {"venues": SQUARE, "occurrences": (A_DAY_LATER,)}),
    ],
    ids=["another place", "another title", "another prefecture", "another day"],
)  # fmt: skip
def test_what_differs_in_one_of_them_is_no_pair(people, campaign, title, fields):
    make_event(campaign, "知识产权进校园宣讲", venues=SQUARE)
    make_event(campaign, title, **fields)
    assert listed(people.cui, campaign) == []


def test_a_place_not_told_contradicts_nothing_in_its_own_county(people, campaign):
    make_event(campaign, "现场咨询", venues=SQUARE)
    make_event(campaign, "现场咨询")
    make_event(campaign, "现场咨询", region_code="320722")
    assert listed(people.cui, campaign) == [("现场咨询", "现场咨询")]


def test_the_words_of_the_week_make_no_title_alike(campaign):
    assert own_words("2024年全国知识产权宣传周·进校园", campaign) == "进校园"
    assert own_words("法院开放日", campaign) == "法院开放日"


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("专利讲座第2场", ("2",)),
        ("专利讲座第二场", ("2",)),
        ("展区03号专场", ("3",)),
        ("第十二期商标沙龙", ("12",)),
        ("第二十讲", ("20",)),
        ("4月26日现场咨询", ()),
        ("进百家企业", ()),
        ("一站到底竞赛", ("1",)),
    ],
)
def test_numbers_that_count_events_of_one_name(title, numbers):
    assert numbers_of(title) == numbers


def test_events_of_one_name_that_are_counted_are_no_pair(people, campaign):
    for title in ("专利讲座第1场", "专利讲座第2场", "专利讲座第一场"):
        make_event(campaign, title, venues=SQUARE)
    assert listed(people.lian, campaign) == [("专利讲座第1场", "专利讲座第一场")]


def test_each_desk_sees_the_pairs_of_its_own_reach(people, campaign, court):
    make_event(campaign, "现场咨询", venues=SQUARE)
    make_event(campaign, "现场咨询", venues=SQUARE, lead=court)
    seen = {
        name: len(listed(getattr(people, name), campaign))
        for name in ("lian", "su", "cui", "gu", "wang", "bao")
    }
    assert seen == {"lian": 1, "su": 1, "cui": 1, "gu": 0, "wang": 0, "bao": 0}


def test_different_is_remembered(people, campaign):
    first, second = make_event(campaign, "现场咨询"), make_event(campaign, "现场咨询")
    duplicates.mark_different(people.lian, second.id, first.id, NINE)
    duplicates.mark_different(people.su, first.id, second.id, NINE)  # a second click is harmless
    assert listed(people.cui, campaign) == []


def test_one_is_kept_and_takes_over_hosts_and_places(people, campaign, court):
    kept = make_event(campaign, "现场咨询")
    other = make_event(campaign, "现场咨询", venues=SQUARE, lead=court)
    make_device(other).tally("public", headcount=5)
    duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert kept.withdrawn_at is None
    assert other.withdrawn_at == NINE
    assert [row.venue.name for row in kept.venues] == ["灌云县人民广场"]
    assert db.session.get_one(EventMerge, other.id).kept_id == kept.id
    verbs = select(EventChange.verb, EventChange.account_id).where(EventChange.event_id == other.id)
    assert db.session.execute(verbs.order_by(EventChange.id)).all()[-1] == ("merged", people.lian.id)
    assert visits_of([kept.id, other.id]) == {kept.id: 5}
    assert listed(people.cui, campaign) == []


def test_what_was_merged_into_a_merged_one_follows(people, campaign):
    first, second, third = (make_event(campaign, "现场咨询") for _ in range(3))
    duplicates.merge_pair(people.lian, second.id, first.id, NINE)
    duplicates.merge_pair(people.lian, third.id, second.id, NINE)
    assert dict(db.session.execute(select(EventMerge.event_id, EventMerge.kept_id)).all()) == {
        first.id: third.id,
        second.id: third.id,
    }


def test_a_pair_is_merged_once_and_only_by_who_reaches_both(people, campaign, court):
    first, second = make_event(campaign, "现场咨询"), make_event(campaign, "现场咨询", lead=court)
    for account in (people.gu, people.wang, people.bao):
        with pytest.raises(NotFound):
            duplicates.merge_pair(account, first.id, second.id, NINE)
        with pytest.raises(NotFound):
            duplicates.mark_different(account, first.id, second.id, NINE)
    lifecycle.merge(first, second, NINE, people.lian)
    with pytest.raises(Conflict):
        lifecycle.merge(second, first, NINE, people.lian)
    with pytest.raises(Conflict):
        lifecycle.merge(first, first, NINE, people.lian)
    assert db.session.get_one(Event, first.id).withdrawn_at is None


def test_sessions_on_other_days_are_taken_over_and_what_ends_is_said(people, campaign):
    """The kiosk of the merged event lets people in on its second day, too, and the calendar keeps that day."""
    afternoon = session(NINE + timedelta(hours=5))
    kept = make_event(campaign, "现场咨询")
    other = make_event(campaign, "现场咨询", occurrences=(session(), afternoon, A_DAY_LATER))
    device = make_device(other)
    [pair], _total = duplicates.possible_duplicates(people.lian, campaign)
    preview = pair.previews[kept.id]
    assert [row.start_at for row in preview.added] == [NINE + timedelta(days=1)]
    assert [row.start_at for row in preview.ending] == [NINE + timedelta(hours=5)]
    assert (preview.public, preview.obstacle) == (True, None)
    duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert [row.start_at for row in kept.occurrences] == [NINE, NINE + timedelta(days=1)]
    assert device.touch("youth", NINE + timedelta(days=1)).verdict == "stored"


def test_a_session_that_the_kept_event_called_off_stays_called_off(people, campaign):
    kept = make_event(campaign, "现场咨询", occurrences=(session(), A_DAY_LATER))
    lifecycle.change(kept, replace(lifecycle.draft_of(kept), occurrences=(session(),)), NINE)
    other = make_event(campaign, "现场咨询", occurrences=(session(), A_DAY_LATER))
    duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert [row.status for row in kept.occurrences] == ["scheduled", "cancelled"]


def test_an_event_with_registration_for_its_sessions_is_kept(people, campaign):
    """Who registered for a session is told when that is moved; a session of the other event would move without them."""
    kept = make_event(campaign, "现场咨询")
    other = make_event(campaign, "现场咨询", occurrences=(session(), A_DAY_LATER))
    rule = settings.save(other, other.occurrences[1], settings_draft(5), BEFORE, None)
    [pair], _total = duplicates.possible_duplicates(people.lian, campaign)
    assert (pair.previews[kept.id].obstacle is None, pair.previews[other.id].obstacle) == (False, None)
    with pytest.raises(Conflict):
        duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert (other.withdrawn_at, len(kept.occurrences)) == (None, 1)
    settings.switch_off(rule)
    duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert (other.withdrawn_at, len(kept.occurrences)) == (NINE, 2)


@pytest.mark.parametrize(
    ("kept_status", "other_status"),
    [("draft", "published"), ("draft", "cancelled"), ("cancelled", "published")],
)
def test_what_visitors_have_seen_stays_public(people, campaign, kept_status, other_status):
    """Also the page and the calendar entry of an event that was cancelled (rule 1)."""
    kept, other = (
        make_event(campaign, "现场咨询", publish=status != "draft") for status in (kept_status, other_status)
    )
    for event, status in ((kept, kept_status), (other, other_status)):
        if status == "cancelled":
            lifecycle.cancel(event, NINE)
    with pytest.raises(Conflict):
        duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert other.withdrawn_at is None
    duplicates.merge_pair(people.lian, other.id, kept.id, NINE)
    assert other.status == other_status


def test_a_proposed_change_of_the_other_event_is_decided_first(people, campaign):
    kept, other = make_event(campaign, "现场咨询"), make_event(campaign, "现场咨询")
    with event_transaction():
        draft = replace(lifecycle.draft_of(other), title="现场咨询日")
        proposal = proposals.write_proposal(other, draft, NINE, people.gu)
    [pair], _total = duplicates.possible_duplicates(people.lian, campaign)
    assert (pair.previews[kept.id].obstacle is None, pair.previews[other.id].obstacle) == (False, None)
    with pytest.raises(Conflict):
        duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    proposals.refuse(proposal.id, "已合并", NINE, people.lian)
    duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert other.withdrawn_at == NINE


def test_a_change_proposed_at_the_moment_of_a_merge_is_not_lost(people, campaign, monkeypatch):
    """The merge waits for the lock of the event that somebody else proposes to change."""
    kept, other = make_event(campaign, "现场咨询"), make_event(campaign, "现场咨询")
    lock_event = lifecycle.lock_event

    def lock_after_proposal(event):
        if event is other:
            draft = replace(lifecycle.draft_of(other), title="现场咨询日")
            proposals.write_proposal(other, draft, NINE, people.gu)
        return lock_event(event)

    monkeypatch.setattr(lifecycle, "lock_event", lock_after_proposal)
    with pytest.raises(Conflict):
        duplicates.merge_pair(people.lian, kept.id, other.id, NINE)
    assert other.withdrawn_at is None


def test_what_was_proposed_for_a_merged_event_awaits_nobody(people, campaign):
    kept, other = make_event(campaign, "现场咨询"), make_event(campaign, "现场咨询")
    with event_transaction():
        draft = replace(lifecycle.draft_of(other), title="现场咨询日")
        proposals.write_proposal(other, draft, NINE, people.gu)
    lifecycle.merge(kept, other, NINE)
    assert proposals.pending(campaign) == []


def test_a_country_is_compared_by_day_and_prefecture(monkeypatch):
    """30,000 events need some hundred thousand comparisons, not 450 million."""
    compared = []
    monkeypatch.setattr(similarity, "_are_similar", lambda low, high: bool(compared.append(1)))
    candidates = [
        Candidate(n, DAY + timedelta(days=n % 7), region, "题", "题", frozenset("题"), frozenset())
        for n in range(30_000)
        for region in [f"{11 + n % 31:02}{1 + n // 31 % 10:02}01"]
    ]
    assert list(similar_pairs(candidates)) == []
    assert 0 < len(compared) < 500_000


def test_full_width_and_signs_are_nothing_new():
    assert bare_text("“４·２６”  宣传（现场）") == bare_text("4.26宣传 现场")
