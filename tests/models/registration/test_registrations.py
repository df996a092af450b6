"""Places, the waiting list, groups: never oversold, all or nothing, first who waits and fits."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.codes import passes
from models.codes.passes import Pass
from models.db import db, transaction
from models.errors import Conflict, Mistake
from models.events.draft import draft_of
from models.events.tables import Event
from models.figures.visits import visits_of
from models.ledger.tables import Presence
from models.operations.tick import tick
from models.publishing.lifecycle import cancel as cancel_event
from models.publishing.lifecycle import change as change_event
from models.publishing.lifecycle import merge
from models.registration import changes, contacts, lists, registrations, settings
from models.registration.contacts import ContactContent
from models.registration.registrations import new_secret
from models.registration.requests import RegistrationRequest
from models.registration.tables import (
    ContactRule,
    MailKind,
    Registration,
    RegistrationContact,
    RegistrationSettings,
)
from tests.support.records.registering import BEFORE, offer, settings_draft
from tests.support.records.week import NINE, load_week, make_device, make_event, session


@pytest.fixture
def event(app) -> Event:
    return make_event(load_week())


def register(rule: RegistrationSettings, headcount: int = 1, now=BEFORE, **fields) -> Registration:
    request = RegistrationRequest(fields.pop("group", "youth"), headcount, **fields)
    return registrations.register(rule, request, new_secret(), now)


def test_twenty_clients_for_the_last_place(app, event):
    rule = offer(event, 1)
    db.session.commit()
    start = threading.Barrier(20)

    def one_client(_number: int) -> str:
        with app.app_context():
            own = db.session.get_one(RegistrationSettings, rule.id)
            start.wait()
            return register(own).state

    with ThreadPoolExecutor(20) as pool:
        states = [*pool.map(one_client, range(20))]
    assert sorted(states) == ["registered"] + ["waiting"] * 19
    assert len(db.session.scalars(select(Pass)).all()) == 1
    db.session.refresh(rule)
    assert rule.taken == 1


def test_a_class_of_45_for_44_places_waits(event):
    rule = offer(event, 44)
    school = register(rule, 45)
    assert (school.state, school.pass_id, rule.taken) == ("waiting", None, 0)
    family = register(rule, 3)
    assert (family.state, family.issued.headcount, rule.taken) == ("registered", 3, 3)


def test_a_cancelled_place_goes_to_the_first_who_waits_and_fits(event):
    rule = offer(event, 2)
    pair = register(rule, 2)
    school, first, second = register(rule, 45), register(rule), register(rule)
    assert [registrations.waiting_before(row) for row in (school, first, second)] == [0, 1, 2]
    moved = registrations.cancel(pair, NINE - timedelta(hours=1))
    assert [row.id for row in moved] == [first.id, second.id]
    assert (school.state, first.state, second.state) == ("waiting", "registered", "registered")
    assert (pair.state, pair.issued.revoked_at) == ("cancelled", NINE - timedelta(hours=1))
    assert registrations.cancel(pair, NINE) == []
    settings.save(event, None, settings_draft(47), BEFORE, None)
    assert [row.id for row in registrations.move_up(rule, BEFORE)] == [school.id]


def test_without_a_waiting_list_nobody_waits(event):
    rule = offer(event, 2, waiting_list=False)
    register(rule)
    with pytest.raises(Conflict, match="fewer places left than people"):
        register(rule, 2)
    register(rule)
    with pytest.raises(Conflict, match="All places are taken"):
        register(rule)


def test_registration_opens_and_closes(event):
    opens, closes = BEFORE, BEFORE + timedelta(hours=2)
    rule = offer(event, 5, opens_at=opens, closes_at=closes)
    for moment, words in ((opens - timedelta(seconds=1), "not opened"), (closes, "is closed")):
        with pytest.raises(Conflict, match=words):
            register(rule, now=moment)
    assert register(rule, now=opens).state == "registered"
    cancel_event(event, BEFORE)
    with pytest.raises(Conflict, match="does not take place"):
        register(rule, now=opens)


def test_nobody_moves_up_after_the_event(event):
    rule = offer(event, 1)
    row, other = register(rule), register(rule)
    with pytest.raises(Conflict, match="is over"):
        registrations.cancel(row, NINE + timedelta(hours=2))
    settings.save(event, None, settings_draft(2), BEFORE, None)
    assert registrations.move_up(rule, NINE + timedelta(hours=2)) == []
    assert other.state == "waiting"


def test_the_same_form_twice_registers_once(event):
    rule, secret = offer(event, 5), new_secret()
    request = RegistrationRequest("youth", 2)
    first = registrations.register(rule, request, secret, BEFORE)
    assert registrations.register(rule, request, secret, BEFORE) is first
    assert registrations.find_by_secret(secret.lower()) is first
    assert (rule.taken, secret in first.digest) == (2, False)


def test_fewer_places_than_taken_are_refused(event):
    register(offer(event, 5), 4)
    with pytest.raises(Conflict, match="4 places are taken"):
        offer(event, 3)


def test_for_the_event_or_for_each_session(app):
    event = make_event(load_week(), occurrences=(session(), session(NINE + timedelta(hours=4))))
    one, other = event.occurrences
    settings.save(event, one, settings_draft(1), BEFORE, None)
    settings.save(event, other, settings_draft(7), BEFORE, None)
    assert [row.places for row in settings.settings_of(event.id)] == [1, 7]
    with pytest.raises(Conflict, match="either for the whole event or for each session"):
        offer(event, 3)
    settings.switch_off(settings.settings_of(event.id)[0])
    rule = settings.settings_of(event.id)[0]
    register(rule)
    with pytest.raises(Conflict, match="registered already"):
        settings.switch_off(rule)


def test_who_did_not_come_is_a_number_and_the_figures_know_nothing_of_it(event):
    rule = offer(event, 100)
    school, single, absent = register(rule, 45), register(rule), register(rule, 2, group="public")
    device = make_device(event)
    device.scan(school.issued.token, headcount=40)
    device.scan(single.issued.token)
    over = NINE + timedelta(hours=3)
    assert lists.sums(rule, NINE) == lists.RegistrationSums(48, 0, 0, None)
    assert visits_of([event.id]) == {event.id: 41}
    assert lists.sums(rule, over) == lists.RegistrationSums(48, 0, 0, 5 + absent.headcount)


def test_a_cancelled_pass_is_refused(event):
    row = register(offer(event, 5))
    registrations.cancel(row, BEFORE)
    assert make_device(event).scan(row.issued.token).reason == "revoked"


def move(event: Event, hours: int) -> None:
    draft = draft_of(event)
    first = draft.occurrences[0]
    moved = replace(
        first, start_at=first.start_at + timedelta(hours=hours), end_at=first.end_at + timedelta(hours=hours)
    )
    change_event(event, replace(draft, occurrences=(moved, *draft.occurrences[1:])), BEFORE)


def test_a_moved_and_a_cancelled_session_are_told_once_to_who_registered_before(event):
    rule = offer(event, 5, contact=ContactRule.OPTIONAL)
    row, silent = register(rule, contact="li@example.cn"), register(rule)
    gone = register(rule, contact="zhao@example.cn")
    registrations.cancel(gone, BEFORE)
    assert (changes.note_due(BEFORE), changes.has_changed(row)) == (0, False)
    move(event, 1)
    later = register(rule, contact="wu@example.cn")
    assert [changes.has_changed(one) for one in (row, silent, later)] == [True, True, False]
    tick(BEFORE)
    db.session.expire_all()
    due = {one.id: one.mail_due for one in (row, silent, gone, later)}
    assert due == {row.id: "changed", silent.id: None, gone.id: None, later.id: "registered"}
    assert changes.note_due(BEFORE) == 0
    change_event(event, replace(draft_of(event), description="新的介绍"), BEFORE)
    assert changes.note_due(BEFORE) == 0
    cancel_event(event, BEFORE)
    assert (changes.note_due(BEFORE), changes.note_due(BEFORE)) == (2, 0)


def test_nobody_is_told_after_the_event(event):
    register(offer(event, 5, contact=ContactRule.OPTIONAL), contact="li@example.cn")
    move(event, 1)
    assert changes.note_due(NINE + timedelta(days=1)) == 0


def test_fewer_come_and_the_free_places_go_to_who_waits(event):
    rule = offer(event, 45)
    school, family = register(rule, 45), register(rule, 3)
    old = school.issued.token
    for wrong in (None, 0, 46):
        with pytest.raises(Mistake, match="from 1 to 44"):
            registrations.lower_headcount(school, wrong, BEFORE)
    assert [row.id for row in registrations.lower_headcount(school, 42, BEFORE)] == [family.id]
    assert (school.headcount, rule.taken, family.state) == (42, 45, "registered")
    new = passes.newest_of(school.issued)
    device = make_device(event)
    assert device.scan(old).reason == "revoked"
    assert (device.scan(new.token).headcount, new.headcount, new.holder) == (42, 42, school.issued.holder)
    with pytest.raises(Conflict, match="checked in already"):
        registrations.lower_headcount(school, 41, NINE)
    assert registrations.of_pass(event.campaign_id, new.holder) is school


def test_a_registration_for_a_session_is_let_in_there_alone(app):
    event = make_event(load_week(), occurrences=(session(), session(NINE + timedelta(hours=2))))
    second = event.occurrences[1]
    rule = settings.save(event, second, settings_draft(5), BEFORE, None)
    token = register(rule).issued.token
    device = make_device(event)
    assert device.scan(token, NINE).reason == "not_open"
    assert device.scan(token, NINE + timedelta(minutes=90)).verdict == "stored"
    query = select(Presence.occurrence_id, Presence.weight).where(Presence.weight > 0)
    assert db.session.execute(query).tuples().all() == [(second.id, 1)]


def test_contacts_are_encrypted_and_apart(event):
    rule = offer(event, 5, contact=ContactRule.OPTIONAL, questions=("是否需要停车位",))
    secret = new_secret()
    request = RegistrationRequest("public", 1, "li@example.cn", ("需要",))
    row = registrations.register(rule, request, secret, BEFORE)
    stored = db.session.get_one(RegistrationContact, row.id)
    assert [word in stored.sealed for word in (b"li@example.cn", secret.encode(), "需要".encode())] == [
        False
    ] * 3
    assert contacts.read_contacts([row.id]) == {
        row.id: ContactContent("li@example.cn", {"是否需要停车位": "需要"}, secret)
    }
    assert (row.by_mail, row.mail_due) == (True, MailKind.REGISTERED)
    other = registrations.register(rule, request, new_secret(), BEFORE)
    with transaction():  # the content of one row put into another one
        db.session.get_one(RegistrationContact, other.id).sealed = stored.sealed
    assert contacts.read_contacts([other.id]) == {other.id: None}
    registrations.cancel(row, BEFORE)
    assert contacts.read_contacts([row.id]) == {}


def test_what_is_not_asked_is_not_kept(event):
    row = register(offer(event, 5), contact="li@example.cn", answers=("需要",))
    assert (contacts.read_contacts([row.id]), row.mail_due) == ({}, None)


def test_contacts_are_deleted_30_days_after_the_last_day(event):
    rule = offer(event, 5, contact=ContactRule.REQUIRED)
    row = register(rule, contact="13800001234")
    assert contacts.delete_old(NINE + timedelta(days=29)) == 0
    assert contacts.read_contacts([row.id])[row.id].contact == "13800001234"
    tick(NINE + timedelta(days=30))
    assert contacts.read_contacts([row.id]) == {}
    assert lists.sums(rule, NINE).registered == 1


def test_contacts_cannot_be_read_with_another_key(app, event):
    row = register(offer(event, 5, contact=ContactRule.REQUIRED), contact="li@example.cn")
    app.extensions.pop(contacts.CACHED_KEY)
    app.config["CONTACT_KEY"] = "another key, of thirty-two characters"
    assert contacts.read_contacts([row.id]) == {row.id: None}


def test_registrations_of_a_merged_event_continue_at_the_kept_one(event):
    kept = make_event(event.campaign, "同一活动")
    rule = offer(event, 1)
    row, second = register(rule), register(rule)
    merge(kept, event, BEFORE)
    assert settings.settings_of(kept.id) == [rule]
    assert settings.find_settings(kept, rule.id) is rule
    assert settings.openness(rule, BEFORE) == "open"
    registrations.cancel(row, BEFORE)
    assert make_device(kept).scan(second.issued.token).verdict == "stored"
    assert lists.sums(rule, NINE + timedelta(hours=3)).missing == 0


@pytest.mark.parametrize(
    ("form", "problems"),
    [
        ({"places": "0", "largest_group": "1000"}, {"places", "largest_group"}),
        ({"places": "5", "largest_group": "5", "opens_at": "tomorrow"}, {"opens_at"}),
        (
            {
                "places": "5",
                "largest_group": "5",
                "opens_at": "2024-04-20T09:00",
                "closes_at": "2024-04-20T08:00",
            },
            {"closes_at"},
        ),
        ({"places": "5", "largest_group": "5", "questions": "学生姓名"}, {"questions"}),
        ({"places": "5", "largest_group": "5", "questions": "a\nb\nc\nd\ne\nf"}, {"questions"}),
    ],
)
def test_settings_are_read_field_by_field(form, problems):
    assert set(settings.read_draft(form, "Asia/Shanghai")[1]) == problems
