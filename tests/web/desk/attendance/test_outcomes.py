"""Outcomes at the desk: the form, its JSON, highlights and pictures."""

import re
from io import BytesIO

import pytest

from tests.support.browser import photos
from tests.support.records.people import sign_in


@pytest.fixture
def page(people) -> str:
    return f"/desk/events/{people.lecture.id}/outcomes/"


FORM = {
    "value-leaflets": "800余份",
    "precision-leaflets": "reported",
    "value-views": "12000",
    "precision-views": "about",
    "highlights": "院士讲座座无虚席",
}


def test_what_is_stated_stands_on_the_page_of_the_event_and_in_json(gus_browser, people, page):
    answer = gus_browser.post(page, data=FORM)
    assert answer.status_code == 303
    assert "Saved." in gus_browser.get(answer.location).text
    assert gus_browser.get(f"{page}outcomes.json").json == {
        "event": people.lecture.id,
        "outcomes": [
            {"kind": "leaflets", "precision": "reported", "number": None, "text": "800余份", "at_least": 800},
            {"kind": "views", "precision": "about", "number": 12000, "text": "", "at_least": None},
        ],
        "highlights": "院士讲座座无虚席",
        "pictures": [],
    }
    event = gus_browser.get(f"/desk/events/{people.lecture.id}").text
    assert "“800余份” (as reported; at least 800)" in event
    assert "about 12,000" in event
    assert "800余份" not in gus_browser.get(f"/ip-2024/events/{people.lecture.id}").text


def test_a_wrong_number_is_said_at_its_field_and_nothing_is_lost(gus_browser, people, page):
    answer = gus_browser.post(page, data={**FORM, "precision-leaflets": "exact"})
    assert answer.status_code == 422
    assert "“800余份” is not a whole number." in answer.text
    assert re.search(r'name="value-leaflets"[^>]* value="800余份" aria-invalid="true"', answer.text)
    assert "院士讲座座无虚席</textarea>" in answer.text
    assert gus_browser.get(f"{page}outcomes.json").json["outcomes"] == []


def test_pictures_for_the_summary_have_a_description(gus_browser, people, page):
    def send(alt: str):
        form = {"picture": (BytesIO(photos.jpeg()), "stall.jpg"), "alt": alt}
        return gus_browser.post(f"{page}pictures", data=form, content_type="multipart/form-data")

    assert (send(" ").status_code, send("咨询台前的市民").status_code) == (422, 303)
    shown = gus_browser.get(page).text
    picture = re.search(r'<img src="([^"]+)" alt="咨询台前的市民"', shown)[1]
    assert gus_browser.get(picture).mimetype == "image/webp"
    remove = re.search(r'action="([^"]*/pictures/\d+/remove)"', shown)[1]
    assert gus_browser.post(remove).status_code == 303
    assert [gus_browser.get(picture).status_code, gus_browser.post(remove).status_code] == [404, 404]
    assert gus_browser.get(f"{page}outcomes.json").json["pictures"] == []


def test_of_an_event_out_of_reach_there_are_none(client, people, page):
    sign_in(client, people.wang)
    assert [
        client.get(page).status_code,
        client.get(f"{page}outcomes.json").status_code,
        client.post(page, data=FORM).status_code,
        client.post(f"{page}pictures").status_code,
        client.post(f"{page}pictures/1/remove").status_code,
    ] == [404] * 5


def test_of_two_who_state_outcomes_the_second_one_is_told(gus_browser, page):
    seen = re.search(r'name="seen" value="(\w+)"', gus_browser.get(page).text)[1]
    assert gus_browser.post(page, data=FORM | {"seen": seen}).status_code == 303
    mine = FORM | {"value-views": "9000", "highlights": "我写的亮点"}
    wrong = gus_browser.post(page, data=mine | {"value-views": "about nine", "seen": seen})
    assert (wrong.status_code, f'name="seen" value="{seen}"' in wrong.text) == (422, True)
    answer = gus_browser.post(page, data=mine | {"seen": seen})
    assert (answer.status_code, "Somebody else changed the outcomes meanwhile." in answer.text) == (409, True)
    assert "Now: about 12,000" in answer.text
    assert re.search(r'Now: <span lang="zh">院士讲座座无虚席</span>', answer.text)
    assert ('value="9000"' in answer.text, "我写的亮点</textarea>" in answer.text) == (True, True)
    assert gus_browser.get(f"{page}outcomes.json").json["highlights"] == "院士讲座座无虚席"
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)[1]
    assert gus_browser.post(page, data=mine | {"seen": seen}).status_code == 303
    assert gus_browser.get(f"{page}outcomes.json").json["highlights"] == "我写的亮点"
