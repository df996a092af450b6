"""Moving an event at the desk: said before, done on confirmation, seen on the public page."""

import re

from models.db import db
from models.publishing import proposals
from tests.support.records.people import sign_in


def days(event) -> list[int]:
    db.session.expire_all()
    return [row.start_day.day for row in event.occurrences]


def test_the_page_says_before_what_changes(english, people):
    sign_in(english, people.lian)
    address = f"/desk/events/{people.lecture.id}/move"
    page = english.get(address, query_string={"day": "2024-04-25"}).text
    assert "<del>Mon 22 April" in page
    assert "<strong>Thu 25 April" in page
    assert "Subscribed calendars move the entry" in page
    assert days(people.lecture) == [22]
    assert ("It has begun already" in page, "Outside the week" in page) == (True, False)
    assert "Outside the week" in english.get(address, query_string={"day": "2024-04-30"}).text
    assert english.post(address, data={"day": "2024-04-25"}).status_code == 303
    assert days(people.lecture) == [25]
    public = english.get(f"/ip-2024/events/{people.lecture.id}").text
    assert "Thu 25 April" in public
    assert "Changed: time" in public


def test_by_days_and_what_is_typed_wrong(english, people):
    sign_in(english, people.lian)
    address = f"/desk/events/{people.lecture.id}/move"
    answer = english.get(address, query_string={"days": "soon"})
    assert (answer.status_code, 'value="soon"' in answer.text) == (422, True)
    assert english.post(address, data={"days": "0"}).status_code == 400
    assert english.post(address, data={"days": "-1"}).status_code == 303
    assert days(people.lecture) == [21]


def test_an_organizer_proposes_and_others_do_not_reach_it(english, people):
    address = f"/desk/events/{people.lecture.id}/move"
    sign_in(english, people.gu)
    assert "once an office accepts it" in english.get(address, query_string={"days": "1"}).text
    assert english.post(address, data={"days": "1"}).status_code == 303
    assert (days(people.lecture), len(proposals.open_of(people.lecture))) == ([22], 1)
    sign_in(english, people.wang)
    assert (english.get(address).status_code, english.post(address, data={"days": "1"}).status_code) == (
        404,
        404,
    )


def seen_on(page: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_of_two_who_move_an_event_by_a_day_the_first_one_moves_it(english, people):
    sign_in(english, people.lian)
    address = f"/desk/events/{people.lecture.id}/move"
    seen = seen_on(english.get(address, query_string={"days": "1"}).text)
    assert english.post(address, data={"days": "1", "seen": seen}).status_code == 303
    again = english.post(address, data={"days": "1", "seen": seen})
    assert (again.status_code, "were changed meanwhile" in again.text) == (409, True)
    assert "<del>Tue 23 April" in again.text
    assert days(people.lecture) == [23]
    assert english.post(address, data={"days": "1", "seen": seen_on(again.text)}).status_code == 303
    assert days(people.lecture) == [24]


def test_many_are_moved_from_where_they_were_seen(english, people):
    sign_in(english, people.lian)
    form = {"campaign": "ip-2024", "action": "move", "days": "1", "chosen": str(people.lecture.id)}
    seen = seen_on(english.post("/desk/events/many/", data=form).text)
    for number in (1, 2):
        answer = english.post("/desk/events/many/", data=form | {"seen": seen, "confirmed": "1"})
        assert answer.status_code == 303
        shown = english.get(answer.location).text
        assert ("1 event is moved." in shown) == (number == 1)
    assert "Somebody changed or judged this event at that moment." in shown
    assert days(people.lecture) == [23]
