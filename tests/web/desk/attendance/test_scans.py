"""The scans of an event at the desk: chosen, set aside, accepted, moved and moved back."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from models import clock
from models.corrections import scan_list
from models.figures.count import figures
from models.figures.recount.comparison import verify
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, minutes

LATER = NINE + timedelta(days=1)


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return make_people(load_week())


@pytest.fixture
def ids(people):
    device, ids = make_device(people.lecture), [uuid4() for _ in range(3)]
    device.touch("public", id=ids[0])
    device.touch("youth", NINE + minutes(61), id=ids[1])
    make_device(people.lecture).tally("public", NINE + minutes(62), id=ids[2], headcount=8)
    return ids


@pytest.fixture
def page(people) -> str:
    return f"/desk/events/{people.lecture.id}/scans/"


def by_event(people) -> dict[int, int]:
    return {row["event"]: row["visits"] for row in figures(people.lecture.campaign, LATER, ("event",)).rows}


def ticked(text: str) -> set[str]:
    return set(re.findall(r'name="scan" value="([^"]+)"', text))


def test_rows_are_chosen_by_device_hour_kind_and_group(gus_browser, people, ids, page):
    first, second, third = map(str, ids)
    for query, expected in (
        ({}, {first, second, third}),
        ({"hour": "9"}, {first}),
        ({"kind": "tally"}, {third}),
        ({"group": "public"}, {first, third}),
        ({"group": "public", "hour": "10"}, {third}),
        ({"device": "0"}, set()),
        ({"day": "2024-04-22"}, {first, second, third}),
        ({"day": "2024-04-23"}, set()),
    ):
        assert ticked(gus_browser.get(page, query_string=query).text) == expected


def test_many_scans_are_shown_in_pages_without_counting_all(gus_browser, ids, page, monkeypatch):
    monkeypatch.setattr(scan_list, "ON_A_PAGE", 1)
    monkeypatch.setattr(scan_list, "MAX_RANGE", 2)
    first, second, third = map(str, ids)
    for number, shown, newer, older in (
        ("1", third, 0, 1),
        ("2", second, 1, 1),
        ("3", first, 1, 0),
        ("9" * 30, first, 1, 0),
    ):
        text = gus_browser.get(page, query_string={"page": number}).text
        assert (ticked(text), text.count(">Older"), "more than 5,000 scans" in text) == ({shown}, older, True)
        assert text.count("Newer</a>") == newer
        assert 'name="all"' not in text
    one = gus_browser.get(page, query_string={"hour": "9", "page": "7"}).text
    assert (ticked(one), "<strong>1 scan</strong>" in one, 'name="all"' in one) == ({first}, True, True)


def test_any_row_is_set_aside_and_accepted_with_a_reason(gus_browser, people, ids, page):
    answer = gus_browser.post(page, data={"scan": [str(ids[2])], "decision": "set_aside", "why": "重复"})
    assert answer.status_code == 303
    assert "Visits of the event: 10 before, 2 now." in gus_browser.get(answer.location).text
    gus_browser.post(page, data={"scan": [str(ids[2])], "decision": "accept", "why": "没错"})
    assert by_event(people) == {people.lecture.id: 10}
    assert verify(people.lecture.campaign).differences == []


def test_a_whole_range_moves_to_another_event_and_back(client, people, ids, page):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(client, people.cui)
    to = people.nanjing.occurrences[0].id
    shown = client.get(page, query_string={"hour": "10", "to_event": people.nanjing.id}).text
    assert f'<option value="{to}">' in shown
    answer = client.post(
        page, data={"hour": "10", "all": "1", "decision": "move", "to": str(to), "why": "终端错放"}
    )
    assert answer.status_code == 303
    assert by_event(people) == {people.lecture.id: 1, people.nanjing.id: 9}
    shown = client.get(page).text
    assert (shown.count(">moved<"), "终端错放" in shown) == (2, True)
    assert client.get(f"/desk/events/{people.nanjing.id}/scans/").text.count("moved here") == 2
    back = re.search(r'action="([^"]*/moves/\d+/undo)"', shown)[1]
    assert client.post(back, data={"why": "没错"}).status_code == 303
    assert by_event(people) == {people.lecture.id: 10}
    assert verify(people.lecture.campaign).differences == []


def test_another_event_is_found_by_its_title_and_the_ticks_stay(client, people, ids, page):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(client, people.cui)
    scan, to = str(ids[1]), people.nanjing.occurrences[0].id
    form = {"scan": [scan], "why": "终端错放", "to_event": "南京", "to": people.lecture.occurrences[0].id}
    shown = client.post(page, data={**form, "decision": "sessions"})
    chosen = re.findall(r'name="scan" value="([^"]+)"[^>]* checked', shown.text)
    assert (shown.status_code, chosen) == (200, [scan])
    assert f'<option value="{to}">' in shown.text
    assert ('name="why" value="终端错放"' in shown.text, f"{people.nanjing.id} 南京宣传" in shown.text) == (
        True,
        True,
    )
    for words in ("宣传", "没有这场"):  # of several events, of none
        again = client.post(page, data={**form, "to_event": words, "decision": "sessions"})
        assert "Choose one of the list." in again.text
    answer = client.post(page, data={**form, "decision": "move"})  # still the session of the other event
    assert (answer.status_code, "Choose one of them, then move." in answer.text) == (422, True)
    assert by_event(people) == {people.lecture.id: 10}
    assert client.post(page, data={**form, "to": to, "decision": "move"}).status_code == 303
    assert set(by_event(people)) == {people.lecture.id, people.nanjing.id}


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"scan": []}, 422, "Please tick at least one scan."),
        ({"why": " "}, 422, "Please give a reason"),
        ({"decision": "burn"}, 422, "counts a scan or does not"),
        ({"decision": "move", "to": "0"}, 422, "Choose a session of the same week that has begun."),
        ({"decision": "move", "to": "here"}, 409, "nothing to move"),
    ],
)
def test_a_wrong_correction_gets_a_sentence_and_what_was_typed_stays(
    gus_browser, people, ids, page, fields, status, sentence
):
    form = {"scan": [str(ids[0])], "decision": "set_aside", "why": "错", **fields}
    if form.get("to") == "here":
        form["to"] = str(people.lecture.occurrences[0].id)
    answer = gus_browser.post(page, data=form)
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert f'name="why" value="{form["why"]}"' in answer.text
    assert by_event(people) == {people.lecture.id: 10}


def test_nobody_moves_scans_into_or_out_of_what_they_do_not_reach(client, people, ids, page):
    sign_in(client, people.wang)
    form = {"scan": [str(ids[0])], "decision": "set_aside", "why": "x"}
    own = f"/desk/events/{people.court_day.id}/scans/"
    assert [
        client.get(page).status_code,
        client.post(page, data=form).status_code,
        client.post(f"{page}moves/1/undo").status_code,
        client.post(own, data=form).status_code,  # another event's scan
        client.get(own, query_string={"to_event": people.lecture.id}).status_code,
    ] == [404] * 5
    make_device(people.court_day).touch("public", id=(own_scan := uuid4()))
    to = people.lecture.occurrences[0].id
    form = {"scan": [str(own_scan)], "decision": "move", "to": str(to), "why": "x"}
    assert client.post(own, data=form).status_code == 404
    assert by_event(people) == {people.lecture.id: 10, people.court_day.id: 1}
