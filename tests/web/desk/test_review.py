"""The review queue at the desk."""

import re
from dataclasses import replace

import pytest

from models.campaigns.tables import TermKind
from models.db import db, transaction
from models.events.draft import FormatDraft, OrganizationDraft, draft_of
from models.events.tables import Event
from models.publishing import lifecycle, proposals, review
from models.publishing.change import event_transaction
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_event


def submitted(people, title="开放日", formats=()) -> Event:
    lead = OrganizationDraft.of(people.gu.organization)
    event = make_event(people.lecture.campaign, title, lead=lead, formats=formats, publish=False)
    review.submit(event, NINE, people.gu)
    return event


def items(page: str) -> list[str]:
    return re.findall(r'data-item[^>]*><span lang="zh">([^<]+)</span>', page)


def open_item(page: str) -> str | None:
    match = re.search(r'id="item-head"[^>]*>([^<]+)<', page)
    return match and match[1]


def test_the_queue_one_item_after_the_other(english, people):
    first, second, third = (submitted(people, title) for title in ("开放日", "讲座", "展览"))
    sign_in(english, people.lian)
    page = english.get("/desk/review/").text
    assert (items(page), open_item(page)) == (["开放日", "讲座", "展览"], "开放日")
    assert ">3<" in english.get("/desk/events/").text.split("nav-count", 1)[1][:20]
    order = f"{first.id},{second.id},{third.id}"
    answer = english.post(f"/desk/review/{first.id}", data={"decision": "publish", "order": order})
    assert answer.location == f"/desk/review/?campaign=ip-2024&item={second.id}&done=published-{first.id}"
    page = english.get(answer.location).text
    assert (items(page), open_item(page)) == (["讲座", "展览"], "讲座")
    assert "Published." in page
    answer = english.post(
        f"/desk/review/{second.id}", data={"decision": "send_back", "why": "请写明地点", "order": order}
    )
    assert open_item(english.get(answer.location).text) == "展览"
    db.session.expire_all()
    assert (first.status, second.status, third.status) == ("published", "sent_back", "submitted")
    sign_in(english, people.gu)
    page = english.get(f"/desk/events/{second.id}").text
    assert "请写明地点" in page
    assert '<span class="nav-count">1<' in page
    assert "请写明地点" in english.get(f"/desk/events/{second.id}/edit").text


def test_sending_back_needs_a_reason_and_keeps_the_item(english, people):
    event = submitted(people)
    sign_in(english, people.lian)
    answer = english.post(f"/desk/review/{event.id}", data={"decision": "send_back", "item": event.id})
    assert answer.status_code == 400
    assert open_item(answer.text) == "开放日"
    assert "Please say what has to be changed" in answer.text
    db.session.expire_all()
    assert event.status == "submitted"


def test_a_colleagues_item_is_named_and_the_next_is_offered(english, people):
    first, second = submitted(people, "开放日"), submitted(people, "讲座")
    sign_in(english, people.lian)
    assert open_item(english.get("/desk/review/").text) == "开放日"
    english.post("/desk/sign-out")
    sign_in(english, people.su)
    page = english.get("/desk/review/").text
    assert open_item(page) == "讲座"
    assert "lian@example.cn" in page
    page = english.get(f"/desk/review/?item={first.id}").text
    assert "lian@example.cn is reviewing this event now." in page
    assert "data-decide" not in page
    for decision in ({"decision": "publish"}, {"decision": "send_back", "why": "请改"}):
        answer = english.post(f"/desk/review/{first.id}", data=decision)
        assert answer.status_code == 409
        assert "lian@example.cn is reviewing this event now." in answer.text
    db.session.expire_all()
    assert (first.status, second.status) == ("submitted", "submitted")
    english.post(f"/desk/review/{first.id}", data={"decision": "take_over"})
    assert "data-decide" in english.get(f"/desk/review/?item={first.id}").text
    english.post(f"/desk/review/{first.id}", data={"decision": "publish"})
    db.session.expire_all()
    assert first.status == "published"


def test_what_a_colleague_judged_meanwhile_is_said(english, people):
    event = submitted(people)
    sign_in(english, people.lian)
    review.approve(event, NINE, people.su)
    answer = english.post(f"/desk/review/{event.id}", data={"decision": "publish"})
    assert answer.status_code == 409
    assert "This event no longer awaits review." in answer.text


def test_many_at_once(english, people):
    events = [submitted(people, f"活动{number}") for number in range(4)]
    with transaction():
        events[3].campaign.term("format", "talk").second_reading = True
    sign_in(english, people.lian)
    chosen = [event.id for event in events[:3]] + [people.urumqi.id, people.lecture.id]
    answer = english.post("/desk/review/many", data={"campaign": "ip-2024", "chosen": chosen})
    page = english.get(answer.location).text
    assert "3 published, 2 not published." in page
    assert (
        'lang="zh">专题讲座</span>: This event no longer awaits review.' in page
    )  # the other one is out of reach
    assert "Not published:" not in english.get("/desk/review/").text
    db.session.expire_all()
    assert [event.status for event in events] == ["published"] * 3 + ["submitted"]
    assert items(page) == ["活动3"]


@pytest.mark.parametrize(("who", "status"), [("gu", 404), ("wang", 404), ("bao", 404)])
def test_others_do_not_reach_the_review(english, people, who, status):
    event = submitted(people)
    sign_in(english, getattr(people, who))
    if who != "bao":
        assert english.get("/desk/review/").status_code == status
    assert english.post(f"/desk/review/{event.id}", data={"decision": "publish"}).status_code == status
    db.session.expire_all()
    assert event.status == "submitted"


def test_likely_duplicates_stand_beside_the_item(english, people):
    lead = OrganizationDraft.of(people.gu.organization)
    make_event(people.lecture.campaign, "商标法律知识专场讲座", lead=lead)
    submitted(people, "商标法律知识专场讲座")
    sign_in(english, people.lian)
    page = english.get("/desk/review/").text
    assert re.findall(r"Possible duplicates</dt><dd>.*?<a [^>]*>([^<]+)</a>", page, re.S) == [
        "商标法律知识专场讲座"
    ]


def test_thirty_items_ask_the_database_no_more_often_than_one(english, people, count_queries):
    submitted(people)
    sign_in(english, people.lian)
    with count_queries() as one:
        english.get("/desk/review/")
    for number in range(29):
        submitted(people, f"活动{number}")
    with count_queries() as thirty:
        assert len(items(english.get("/desk/review/").text)) == 30
    assert len(thirty) <= len(one) + 2


def test_what_was_mended_since_it_was_sent_back_stands_beside_the_item(english, people):
    event = submitted(people)
    sign_in(english, people.lian)
    english.post(f"/desk/review/{event.id}", data={"decision": "send_back", "why": "请写清楚时间"})
    lifecycle.change(event, replace(draft_of(event), title="开放日（一）", contact="0518-1"), NINE, people.gu)
    review.submit(event, NINE, people.gu)
    page = english.get("/desk/review/?campaign=ip-2024").text
    assert "请写清楚时间</span><br>Changed since then: title, public contact" in page


def test_proposed_changes_within_reach_stand_below_the_queue(english, people):
    near, far = (proposed(event, people.gu) for event in (people.lecture, people.nanjing))
    sign_in(english, people.lian)
    page = english.get("/desk/review/?campaign=ip-2024").text
    assert "1 proposed change of a published event" in page
    assert (f"proposal={near.id}" in page, f"proposal={far.id}" in page) == (True, False)


def proposed(event: Event, by) -> proposals.Proposal:
    with event_transaction():
        return proposals.write_proposal(event, replace(draft_of(event), title="改名"), NINE, by)


def test_proposed_changes_are_decided_one_after_the_other(english, people):
    lead = OrganizationDraft.of(people.gu.organization)
    second = make_event(people.lecture.campaign, "展览", lead=lead)
    one, other = proposed(people.lecture, people.gu), proposed(second, people.gu)
    sign_in(english, people.lian)
    assert open_item(english.get("/desk/review/?campaign=ip-2024").text) == "专题讲座"
    order = f"{one.id},{other.id}"
    address = f"/desk/review/{people.lecture.id}/proposals/{one.id}"
    answer = english.post(address, data={"decision": "refuse", "proposal": one.id, "order": order})
    assert (answer.status_code, open_item(answer.text)) == (422, "专题讲座")
    assert f'aria-describedby="why-{one.id}-problem"' in answer.text
    answer = english.post(address, data={"decision": "refuse", "why": "已公布", "order": order})
    assert answer.location == f"/desk/review/?campaign=ip-2024&proposal={other.id}&done=refused-{one.id}"
    page = english.get(answer.location).text
    assert (open_item(page), "The change is not accepted, with your reason." in page) == ("展览", True)
    answer = english.post(
        f"/desk/review/{second.id}/proposals/{other.id}", data={"decision": "accept", "order": order}
    )
    assert "The change is accepted and public." in english.get(answer.location).text
    answer = english.post(address, data={"decision": "accept"})
    assert (answer.status_code, "This proposed change was decided on already." in answer.text) == (409, True)
    elsewhere = english.post(f"/desk/review/{second.id}/proposals/{one.id}", data={"decision": "accept"})
    assert elsewhere.status_code == 404
    db.session.expire_all()
    assert (people.lecture.title, second.title) == ("专题讲座", "改名")


def test_a_reason_is_not_carried_to_what_is_open_next(english, people):
    """A colleague judged the event meanwhile: the queue shows what is left, here a proposed change."""
    lead = OrganizationDraft.of(people.gu.organization)
    judged = make_event(people.lecture.campaign, "展览", lead=lead, publish=False)
    review.submit(judged, NINE, people.gu)
    waiting = proposed(people.lecture, people.gu)
    review.approve(judged, NINE, people.lian)
    sign_in(english, people.lian)
    data = {"decision": "send_back", "why": "地点不明"}
    answer = english.post(f"/desk/review/{judged.id}", data=data)
    assert (answer.status_code, open_item(answer.text)) == (409, "专题讲座")
    assert f'id="why-{waiting.id}"' in answer.text
    assert "地点不明" not in answer.text
    assert "aria-invalid" not in answer.text
    assert "data-shown-again" not in answer.text


def test_who_has_read_an_item_first_does_not_hold_it(english, people):
    with transaction():
        people.lecture.campaign.term(TermKind.FORMAT, "talk").second_reading = True
    event = submitted(people, formats=(FormatDraft("talk"),))
    sign_in(english, people.lian)
    answer = english.post(f"/desk/review/{event.id}", data={"decision": "publish"})
    assert open_item(english.get(answer.location).text) is None
    page = english.get(f"/desk/review/?item={event.id}").text
    assert "Another person publishes it." in page
    assert 'data-key="p"' not in page
    assert 'data-key="back"' in page
    sign_in(english, people.su)
    page = english.get("/desk/review/").text
    assert "Second review; first reviewed by lian@example.cn" in page
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    lifecycle.change(event, replace(draft_of(event), title="另一个题目"), NINE, people.gu)
    stale = {"decision": "publish", "version": version}
    answer = english.post(f"/desk/review/{event.id}", data=stale)
    assert answer.status_code == 409
    assert "This event was changed while you were reading it." in answer.text
    listed = {"campaign": "ip-2024", "chosen": event.id, "version": f"{event.id}:{version}"}
    answer = english.post("/desk/review/many", data=listed)
    assert answer.location.endswith("done=many-0-1")
    assert english.post(f"/desk/events/{event.id}/publish", data={"version": version}).status_code == 409
    db.session.expire_all()
    assert event.status == "submitted"
