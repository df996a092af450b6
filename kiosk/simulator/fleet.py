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

from kiosk.simulator.device import Device, DeviceClock, WrongClock
from kiosk.simulator.network import Http, Line, Network, Reply, Request, Weather
from kiosk.simulator.visitors import arrivals
from models import clock
from models.checkin.admit import MAX_BATCH
from models.errors import N_, Conflict, Mistake
from models.ledger.tables import Verdict

AT_ONCE = 200  # devices that run at the same time
WRONG_CLOCKS = (-86_400, -3_600, -240, 90, 700, 7_200, 86_400)  # seconds
TRIES = 10  # to hear of a scan at the end

UNREACHED = N_("The server at %(server)s does not answer. Start it, or choose another one with --server.")
STRANGER = N_(
    "The server at %(server)s does not know a kiosk of this rehearsal. Does it use another database?"
)
NOT_THIS_WEEK = N_("A kiosk of this rehearsal belongs to campaign “%(there)s”, not “%(here)s”.")
NO_REHEARSAL = N_("Campaign “%(id)s” is real. Simulated kiosks can only be used in a rehearsal.")
CANNOT_TELL = N_("The server at %(server)s stopped answering, so it is not certain whether a scan was lost.")


@dataclass(frozen=True)
class Plan:
    """A rehearsal. tokens: one device each. passes: tokens of passes that people hold up. scans: of all devices together.
    lines: how a device reaches the server; None: by HTTP."""

    server: str
    campaign_id: str
    tokens: Sequence[str]
    scans: int
    seed: int
    weather: Weather
    passes: Sequence[str] = ()
    lines: Callable[[], Line] | None = None

    def line(self) -> Line:
        return self.lines() if self.lines else Http(self.server)


@dataclass
class Report:
    """What came of a rehearsal, in scans unless it says otherwise. sent: different scans that left a device, each however
    often; stored, repeated, refused: by the server's answers; waiting: still on a device when the server was given up;
    aside: unreadable for the server; lost: answered, and unknown to the server afterwards; changed: answered otherwise
    when asked again. befell: what happened to the requests."""

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
    befell: Counter = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        return not (self.lost or self.changed or self.waiting or self.aside)


def rehearse(plan: Plan, now: datetime, on_scan: Callable[[], object] = lambda: None) -> Report:
    """Run it. on_scan: called once for each scan made, never twice at the same moment.

    Raises Mistake where the server does not answer, Conflict where the devices do not serve this rehearsal."""
    started = time.monotonic()
    devices = _devices(plan, now)
    lock = Lock()

    def scanned() -> None:
        with lock:
            on_scan()

    shares = _shares(plan.scans, len(devices))
    with ThreadPoolExecutor(min(len(devices), AT_ONCE)) as pool:
        running = []
        for number, (device, share) in enumerate(zip(devices, shares, strict=True)):
            groups = [group["key"] for group in device.known["groups"]]
            visits = arrivals(Random(f"{plan.seed}:visitors:{number}"), share, groups, plan.passes)
            running.append(pool.submit(device.run, visits, scanned))
        for one in running:
            one.result()
    report = Report(len(devices), plan.seed)
    for device in devices:
        _count(report, device)
        _ask_again(report, device, plan)
    report.seconds = time.monotonic() - started
    return report


def _shares(scans: int, devices: int) -> list[int]:
    return [scans // devices + (number < scans % devices) for number in range(devices)]


def _devices(plan: Plan, now: datetime) -> list[Device]:
    line = plan.line()
    try:
        told = [_known(plan, line, token) for token in plan.tokens]
    finally:
        line.close()
    begins = now - timedelta(minutes=12)  # so that no rehearsed moment lies in the future
    return [
        _device(plan, number, token, known, begins)
        for number, (token, known) in enumerate(zip(plan.tokens, told, strict=True))
    ]


def _known(plan: Plan, line: Line, token: str) -> dict:
    """What a device must know. Raises where it is not one of this rehearsal."""
    reply = _reply(plan, line, Request("GET", "/api/v1/kiosk", token))
    known = reply.body
    if reply.status in (401, 403):
        raise Conflict(STRANGER, server=plan.server)
    if reply.status != 200 or known is None or "campaign" not in known:
        raise Mistake(UNREACHED, server=plan.server)
    if known["campaign"]["id"] != plan.campaign_id:
        raise Conflict(NOT_THIS_WEEK, there=known["campaign"]["id"], here=plan.campaign_id)
    if not known["campaign"]["rehearsal"]:
        raise Conflict(NO_REHEARSAL, id=plan.campaign_id)
    return known


def _reply(plan: Plan, line: Line, request: Request) -> Reply:
    try:
        return line.ask(request)
    except (OSError, HTTPException):
        raise Mistake(UNREACHED, server=plan.server) from None


def pair(server: str, codes: Sequence[str]) -> list[str]:
    """Devices from pairing codes; their tokens. Raises Mistake with the server's own sentence."""
    line, tokens = Http(server), []
    try:
        for code in codes:
            body = json.dumps({"code": code}).encode()
            try:
                reply = line.ask(Request("POST", "/api/v1/kiosk/pair", None, body))
            except (OSError, HTTPException):
                raise Mistake(UNREACHED, server=server) from None
            told = reply.body or {}
            if reply.status != 200 or "token" not in told:
                raise Mistake("%(detail)s", detail=told.get("detail") or UNREACHED % {"server": server})
            tokens.append(told["token"])
    finally:
        line.close()
    return tokens


def _device(plan: Plan, number: int, token: str, known: dict, begins: datetime) -> Device:
    """Each device has chances of its own, so that what befalls one does not depend on how many there are."""
    chance = Random(f"{plan.seed}:device:{number}")
    network = Network(
        plan.line, plan.weather, Random(f"{plan.seed}:network:{number}"), begins, _offline(chance)
    )
    known = known | {"server_time": clock.instant_text(begins + timedelta(seconds=0.05))}
    return Device(token, known, network, DeviceClock(begins, _wrong(chance)), chance)


def _offline(chance: Random) -> list[tuple[float, float]]:
    """Every third device is without a network for a while."""
    if chance.random() > 1 / 3:
        return []
    start = chance.uniform(0, 120)
    return [(start, start + chance.uniform(20, 180))]


def _wrong(chance: Random) -> WrongClock:
    """Every fourth clock is wrong, and every tenth is set right or wrong meanwhile."""
    offset = chance.choice(WRONG_CLOCKS) if chance.random() < 0.25 else chance.uniform(-2, 2)
    jumps = ((chance.uniform(5, 120), chance.choice(WRONG_CLOCKS)),) if chance.random() < 0.1 else ()
    return WrongClock(offset, jumps)


def _count(report: Report, device: Device) -> None:
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
    report.befell.update(device.network.befell)


def _ask_again(report: Report, device: Device, plan: Plan) -> None:
    """Hand in once more what was answered: each must be known, with the verdict that it got."""
    answered = [scan for scan in device.store.scans.values() if scan.answer]
    line = plan.line()
    try:
        for start in range(0, len(answered), MAX_BATCH):
            part = answered[start : start + MAX_BATCH]
            body = json.dumps({"scans": [scan.body for scan in part]}).encode()
            results = _patiently(plan, line, Request("POST", "/api/v1/scans", device.token, body))
            for scan, result in zip(part, results, strict=True):
                known = result["id"] == scan.id and result["again"]
                report.lost += not known
                report.changed += known and result["verdict"] != scan.answer["verdict"]
    finally:
        line.close()


def _patiently(plan: Plan, line: Line, request: Request) -> list[dict]:
    for attempt in range(TRIES):
        try:
            reply = line.ask(request)
        except (OSError, HTTPException):
            reply = None
        if reply is not None and reply.status == 200 and reply.body is not None:
            return reply.body["results"]
        time.sleep(min(attempt + 1, 3))
    raise Mistake(CANNOT_TELL, server=plan.server)
