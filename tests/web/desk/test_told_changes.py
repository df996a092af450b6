"""What readers are told of a change: a new place is no new time, and nothing of what happened before an event was public."""

import re
from dataclasses import replace
from datetime import timedelta

from models.events.draft import VenueDraft, draft_of
from models.publishing import lifecycle, proposals, review
from models.publishing.change import event_transaction
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_event

LATER = NINE + timedelta(minutes=5)
HALL = VenueDraft("市民中心三楼", "320723")


def moved_to_hall(draft):
    return replace(
        draft, venues=(HALL,), occurrences=tuple(replace(one, venue=HALL) for one in draft.occurrences)
    )


def updates(client, event) -> str:
    return client.get(f"/ip-2024/events/{event.id}").text.partition("Updates")[2]


def test_another_place_is_no_other_time(english, people):
    event = people.lecture
    lifecycle.change(event, moved_to_hall(draft_of(event)), LATER, people.lian)
    assert event.changes[-1].fields == ["venues", "occurrence_venue"]
    assert re.search(r"Changed: place\s*<", updates(english, event))


def test_more_room_is_no_other_time(english, people):
    event = people.lecture
    draft = draft_of(event)
    occurrences = tuple(replace(one, capacity=30) for one in draft.occurrences)
    lifecycle.change(event, replace(draft, occurrences=occurrences), LATER, people.lian)
    assert event.changes[-1].fields == ["occurrence_capacity"]
    assert "Changed: capacity" in updates(english, event)


def test_another_hour_is_another_time(english, people):
    event = people.lecture
    draft = moved_to_hall(draft_of(event))
    occurrences = tuple(replace(one, end_at=one.end_at + timedelta(hours=1)) for one in draft.occurrences)
    lifecycle.change(event, replace(draft, occurrences=occurrences), LATER, people.lian)
    assert event.changes[-1].fields == ["venues", "occurrences"]


def test_what_was_mended_before_an_event_was_public_is_not_told(english, people):
    lead = draft_of(people.lecture).lead
    event = make_event(people.lecture.campaign, "新活动", lead=lead, publish=False)
    lifecycle.change(event, moved_to_hall(draft_of(event)), NINE, people.gu)
    review.submit(event, NINE, people.gu)
    review.approve(event, LATER, people.lian)
    shown = updates(english, event)
    assert ("First published" in shown, "Changed" in shown) == (True, False)


def test_a_proposed_place_is_one_row_of_the_difference(english, people):
    with event_transaction():
        draft = moved_to_hall(draft_of(people.lecture))
        proposals.write_proposal(people.lecture, draft, NINE, people.gu)
    sign_in(english, people.lian)
    page = english.get(f"/desk/events/{people.lecture.id}").text
    assert (
        page.count('<th scope="row">places</th>'),
        page.count('<th scope="row">dates and times</th>'),
    ) == (1, 0)


def test_a_proposed_cancellation_is_accepted_or_refused_in_so_many_words(english, people):
    with event_transaction():
        proposals.write_cancellation(people.lecture, NINE, people.gu, "会场停电")
    sign_in(english, people.lian)
    page = english.get(f"/desk/events/{people.lecture.id}").text
    assert ("Accept: cancel the event" in page, "Refuse: keep the event" in page) == (True, True)
