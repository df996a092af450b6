"""What a device tells of itself, and what it hears in answer."""

from datetime import timedelta

import pytest

from models import clock
from models.codes import passes
from models.db import db, transaction
from models.devices import kiosks
from models.devices.kiosks import Heartbeat, Kiosk, KioskService
from models.events.draft import OccurrenceDraft
from tests.support.records.week import Device, load_week, make_event

pytest_plugins = ["tests.support.records.queries"]

ENGLISH = {"Accept-Language": "en"}
QUIET = {"waiting": 0, "aside": 0}


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def event(week):
    """Open the whole of today."""
    today = week.today(clock.now())
    return make_event(week, occurrences=(OccurrenceDraft(today, today, capacity=50),))


@pytest.fixture
def paired(event):
    return kiosks.create_kiosk(event, clock.now() - timedelta(hours=1))


@pytest.fixture
def beat(client, paired):
    def send(body=QUIET, **kwargs):
        given = {"Authorization": f"Bearer {paired[1]}", **ENGLISH}
        return client.post("/api/v1/kiosk/heartbeat", json=body, headers=given, **kwargs)

    return send


@pytest.fixture
def asked(client, paired):
    """What GET /api/v1/kiosk tells now."""
    return lambda: client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {paired[1]}"}).json


@pytest.fixture
def change(paired):
    def set_(**columns):
        with transaction():
            kiosk = db.session.get_one(Kiosk, paired[0].id)
            for name, value in columns.items():
                setattr(kiosk, name, value)

    return set_


def test_a_report_is_kept_and_the_next_one_takes_its_place(beat, paired):
    before = clock.now()
    told = {
        "waiting": 12,
        "aside": 1,
        "oldest": "2024-04-22T09:00:00.000+08:00",
        "version": "0123456789ab",
        "battery": 81,
        "charging": False,
    }
    assert beat(told).status_code == 200
    [row] = db.session.scalars(db.select(Heartbeat))
    assert (row.kiosk_id, row.waiting, row.aside, row.version) == (paired[0].id, 12, 1, "0123456789ab")
    assert clock.instant_text(row.oldest_at) == "2024-04-22T01:00:00.000+00:00"
    assert (row.battery, row.charging) == (81, False)
    assert before <= row.at <= clock.now()
    beat()
    [row] = db.session.scalars(db.select(Heartbeat).execution_options(populate_existing=True))
    assert (row.waiting, row.oldest_at, row.version, row.battery, row.charging) == (0, None, "", None, None)
    kiosk = db.session.get_one(Kiosk, paired[0].id, populate_existing=True)
    assert kiosk.seen_at == row.at


def test_a_scan_of_the_future_is_one_of_now(beat):
    beat({**QUIET, "waiting": 1, "oldest": clock.instant_text(clock.now() + timedelta(days=1))})
    [row] = db.session.scalars(db.select(Heartbeat))
    assert row.oldest_at == row.at


WHOLE = "“%s” must be a whole number from 0 to %s."
WRONG = {
    "waiting": ({"waiting": -1}, WHOLE % ("waiting", 10_000_000)),
    "a word": ({"waiting": "many"}, WHOLE % ("waiting", 10_000_000)),
    "nothing": ({"waiting": None}, WHOLE % ("waiting", 10_000_000)),
    "aside": ({"aside": True}, WHOLE % ("aside", 10_000_000)),
    "battery": ({"battery": 101}, WHOLE % ("battery", 100)),
    "half": ({"battery": 0.5}, WHOLE % ("battery", 100)),
    "charging": ({"charging": 1}, "“charging” must be true, false or null."),
    "version": ({"version": "x" * 21}, "“version” can have up to 20 letters, digits, dots or dashes."),
    "oldest": (
        {"oldest": "yesterday"},
        "Write the time with its zone, for example 2024-04-20T09:30:00+08:00.",
    ),
}


@pytest.mark.parametrize(("body", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(beat, body, sentence):
    answer = beat({**QUIET, **body})
    assert (answer.status_code, answer.json["detail"]) == (400, sentence)
    assert db.session.scalars(db.select(Heartbeat)).all() == []


def test_what_is_no_report_is_told_so(client, paired):
    given = {"Authorization": f"Bearer {paired[1]}", **ENGLISH}
    send = lambda **kwargs: client.post("/api/v1/kiosk/heartbeat", headers=given, **kwargs)  # noqa: E731
    answer = send(data="[]", content_type="application/json")
    assert answer.json["detail"] == 'Send the kiosk status as JSON: {"waiting": 0, "aside": 0, …}.'
    assert send(data="waiting=0").status_code == 415


def test_only_a_device_in_service_is_heard(beat, change, client):
    assert client.post("/api/v1/kiosk/heartbeat", json=QUIET).status_code == 401
    change(expires_at=clock.now() - timedelta(seconds=1))
    assert beat().status_code == 401
    change(expires_at=None, revoked_at=clock.now())
    assert beat().status_code == 401
    assert db.session.scalars(db.select(Heartbeat)).all() == []


def test_the_desk_says_something_and_locks(beat, asked, change):
    quiet = beat().json
    assert (quiet["message"], quiet["locked"]) == (None, False)
    change(message="请到东门", locked_at=clock.now())
    answer = beat().json
    assert (answer["message"], answer["locked"]) == ({"text": "请到东门"}, True)
    assert (asked()["message"], asked()["locked"]) == ({"text": "请到东门"}, True)
    # Neither is a reason to ask for everything again.
    assert answer["knowledge"] == quiet["knowledge"] == asked()["knowledge"]


def test_the_mark_changes_with_what_a_device_must_know(beat, asked, change, event, week, paired):
    def moved() -> None:
        other = make_event(week, "别处", occurrences=(OccurrenceDraft(today, today),))
        with transaction():
            for service in db.session.scalars(db.select(KioskService)):
                service.until = clock.now()
            db.session.add(KioskService(kiosk_id=paired[0].id, event_id=other.id, since=clock.now()))

    def revoked() -> None:
        [made] = passes.issue(week, "youth", clock.now())
        passes.revoke(made.id, clock.now())

    def roomier() -> None:
        with transaction():
            event.occurrences[0].capacity = 80

    def counted_out() -> None:
        with transaction():
            event.track_exits = True

    today = week.today(clock.now())
    marks = [beat().json["knowledge"]]
    for step in (
        revoked,
        roomier,
        counted_out,
        lambda: change(expires_at=clock.now() + timedelta(hours=1)),
        moved,
    ):
        step()
        marks.append(beat().json["knowledge"])
        assert asked()["knowledge"] == marks[-1]
    assert len(set(marks)) == len(marks)
    assert beat().json["knowledge"] == marks[-1]


def test_it_hears_how_many_are_inside(beat, asked, event, week, paired):
    [occurrence] = event.occurrences
    device = Device(week, paired[0])
    now = clock.now()
    [one] = passes.issue(week, "youth", now - timedelta(hours=1))
    assert beat().json["inside"] == {str(occurrence.id): 0}
    device.tally("public", now, headcount=7)
    device.scan(one.token, now)
    mark = beat().json["knowledge"]
    assert beat().json["inside"] == {str(occurrence.id): 8}
    assert asked()["events"][0]["occurrences"][0]["inside"] == 8
    device.scan(one.token, clock.now(), direction="out")
    assert beat().json["inside"] == {str(occurrence.id): 7}
    assert beat().json["knowledge"] == mark


def test_a_beat_costs_the_same_for_thirty_occurrences(beat, event, week, count_queries, client):
    with count_queries() as for_one:
        beat()
    today = week.today(clock.now())
    many = make_event(week, "多场", occurrences=tuple(OccurrenceDraft(today, today) for _ in range(30)))
    _kiosk, token = kiosks.create_kiosk(many, clock.now())
    with count_queries() as for_thirty:
        client.post("/api/v1/kiosk/heartbeat", json=QUIET, headers={"Authorization": f"Bearer {token}"})
    assert len(for_thirty) == len(for_one) <= 16
