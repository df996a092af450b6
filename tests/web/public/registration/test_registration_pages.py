"""Registering by the form, the page of a registration, and what stays secret."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.db import db
from models.events.draft import draft_of
from models.events.tables import Event
from models.publishing.lifecycle import cancel as cancel_event
from models.publishing.lifecycle import change as change_event
from models.registration import registrations
from models.registration.tables import ContactRule, Registration
from tests.support.records.registering import BEFORE, address, freeze, hidden_fields, offer, send_form
from tests.support.records.week import NINE, load_week, make_event


@pytest.fixture
def event(app, monkeypatch) -> Event:
    freeze(monkeypatch, BEFORE)
    return make_event(load_week())


def all_rows() -> list[tuple[str, str, int]]:
    db.session.commit()
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return [(row.state, row.group, row.headcount) for row in rows]


def headings(text: str) -> list[str]:
    return re.findall(r"<h1[^>]*>([^<]+)</h1>", text)


def test_an_event_without_registration_says_nothing_of_it(english, event):
    page = english.get(f"/ip-2024/events/{event.id}").text
    assert "register" not in page.lower()
    assert "Just come." in english.get(f"/ip-2024/events/{event.id}/register").text


def test_a_place_ends_in_a_pass(english, event):
    offer(event, 40)
    page = english.get(f"/ip-2024/events/{event.id}").text
    assert "40 places left, of 40" in page
    answer = send_form(english, event, headcount="3")
    assert (answer.status_code, all_rows()) == (303, [("registered", "youth", 3)])
    own = english.get(answer.location)
    assert headings(own.text) == ["Registered"]
    token = re.search(r'/C/(\w+)/code\.svg"', own.text)[1]
    assert english.get(f"/C/{token}/code.svg").status_code == 200
    assert "37 places left, of 40" in english.get(f"/ip-2024/events/{event.id}").text


def test_nothing_is_asked_but_group_and_number(english, event):
    offer(event, 40)
    page = english.get(f"/ip-2024/events/{event.id}/register").text
    form = re.search(r'<form class="card".*?</form>', page, re.DOTALL)[0]
    assert re.findall(r' name="(\w+)"', form) == ["form", "session", "group", "headcount"]


def test_who_waits_has_a_page_without_a_pass_until_a_place_is_free(english, event):
    offer(event, 1)
    first, second = send_form(english, event).location, send_form(english, event).location
    waiting = english.get(second).text
    assert headings(waiting) == ["On the waiting list"]
    assert ("Number 1 on the waiting list" in waiting, "/C/" in waiting) == (True, False)
    answer = english.post(f"{first}/cancel")
    assert (answer.status_code, answer.location) == (303, first)
    assert headings(english.get(first).text) == ["Cancelled"]
    moved = english.get(second).text
    assert headings(moved) == ["Registered"]
    assert ("A place became free" in moved, "/code.svg" in moved) == (True, True)


def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(english, event):
    offer(event, 40, contact=ContactRule.REQUIRED, questions=("Parking?",), largest_group=50)
    answer = send_form(english, event, group="", headcount="51", contact="li at home", **{"answer-1": "yes"})
    assert (answer.status_code, all_rows()) == (422, [])
    assert re.findall(r'class="error-text" id="wrong-([\w-]+)">([^<]+)<', answer.text) == [
        ("group", "Choose an audience group."),
        ("headcount", "Enter a whole number from 1 to 50."),
        ("contact", "Enter an e-mail address or a telephone number."),
    ]
    assert re.findall(r'value="(51|li at home|yes)"', answer.text) == ["51", "li at home", "yes"]


def test_the_form_sent_twice_registers_once_and_after_going_back_with_another_choice_anew(english, event):
    offer(event, 40)
    secret = registrations.new_secret()
    first, again = (send_form(english, event, form=secret) for _ in range(2))
    other = send_form(english, event, form=secret, headcount="45")
    assert (first.location, again.location) == (f"/R/{secret}", f"/R/{secret}")
    assert other.location != first.location
    assert all_rows() == [("registered", "youth", 1), ("waiting", "youth", 45)]


@pytest.mark.parametrize(
    ("hours", "sentence"), [(0, "Registration opens on"), (2, "Registration is closed.")]
)
def test_where_registration_is_not_open_the_form_says_so(english, event, monkeypatch, hours, sentence):
    rule = offer(event, 40, opens_at=BEFORE + timedelta(hours=1), closes_at=BEFORE + timedelta(hours=2))
    freeze(monkeypatch, BEFORE + timedelta(hours=hours))
    page = english.get(f"/ip-2024/events/{event.id}/register").text
    assert (sentence in page, '<button class="button-main"' in page) == (True, False)
    assert (send_form(english, event, session=str(rule.id)).status_code, all_rows()) == (409, [])


def test_a_class_passes_the_limit_of_a_network(english, event):
    offer(event, 200)
    fields = hidden_fields(english, event) | {"group": "youth", "headcount": "1"}
    # Each page has a secret of its own; what is counted is the forms that come.
    forms = [fields | {"form": registrations.new_secret()} for _ in range(121)]
    answers = [english.post(address(event), data=form).status_code for form in forms]
    assert answers == [303] * 120 + [429]
    assert len(all_rows()) == 120


def test_a_secret_address_is_passed_to_nobody(english, event):
    offer(event, 40)
    own = send_form(english, event).location
    for path in (own, own.lower(), "/r/NONE", f"{own}/cancel"):
        answer = english.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
    form = english.get(f"/ip-2024/events/{event.id}/register")
    assert form.headers["Cache-Control"] == "no-store"


def test_a_secret_stands_in_no_log(app, english, event, caplog, monkeypatch):
    offer(event, 40)
    own = send_form(english, event).location
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(registrations, "find_by_secret", lambda _secret: 1 / 0)
    with caplog.at_level(logging.ERROR):
        assert english.get(own).status_code == 500
    assert [own.rsplit("/", 1)[1] in record.getMessage() for record in caplog.records] == [False]


def test_a_cancelled_event_shows_no_code(english, event):
    offer(event, 40)
    own = send_form(english, event).location
    cancel_event(event, BEFORE)
    page = english.get(own).text
    assert ("This event is cancelled." in page, "code.svg" in page) == (True, False)
    assert "register" not in english.get(f"/ip-2024/events/{event.id}").text.lower()


def test_after_the_event_nothing_can_be_cancelled(english, event, monkeypatch):
    offer(event, 40)
    own = send_form(english, event).location
    freeze(monkeypatch, NINE + timedelta(hours=2))
    assert "/cancel" not in english.get(own).text
    assert english.post(f"{own}/cancel").status_code == 409


def test_both_pages_say_what_was_moved_and_cancelled(english, event):
    offer(event, 5)
    own = send_form(english, event).location
    token = re.search(r'/C/(\w+)/code\.svg"', english.get(own).text)[1]
    assert [("has changed since" in english.get(page).text) for page in (own, f"/C/{token}")] == [False] * 2
    draft = draft_of(event)
    moved = replace(
        draft.occurrences[0], start_at=NINE + timedelta(hours=5), end_at=NINE + timedelta(hours=6)
    )
    change_event(event, replace(draft, occurrences=(moved,)), BEFORE)
    for page in (own, f"/C/{token}"):
        text = english.get(page).text
        assert ("has changed since" in text, "14:00" in text) == (True, True)
    cancel_event(event, BEFORE, why="场地停电")
    for page in (own, f"/C/{token}"):
        text = english.get(page).text
        assert ("This event is cancelled." in text, "场地停电" in text) == (True, True)


def test_a_group_gives_places_back_on_its_page(english, event):
    offer(event, 45)
    own = send_form(english, event, headcount="45").location
    refused = english.post(f"{own}/headcount", data={"headcount": "46"})
    assert (refused.status_code, "from 1 to 44" in refused.text, 'value="46"' in refused.text) == (
        400,
        True,
        True,
    )
    assert english.post(f"{own}/headcount", data={"headcount": "40"}).location == own
    assert all_rows() == [("registered", "youth", 40)]
    assert "5 places left, of 45" in english.get(f"/ip-2024/events/{event.id}").text
