"""Registration at the desk: settings, lists, contacts for the organizer alone, exports, messages by mail."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.accounts.mail import MailServer
from models.audit.tables import AuditEntry, AuditVerb
from models.db import db
from models.events.draft import draft_of
from models.publishing.lifecycle import cancel as cancel_event
from models.publishing.lifecycle import change as change_event
from models.registration import changes, registrations, settings
from models.registration.registrations import new_secret
from models.registration.requests import RegistrationRequest
from models.registration.tables import ContactRule, Registration
from tests.support.records.people import sign_in
from tests.support.records.registering import BEFORE, freeze, offer
from tests.support.records.week import NINE
from web.desk.registration import mails

FORM = {"places": "30", "largest_group": "45", "contact": "optional", "waiting_list": "1"}


@pytest.fixture
def desk(people, gus_browser, monkeypatch):
    freeze(monkeypatch, BEFORE)
    return f"/desk/events/{people.lecture.id}/registration"


def register(rule, headcount: int = 1, contact: str = "", answers: tuple[str, ...] = ()) -> Registration:
    request = RegistrationRequest("public", headcount, contact, answers)
    return registrations.register(rule, request, new_secret(), BEFORE)


def table(answer) -> list[list[str]]:
    return [*csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))]


def test_settings_are_saved_and_more_places_move_up(people, gus_browser, desk):
    times = {"opens_at": "2024-04-01T08:00", "closes_at": "2024-04-22 09:30"}
    assert gus_browser.post(f"{desk}/settings", data=FORM | times).status_code == 303
    rule = settings.settings_of(people.lecture.id)[0]
    assert (rule.places, rule.closes_at, rule.contact) == (30, NINE + timedelta(minutes=30), "optional")
    assert 'value="2024-04-22T09:30"' in gus_browser.get(f"{desk}/settings").text
    waiting = register(rule, 45)
    assert waiting.state == "waiting"
    gus_browser.post(f"{desk}/settings", data=FORM | {"places": "45"})
    db.session.refresh(waiting)
    assert waiting.state == "registered"
    refused = gus_browser.post(f"{desk}/settings", data=FORM)
    assert (refused.status_code, "45 places are taken already" in refused.text) == (409, True)


def test_a_mistake_stands_at_its_field(gus_browser, desk):
    answer = gus_browser.post(f"{desk}/settings", data=FORM | {"places": "many", "questions": "学生姓名"})
    assert answer.status_code == 422
    assert re.findall(r'class="error-text" id="wrong-(\w+)"', answer.text) == ["places", "questions"]
    assert ('value="many"' in answer.text, "学生姓名</textarea>" in answer.text) == (True, True)


def test_registration_is_switched_off_while_nobody_has_registered(people, gus_browser, desk):
    rule = offer(people.lecture, 5)
    register(rule)
    assert gus_browser.post(f"{desk}/{rule.id}/off").status_code == 409
    other = offer(people.abroad, 5)
    path = f"/desk/events/{people.abroad.id}/registration/{other.id}/off"
    assert gus_browser.post(path).status_code == 303
    assert settings.settings_of(people.abroad.id) == []


def test_contacts_are_shown_to_the_organizer_alone_and_only_when_asked(people, gus_browser, desk):
    rule = offer(people.lecture, 5, contact=ContactRule.OPTIONAL)
    register(rule, contact="li@example.cn")
    shown = [
        "li@example.cn" in gus_browser.get(f"{desk}/{rule.id}{query}").text for query in ("", "?contacts=1")
    ]
    assert shown == [False, True]
    for other in (people.lian, people.su, people.cui):
        sign_in(gus_browser, other)
        page = gus_browser.get(f"{desk}/{rule.id}?contacts=1")
        assert (page.status_code, "li@example.cn" in page.text) == (200, False)
        assert gus_browser.post(f"{desk}/contacts", data={"why": "x"}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_without_contacts_has_none(people, gus_browser, desk, kind):
    rule = offer(people.lecture, 5, contact=ContactRule.OPTIONAL, questions=("=1+1",))
    row = register(rule, 2, "li@example.cn", ("yes",))
    answer = gus_browser.get(f"{desk}/registrations.{kind}")
    if kind == "csv":
        found = table(answer)
    else:
        sheet = load_workbook(io.BytesIO(answer.data)).active
        found = [["" if cell is None else str(cell) for cell in line] for line in sheet.values]
    assert found == [
        ["Number", "Session", "Status", "Audience group", "People", "Registered at"],
        [str(row.id), "Whole event", "Registered", "General public", "2", "2024-04-19 09:00"],
    ]


def test_contacts_are_exported_with_a_reason_in_the_audit_log(people, gus_browser, desk):
    rule = offer(people.lecture, 5, contact=ContactRule.OPTIONAL, questions=("=车位",))
    register(rule, 1, "+86 138 0000 1234", ("=HYPERLINK(1)",))
    refused = gus_browser.post(f"{desk}/contacts", data={"why": " ", "kind": "csv"})
    assert (refused.status_code, "why you need the contacts" in refused.text) == (422, True)
    answer = gus_browser.post(f"{desk}/contacts", data={"why": "改到二楼，逐一通知", "kind": "csv"})
    assert [line[6:] for line in table(answer)] == [
        ["Contact", "'=车位"],
        ["'+86 138 0000 1234", "'=HYPERLINK(1)"],
    ]
    query = select(AuditEntry).where(AuditEntry.verb == AuditVerb.CONTACTS_EXPORTED)
    [entry] = db.session.scalars(query)
    assert (entry.account_id, entry.subject_id, json.loads(entry.detail)) == (
        people.gu.id,
        people.lecture.id,
        {"why": "改到二楼，逐一通知", "rows": 1},
    )


def test_the_organizer_cancels_for_somebody_who_called(people, gus_browser, desk):
    rule = offer(people.lecture, 1)
    row, next_one = register(rule), register(rule)
    assert gus_browser.post(f"{desk}/{rule.id}/{row.id}/cancel").status_code == 303
    db.session.refresh(row)
    db.session.refresh(next_one)
    assert (row.state, next_one.state) == ("cancelled", "registered")
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id.desc())).first()
    assert verbs == AuditVerb.REGISTRATION_CANCELLED


def test_who_did_not_come_is_told_as_a_number(people, gus_browser, desk, monkeypatch):
    rule = offer(people.lecture, 5)
    register(rule, 3)
    assert "Did not come" not in gus_browser.get(f"{desk}/").text
    freeze(monkeypatch, NINE + timedelta(hours=3))
    page = re.sub(r"<[^>]+>|\s+", "", gus_browser.get(f"{desk}/").text)
    assert "Didnotcome3" in page


def test_messages_go_by_mail_where_a_server_is_set(app, people, monkeypatch):
    sent = []
    monkeypatch.setattr("web.desk.mail.send", lambda _server, to, _subject, text: sent.append((to, text)))
    rule = offer(people.lecture, 1, contact=ContactRule.OPTIONAL)
    first, second = register(rule, contact="li@example.cn"), register(rule, contact="wu@example.cn")
    register(rule, contact="13800001234")
    assert mails.send_due(BEFORE) == 0
    app.config["MAIL_SERVER"] = MailServer("mail.example.cn", 25, "", "", False, "desk@example.cn")
    assert mails.send_due(BEFORE) == 2
    registrations.cancel(first, BEFORE)
    assert (mails.send_due(BEFORE), mails.send_due(BEFORE)) == (1, 0)
    assert [to for to, _text in sent] == ["li@example.cn", "wu@example.cn", "wu@example.cn"]
    links = [re.search(r"/R/(\w{32})", text)[1] for _to, text in sent]
    assert [registrations.find_by_secret(secret).id for secret in links] == [first.id, second.id, second.id]
    assert ("A place became free" in sent[2][1], "有名额空出" in sent[2][1]) == (True, True)


def test_a_move_and_a_cancellation_go_by_mail(app, people, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "web.desk.mail.send", lambda _server, _to, subject, text: sent.append(f"{subject}\n{text}")
    )
    app.config["MAIL_SERVER"] = MailServer("mail.example.cn", 25, "", "", False, "desk@example.cn")
    register(offer(people.lecture, 1, contact=ContactRule.OPTIONAL), contact="li@example.cn")
    assert mails.send_due(BEFORE) == 1
    draft = draft_of(people.lecture)
    moved = replace(
        draft.occurrences[0], start_at=NINE + timedelta(hours=5), end_at=NINE + timedelta(hours=6)
    )
    change_event(people.lecture, replace(draft, occurrences=(moved,)), BEFORE)
    much_later = BEFORE + timedelta(days=2)  # not too long after registering: it is of the change
    assert (changes.note_due(much_later), mails.send_due(much_later), mails.send_due(much_later)) == (1, 1, 0)
    for words in ("Changed: ", "有变动：", "14:00", "Your pass is here", "/R/"):
        assert words in sent[1]
    cancel_event(people.lecture, much_later, why="场地停电")
    assert (changes.note_due(much_later), mails.send_due(much_later)) == (1, 1)
    assert ("Cancelled: " in sent[2], "场地停电" in sent[2], "Your pass" in sent[2]) == (True, True, False)
