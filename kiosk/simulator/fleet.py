"""Many simulated kiosks at once against one server, and what came of it.

At the end every scan is handed in once more, over a line without faults: one that the server does not know by then was lost.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from random import Random
from threading import Lock

from kiosk.simulator.device import ClockError, Device, DeviceClock
from kiosk.simulator.network import Connection, FaultRates, FaultyNetwork, Reply, Request, ServerConnection
from kiosk.simulator.visitors import arrivals
from models import clock
from models.checkin.admit import MAX_BATCH
from models.errors import N_, Conflict, Mistake
from models.ledger.tables import Verdict

MAX_THREADS = 200  # devices that run at the same time
WRONG_CLOCKS = (-86_400, -3_600, -240, 90, 700, 7_200, 86_400)  # seconds
MAX_TRIES = 10  # to hear of a scan at the end

NOT_REACHED = N_("The server at %(server)s does not answer. Start it, or choose another one with --server.")
UNKNOWN_DEVICE = N_(
    "The server at %(server)s does not know a kiosk of this rehearsal. Does it use another database?"
)
OTHER_CAMPAIGN = N_("A kiosk of this rehearsal belongs to campaign “%(there)s”, not “%(here)s”.")
NO_REHEARSAL = N_("Campaign “%(id)s” is real. Simulated kiosks can only be used in a rehearsal.")
SERVER_LOST = N_("The server at %(server)s stopped answering, so it is not certain whether a scan was lost.")


@dataclass(frozen=True)
class RehearsalPlan:
    """A rehearsal. tokens: one device each. passes: tokens of passes that people hold up. scans: of all devices together.
    connect: how a device reaches the server; None: by HTTP."""

    server: str
    campaign_id: str
    tokens: Sequence[str]
    scans: int
    seed: int
    weather: FaultRates
    passes: Sequence[str] = ()
    connect: Callable[[], Connection] | None = None

    def connection(self) -> Connection:
        return self.connect() if self.connect else ServerConnection(self.server)


@dataclass
class RehearsalReport:
    """What came of a rehearsal, in scans unless it says otherwise. sent: different scans that left a device, each however
    often; stored, repeated, refused: by the server's answers; waiting: still on a device when the server was given up;
    aside: unreadable for the server; lost: answered, and unknown to the server afterwards; changed: answered otherwise
    when asked again. fault_counts: what happened to the requests."""

    kiosks: int
    seed: int
    sent: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    waiting: int = 0
    aside: int = 0
    lost: int = 0
    changed: int = 0
    again: int = 0
    seconds: float = 0
    reasons: Counter = field(default_factory=Counter)
    flags: Counter = field(default_factory=Counter)
    fault_counts: Counter = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        return not (self.lost or self.changed or self.waiting or self.aside)


def rehearse(
    plan: RehearsalPlan, now: datetime, on_scan: Callable[[], object] = lambda: None
) -> RehearsalReport:
    """Run it. on_scan: called once for each scan made, never twice at the same moment.

    Raises Mistake where the server does not answer, Conflict where the devices do not serve this rehearsal."""
    started = time.monotonic()
    devices = _devices(plan, now)
    lock = Lock()

    def scanned() -> None:
        with lock:
            on_scan()

    shares = _shares(plan.scans, len(devices))
    with ThreadPoolExecutor(min(len(devices), MAX_THREADS)) as pool:
        futures = []
        for number, (device, share) in enumerate(zip(devices, shares, strict=True)):
            groups = [group["key"] for group in device.configuration["groups"]]
            visits = arrivals(Random(f"{plan.seed}:visitors:{number}"), share, groups, plan.passes)
            futures.append(pool.submit(device.run, visits, scanned))
        for future in futures:
            future.result()
    report = RehearsalReport(len(devices), plan.seed)
    for device in devices:
        _count(report, device)
        _ask_again(report, device, plan)
    report.seconds = time.monotonic() - started
    return report


def _shares(scans: int, devices: int) -> list[int]:
    return [scans // devices + (number < scans % devices) for number in range(devices)]


def _devices(plan: RehearsalPlan, now: datetime) -> list[Device]:
    connection = plan.connection()
    try:
        configurations = [_configuration(plan, connection, token) for token in plan.tokens]
    finally:
        connection.close()
    start = now - timedelta(minutes=12)  # so that no rehearsed moment lies in the future
    return [
        _device(plan, number, token, known, start)
        for number, (token, known) in enumerate(zip(plan.tokens, configurations, strict=True))
    ]


def _configuration(plan: RehearsalPlan, connection: Connection, token: str) -> dict:
    """What a device must know. Raises where it is not one of this rehearsal."""
    reply = _reply(plan, connection, Request("GET", "/api/v1/kiosk", token))
    configuration = reply.body
    if reply.status in (401, 403):
        raise Conflict(UNKNOWN_DEVICE, server=plan.server)
    if reply.status != 200 or configuration is None or "campaign" not in configuration:
        raise Mistake(NOT_REACHED, server=plan.server)
    if configuration["campaign"]["id"] != plan.campaign_id:
        raise Conflict(OTHER_CAMPAIGN, there=configuration["campaign"]["id"], here=plan.campaign_id)
    if not configuration["campaign"]["rehearsal"]:
        raise Conflict(NO_REHEARSAL, id=plan.campaign_id)
    return configuration


def _reply(plan: RehearsalPlan, connection: Connection, request: Request) -> Reply:
    try:
        return connection.send(request)
    except (OSError, HTTPException):
        raise Mistake(NOT_REACHED, server=plan.server) from None


def pair(server: str, codes: Sequence[str]) -> list[str]:
    """Devices from pairing codes; their tokens. Raises Mistake with the server's own sentence."""
    connection, tokens = ServerConnection(server), []
    try:
        for code in codes:
            body = json.dumps({"code": code}).encode()
            try:
                reply = connection.send(Request("POST", "/api/v1/kiosk/pair", None, body))
            except (OSError, HTTPException):
                raise Mistake(NOT_REACHED, server=server) from None
            answer = reply.body or {}
            if reply.status != 200 or "token" not in answer:
                raise Mistake("%(detail)s", detail=answer.get("detail") or NOT_REACHED % {"server": server})
            tokens.append(answer["token"])
    finally:
        connection.close()
    return tokens


def _device(plan: RehearsalPlan, number: int, token: str, configuration: dict, start: datetime) -> Device:
    """Each device has chances of its own, so that what befalls one does not depend on how many there are."""
    rng = Random(f"{plan.seed}:device:{number}")
    network = FaultyNetwork(
        plan.connection, plan.weather, Random(f"{plan.seed}:network:{number}"), start, _offline(rng)
    )
    configuration = configuration | {"server_time": clock.instant_text(start + timedelta(seconds=0.05))}
    return Device(token, configuration, network, DeviceClock(start, _clock_error(rng)), rng)


def _offline(rng: Random) -> list[tuple[float, float]]:
    """Every third device is without a network for a while."""
    if rng.random() > 1 / 3:
        return []
    start = rng.uniform(0, 120)
    return [(start, start + rng.uniform(20, 180))]


def _clock_error(rng: Random) -> ClockError:
    """Every fourth clock is wrong, and every tenth is set right or wrong meanwhile."""
    offset = rng.choice(WRONG_CLOCKS) if rng.random() < 0.25 else rng.uniform(-2, 2)
    jumps = ((rng.uniform(5, 120), rng.choice(WRONG_CLOCKS)),) if rng.random() < 0.1 else ()
    return ClockError(offset, jumps)


def _count(report: RehearsalReport, device: Device) -> None:
    scans = device.store.scans.values()
    verdicts = Counter(scan.answer["verdict"] for scan in scans if scan.answer)
    report.sent += len(device.outbox.sent)
    report.stored += verdicts[Verdict.STORED]
    report.repeated += verdicts[Verdict.REPEAT]
    report.refused += verdicts[Verdict.REFUSED]
    report.waiting += len(device.store.waiting)
    report.aside += sum(scan.aside for scan in scans)
    report.again += device.outbox.again
    report.reasons.update(scan.answer["reason"] for scan in scans if scan.answer and scan.answer["reason"])
    report.flags.update(flag for scan in scans if scan.answer for flag in scan.answer["flags"])
    report.fault_counts.update(device.network.fault_counts)


def _ask_again(report: RehearsalReport, device: Device, plan: RehearsalPlan) -> None:
    """Hand in once more what was answered: each must be known, with the verdict that it got."""
    answered = [(scan, scan.answer) for scan in device.store.scans.values() if scan.answer]
    connection = plan.connection()
    try:
        for start in range(0, len(answered), MAX_BATCH):
            chunk = answered[start : start + MAX_BATCH]
            body = json.dumps({"scans": [scan.body for scan, _answer in chunk]}).encode()
            results = _ask_with_retries(
                plan, connection, Request("POST", "/api/v1/scans", device.token, body)
            )
            for (scan, answer), result in zip(chunk, results, strict=True):
                is_known = result["id"] == scan.id and result["again"]
                report.lost += not is_known
                report.changed += is_known and result["verdict"] != answer["verdict"]
    finally:
        connection.close()


def _ask_with_retries(plan: RehearsalPlan, connection: Connection, request: Request) -> list[dict]:
    for attempt in range(MAX_TRIES):
        try:
            reply = connection.send(request)
        except (OSError, HTTPException):
            reply = None
        if reply is not None and reply.status == 200 and reply.body is not None:
            return reply.body["results"]
        time.sleep(min(attempt + 1, 3))
    raise Mistake(SERVER_LOST, server=plan.server)
