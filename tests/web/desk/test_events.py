"""The desk: own events, and one event with the ways on from it."""

import re
from datetime import timedelta

from models.events.draft import EventDraft, OrganizationDraft
from models.figures import event_overview
from models.publishing.lifecycle import cancel, create
from tests.support.records.people import sign_in
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, session


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/desk/events/\d+" lang="zh">([^<]+)</a>', page)


def test_the_list_shows_own_events_with_status_and_visits(english, people):
    make_device(people.lecture).tally("public", headcount=7)
    cancel(people.abroad, NINE)
    sign_in(english, people.gu)
    page = english.get("/desk/events/").text
    assert listed(page) == ["专题讲座", "进京推介"]
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in page.split("<tbody>")[1].split("<tr>")[1:]]
    assert "Mon 22 April 09:00–11:00" in rows[0]
    assert "Published" in rows[0]
    assert re.search(r"Visits\s+7\s", rows[0])
    assert "Cancelled" in rows[1]
    assert re.search(r"Visits\s+0\s", rows[1])


def test_the_list_is_searched(english, people):
    sign_in(english, people.cui)
    assert len(listed(english.get("/desk/events/").text)) == 6
    assert listed(english.get("/desk/events/?q=讲座").text) == ["专题讲座"]
    assert listed(english.get("/desk/events/?day=2024-04-21").text) == []
    assert len(listed(english.get("/desk/events/?day=2024-04-22").text)) == 6
    assert english.get("/desk/events/?day=yesterday").status_code == 400
    assert english.get("/desk/events/?campaign=nothing").status_code == 404


def test_thirty_events_ask_the_database_no_more_often_than_one(english, people, count_queries):
    sign_in(english, people.wang)
    with count_queries() as one:
        english.get("/desk/events/")
    for number in range(29):
        make_event(people.court_day.campaign, f"开放日{number}", lead=_lead(people.wang))
    with count_queries() as thirty:
        page = english.get("/desk/events/").text
    assert len(listed(page)) == 30
    assert len(thirty) == len(one)


def _lead(account):
    return OrganizationDraft(
        account.organization.name, account.organization.region_code, account.organization.line
    )


def test_a_long_list_has_pages(english, people):
    for number in range(55):
        make_event(people.court_day.campaign, f"开放日{number:02d}", lead=_lead(people.wang))
    sign_in(english, people.wang)
    first, second = english.get("/desk/events/").text, english.get("/desk/events/?page=2").text
    assert (len(listed(first)), len(listed(second))) == (50, 6)
    assert set(listed(first)) & set(listed(second)) == set()
    assert listed(english.get("/desk/events/?page=99").text) == listed(second)


PAGES = ("", "/live", "/live.json")


def test_another_organizations_event_does_not_exist(english, people):
    make_device(people.lecture)
    ways = {"gu": 200, "he": 200, "lian": 200, "su": 200, "cui": 200, "wang": 404, "bao": 404}
    for name, status in ways.items():
        visitor = english.application.test_client()
        sign_in(visitor, getattr(people, name))
        path = f"/desk/events/{people.lecture.id}"
        assert [visitor.get(path + page).status_code for page in PAGES] == [status] * 3, name
        pairing = visitor.post(f"{path}/devices/pair").status_code
        assert pairing == (303 if status == 200 else 404), name
    stranger = english.application.test_client()
    path = f"/desk/events/{people.lecture.id}"
    assert [stranger.get(path + page).status_code for page in PAGES] == [303, 303, 401]
    assert stranger.post(f"{path}/devices/pair").headers["Location"] == "/desk/sign-in"


def test_an_event_without_a_date_offers_neither_poster_nor_pairing(english, people):
    undated = create(people.lecture.campaign, EventDraft(title="时间未定", lead=_lead(people.gu)), NINE)
    sign_in(english, people.gu)
    path = f"/desk/events/{undated.id}"
    page = english.get(path).text
    assert "poster.pdf" not in page
    assert "This event has no date yet." in page
    assert english.post(f"{path}/devices/pair").status_code == 409


def test_of_several_occurrences_the_one_that_matters_now_is_told(app):
    days = [session(NINE + timedelta(days=n), 1, DAY + timedelta(days=n)) for n in (0, 2, 4)]
    event = make_event(load_week(), occurrences=tuple(days))
    starts = {
        n: event_overview.nearest(event, DAY + timedelta(days=n)).start_day for n in (-3, 0, 1, 2, 4, 9)
    }
    assert {n: (day - DAY).days for n, day in starts.items()} == {-3: 0, 0: 0, 1: 2, 2: 2, 4: 4, 9: 4}
