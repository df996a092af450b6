"""Printed tally sheets at the desk: made, printed, entered by number, said when entered before, taken out."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.corrections.tally_sheets import TallySheet
from models.db import db
from models.figures.count import figures
from models.ledger.tables import Scan
from tests.support.files.pdf_text import words
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week

EVENING = NINE + timedelta(hours=11)


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return make_people(load_week())


def make(browser, event, count: int = 1):
    form = {"session": f"{event.occurrences[0].id}:2024-04-22", "count": count}
    return browser.post(f"/desk/events/{event.id}/tally-sheets", data=form)


def newest() -> TallySheet:
    return db.session.scalars(select(TallySheet).order_by(TallySheet.id.desc()).limit(1)).one()


def form(**cells) -> dict:
    return {"counter": "王一", "heads-9-public": "40", "heads-10-youth": "3", "heads-10-public": " ", **cells}


def visits(people) -> int:
    return figures(people.lecture.campaign, EVENING).visits


def test_sheets_are_made_and_printed_each_with_its_number(gus_browser, people):
    answer = make(gus_browser, people.lecture, 2)
    assert answer.status_code == 303
    page = gus_browser.get(answer.location).text
    (href,) = set(re.findall(r'href="([^"]*tally-sheets-\d+-\d+\.pdf)"', page)) - {
        f"/desk/events/{people.lecture.id}/tally-sheets-{id}-{id}.pdf"
        for id in db.session.scalars(select(TallySheet.id))
    }
    printed = gus_browser.get(href)
    assert (printed.status_code, printed.content_type) == (200, "application/pdf")
    first, second = words(printed.data)
    numbers = [sheet.number for sheet in db.session.scalars(select(TallySheet).order_by(TallySheet.id))]
    for text, number in ((first, numbers[0]), (second, numbers[1])):
        for part in ("专题讲座", f"No.{number}", "Mon22April2024", "09:00–10:00", "10:00–11:00", "Countedby"):
            assert part in text
        assert "11:00–12:00" not in text
    assert page.count("not entered yet") == 2


def test_what_is_no_number_is_marked_and_everything_stays(gus_browser, people):
    make(gus_browser, people.lecture)
    address = f"/desk/tally-sheets/{newest().number}"
    answer = gus_browser.post(address, data=form(**{"heads-9-youth": "十二", "heads-10-public": "10000"}))
    assert (answer.status_code, visits(people)) == (422, 0)
    marked = re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text)
    assert marked == ["heads-9-youth", "heads-10-public"]
    assert all(f'value="{typed}"' in answer.text for typed in ("十二", "10000", "40", "王一"))


def test_a_sheet_is_entered_by_its_number_and_not_twice(gus_browser, people):
    make(gus_browser, people.lecture)
    number = newest().number
    found = gus_browser.get("/desk/tally-sheets/", query_string={"number": number})
    assert (found.status_code, found.location) == (303, f"/desk/tally-sheets/{number}")
    answer = gus_browser.post(found.location, data=form())
    assert answer.status_code == 303
    shown = gus_browser.get(answer.location).text
    assert "Saved: 43 people." in shown
    assert "Counted by 王一; entered by gu@example.cn on" in shown
    other = gus_browser.post(found.location, data=form(**{"heads-9-youth": "1"}))
    assert (other.status_code, "entered before, with 43 people" in other.text) == (409, True)
    assert (visits(people), db.session.scalar(select(func.count()).select_from(Scan))) == (43, 2)
    listed = gus_browser.get(f"/desk/events/{people.lecture.id}/counts/").text
    assert re.search(r'tag-good">entered</span> <a [^>]*>No. ' + number, listed)
    gus_browser.post(f"{found.location}/out")
    assert visits(people) == 0
    again = gus_browser.get(found.location).text
    values = dict(re.findall(r'<input (?:id="[^"]*" )?name="([^"]+)"[^>]* value="([^"]+)"', again))
    values.pop("csrf_token", None)
    assert values == {"counter": "王一", "heads-9-public": "40", "heads-10-youth": "3"}
    assert "The entry before was taken out and does not count." in again
    assert gus_browser.post(found.location, data=form()).status_code == 303
    assert visits(people) == 43


def test_a_wrong_entry_gets_a_sentence_and_what_was_typed_stays(gus_browser, people):
    make(gus_browser, people.lecture)
    answer = gus_browser.post(
        f"/desk/tally-sheets/{newest().number}", data=form(**{"heads-9-youth": "a lot"})
    )
    assert answer.status_code == 422
    assert "Enter a number from 1 to 9,999 for each group" in answer.text
    assert re.search(r'name="heads-9-youth"[^>]* value="a lot"', answer.text)
    assert re.search(r'name="heads-9-public"[^>]* value="40"', answer.text)
    assert visits(people) == 0


def test_a_number_that_is_on_no_sheet_says_so(gus_browser, people):
    answer = gus_browser.get("/desk/tally-sheets/", query_string={"number": "12"})
    assert (answer.status_code, "There is no counting sheet 12." in answer.text) == (404, True)


def test_a_sheet_of_an_event_out_of_reach_does_not_exist(client, people):
    sign_in(client, people.gu)
    make(client, people.lecture)
    number, event = newest().number, people.lecture
    client.post("/desk/sign-out")
    sign_in(client, people.wang)
    assert [
        client.get(f"/desk/tally-sheets/{number}").status_code,
        client.post(f"/desk/tally-sheets/{number}", data=form()).status_code,
        client.post(f"/desk/tally-sheets/{number}/out").status_code,
        client.get(f"/desk/events/{event.id}/tally-sheets-1-9.pdf").status_code,
        client.post(f"/desk/events/{event.id}/tally-sheets", data={}).status_code,
    ] == [404] * 5
    # sheets of another event under the address of one's own
    own = client.get(f"/desk/events/{people.court_day.id}/tally-sheets-1-9.pdf")
    assert own.status_code == 404
    assert visits(people) == 0
