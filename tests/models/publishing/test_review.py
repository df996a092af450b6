"""The review before publication: submit, send back, two readings, and who judges what."""

from datetime import timedelta

import pytest

from models.campaigns.tables import TermKind
from models.db import db, transaction
from models.errors import Conflict, Mistake
from models.events.draft import FormatDraft, OrganizationDraft
from models.events.tables import EventStatus
from models.publishing import lifecycle, review
from models.publishing.review import ReviewDecision
from tests.support.cast import make_cast
from tests.support.week import NINE, load_week, make_event

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast(app):
    return make_cast(load_week())


def draft_event(cast, title="开放日", formats=()):
    lead = OrganizationDraft.of(cast.gu.organization)
    return make_event(cast.lecture.campaign, title, lead=lead, formats=formats, publish=False)


def verbs(event):
    db.session.expire_all()
    return [change.verb for change in event.changes]


def test_submitted_sent_back_mended_published(cast):
    event = draft_event(cast)
    review.submit(event, NINE, cast.gu)
    assert [item.event.id for item in review.queue(cast.lian, event.campaign)] == [event.id]
    with pytest.raises(Mistake):
        review.send_back(event, "  ", NINE, cast.lian)
    review.send_back(event, " 请写明地点。 ", NINE + MINUTE, cast.lian)
    assert event.status == EventStatus.SENT_BACK
    assert review.reason(event).why == "请写明地点。"
    assert review.reason(event).account.id == cast.lian.id
    assert review.queue(cast.lian, event.campaign) == []
    review.submit(event, NINE + 2 * MINUTE, cast.gu)
    [item] = review.queue(cast.lian, event.campaign)
    assert (item.since, item.reader) == (NINE + 2 * MINUTE, None)
    assert review.approve(event, NINE + 3 * MINUTE, cast.lian) == ReviewDecision.PUBLISHED
    assert event.status == EventStatus.PUBLISHED
    assert verbs(event) == ["created", "submitted", "sent_back", "submitted", "published"]


def test_the_queue_is_that_of_the_region(cast):
    review.submit(draft_event(cast), NINE, cast.gu)
    counts = [review.waiting(one) for one in (cast.lian, cast.su, cast.cui, cast.bao, cast.gu)]
    assert counts == [1, 1, 1, 0, 0]


def test_what_is_judged_is_not_judged_again(cast):
    event = draft_event(cast)
    for verb in (review.approve, lambda event, now, by: review.send_back(event, "x", now, by)):
        with pytest.raises(Conflict):
            verb(event, NINE, cast.lian)
    review.submit(event, NINE, cast.gu)
    review.approve(event, NINE, cast.lian)
    for verb in (review.approve, review.recall, review.submit):
        with pytest.raises(Conflict):
            verb(event, NINE, cast.su)
    assert verbs(event) == ["created", "submitted", "published"]


def test_an_organizer_takes_a_submission_back(cast):
    event = draft_event(cast)
    review.submit(event, NINE, cast.gu)
    review.recall(event, NINE, cast.gu)
    assert event.status == EventStatus.DRAFT
    assert review.queue(cast.lian, event.campaign) == []


def test_a_deleted_event_is_neither_submitted_nor_published(cast):
    event = draft_event(cast)
    lifecycle.withdraw(event, NINE)
    with pytest.raises(Conflict):
        review.submit(event, NINE, cast.gu)
    with pytest.raises(Conflict):
        lifecycle.publish(event, NINE, cast.lian)
    assert verbs(event) == ["created", "withdrawn"]


def test_two_persons_read_what_the_campaign_file_says(cast):
    with transaction():
        talk = cast.lecture.campaign.term(TermKind.FORMAT, "talk")
        talk.second_reading = True
    event = draft_event(cast, formats=(FormatDraft("talk"),))
    review.submit(event, NINE, cast.gu)
    assert review.approve(event, NINE, cast.lian) == ReviewDecision.READ
    assert event.status == EventStatus.SUBMITTED
    [item] = review.queue(cast.su, event.campaign)
    assert item.reader.id == cast.lian.id
    with pytest.raises(Conflict):
        review.approve(event, NINE, cast.lian)
    assert review.approve(event, NINE, cast.su) == ReviewDecision.PUBLISHED
    # After it was sent back both read it again.
    other = draft_event(cast, "讲座", formats=(FormatDraft("talk"),))
    review.submit(other, NINE, cast.gu)
    review.approve(other, NINE, cast.lian)
    review.send_back(other, "改标题", NINE, cast.su)
    review.submit(other, NINE, cast.gu)
    assert review.approve(other, NINE, cast.su) == ReviewDecision.READ


def test_one_item_is_judged_by_one_person(cast):
    event = draft_event(cast)
    review.submit(event, NINE, cast.gu)
    assert review.claim(event, cast.lian, NINE) is None
    assert review.claim(event, cast.lian, NINE + MINUTE) is None
    assert review.claim(event, cast.su, NINE + MINUTE).id == cast.lian.id
    assert review.holders([event.id], NINE + MINUTE)[event.id].id == cast.lian.id
    review.release(event, cast.su)  # not hers
    assert review.claim(event, cast.su, NINE + MINUTE).id == cast.lian.id
    later = NINE + MINUTE + review.CLAIM + MINUTE
    assert review.holders([event.id], later) == {}
    assert review.claim(event, cast.su, later) is None
    review.approve(event, later, cast.su)
    assert review.holders([event.id], later) == {}


def test_reasons_are_offered_again(cast):
    for title, why in (("一", "缺地点"), ("二", "缺时间"), ("三", "缺地点")):
        event = draft_event(cast, title)
        review.submit(event, NINE, cast.gu)
        review.send_back(event, why, NINE, cast.lian)
    assert review.phrases(cast.lian) == ["缺地点", "缺时间"]
    assert review.phrases(cast.su) == []


def test_an_organization_that_publishes_by_itself(cast):
    assert [one.may_publish for one in (cast.gu, cast.lian, cast.cui)] == [False, True, True]
    with transaction():
        cast.gu.organization.publishes = True
    assert [one.may_publish for one in (cast.gu, cast.he, cast.wang)] == [True, True, False]
    assert not cast.gu.reviews
