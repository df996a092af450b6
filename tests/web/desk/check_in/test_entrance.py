"""Entrance settings: exits, capacities, nearness; and how many are inside on the live page."""

import re

import pytest

from models import clock
from models.codes import passes
from models.db import db
from models.events.draft import VenueDraft
from models.events.tables import Event, Occurrence
from tests.support.records.people import sign_in
from tests.support.records.week import A_MINUTE_PAST, NINE, make_device, make_event, minutes


@pytest.fixture
def placed(people):
    """An event of Gu's organization at a place whose coordinates are known."""
    event = make_event(
        people.lecture.campaign, "广场", venues=(VenueDraft("九龙港广场", latitude=34.3, longitude=119.25),)
    )
    event.lead_id = people.gu.organization_id
    db.session.commit()
    return event


def page(event) -> str:
    return f"/desk/events/{event.id}/door"


def settings(event) -> tuple:
    db.session.expire_all()
    event = db.session.get(Event, event.id)
    return event.track_exits, event.near_metres, [one.capacity for one in event.occurrences]


def test_what_is_set_is_kept_and_shown(gus_browser, placed):
    (occurrence,) = placed.occurrences
    form = {"track_exits": "1", f"capacity-{occurrence.id}": " 120 ", "near_metres": "300"}
    answer = gus_browser.post(page(placed), data=form)
    assert answer.status_code == 303
    shown = gus_browser.get(answer.location).text
    assert "Saved." in shown
    assert re.findall(r'<input[^>]*name="(?:capacity-\d+|near_metres)"[^>]*value="(\d*)"', shown) == [
        "120",
        "300",
    ]
    assert settings(placed) == (True, 300, [120])
    gus_browser.post(page(placed), data={f"capacity-{occurrence.id}": "", "near_metres": ""})
    assert settings(placed) == (False, None, [None])


@pytest.mark.parametrize(
    ("capacity", "metres", "sentence"),
    [
        ("many", "", "“many” is not a whole number."),
        ("0", "", "The capacity must be from 1 to 100,000 people."),
        ("100001", "", "The capacity must be from 1 to 100,000 people."),
        ("-5", "", "“-5” is not a whole number."),
        ("20", "99", "Choose a distance of 100 to 5000 metres."),
        ("20", "٣٠٠٠٠٠٠٠٠٠٠", "is not a whole number."),
    ],
)
def test_what_cannot_be_set_gets_a_sentence_and_nothing_changes(
    gus_browser, placed, capacity, metres, sentence
):
    (occurrence,) = placed.occurrences
    form = {"track_exits": "1", f"capacity-{occurrence.id}": capacity, "near_metres": metres}
    answer = gus_browser.post(page(placed), data=form)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f'value="{capacity}"' in answer.text  # what was typed is still there
    assert settings(placed) == (False, None, [None])


def test_nearness_needs_a_place_to_compare_with(gus_browser, people):
    assert "The venue of this event has no coordinates" in gus_browser.get(page(people.lecture)).text
    answer = gus_browser.post(page(people.lecture), data={"near_metres": "300"})
    assert (answer.status_code, settings(people.lecture)[1]) == (422, None)


def test_who_does_not_reach_the_event_finds_nothing(client, people, placed):
    for stranger in (people.wang, people.bao):
        sign_in(client, stranger)
        assert client.get(page(placed)).status_code == 404
        assert client.post(page(placed), data={"track_exits": "1"}).status_code == 404
    assert settings(placed) == (False, None, [None])


def test_the_live_page_tells_how_many_are_inside(gus_browser, placed, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE + minutes(10))
    live = f"/desk/events/{placed.id}/live.json"

    def inside() -> str | None:
        found = re.search(r"data-inside>(.*?)</dd>", gus_browser.get(live).json["html"])
        return re.sub(r"<[^>]+>|\s", "", found[1]) if found else None

    device = make_device(placed)
    (made,) = passes.issue(placed.campaign, "youth", NINE, headcount=10)
    device.scan(made.token, headcount=9)
    assert inside() is None
    (occurrence,) = placed.occurrences
    gus_browser.post(page(placed), data={"track_exits": "1", f"capacity-{occurrence.id}": "40"})
    # Settings are no figures: they show with the next count, after ten seconds at the latest.
    monkeypatch.setattr(clock, "now", lambda: NINE + minutes(10.2))
    assert inside() == "9/40"
    device.scan(made.token, A_MINUTE_PAST, direction="out")
    assert inside() == "0/40"


def test_a_capacity_set_at_the_desk_holds_at_check_in(gus_browser, placed):
    (occurrence,) = placed.occurrences
    gus_browser.post(page(placed), data={f"capacity-{occurrence.id}": "1"})
    assert db.session.get(Occurrence, occurrence.id).capacity == 1
    device = make_device(placed)
    assert [device.touch("youth").verdict, device.touch("youth").reason] == ["stored", "full"]


def test_a_capacity_below_the_heads_inside_is_said(gus_browser, placed, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    (occurrence,) = placed.occurrences
    form = {"track_exits": "1", f"capacity-{occurrence.id}": "3"}
    assert (
        "more than the capacity of"
        not in gus_browser.get(gus_browser.post(page(placed), data=form).location).text
    )
    device = make_device(placed)
    for made in passes.issue(placed.campaign, "youth", NINE, count=3):
        device.scan(made.token, NINE)
    form[f"capacity-{occurrence.id}"] = "2"
    shown = gus_browser.get(gus_browser.post(page(placed), data=form).location).text
    assert (
        "3 people are inside, more than the capacity of 2. Nobody else is let in until enough have left."
        in shown
    )
