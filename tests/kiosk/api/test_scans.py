"""POST /api/v1/scans: the shapes that devices rely on, and what is said about requests that cannot be used."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from models import clock
from models.checkin import admit
from models.codes import passes
from models.db import db, on_postgresql, transaction
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.ledger.tables import Scan
from tests.support.records.week import load_week, make_event
from tests.support.servers.watchers import wait_until


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def event_now(week):
    """Open at this very moment, whatever the time of the day."""
    day = week.today(clock.now())
    return make_event(week, "今天的活动", occurrences=(OccurrenceDraft(day, day),))


@pytest.fixture
def post(client, event_now):
    _kiosk, token = kiosks.create_kiosk(event_now, clock.now())

    def send(scans, headers=None, **body):
        given = {"Authorization": f"Bearer {token}"} | (headers or {})
        return client.post("/api/v1/scans", json={"scans": scans, **body}, headers=given)

    return send


def a_scan(kind="touch", **fields):
    given = {"id": str(uuid4()), "at": clock.instant_text(clock.now(), "Asia/Shanghai"), "kind": kind}
    return given | ({"group": "youth"} if kind in ("touch", "tally") else {}) | fields


def test_the_answer_has_the_promised_shape(post, week):
    made = passes.issue(week, "youth", clock.now(), headcount=45)[0]
    url = f"HTTPS://OPENWEEK.TEST/C/{made.token}"
    scan = a_scan("pass", code=url, headcount=43, seq=17, direction="in", skew_ms=-12, shown=None)
    answer = post([scan], device_time=clock.instant_text(clock.now()))
    assert answer.status_code == 200
    assert answer.json["results"] == [
        {
            "id": scan["id"],
            "verdict": "stored",
            "reason": None,
            "message": "已签到：43 人",
            "group": "youth",
            "headcount": 43,
            "since": None,
            "flags": [],
            "again": False,
        }
    ]
    clock.parse_instant(answer.json["server_time"])


def test_one_bad_scan_holds_nobody_up(post, week):
    good = a_scan()
    bad = [
        {"kind": "touch"},
        "nonsense",
        None,
        a_scan(id="not-a-uuid"),
        a_scan(id=f"urn:{uuid4().hex}"),
        a_scan(id="٠" * 8 + "-٠٠٠٠" * 3 + "-" + "٠" * 12),
        a_scan(at="yesterday"),
        a_scan(at="0001-01-01T00:00:00+14:00"),
        a_scan(at="9999-12-31T23:59:59-12:00"),
        a_scan("dance"),
        a_scan(headcount=0),
        a_scan(headcount=1000),
        a_scan(headcount=True),
        a_scan(group="\x00"),
        a_scan("pass"),
        a_scan("undo"),
        a_scan(kind=["touch"]),
        a_scan(seq=2**70),
        a_scan(skew_ms=10**18),
        a_scan("pass", code_length=18, code_hash="11010519491231002X"),
        a_scan(group="\ud800"),
        a_scan(at={"a": [[]]}),
        {**(mine := a_scan("undo")), "undoes": mine["id"]},
    ]
    answer = post([*bad, good])
    results = answer.json["results"]
    assert [(r["verdict"], r["reason"]) for r in results] == [("refused", "bad_scan")] * len(bad) + [
        ("stored", None)
    ]
    assert [r["id"] for r in results[:6]] == [None] * 6
    assert results[7]["id"] == bad[7]["id"]
    assert figures(week, clock.now()).visits == 1
    # What has an id is kept, also when it is refused.
    assert db.session.scalar(select(func.count()).select_from(Scan)) == len(bad) - 6 + 1
    again = post([*bad, good]).json["results"]
    assert {(r["again"], *r["flags"]) for r in again[6:]} == {(True,)}


def test_the_same_scan_three_times_counts_once(post, week):
    scan = a_scan()
    answers = [post([scan]).json["results"][0] for _ in range(3)]
    assert [a["again"] for a in answers] == [False, True, True]
    assert {a["verdict"] for a in answers} == {"stored"}
    assert figures(week, clock.now()).visits == 1


def test_a_conflict_is_worded_from_the_first_content(post):
    scan = a_scan(headcount=3)
    [first] = post([scan]).json["results"]
    other = a_scan("undo", id=scan["id"], undoes=str(uuid4()))
    [again] = post([other]).json["results"]
    assert (again["verdict"], again["flags"], again["message"]) == ("stored", ["conflict"], first["message"])
    out = passes.issue(load_week(), "youth", clock.now())[0]
    left = a_scan("pass", code=f"HTTPS://OPENWEEK.TEST/C/{out.token}", direction="out")
    [gone] = post([left]).json["results"]
    [came] = post([left | {"direction": "in"}]).json["results"]
    assert (came["flags"], came["message"]) == (["conflict"], gone["message"])


def test_an_answer_names_the_scan_as_it_was_sent(post):
    scan = a_scan()
    shouted = scan | {"id": scan["id"].upper()}
    [first] = post([shouted]).json["results"]
    [again] = post([scan]).json["results"]
    assert (first["id"], first["verdict"]) == (scan["id"].upper(), "stored")
    assert (again["id"], again["verdict"], again["again"]) == (scan["id"], "stored", True)


def test_device_clocks_at_the_ends_of_time(post):
    for device_time in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        scans = [a_scan(at=at) for at in ("0400-01-01T00:00:00Z", "9600-01-01T00:00:00Z")]
        assert post(scans, device_time=device_time).status_code == 200


def test_a_foreign_code_told_by_its_length_alone(post):
    result = post([a_scan("pass", code_length=31, code_hash="ab" * 32)]).json["results"][0]
    assert (result["verdict"], result["reason"]) == ("refused", "unknown_code")
    row = db.session.scalars(select(Scan)).one()
    assert (row.code_length, row.code_hash) == (31, "ab" * 32)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (None, "这不是参与码，请出示参与码。"),
        ("en", "This is not one of our codes. Please show your pass."),
    ],
)
def test_messages_follow_the_reader(post, language, message):
    headers = {"Accept-Language": language} if language else {}
    result = post([a_scan("pass", code="weixin://pay/private-number")], headers).json["results"][0]
    assert result["message"] == message
    assert "private-number" not in str(result)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "detail"),
    [
        (b"{", "application/json", 400, "The request is not valid JSON."),
        (b'{"scans": ' + b"[" * 100_000, "application/json", 400, "The request is not valid JSON."),
        (b"[]", "application/json", 422, "Send an object with a list named “scans”."),
        (b'{"scans": 3}', "application/json", 422, "Send an object with a list named “scans”."),
        (b'{"scans": [], "device_time": "noon"}', "application/json", 422,
         "Write the time with its zone, for example 2024-04-20T09:30:00+08:00."),
        (b"scans=1", "application/x-www-form-urlencoded", 415, "Send the scans as application/json."),
        (b'{"scans": [' + b",".join([b"{}"] * 501) + b"]}", "application/json", 413, "Send at most 500 scans at a time."),
    ],
)  # fmt: skip
def test_a_malformed_batch_gets_one_sentence(client, event_now, body, content_type, status, detail):
    _kiosk, token = kiosks.create_kiosk(event_now, clock.now())
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    answer = client.post("/api/v1/scans", data=body, content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"] == detail


def test_a_time_in_small_letters_and_a_device_that_showed_come_again(post, event_now):
    small = clock.instant_text(clock.now()).replace("+00:00", "Z").lower()
    answer = post([a_scan(at=small), a_scan(shown="retry")])
    assert [row["verdict"] for row in answer.json["results"]] == ["stored", "stored"]


def test_who_may_hand_in(client, event_now):
    kiosk, token = kiosks.create_kiosk(event_now, clock.now())
    assert client.post("/api/v1/scans", json={"scans": []}).status_code == 401
    wrong = client.post("/api/v1/scans", json={"scans": []}, headers={"Authorization": "Bearer owk_guess"})
    assert (wrong.status_code, wrong.content_type) == (401, "application/problem+json")
    kiosks.revoke(kiosk.id, clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/scans", json={"scans": [a_scan(shown="stored")]}, headers=headers)
    assert (answer.status_code, answer.json["results"][0]["flags"]) == (200, ["after_revocation"])
    assert client.get("/api/v1/kiosk", headers=headers).status_code == 401
    with transaction():
        db.session.get_one(kiosks.Kiosk, kiosk.id).revoked_at = clock.now() - kiosks.GRACE_AFTER_END * 1.1
    assert client.post("/api/v1/scans", json={"scans": []}, headers=headers).status_code == 401


def test_a_database_that_is_busy_says_come_again(post, monkeypatch):
    def busy(*_args):
        raise admit.BusyError(admit.BUSY)

    monkeypatch.setattr(admit, "admit", busy)
    answer = post([a_scan()])
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_database_that_does_not_answer_says_come_again(app, post, monkeypatch):
    """As while the primary waits for a standby that is away. One thread stays with it; the others are free for pages."""
    monkeypatch.setattr(admit, "LONGEST", 0.2)

    def send(scan):
        with app.app_context():
            return post([scan])

    scans = [a_scan(), a_scan(), a_scan()]
    with ThreadPoolExecutor(3) as pool:
        with transaction():
            if on_postgresql():
                db.session.execute(text("LOCK TABLE scan IN EXCLUSIVE MODE"))
            answers = [pool.submit(send, scan) for scan in scans]
            assert wait_until(lambda: sum(answer.done() for answer in answers) == 2)
        statuses = sorted(answer.result().status_code for answer in answers)
    assert statuses == [200, 503, 503]
    results = post(scans).json["results"]
    assert [result["verdict"] for result in results] == ["stored"] * 3
    assert [result["again"] for result in results].count(True) == 1
