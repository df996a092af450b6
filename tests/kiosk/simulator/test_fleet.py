"""Simulated kiosks: they judge as the real ones do, keep what is not answered by name, and find out what a server loses."""

import json
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kiosk.simulator.device import ClockError, Device, DeviceClock
from kiosk.simulator.fleet import RehearsalPlan, rehearse
from kiosk.simulator.network import FaultRates, FaultyNetwork, Reply, Request, parsed
from kiosk.simulator.rules import UndoTarget, decide, decide_undo
from kiosk.simulator.visitors import Visit, arrivals
from models import clock
from models.campaigns.file import default_campaign_file
from models.codes import keys, passes
from models.db import db, transaction
from models.devices import kiosks as devices
from models.events.draft import OccurrenceDraft
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from models.operations import campaign_loader
from tests.support.records.check_in_cases import CASES, Scene, stage
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.served_application import Server

STORM = FaultRates(request_lost=0.05, answer_lost=0.2, late_copy=0.05, portal=0.03, duplicates=0.2, slow=0.1)
FAIR = FaultRates()


@dataclass
class Inside:
    """A line to the application in this process. before(request): an answer that comes instead of the server's."""

    app: Flask
    before: Callable[[Request], Reply | None] = lambda request: None
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Reply:
        self.asked.append(request)
        instead = self.before(request)
        if instead is not None:
            return instead
        # Devices run in threads of their own, without the test's context: so does every request.
        answer = Context().run(
            FlaskClient(self.app).open,
            request.path,
            method=request.method,
            data=request.body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {request.token}"},
        )
        return Reply(answer.status_code, parsed(answer.content_type, answer.data))

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def rehearsal(app):
    """A rehearsal with today in its days or not: events tell when they are open."""
    campaign = campaign_loader.load_campaign(default_campaign_file(), rehearsal=True)
    with transaction():
        keys.ensure_keys(clock.now())
    return campaign


@pytest.fixture
def event_now(rehearsal):
    """Open at this very moment, and yesterday and tomorrow too."""
    day = rehearsal.today(clock.now())
    days = (day - timedelta(days=1), day, day + timedelta(days=1))
    return make_event(rehearsal, "演练现场", occurrences=tuple(OccurrenceDraft(one, one) for one in days))


@pytest.fixture
def fleet(app, rehearsal, event_now):
    """Run a plan inside this process; the line comes with the report."""

    def run(kiosks: int, scans: int, weather: FaultRates = FAIR, seed: int = 1, before=lambda request: None):
        now = clock.now()
        tokens = [devices.create_kiosk(event_now, now)[1] for _ in range(kiosks)]
        held = [entry.token for entry in passes.issue(rehearsal, "youth", now, count=20)]
        connection = Inside(app, before)
        db.session.commit()
        plan = RehearsalPlan(
            "http://inside", rehearsal.id, tokens, scans, seed, weather, held, lambda: connection
        )
        return rehearse(plan, now), connection

    return run


def bodies(connection: Inside) -> list[list[dict]]:
    """The scans of each request that handed some in."""
    return [json.loads(request.body)["scans"] for request in connection.asked if request.body]


def judged(scene: Scene, known: dict) -> dict:
    """What the simulated kiosk shows, told as the cases tell it."""
    seen, target, scan = [], None, scene.case["scan"]

    def ask(told: dict):
        at = datetime.fromtimestamp(told["at"] / 1000, UTC)
        if told["whose"]:
            return decide_undo(target, at, known)
        earliest = told["earliest"] and datetime.fromtimestamp(told["earliest"] / 1000, UTC)
        return decide(UUID(told["id"]), told["body"], at, known, lambda _place, _holder: seen, earliest)

    own = scan.get("undo") != "elsewhere"
    for step in scene.case.get("before" if own else "elsewhere", ()):
        told = scene.body(step)
        found = ask(told)
        target = UndoTarget(found.entry.at, own, found.place[0], told["undone"])
        seen += [] if told["undone"] else [found.entry]
    found = ask(scene.body(scan))
    told = {name: getattr(found, name) for name in ("verdict", "reason", "headcount")}
    told["since"] = found.since and round((found.since - NINE).total_seconds() / 60)
    return told | {"flags": sorted(found.flags), "unchecked": list(found.unchecked)}


def test_a_simulated_kiosk_decides_as_the_cases_say(app, client):
    campaign = load_week()
    for case in CASES:
        scene = stage(campaign, case)
        if case["scan"].get("pass", {}).get("revoked") == "before":
            scene.revoke()
        known = client.get("/api/v1/kiosk", headers={"Authorization": f"Bearer {scene.token}"}).json
        told = judged(scene, known)
        wanted = {"reason": None, "flags": [], "since": None} | case["offline"]
        assert {name: told[name] for name in wanted} == wanted, case["name"]


def test_fifty_kiosks_in_a_storm(database_url, tmp_path):
    """A fifth of the answers lost, as much delivered twice, also at the same moment; nothing lost, nothing doubled."""
    server = Server(database_url, tmp_path)
    try:
        with server.app.app_context():
            now = clock.now()
            campaign = campaign_loader.load_campaign(default_campaign_file(), rehearsal=True)
            with transaction():
                keys.ensure_keys(now)
            day = campaign.today(now)
            whole_day = (OccurrenceDraft(day - timedelta(days=1), day + timedelta(days=1)),)
            events = [make_event(campaign, f"演练现场{number}", occurrences=whole_day) for number in range(5)]
            tokens = [devices.create_kiosk(events[number % 5], now)[1] for number in range(50)]
            held = [entry.token for entry in passes.issue(campaign, "youth", now, count=60)]
            held += [entry.token for entry in passes.issue(campaign, "youth", now, headcount=40, count=4)]
            db.session.remove()
        server.start()
        report = rehearse(RehearsalPlan(server.url, campaign.id, tokens, 400, 7, STORM, held), clock.now())
        with server.app.app_context():
            found = verify(campaign)
            rows = list(db.session.scalars(select(Scan)))
    finally:
        server.close()
    assert report.fault_counts["answer_lost"] > 20
    assert report.fault_counts["at_once"] > 10
    assert (report.sent, report.lost, report.changed, report.waiting, report.aside) == (400, 0, 0, 0, 0)
    assert report.stored + report.repeated + report.refused == 400
    assert len({row.id for row in rows}) == len(rows) == found.scans == 400
    assert [row.verdict for row in rows].count("stored") == report.stored
    assert found.differences == []


def test_the_same_seed_makes_the_same_trouble(fleet):
    rough = FaultRates(request_lost=0.1, answer_lost=0.2, late_copy=0.1, portal=0.1)
    told = [fleet(1, 60, rough, seed)[0] for seed in (5, 5, 6)]
    outcomes = [(one.fault_counts, one.stored, one.repeated, one.refused, one.again) for one in told]
    # The second time the same passes are others, so all is as it was.
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] != outcomes[2][0]
    assert all(one.complete for one in told)


def test_only_what_an_answer_names_is_let_go(fleet):
    odd = iter(range(8))

    def names_nothing(request: Request):
        """For a while an answer that says "retry", and of others nothing that could be read."""
        if request.method != "POST" or next(odd, None) is None:
            return None
        first = json.loads(request.body)["scans"][0]["id"]
        results = [{"id": first, "verdict": "retry"}, "nonsense", {"verdict": "stored"}]
        return Reply(200, {"server_time": clock.instant_text(clock.now()), "results": results})

    report, connection = fleet(1, 12, before=names_nothing)
    assert report.complete
    assert report.stored + report.repeated + report.refused == 12
    assert bodies(connection)[0][0]["id"] == bodies(connection)[8][0]["id"]


def test_a_batch_that_is_too_large_is_halved(fleet):
    def at_most_two(request: Request):
        large = request.method == "POST" and len(json.loads(request.body)["scans"]) > 2
        return Reply(413, {"detail": "too many"}) if large else None

    report, connection = fleet(
        1, 30, FaultRates(request_lost=0.5), before=lambda request: _till_the_audit(request, at_most_two)
    )
    assert report.complete
    assert max(len(scans) for scans in bodies(connection)) > 2


def _till_the_audit(request: Request, before):
    """The last look hands in everything at once, without what the device says of its clock."""
    auditing = request.body and "device_time" not in json.loads(request.body)
    return None if auditing else before(request)


def test_one_scan_that_the_server_cannot_read_holds_up_no_other(fleet):
    def no_tallies(request: Request):
        tally = request.method == "POST" and any(
            s["kind"] == "tally" for s in json.loads(request.body)["scans"]
        )
        return Reply(422, {"detail": "cannot read"}) if tally else None

    report, connection = fleet(2, 40, before=lambda request: _till_the_audit(request, no_tallies))
    tallies = {scan["id"] for scans in bodies(connection) for scan in scans if scan["kind"] == "tally"}
    assert report.aside == len(tallies) > 0
    assert report.stored + report.repeated + report.refused == 40 - len(tallies)
    assert not report.complete


def test_a_server_that_says_stored_and_keeps_nothing_is_found_out(fleet):
    def liar(request: Request):
        if request.method != "POST":
            return None
        scans = json.loads(request.body)["scans"]
        results = [
            {"id": s["id"], "verdict": "stored", "reason": None, "flags": [], "again": False} for s in scans
        ]
        return Reply(200, {"server_time": clock.instant_text(clock.now()), "results": results})

    report, _connection = fleet(1, 10, before=lambda request: _till_the_audit(request, liar))
    assert (report.sent, report.stored, report.lost) == (10, 10, 10)
    assert not report.complete


def test_a_device_that_the_server_no_longer_knows_keeps_its_queue(fleet):
    def gone(request: Request):
        return Reply(401, {"detail": "not paired"}) if request.method == "POST" else None

    report, _connection = fleet(1, 5, before=gone)
    assert (report.waiting, report.stored) == (5, 0)
    assert not report.complete


@pytest.mark.parametrize("ahead", [-86_400, -240, 0, 3_600, 86_400])
def test_a_wrong_clock_costs_no_scan_its_time(app, rehearsal, event_now, ahead):
    token = devices.create_kiosk(event_now, clock.now())[1]
    begins = clock.now() - timedelta(minutes=10)
    connection = Inside(app)
    known = connection.send(Request("GET", "/api/v1/kiosk", token)).body
    known["server_time"] = clock.instant_text(begins)
    network = FaultyNetwork(lambda: connection, FAIR, Random(1), begins)
    device = Device(token, known, network, DeviceClock(begins, ClockError(ahead)), Random(1))
    device.run([(60.0, Visit("touch", group="youth", headcount=1))], lambda: None)
    [row] = db.session.scalars(select(Scan))
    assert row.verdict == "stored"
    assert abs(row.at - (begins + timedelta(seconds=60))) < timedelta(seconds=1)


def test_who_comes_follows_from_the_seed():
    groups, held = ["youth", "public"], []
    assert arrivals(Random("1"), 50, groups, held) == arrivals(Random("1"), 50, groups, held)
    assert arrivals(Random("1"), 50, groups, held) != arrivals(Random("2"), 50, groups, held)
    moments = [moment for moment, _visit in arrivals(Random("1"), 5000, groups, held)]
    assert moments == sorted(moments)
    assert len(moments) == 5000
    assert moments[-1] < 700
