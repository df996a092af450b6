"""The desk's first page: what waits, what runs, what is missing, by role; and the filters of the list of events."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from models import clock
from models.db import db
from models.desk import waiting
from models.desk.missing import Missing
from models.events.draft import OccurrenceDraft, draft_of
from models.events.tables import Mode
from models.ledger.tables import Counter, Flag, Scan
from models.publishing import lifecycle, proposals, review
from models.publishing.change import event_transaction
from tests.support.records.people import sign_in
from tests.support.records.week import DAY, NINE, make_device, make_event

TODAY = DAY
MORNING = NINE + timedelta(minutes=30)


@pytest.fixture
def at_half_past_nine(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def missing(account, people, now=MORNING):
    groups = waiting.missing_of(account, people.lecture.campaign, now)
    return {str(kind): sorted(event.title for event in group.events) for kind, group in groups.items()}


def test_what_waits_is_of_the_reader_alone(people):
    campaign, gu, lian = people.lecture.campaign, people.gu, people.lian
    draft, submitted, back = (
        make_event(campaign, title, publish=False) for title in ("草稿", "待审", "退回")
    )
    for event in (submitted, back):
        review.submit(event, NINE, gu)
    review.send_back(back, "缺地点", NINE, lian)
    with event_transaction():
        proposed = replace(draft_of(people.lecture), title="新题目")
        proposals.write_proposal(people.lecture, proposed, NINE, gu)

    def seen(account):
        waits = waiting.waiting_for(account, campaign, MORNING)
        groups = (
            waits.drafts,
            waits.own_submitted,
            waits.sent_back,
            waits.proposed,
            waits.own_proposed,
            waits.refused,
        )
        return waits.reviews, *([event.title for event in group.events] for group in groups)

    assert {name: seen(getattr(people, name)) for name in ("gu", "wang", "lian", "fa", "kan", "shou")} == {
        "gu": (0, ["草稿"], ["待审"], ["退回"], [], ["专题讲座"], []),
        "wang": (0, [], [], [], [], [], []),
        "lian": (1, [], [], [], ["专题讲座"], [], []),
        "fa": (0, [], [], [], [], [], []),
        "kan": (0, [], [], [], [], [], []),
        "shou": (0, [], [], [], [], [], []),
    }
    [proposal] = proposals.open_of(people.lecture)
    proposals.refuse(proposal.id, "题目不清楚", NINE, lian)
    assert seen(gu)[-2:] == ([], ["专题讲座"])
    assert seen(lian)[-3:] == ([], [], [])
    assert draft.status == "draft"


def test_held_scans_wait_for_who_may_decide(people):
    device = make_device(people.lecture)
    device.tally("public", headcount=3)
    db.session.scalars(db.select(Scan)).one().flags = Flag.REVOKED_PASS
    db.session.commit()
    campaign = people.lecture.campaign
    held = {
        name: [
            (one.event.title, one.scans)
            for one in waiting.waiting_for(getattr(people, name), campaign, MORNING).held
        ]
        for name in ("gu", "lian", "wang", "kan", "shou")
    }
    assert held == {"gu": [("专题讲座", 1)], "lian": [("专题讲座", 1)], "wang": [], "kan": [], "shou": []}


def test_what_runs_now(people):
    make_device(people.lecture).tally("public", headcount=3)
    campaign = people.lecture.campaign
    total, running = waiting.running_now(people.gu, campaign, MORNING)
    assert (total, [(one.event.title, one.visits) for one in running]) == (
        2,
        [("专题讲座", 3), ("进京推介", 0)],
    )
    assert waiting.running_now(people.gu, campaign, NINE - timedelta(hours=1)) == (0, [])
    assert waiting.running_now(people.wang, campaign, MORNING)[0] == 1


def test_what_is_missing(people):
    campaign = people.lecture.campaign
    day_before = DAY - timedelta(days=1)
    over = OccurrenceDraft(day_before, day_before)
    tomorrow = OccurrenceDraft(DAY + timedelta(days=1), DAY + timedelta(days=1))
    counted = make_event(campaign, "已计数", occurrences=(over,), venue_text="广场")
    counter = {"occurrence_id": counted.occurrences[0].id, "day": day_before, "hour": 9, "group": "public"}
    db.session.add(Counter(**counter, method="tally", visits=3))
    db.session.commit()
    make_event(campaign, "无数据", occurrences=(over,), venue_text="广场")
    make_event(campaign, "线上", occurrences=(over,), mode=Mode.ONLINE)
    make_event(campaign, "明天", occurrences=(tomorrow,), venue_text="广场")
    make_device(make_event(campaign, "明天有终端", occurrences=(tomorrow,), venue_text="广场"))
    undated = make_event(campaign, "无日期", venue_text="广场")
    lifecycle.change(undated, replace(draft_of(undated), occurrences=()), NINE)
    assert missing(people.gu, people) == {
        "figures": ["无数据"],
        "entrance": ["明天"],
        "place": ["专题讲座", "进京推介"],
    } | ({"time": ["无日期"]} if not undated.occurrences else {})
    assert missing(people.kan, people)["figures"] == ["无数据"]
    assert "figures" not in missing(people.wang, people)


def test_the_page_shows_counts_and_ways_on(english, people, at_half_past_nine):
    event = make_event(people.lecture.campaign, "待审", publish=False)
    review.submit(event, NINE, people.gu)
    sign_in(english, people.lian)
    page = english.get("/desk/").text
    assert re.findall(r'<span class="task-count">(\d+)</span> ([^<]+)<', page) == [
        ("1", "event awaits review")
    ]
    assert f"/desk/events/{people.lecture.id}/live" in page
    assert "have no venue" in page
    sign_in(english, people.gu)
    assert "event that awaits the office" in english.get("/desk/").text


def test_more_events_ask_the_database_no_more_often(english, people, count_queries, at_half_past_nine):
    sign_in(english, people.lian)
    with count_queries() as few:
        english.get("/desk/")
    for number in range(20):
        make_event(people.lecture.campaign, f"讲座{number}")
    with count_queries() as many:
        assert english.get("/desk/").status_code == 200
    assert len(many) == len(few)


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/desk/events/\d+" lang="zh">([^<]+)</a>', page)


def test_an_office_filters_its_events(english, people, at_half_past_nine):
    make_event(people.lecture.campaign, "草稿", publish=False)
    sign_in(english, people.su)
    page = english.get("/desk/events/").text
    assert "Events in your area" in page
    assert len(listed(page)) == 4
    assert listed(english.get("/desk/events/?region=320100").text) == ["南京宣传"]
    assert listed(english.get("/desk/events/?line=courts").text) == ["法院开放日"]
    assert listed(english.get("/desk/events/?state=draft").text) == ["草稿"]
    assert listed(english.get(f"/desk/events/?missing={Missing.REGION}").text) == []
    assert english.get("/desk/events/?state=lost").status_code == 400
    sign_in(english, people.cui)
    assert "All events" in english.get("/desk/events/").text


def test_an_office_reads_when_its_summary_is_due(client, people, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE + timedelta(days=15))

    def line(account):
        sign_in(client, account)
        page = client.get("/desk/?campaign=ip-2024", headers={"Accept-Language": "en"}).text
        return re.findall(r'class="deadline">.*?<span>(.*?)</span>', page)

    assert {name: line(getattr(people, name)) for name in ("lian", "gu")} == {
        "lian": ["The summary is due on Thu 9 May 2024: 2 days left."],
        "gu": [],
    }
