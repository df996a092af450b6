"""Many events at the desk: chosen, shown, confirmed; within reach only, and without JavaScript."""

import re
from dataclasses import replace

from models.db import db
from models.events.draft import OrganizationDraft, draft_of
from models.publishing import lifecycle, proposals
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_event

ADDRESS = "/desk/events/many/"


def days(*events) -> list[int]:
    db.session.expire_all()
    return [event.occurrences[0].start_day.day for event in events]


def post(english, *events, **data):
    chosen = [str(event.id) for event in events]
    return english.post(ADDRESS, data={"campaign": "ip-2024", "chosen": chosen, **data})


def test_nothing_changes_before_it_is_confirmed(english, people):
    sign_in(english, people.su)
    answer = post(english, people.lecture, people.nanjing, action="move", days="2")
    assert answer.status_code == 200
    assert answer.text.count("is moved") == 2
    assert answer.text.count("Mon 22 April 09:00–11:00 → Wed 24 April 09:00–11:00") == 2
    assert days(people.lecture, people.nanjing) == [22, 22]
    answer = post(english, people.lecture, people.nanjing, action="move", days="2", confirmed="1")
    assert (answer.status_code, answer.location) == (
        303,
        "/desk/events/many/done?campaign=ip-2024&action=move&days=2&focus=&done=moved-2",
    )
    assert days(people.lecture, people.nanjing) == [24, 24]
    assert "2 events are moved." in english.get(answer.location).text


def test_a_focus_for_many(english, people):
    sign_in(english, people.su)
    focus = people.lecture.campaign.terms_of("focus")[1].key
    answer = post(english, people.lecture, people.nanjing, action="focus", focus=focus, confirmed="1")
    assert "2 events have this focus now." in english.get(answer.location).text
    db.session.expire_all()
    assert [event.main_focus for event in (people.lecture, people.nanjing)] == [focus, focus]


def test_what_is_refused_is_said_before_and_after(english, people):
    sign_in(english, people.su)
    post(english, people.lecture, action="cancel", why="停电", confirmed="1")
    page = post(english, people.lecture, people.nanjing, action="cancel", why="停电").text
    assert "This event is cancelled already." in page
    assert "1 event will be changed." in page
    answer = post(english, people.lecture, people.nanjing, action="cancel", why="停电", confirmed="1")
    page = english.get(answer.location).text
    assert ("1 event is cancelled." in page, people.lecture.title in page) == (True, True)
    assert "This event is cancelled already." in page
    db.session.expire_all()
    assert people.nanjing.status == "cancelled"


def test_only_what_the_account_reaches(english, people):
    sign_in(english, people.lian)
    page = post(english, people.lecture, people.nanjing, action="move", days="1").text
    assert re.findall(r'name="chosen" value="(\d+)"', page) == [str(people.lecture.id)]
    assert post(english, people.nanjing, action="move", days="1", confirmed="1").status_code == 422
    assert days(people.nanjing) == [22]


def test_all_of_a_filter(english, people):
    sign_in(english, people.lian)
    page = post(
        english, action="move", days="1", all="1", filter="campaign=ip-2024&day=2024-04-22&page=2"
    ).text
    inside = {str(people.lecture.id), str(people.court_day.id)}
    assert set(re.findall(r'name="chosen" value="(\d+)"', page)) >= inside
    assert str(people.nanjing.id) not in re.findall(r'name="chosen" value="(\d+)"', page)
    assert post(english, action="move", days="1", all="1", filter="day=2024-04-26").status_code == 422


def test_what_was_typed_is_still_there(english, people):
    sign_in(english, people.su)
    answer = post(english, people.lecture, action="cancel", days="7")
    assert answer.status_code == 422
    assert "Please give a reason" in answer.text
    assert 'value="7"' in answer.text
    assert re.findall(r'name="chosen" value="(\d+)"', answer.text) == [str(people.lecture.id)]


def test_organizers_are_not_offered_what_they_may_not(english, people):
    sign_in(english, people.gu)
    page = english.get("/desk/events/?campaign=ip-2024").text
    assert re.findall(r'<option value="(\w+)"', page.split('id="many-action"')[1].split("</select>")[0]) == [
        "submit",
        "move",
        "focus",
        "cancel",
    ]
    assert post(english, people.lecture, action="publish", confirmed="1").status_code == 422


def test_an_organizer_proposes_to_cancel_many(english, people):
    sign_in(english, people.gu)
    page = post(english, people.lecture, people.abroad, people.nanjing, action="cancel", why="停电").text
    assert "2 events are public: an office decides on each of them." in page
    assert "1 of the selected events is not there any more." in page
    assert "Subscribed calendars follow" not in page
    answer = post(english, people.lecture, people.abroad, action="cancel", why="停电", confirmed="1")
    assert "2 events are proposed to an office" in english.get(answer.location).text
    db.session.expire_all()
    assert [event.status for event in (people.lecture, people.abroad)] == ["published", "published"]
    [one] = proposals.open_of(people.lecture)
    page = english.get(f"/desk/events/{people.lecture.id}").text
    assert "Withdraw the proposal to cancel" in page
    english.post(f"/desk/events/{people.lecture.id}/proposals/{one.id}/withdraw")
    assert "Proposed change" not in english.get(f"/desk/events/{people.lecture.id}").text


def test_what_was_changed_after_the_preview_is_not_published(english, people):
    event = make_event(
        people.lecture.campaign, "开放日", lead=OrganizationDraft.of(people.gu.organization), publish=False
    )
    sign_in(english, people.lian)
    seen = re.findall(r'name="seen" value="([\d:]+)"', post(english, event, action="publish").text)
    lifecycle.change(event, replace(draft_of(event), title="另一个题目"), NINE, people.gu)
    confirmed = {"action": "publish", "confirmed": "1", "seen": seen}
    page = english.get(post(english, event, **confirmed).location).text
    assert "Somebody changed or judged this event at that moment." in page
    db.session.expire_all()
    assert event.status == "draft"
    seen = re.findall(r'name="seen" value="([\d:]+)"', post(english, event, action="publish").text)
    post(english, event, **{**confirmed, "seen": seen})
    db.session.expire_all()
    assert event.status == "published"
