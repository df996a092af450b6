"""The form for an event: new, copied, changed, and the same event changed by two people."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import msgspec
import pytest
from werkzeug.datastructures import MultiDict

from models.campaigns.tables import find_campaign
from models.db import db
from models.events.draft import EventDraft, OccurrenceDraft, VenueDraft, draft_of
from models.events.tables import Event, EventStatus
from models.organizations.tables import Account
from models.publishing import lifecycle, proposals
from tests.support.records.people import sign_in
from tests.support.records.week import NINE
from web.desk.event_form import fields, sessions

SIMPLE = {
    "campaign": "ip-2024",
    "title": "专利开放日",
    "session-day": "2024-04-23",
    "session-start": "09:00",
    "session-end": "11:30",
    "venue": "市民中心",
    "groups": ["youth", "public"],
    "action": "submit",
}


def newest() -> Event:
    db.session.expire_all()
    return db.session.query(Event).order_by(Event.id.desc()).first()


def write(english, address="/desk/events/new", **changes):
    return english.post(address, data={**SIMPLE, **changes})


def times(event: Event) -> list[tuple]:
    return [
        (row.start_day, row.end_day, row.half_day, row.start_at and row.start_at.astimezone().isoformat())
        for row in draft_of(event).occurrences
    ]


def test_a_simple_event_is_written_and_submitted(english, people):
    sign_in(english, people.gu)
    answer = write(english)
    event = newest()
    assert (answer.status_code, answer.location) == (
        303,
        f"/desk/events/{event.id}?saved=/desk/events/new",
    )
    draft = draft_of(event)
    assert (event.status, draft.title, draft.region_code) == ("submitted", "专利开放日", "320723")
    assert draft.lead.name == "灌云县知识产权局"
    assert (draft.hosts, draft.groups) == (("灌云县知识产权局",), ("public", "youth"))
    [one] = draft.occurrences
    assert (one.start_at.isoformat(), one.end_at.isoformat()) == (
        "2024-04-23T01:00:00+00:00",
        "2024-04-23T03:30:00+00:00",
    )
    assert one.venue.name == "市民中心"
    assert "专利开放日" in english.get(f"/desk/events/{event.id}").text
    assert english.get(f"/ip-2024/events/{event.id}").status_code == 404


def test_an_office_publishes_at_once_and_is_recorded_as_the_reviewer(english, people):
    sign_in(english, people.lian)
    write(english, action="publish", lead="灌云县知识产权局")
    event = newest()
    assert event.status == EventStatus.PUBLISHED
    assert [(change.verb, change.account_id) for change in event.changes] == [
        (verb, people.lian.id) for verb in ("created", "submitted", "published")
    ]
    assert english.get(f"/ip-2024/events/{event.id}").status_code == 200


def test_an_organizer_cannot_publish_by_asking_for_it(english, people):
    sign_in(english, people.gu)
    write(english, action="publish")
    assert newest().status == EventStatus.SUBMITTED


def test_a_draft_may_be_incomplete_and_a_submission_not(english, people):
    sign_in(english, people.gu)
    empty = {"session-day": "", "session-start": "", "session-end": "", "venue": ""}
    answer = write(english, **empty)
    assert answer.status_code == 422
    assert re.findall(r'id="problem-(\w+)"', answer.text) == ["sessions", "venue"]
    assert "专利开放日" in answer.text  # what was typed is still there
    assert write(english, action="save", **empty).status_code == 303
    assert (newest().title, newest().status) == ("专利开放日", "draft")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"region": "不存在的地方"}, "region"),
        ({"region": "南京市"}, "region"),
        ({"online_url": "example.org"}, "online_url"),
        ({"groups": ["dragons"]}, "groups"),
        ({"title": "长" * 301}, "title"),
    ],
)
def test_a_problem_stands_at_its_field(english, people, changes, field):
    sign_in(english, people.lian)
    before = newest().id
    answer = write(english, **changes)
    assert answer.status_code == 422
    assert re.findall(r'id="problem-(\w+)"', answer.text) == [field]
    assert f'aria-describedby="problem-{field}"' in answer.text or field == "groups"
    assert newest().id == before


@pytest.mark.parametrize(
    "changes",
    [
        {"session-day": ""},
        {"session-day": "23.4."},
        {"session-start": "9 Uhr"},
        {"session-start": ""},
        {"session-last_day": "2024-04-22"},
        {"session-capacity": "viele"},
        {"session-capacity": "0"},
        {"session-day": "2024-04-23", "session-repeat": "weekends"},
    ],
)
def test_a_problem_of_a_date_stands_at_its_row(english, people, changes):
    sign_in(english, people.gu)
    answer = write(english, **changes)
    assert (answer.status_code, answer.text.count('id="session-1-problem"')) == (422, 1)


def test_rows_of_dates():
    form = MultiDict(
        [
            ("session-day", "2024-04-20"), ("session-last_day", "2024-04-26"), ("session-repeat", "closed-0"),
            ("session-part", ""), ("session-start", "09:00"), ("session-end", "17:00"), ("session-capacity", "30"),
            ("session-day", ""), ("session-last_day", ""), ("session-repeat", ""), ("session-part", "morning"),
            ("session-start", ""), ("session-end", ""), ("session-capacity", ""),
            ("session-day", "2024-04-24"), ("session-last_day", ""), ("session-repeat", ""),
            ("session-part", ""), ("session-start", "21:00"), ("session-end", "03:00"), ("session-capacity", ""),
            ("session-day", "2024-04-25"), ("session-last_day", ""), ("session-repeat", ""),
            ("session-part", "afternoon"), ("session-start", "09:00"), ("session-end", ""), ("session-capacity", ""),
        ]
    )  # fmt: skip
    rows = sessions.read_rows(form)
    occurrences = sessions.occurrences_of(rows, "Asia/Shanghai")
    assert [row.count for row in rows] == [6, 1, 1]
    assert [one.start_day.day for one in occurrences] == [20, 21, 23, 24, 25, 26, 24, 25]
    night, afternoon = occurrences[6:]
    assert (night.end_day, night.end_at - night.start_at).__repr__() == (
        "(datetime.date(2024, 4, 25), datetime.timedelta(seconds=21600))"
    )
    assert (afternoon.half_day, afternoon.start_at) == ("afternoon", None)
    again = sessions.rows_of(occurrences, "Asia/Shanghai")
    assert sessions.occurrences_of(again, "Asia/Shanghai") == tuple(
        sorted(occurrences, key=lambda one: (one.capacity is None, one.start_day))
    )
    assert [(row.day, row.last_day, row.repeat) for row in again] == [
        ("2024-04-20", "2024-04-21", "daily"),
        ("2024-04-23", "2024-04-26", "daily"),
        ("2024-04-24", "", ""),
        ("2024-04-25", "", ""),
    ]


def posted(page: str) -> MultiDict[str, str]:
    """The fields of the form as a browser would send them."""
    form = page.split("data-event-form", 1)[1].split("</form>", 1)[0].split("<template", 1)
    text = form[0] + form[1].split("</noscript>", 1)[1]
    values = MultiDict()
    for tag in re.findall(r"<input[^>]*>", text):
        name = re.search(r'name="([^"]+)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag) and 'type="radio"' not in tag:
            value = re.search(r'value="([^"]*)"', tag)
            values.add(name[1], unescape(value[1]) if value else "")
    for name, text_value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text):
        values.add(name, unescape(text_value))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        values.add(name, (re.findall(r'value="([^"]*)" selected', options) or [""])[0])
    return values


def rich(people) -> Event:
    """An event with all that the form does not show, and with two venues."""
    draft = draft_of(people.lecture)
    occurrences = tuple(
        OccurrenceDraft(date(2024, 4, day), date(2024, 4, day), half_day="morning", venue=VenueDraft(venue))
        for day, venue in ((22, "图书馆"), (23, "图书馆"), (24, "博物馆"))
    )
    changed = replace(draft, occurrences=occurrences, time_text="上午", region_text="县城")
    lifecycle.change(people.lecture, changed, NINE)
    return people.lecture


def test_saving_an_unchanged_form_changes_nothing(english, people):
    event = rich(people)
    before, changes = draft_of(event), len(event.changes)
    sign_in(english, people.lian)
    page = english.get(f"/desk/events/{event.id}/edit").text
    answer = english.post(f"/desk/events/{event.id}/edit", data={**posted(page).to_dict(flat=False)})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (draft_of(event), len(event.changes)) == (before, changes)


def edit(english, event: Event, opened: EventDraft, **changes):
    form = fields.form_of(opened, event.campaign)
    data = {name: getattr(form, name) for name in fields.TEXTS} | {"groups": form.groups}
    rows = {
        f"session-{name}": [getattr(row, name) for row in form.sessions]
        for name in ("day", "last_day", "repeat", "part", "start", "end", "capacity")
    }
    base_text = msgspec.json.encode(opened).decode()
    return english.post(f"/desk/events/{event.id}/edit", data={**data, **rows, "base": base_text, **changes})


def test_two_people_change_different_fields_and_both_stay(english, people):
    event, base = people.lecture, draft_of(people.lecture)
    lifecycle.change(event, replace(base, description="带身份证"), NINE, people.su)
    sign_in(english, people.lian)
    assert edit(english, event, base, title="新题目", venue="市民中心").status_code == 303
    db.session.expire_all()
    assert (event.title, event.description) == ("新题目", "带身份证")


def test_two_people_change_one_field_and_both_versions_are_shown(english, people):
    event, base = people.lecture, draft_of(people.lecture)
    lifecycle.change(event, replace(base, title="她的题目"), NINE, people.su)
    sign_in(english, people.lian)
    answer = edit(english, event, base, title="我的题目", venue="市民中心")
    assert answer.status_code == 409
    assert "她的题目" in answer.text
    assert "我的题目" in answer.text
    db.session.expire_all()
    assert event.title == "她的题目"
    for keep, title in (("theirs", "她的题目"), ("mine", "我的题目")):
        answer = edit(english, event, base, title="我的题目", venue="市民中心", **{"keep-title": keep})
        assert answer.status_code == 303
        db.session.expire_all()
        assert event.title == title


def test_an_organizers_change_of_a_published_event_is_a_proposal(english, people):
    event, base = people.lecture, draft_of(people.lecture)
    sign_in(english, people.gu)
    assert edit(english, event, base, title="改名", venue="市民中心").status_code == 303
    db.session.expire_all()
    assert event.title == "专题讲座"
    [proposal] = proposals.open_of(event)
    assert (proposal.account_id, sorted(proposal.fields)) == (
        people.gu.id,
        ["occurrences", "title", "venues"],
    )


def test_an_organization_that_publishes_by_itself(english, people):
    people.gu.organization.publishes = True
    db.session.commit()
    sign_in(english, people.gu)
    write(english, action="publish")
    assert newest().status == EventStatus.PUBLISHED


def test_a_form_without_its_base_is_refused(english, people):
    sign_in(english, people.lian)
    answer = edit(english, people.lecture, draft_of(people.lecture), base="{")
    assert answer.status_code == 400
    assert "Reload the page" in answer.text


def test_a_copy_has_everything_but_its_own_id(english, people):
    sign_in(english, people.gu)
    page = english.get(f"/desk/events/new?copy={people.lecture.id}&campaign=ip-2024").text
    assert 'value="专题讲座"' in page
    assert 'value="2024-04-22"' in page
    assert english.get(f"/desk/events/new?copy={people.nanjing.id}").status_code == 404


def test_cancel_with_a_reason(english, people):
    address = f"/desk/events/{people.lecture.id}/cancel"
    sign_in(english, people.lian)
    assert english.get(address).status_code == 200
    assert english.post(address, data={"why": " "}).status_code == 422
    assert english.post(address, data={"why": "场地检修"}).status_code == 303
    db.session.expire_all()
    assert (people.lecture.status, people.lecture.changes[-1].why) == ("cancelled", "场地检修")
    assert "场地检修" in english.get(f"/ip-2024/events/{people.lecture.id}").text


def test_an_organizer_proposes_to_cancel(english, people):
    event, address = people.lecture, f"/desk/events/{people.lecture.id}/cancel"
    sign_in(english, people.gu)
    assert "An office decides on it." in english.get(address).text
    assert english.post(address, data={"why": "场地检修"}).status_code == 303
    db.session.expire_all()
    [proposal] = proposals.open_of(event)
    assert (event.status, proposal.cancels) == ("published", True)
    assert "场地检修" in english.get(f"/desk/events/{event.id}").text
    assert "场地检修" not in english.get(f"/ip-2024/events/{event.id}").text
    sign_in(english, people.lian)
    english.post(f"/desk/events/{event.id}/proposals/{proposal.id}", data={"decision": "accept"})
    db.session.expire_all()
    assert (event.status, event.changes[-1].why) == ("cancelled", "场地检修")
    assert [row.sequence for row in event.occurrences] == [1] * len(event.occurrences)


def test_an_organizer_goes_on_with_what_was_proposed(english, people):
    event, base = people.lecture, draft_of(people.lecture)
    sign_in(english, people.gu)
    edit(english, event, base, title="改名", venue="市民中心")
    page = english.get(f"/desk/events/{event.id}/edit").text
    assert 'value="改名"' in page
    assert "what you have proposed already" in page
    second = msgspec.json.decode(
        unescape(re.search(r'name="base" value="([^"]*)"', page)[1]), type=EventDraft
    )
    assert edit(english, event, second, title="改名", venue="市民中心", contact="0518-1").status_code == 303
    [proposal] = proposals.open_of(event)
    assert (proposal.draft.title, proposal.draft.contact) == ("改名", "0518-1")
    sign_in(english, people.lian)
    address = f"/desk/events/{event.id}/proposals/{proposal.id}"
    assert english.post(address, data={"decision": "refuse"}).status_code == 422
    english.post(address, data={"decision": "refuse", "why": "电话号码不对"})
    sign_in(english, people.gu)
    assert (
        'was not accepted:</strong> <span lang="zh">电话号码不对'
        in english.get(f"/desk/events/{event.id}").text
    )


def test_delete_is_for_what_was_never_public(english, people):
    sign_in(english, people.gu)
    write(english, action="save")
    draft = newest().id
    assert english.post(f"/desk/events/{draft}/delete").status_code == 303
    assert english.get(f"/desk/events/{draft}").status_code == 404
    assert english.post(f"/desk/events/{people.lecture.id}/delete").status_code == 400
    assert english.get(f"/desk/events/{people.lecture.id}").status_code == 200


def test_deleting_a_draft_says_before_what_is_lost(english, people):
    sign_in(english, people.gu)
    write(english, action="save")
    page = english.get(f"/desk/events/{newest().id}").text
    asked = page.split('class="ask-first"', 1)[1].split("</details>", 1)[0]
    assert f"/desk/events/{newest().id}/delete" in asked
    assert "It cannot be brought back." in asked
    assert page.count("/delete") == 1  # no way around the question


def test_a_submission_is_taken_back_until_it_is_judged(english, people):
    sign_in(english, people.gu)
    write(english, action="submit")
    address = f"/desk/events/{newest().id}"
    assert "It becomes a draft again and leaves the office" in english.get(address).text
    assert english.post(f"{address}/recall").status_code == 303
    event = newest()
    assert (event.status, event.changes[-1].verb) == ("draft", "recalled")
    assert english.post(f"{address}/recall").status_code == 409
    sign_in(english, people.lian)
    assert f"item={event.id}" not in english.get("/desk/review/?campaign=ip-2024").text


def test_the_preview_says_what_visitors_will_see(english, people):
    sign_in(english, people.gu)
    page = english.post("/desk/events/preview", data=SIMPLE).text
    assert "专利开放日" in page
    assert "Tue 23 April 09:00–11:30" in page
    assert english.post("/desk/events/preview", data={"campaign": "ip-2024"}).status_code == 200


def test_a_name_alike_to_a_known_organization_is_said_while_writing(english, people):
    own = people.gu.organization
    alike = own.name.replace("知识产权", "知产") if "知识产权" in own.name else f"{own.name}（筹）"
    sign_in(english, people.lian)
    spaced = f"{own.name[:2]} {own.name[2:]}"  # found as the same
    hosts = f"{alike}\n{own.name}\n{spaced}"
    page = unescape(english.post("/desk/events/preview", data={**SIMPLE, "hosts": hosts}).text)
    assert re.findall("“([^”]*)” resembles “([^”]*)”", page) == [(alike, own.name)]
    assert f'<option value="{own.name}">' in english.get("/desk/events/new").text


@pytest.mark.parametrize("who", ["wang", "bao"])
def test_others_do_not_reach_the_form(english, people, who):
    account: Account = getattr(people, who)
    sign_in(english, account)
    event_id, base = people.lecture.id, draft_of(people.lecture)
    assert english.get(f"/desk/events/{event_id}/edit").status_code == 404
    assert edit(english, people.lecture, base).status_code == 404
    for verb in ("submit", "recall", "delete", "cancel"):
        assert english.post(f"/desk/events/{event_id}/{verb}").status_code == 404


def test_signed_out_while_writing_leads_back_to_the_form(english, people):
    answer = write(english)
    assert answer.location == "/desk/sign-in?next=/desk/events/new"


def test_parts_of_hosts_english_names_and_spotlights_are_written_and_shown(english, client, people):
    sign_in(english, people.lian)
    write(
        english,
        action="publish",
        lead="灌云县知识产权局",
        hosts="灌云县教育局",
        organizers="灌云县人民法院",
        co_organizers="青云大学\n灌云县图书馆",
        title_en="Patent open day",
        venue_en="Civic Centre",
        spotlights=[spotlight_key()],
    )
    event = newest()
    assert [(host.name, host.role) for host in event.hosts] == [
        ("灌云县知识产权局", "host"),
        ("灌云县教育局", "host"),
        ("灌云县人民法院（承办）", "organizer"),
        ("青云大学（协办）", "co_organizer"),
        ("灌云县图书馆（协办）", "co_organizer"),
    ]
    assert event.hosts[2].organization_id == people.wang.organization_id
    assert event.spotlights == [spotlight_key()]
    page = client.get(f"/ip-2024/events/{event.id}", headers={"Accept-Language": "en"}).text
    assert '<h1 class="event-title" lang="en">Patent open day</h1>' in page
    assert '<span lang="en">Civic Centre</span> <span lang="zh">市民中心</span>' in page
    chinese = client.get(f"/ip-2024/events/{event.id}", headers={"Accept-Language": "zh"}).text
    assert ("Patent open day" in chinese, "Civic Centre" in chinese) == (False, False)
    data = client.get(f"/ip-2024/events/{event.id}.json").json
    assert (data["title"], data["title_en"], data["spotlights"]) == (
        "专利开放日",
        "Patent open day",
        [spotlight_key()],
    )
    assert data["venues"][0]["name_en"] == "Civic Centre"
    form = english.get(f"/desk/events/{event.id}/edit").text
    assert "青云大学\n灌云县图书馆</textarea>" in form
    assert (
        write(
            english,
            f"/desk/events/{event.id}/edit",
            base=base_of(form),
            lead="灌云县知识产权局",
            hosts="灌云县教育局",
            organizers="灌云县人民法院",
            co_organizers="青云大学\n灌云县图书馆",
            title_en="Patent open day",
            spotlights=[spotlight_key()],
        ).status_code
        == 303
    )
    assert [change.verb for change in newest().changes][-1] == "published"  # nothing differed


def base_of(page: str) -> str:
    return unescape(re.search(r'name="base" value="([^"]*)"', page)[1])


def spotlight_key() -> str:
    return find_campaign("ip-2024").terms_of("spotlight")[0].key


def test_a_part_written_by_an_import_stays_as_it_was(people):
    draft = replace(draft_of(people.lecture), hosts=("甲（承办）", "灌云县知识产权局（主办）", "乙（指导）"))
    form = fields.form_of(draft, people.lecture.campaign)
    assert (form.hosts, form.organizers, form.co_organizers) == (
        "灌云县知识产权局（主办）\n乙（指导）",
        "甲",
        "",
    )
    assert fields.draft_of_form(form, people.lecture.campaign, people.lian, draft).hosts == draft.hosts


def test_a_day_without_a_stated_end_stays_so(people):
    (first, *rest) = draft_of(people.lecture).occurrences
    draft = replace(draft_of(people.lecture), occurrences=(replace(first, open_ended=True), *rest))
    form = fields.form_of(draft, people.lecture.campaign)
    again = fields.draft_of_form(form, people.lecture.campaign, people.lian, draft)
    assert [one.open_ended for one in again.occurrences] == [True, *(False for _ in rest)]


@pytest.mark.parametrize(
    ("closed", "days"),
    [
        ("4-22", [20, 21, 23]),
        ("2024-04-20，4月22日", [21, 23]),
        ("4/20 4.21", [22, 23]),
    ],
)
def test_closing_days_have_no_session(closed, days):
    row = sessions.SessionRow(
        day="2024-04-20", last_day="2024-04-23", start="09:00", end="17:00", closed=closed
    )
    occurrences = sessions.occurrences_of([row], "Asia/Shanghai")
    assert [(one.start_day.day, one.end_day.day) for one in occurrences] == [(day, day) for day in days]
    assert row.problem is None


def test_a_closing_day_that_is_no_day_is_named():
    row = sessions.SessionRow(day="2024-04-20", last_day="2024-04-23", closed="周一")
    assert sessions.occurrences_of([row], "Asia/Shanghai") == ()
    assert str(row.problem) == "“周一” is not a day. Write closing days as 4-22, 4-24."


def test_an_event_to_copy_is_found_by_its_title_within_reach(english, people):
    sign_in(english, people.gu)
    page = english.get(f"/desk/events/copy?campaign=ip-2024&q={people.lecture.title}").text
    assert f"copy={people.lecture.id}&amp;campaign=ip-2024" in page
    assert f"copy={people.nanjing.id}" not in english.get("/desk/events/copy?campaign=ip-2024").text
