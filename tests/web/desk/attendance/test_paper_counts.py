"""Heads counted on paper: entered in the evening, with the time of counting and the counter's name."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from models import clock
from models.corrections.paper_counts import PaperCount
from models.db import db
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger.tables import Flag, Scan
from models.publishing.lifecycle import cancel
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, minutes

EVENING = NINE + timedelta(hours=11)  # 20:00; the event was from 09:00 to 11:00


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return make_people(load_week())


def page(event) -> str:
    return f"/desk/events/{event.id}/counts/"


def form(**fields) -> dict:
    filled = {
        "day": "2024-04-22",
        "time": "10:30",
        "counter": "王一",
        "heads-public": "90",
        "heads-youth": "40",
    }
    return {"sheet": str(uuid4()), **filled, **fields}


def rows() -> list[Scan]:
    return list(db.session.scalars(select(Scan).order_by(Scan.headcount)))


def test_what_was_counted_on_paper_is_a_tally(gus_browser, people):
    campaign = people.lecture.campaign
    make_device(people.lecture).tally("public", NINE, headcount=5)
    answer = gus_browser.post(page(people.lecture), data=form())
    assert answer.status_code == 303
    shown = gus_browser.get(answer.location).text
    assert "Saved: 130 people." in shown
    assert shown.count("Counted by 王一; entered by gu@example.cn on") == 2
    counted = figures(campaign, EVENING)
    assert (counted.visits, counted.methods["tally"], counted.participants) == (135, 135, 0)
    assert verify(campaign).agrees
    entered = [
        (row.group, row.headcount, row.method, row.at, row.received_at, row.kiosk_id) for row in rows()
    ]
    at = NINE + minutes(90)
    assert entered[1:] == [
        ("youth", 40, "tally", at, EVENING, None),
        ("public", 90, "tally", at, EVENING, None),
    ]
    evidence = db.session.execute(
        select(Scan.group, PaperCount.counter, PaperCount.account_id, PaperCount.entered_at)
        .join(PaperCount, PaperCount.scan_id == Scan.id)
        .order_by(Scan.headcount)
    ).all()
    assert [tuple(row) for row in evidence] == [
        ("youth", "王一", people.gu.id, EVENING),
        ("public", "王一", people.gu.id, EVENING),
    ]


def test_the_same_form_again_adds_nothing(gus_browser, people):
    sent = form()
    assert [gus_browser.post(page(people.lecture), data=sent).status_code for _ in range(2)] == [303, 303]
    other = gus_browser.post(page(people.lecture), data=sent | {"heads-public": "95"})
    assert (other.status_code, "the first ones stand" in other.text) == (409, True)
    assert [row.headcount for row in rows()] == [40, 90]


def test_a_count_after_the_hours_counts(gus_browser, people):
    gus_browser.post(page(people.lecture), data=form(time="19:59"))
    assert [Flag(row.flags) for row in rows()] == [Flag.OUTSIDE_HOURS] * 2
    assert verify(people.lecture.campaign).visits == 130


def test_a_count_entered_by_mistake_is_taken_out(gus_browser, people):
    gus_browser.post(page(people.lecture), data=form())
    shown = gus_browser.get(page(people.lecture)).text
    outs = re.findall(rf'action="({page(people.lecture)}[0-9a-f-]+/out)"', shown)
    assert len(outs) == 2
    answer = gus_browser.post(outs[0])
    assert answer.status_code == 303
    again = gus_browser.get(answer.location).text
    assert "This count no longer counts." in again
    values = re.findall(r'id="(time|counter|heads-\w+)"[^>]* value="([^"]+)"', again)
    assert values[:2] == [("time", "10:30"), ("counter", "王一")]
    assert values[2:] in ([("heads-youth", "40")], [("heads-public", "90")])
    assert {figures(people.lecture.campaign, EVENING).visits} <= {40, 90}
    assert verify(people.lecture.campaign).agrees
    assert len(rows()) == 2
    shown = gus_browser.get(page(people.lecture)).text
    assert (shown.count("/out"), shown.count("not counted")) == (1, 1)
    assert "entered at the desk" in gus_browser.get(f"/desk/events/{people.lecture.id}/held").text
    assert gus_browser.post(f"{page(people.court_day)}{rows()[0].id}/out").status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"time": "20:01"}, "The time of counting is in the future."),
        ({"time": "noon"}, "Enter the time of counting as hours and minutes"),
        ({"day": "2024-04-21"}, "Choose a day of this event."),
        ({"counter": " "}, "Enter the name of the person who counted"),
        ({"heads-public": "many"}, "Enter a number from 1 to 9,999 for each group"),
        ({"heads-public": "10000"}, "Enter a number from 1 to 9,999 for each group"),
        ({"heads-public": "", "heads-youth": "0"}, "Enter at least one number of people."),
    ],
)
def test_what_cannot_be_entered_is_said_and_stays_in_the_form(gus_browser, people, fields, sentence):
    answer = gus_browser.post(page(people.lecture), data=form(**fields))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert 'name="heads-unknown"' in answer.text
    assert rows() == []
    typed = form(**fields)["heads-youth"]
    assert (
        f'name="heads-youth" inputmode="numeric" autocomplete="off" class="number-field" value="{typed}"'
        in answer.text
    )


def test_a_cancelled_event_to_which_people_came(gus_browser, people):
    cancel(people.lecture, NINE)
    assert gus_browser.post(page(people.lecture), data=form()).status_code == 303
    assert verify(people.lecture.campaign).visits == 130


def test_before_its_first_day_there_is_nothing_to_enter(gus_browser, people, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE - timedelta(days=1))
    shown = gus_browser.get(page(people.lecture)).text
    assert "Counts can be entered from the first day of a published event." in shown
    assert "heads-" not in shown
    assert gus_browser.post(page(people.lecture), data=form()).status_code == 422


def test_only_who_reaches_the_event_enters_counts(client, people):
    for stranger, status in ((people.wang, 404), (people.bao, 404), (people.he, 303), (people.lian, 303)):
        sign_in(client, stranger)
        assert client.post(page(people.lecture), data=form()).status_code == status
        assert client.get(page(people.lecture)).status_code == (200 if status == 303 else 404)
    assert verify(people.lecture.campaign).visits == 260
