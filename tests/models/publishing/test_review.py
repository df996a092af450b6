"""The review before publication: submit, send back, two readings, and who judges what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.campaigns.tables import TermKind
from models.db import db, transaction
from models.errors import Conflict, Mistake
from models.events.draft import FormatDraft, OrganizationDraft, draft_of
from models.events.tables import EventStatus
from models.publishing import lifecycle, review
from models.publishing.review import ReviewDecision
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_event

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(app):
    return make_people(load_week())


def draft_event(people, title="开放日", formats=()):
    lead = OrganizationDraft.of(people.gu.organization)
    return make_event(people.lecture.campaign, title, lead=lead, formats=formats, publish=False)


def verbs(event):
    db.session.expire_all()
    return [change.verb for change in event.changes]


def test_submitted_sent_back_mended_published(people):
    event = draft_event(people)
    review.submit(event, NINE, people.gu)
    assert [item.event.id for item in review.queue(people.lian, event.campaign)] == [event.id]
    with pytest.raises(Mistake):
        review.send_back(event, "  ", NINE, people.lian)
    review.send_back(event, " 请写明地点。 ", NINE + MINUTE, people.lian)
    assert event.status == EventStatus.SENT_BACK
    assert review.reason(event).why == "请写明地点。"
    assert review.reason(event).account.id == people.lian.id
    assert review.queue(people.lian, event.campaign) == []
    review.submit(event, NINE + 2 * MINUTE, people.gu)
    [item] = review.queue(people.lian, event.campaign)
    assert (item.since, item.reader) == (NINE + 2 * MINUTE, None)
    assert review.approve(event, NINE + 3 * MINUTE, people.lian) == ReviewDecision.PUBLISHED
    assert event.status == EventStatus.PUBLISHED
    assert verbs(event) == ["created", "submitted", "sent_back", "submitted", "published"]


def test_the_queue_is_that_of_the_region(people):
    review.submit(draft_event(people), NINE, people.gu)
    counts = [review.waiting(one) for one in (people.lian, people.su, people.cui, people.bao, people.gu)]
    assert counts == [1, 1, 1, 0, 0]


def test_what_is_judged_is_not_judged_again(people):
    event = draft_event(people)
    for verb in (review.approve, lambda event, now, by: review.send_back(event, "x", now, by)):
        with pytest.raises(Conflict):
            verb(event, NINE, people.lian)
    review.submit(event, NINE, people.gu)
    review.approve(event, NINE, people.lian)
    for verb in (review.approve, review.recall, review.submit):
        with pytest.raises(Conflict):
            verb(event, NINE, people.su)
    assert verbs(event) == ["created", "submitted", "published"]


def test_an_organizer_takes_a_submission_back(people):
    event = draft_event(people)
    review.submit(event, NINE, people.gu)
    review.recall(event, NINE, people.gu)
    assert event.status == EventStatus.DRAFT
    assert review.queue(people.lian, event.campaign) == []


def test_a_deleted_event_is_neither_submitted_nor_published(people):
    event = draft_event(people)
    lifecycle.withdraw(event, NINE)
    with pytest.raises(Conflict):
        review.submit(event, NINE, people.gu)
    with pytest.raises(Conflict):
        lifecycle.publish(event, NINE, people.lian)
    assert verbs(event) == ["created", "withdrawn"]


def test_two_persons_read_what_the_campaign_file_says(people):
    with transaction():
        talk = people.lecture.campaign.term(TermKind.FORMAT, "talk")
        talk.second_reading = True
    event = draft_event(people, formats=(FormatDraft("talk"),))
    review.submit(event, NINE, people.gu)
    assert review.approve(event, NINE, people.lian) == ReviewDecision.READ
    assert event.status == EventStatus.SUBMITTED
    [item] = review.queue(people.su, event.campaign)
    assert item.reader.id == people.lian.id
    with pytest.raises(Conflict):
        review.approve(event, NINE, people.lian)
    assert review.approve(event, NINE, people.su) == ReviewDecision.PUBLISHED
    # After it was sent back both read it again.
    other = draft_event(people, "讲座", formats=(FormatDraft("talk"),))
    review.submit(other, NINE, people.gu)
    review.approve(other, NINE, people.lian)
    review.send_back(other, "改标题", NINE, people.su)
    review.submit(other, NINE, people.gu)
    assert review.approve(other, NINE, people.su) == ReviewDecision.READ


def test_one_item_is_judged_by_one_person(people):
    event = draft_event(people)
    review.submit(event, NINE, people.gu)
    assert review.claim(event, people.lian, NINE) is None
    assert review.claim(event, people.lian, NINE + MINUTE) is None
    assert review.claim(event, people.su, NINE + MINUTE).id == people.lian.id
    assert review.holders([event.id], NINE + MINUTE)[event.id].id == people.lian.id
    review.release(event, people.su)  # not hers
    assert review.claim(event, people.su, NINE + MINUTE).id == people.lian.id
    later = NINE + MINUTE + review.CLAIM + MINUTE
    assert review.holders([event.id], later) == {}
    assert review.claim(event, people.su, later) is None
    review.approve(event, later, people.su)
    assert review.holders([event.id], later) == {}


def test_reasons_are_offered_again(people):
    for title, why in (("一", "缺地点"), ("二", "缺时间"), ("三", "缺地点")):
        event = draft_event(people, title)
        review.submit(event, NINE, people.gu)
        review.send_back(event, why, NINE, people.lian)
    assert review.phrases(people.lian) == ["缺地点", "缺时间"]
    assert review.phrases(people.su) == []


def test_an_organization_that_publishes_by_itself(people):
    assert [one.may_publish for one in (people.gu, people.lian, people.cui)] == [False, True, True]
    with transaction():
        people.gu.organization.publishes = True
    assert [one.may_publish for one in (people.gu, people.he, people.wang)] == [True, True, False]
    assert not people.gu.reviews


def test_what_nobody_has_read_is_not_published(people):
    event = draft_event(people)
    review.submit(event, NINE, people.gu)
    [item] = review.queue(people.lian, event.campaign)
    lifecycle.change(event, replace(draft_of(event), title="另一个题目"), NINE + MINUTE, people.gu)
    with pytest.raises(Conflict, match="changed while you were reading"):
        review.approve(event, NINE + MINUTE, people.lian, item.version)
    assert event.status == EventStatus.SUBMITTED
    [item] = review.queue(people.lian, event.campaign)
    assert review.approve(event, NINE + MINUTE, people.lian, item.version) == ReviewDecision.PUBLISHED
    with pytest.raises(Conflict, match="no longer awaits review"):
        review.approve(event, NINE + MINUTE, people.lian, item.version)


def test_after_a_change_both_read_it_again(people):
    with transaction():
        people.lecture.campaign.term(TermKind.FORMAT, "talk").second_reading = True
    event = draft_event(people, formats=(FormatDraft("talk"),))
    review.submit(event, NINE, people.gu)
    assert review.approve(event, NINE, people.lian) == ReviewDecision.READ
    lifecycle.change(event, replace(draft_of(event), description="换了内容"), NINE + MINUTE, people.gu)
    assert [item.reader for item in review.queue(people.su, event.campaign)] == [None]
    assert review.approve(event, NINE + 2 * MINUTE, people.su) == ReviewDecision.READ
    assert review.approve(event, NINE + 3 * MINUTE, people.lian) == ReviewDecision.PUBLISHED
