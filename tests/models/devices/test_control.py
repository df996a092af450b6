"""What a desk does with a device from afar, and how the devices of an event stand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.db import db, transaction
from models.devices import control, kiosks, pairing, status
from models.devices.kiosks import Heartbeat, Kiosk
from models.errors import Conflict, Mistake
from models.events import check_in_window
from models.events.draft import EventDraft, OrganizationDraft, draft_of
from models.figures.visits import visits_of
from models.publishing import lifecycle
from models.publishing.lifecycle import cancel, create
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, minutes, session

SECRET = "another secret"


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def kiosk(people):
    return make_device(people.lecture).kiosk


def again(kiosk) -> Kiosk:
    """The row as it is in the database."""
    db.session.expire_all()
    return db.session.get_one(Kiosk, kiosk.id)


def test_a_device_is_renamed(kiosk):
    control.rename(kiosk, "  东门\n 入口 ")
    assert again(kiosk).name == "东门 入口"
    for bad in ("", " \t ", "x" * 31):
        with pytest.raises(Mistake):
            control.rename(kiosk, bad)
    assert again(kiosk).name == "东门 入口"


def test_a_message_is_shown_until_it_is_taken_away(kiosk):
    control.show_message(kiosk, "请移到二号门", NINE)
    assert again(kiosk).message == "请移到二号门"
    with pytest.raises(Mistake):
        control.show_message(kiosk, "长" * 121, NINE)
    assert again(kiosk).message == "请移到二号门"
    control.show_message(kiosk, "", NINE)
    assert again(kiosk).message == ""


def test_a_device_is_locked_and_unlocked(kiosk):
    control.lock(kiosk, NINE)
    control.lock(kiosk, NINE + minutes(1))
    assert again(kiosk).locked_at == NINE
    assert status.state_of(kiosk, NINE) == status.DeviceState.LOCKED
    control.unlock(kiosk, NINE)
    assert again(kiosk).locked_at is None
    assert status.state_of(kiosk, NINE) == status.DeviceState.SERVING


def test_one_out_of_service_is_only_renamed(kiosk, people):
    kiosks.revoke(kiosk.id, NINE)
    for verb in (
        lambda: control.show_message(kiosk, "hello", NINE),
        lambda: control.lock(kiosk, NINE),
        lambda: control.unlock(kiosk, NINE),
        lambda: control.move(kiosk, people.lecture, people.abroad, NINE),
    ):
        with pytest.raises(Conflict):
            verb()
    control.rename(kiosk, "旧平板")
    assert (again(kiosk).name, again(kiosk).message, again(kiosk).locked_at) == ("旧平板", "", None)


def test_a_moved_device_counts_at_the_other_event_from_then_on(people):
    device = make_device(people.lecture)
    device.tally("public", NINE, headcount=3)
    control.move(device.kiosk, people.lecture, people.abroad, NINE + minutes(10))
    assert device.kiosk.event_ids_at(NINE) == [people.lecture.id]
    assert device.kiosk.event_ids_at(NINE + minutes(10)) == [people.abroad.id]
    device.tally("public", NINE + minutes(11), headcount=5)
    # What it scanned before the move and hands in after it belongs to where it was.
    device.tally("public", NINE + minutes(9), now=NINE + minutes(12), headcount=7)
    assert visits_of([people.lecture.id, people.abroad.id]) == {people.lecture.id: 10, people.abroad.id: 5}


def test_a_device_moves_only_to_where_somebody_can_be_checked_in(kiosk, people):
    campaign = people.lecture.campaign
    cancelled, undated = make_event(campaign, "取消"), create(campaign, EventDraft(title="无日期"), NINE)
    cancel(cancelled, NINE)
    over = make_event(
        campaign, "昨天", occurrences=(session(NINE - timedelta(days=1), 1, DAY - timedelta(1)),)
    )
    for target in (cancelled, undated, over, people.lecture):
        with pytest.raises(Conflict):
            control.move(kiosk, people.lecture, target, NINE)
    assert again(kiosk).event_ids_at(NINE) == [people.lecture.id]
    control.move(kiosk, people.lecture, people.abroad, NINE)
    with pytest.raises(Conflict):  # somebody else's page still shows it here
        control.move(kiosk, people.lecture, people.court_day, NINE + minutes(1))
    assert again(kiosk).event_ids_at(NINE + minutes(1)) == [people.abroad.id]


def test_where_it_can_go_is_what_the_account_reaches_and_is_not_over(people):
    campaign = people.lecture.campaign
    make_event(campaign, "昨天", occurrences=(session(NINE - timedelta(days=1), 1, DAY - timedelta(1)),))
    lead = OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")
    make_event(
        campaign, "明天", lead=lead, occurrences=(session(NINE + timedelta(days=1), 1, DAY + timedelta(1)),)
    )
    assert [event.title for event in control.move_targets(people.gu, people.lecture, NINE)] == [
        "明天",
        "进京推介",
    ]
    assert [event.title for event in control.move_targets(people.wang, people.court_day, NINE)] == []
    assert len(control.move_targets(people.cui, people.lecture, NINE)) == 6
    assert control.move_targets(people.gu, people.lecture, NINE + timedelta(days=3)) == []


def test_a_stewards_phone_goes_with_the_event_it_is_at(people):
    code = pairing.create_code(people.lecture, SECRET, NINE, may_tally=False, with_event=True)
    phone, _token = pairing.pair(code, SECRET, NINE)
    assert phone.expires_at == check_in_window.closing_time(people.lecture)
    later = make_event(people.lecture.campaign, "下午", occurrences=(session(NINE + minutes(300)),))
    control.move(phone, people.lecture, later, NINE)
    assert again(phone).expires_at == check_in_window.closing_time(later) == NINE + minutes(300 + 120 + 60)
    longer = replace(draft_of(later), occurrences=(session(NINE + minutes(300), hours=4),))
    lifecycle.change(later, longer, NINE + minutes(310))
    assert again(phone).expires_at == check_in_window.closing_time(later) == NINE + minutes(300 + 240 + 60)
    over = replace(longer, occurrences=(session(NINE + minutes(300), hours=1),))
    lifecycle.change(later, over, NINE + minutes(500))
    assert again(phone).expires_at == NINE + minutes(500)  # what it has scanned until now counts
    lifecycle.change(later, longer, NINE + minutes(510))
    assert again(phone).expires_at == NINE + minutes(500)  # out of service, and has forgotten all


def test_a_phone_is_not_offered_for_an_event_that_is_over(people):
    end = check_in_window.closing_time(people.lecture)
    with pytest.raises(Conflict):
        pairing.create_code(people.lecture, SECRET, end, with_event=True)
    assert pairing.create_code(people.lecture, SECRET, end)


def test_how_the_devices_of_an_event_stand(people, kiosk):
    quiet = make_device(people.lecture).kiosk
    ended = make_device(people.lecture).kiosk
    kiosks.revoke(ended.id, NINE)
    moved = make_device(people.lecture).kiosk
    control.move(moved, people.lecture, people.abroad, NINE)
    make_device(people.court_day)
    with transaction():
        kiosk.seen_at = NINE - minutes(4)
        db.session.add(
            Heartbeat(
                kiosk_id=kiosk.id, at=NINE - minutes(1), waiting=12, aside=1, oldest_at=NINE - minutes(30),
                version="7", battery=15, charging=False,
            )
        )  # fmt: skip
    statuses = status.statuses_of(people.lecture, NINE)
    assert [(device.kiosk.id, device.state, device.serves_event) for device in statuses] == [
        (quiet.id, "serving", True),
        (kiosk.id, "serving", True),
        (ended.id, "ended", True),
        (moved.id, "serving", False),
    ]
    reporting = statuses[1]
    assert (reporting.heard_at, reporting.silent, reporting.waiting, reporting.aside) == (
        NINE - minutes(1),
        False,
        12,
        1,
    )
    assert (reporting.oldest, reporting.version, reporting.battery, reporting.battery_low) == (
        NINE - minutes(30),
        "7",
        15,
        True,
    )
    assert (statuses[0].heard_at, statuses[0].silent, statuses[0].waiting) == (None, True, None)
    assert statuses[2].silent is False  # nobody waits for it
    assert [event.id for event in statuses[3].events] == [people.abroad.id]


def test_an_expired_phone_is_told_as_such(people):
    code = pairing.create_code(people.lecture, SECRET, NINE, with_event=True)
    phone, _token = pairing.pair(code, SECRET, NINE)
    end = check_in_window.closing_time(people.lecture)
    assert [status.state_of(phone, at) for at in (end - minutes(1), end)] == ["serving", "expired"]
    with pytest.raises(Conflict):
        control.lock(phone, end)


def test_thirty_devices_ask_no_more_often_than_one(people, kiosk, count_queries):
    with count_queries() as single:
        status.statuses_of(people.lecture, NINE)
    for _ in range(29):
        make_device(people.lecture)
    with count_queries() as thirty:
        assert len(status.statuses_of(people.lecture, NINE)) == 30
    assert len(thirty) == len(single)
