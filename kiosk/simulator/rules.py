"""A verdict without the server, from the answer of GET /api/v1/kiosk: the simulated kiosk's own
static/js/kiosk/check-in/offline-rules.js.

Held to tests/cases/check_in.json like the other two.
"""

from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from models import clock
from models.codes import signatures
from models.codes.signatures import Purpose
from models.ledger.tables import Direction, ScanKind, Verdict
from models.ledger.visit import Entry, came_back, derive


@dataclass(frozen=True)
class OfflineVerdict:
    """What the device shows. verdict None: only the server can decide. holder and place: the key under which it is remembered."""

    verdict: str | None
    reason: str | None = None
    since: datetime | None = None
    flags: tuple[str, ...] = ()
    headcount: int | None = None
    entry: Entry | None = None
    place: tuple[int, date] | None = None
    unchecked: tuple[str, ...] = ()


def refused(reason: str) -> OfflineVerdict:
    return OfflineVerdict(Verdict.REFUSED, reason)


SeenEntries = Callable[[tuple[int, date], str], Sequence[Entry]]


def decide(
    scan_id: UUID,
    body: dict,
    at: datetime,
    configuration: dict,
    seen: SeenEntries,
    earliest: datetime | None = None,
) -> OfflineVerdict:
    """Judge one scan as the device would. body: as it is posted; at: corrected; configuration: the answer of GET /api/v1/kiosk;
    seen(place, holder): what this device has seen of a pass at an occurrence and day, all of it in effect; earliest: where
    the device is not sure of the time, when it was at the earliest."""
    payload: signatures.PassPayload | None = None
    headcount, flags = body.get("headcount") or 1, list[str]()
    if body["kind"] == "pass":
        reading = read_pass(body.get("code"), configuration)
        if isinstance(reading, OfflineVerdict):
            return reading
        payload = reading
    if not _is_allowed(body["kind"], configuration):
        return refused("not_allowed")
    if payload:
        headcount, flags = _headcount(payload, body.get("headcount"))
    events = _events_for(payload, configuration)
    if payload and payload.event and not events:
        return refused("wrong_event")
    if payload and f"{payload.serial:010x}" in configuration["revoked"]:
        return refused("revoked")
    occurrence, at, unchecked = _occurrence_at(_occurrences(events, payload, configuration), at, earliest)
    if occurrence is None:
        return refused("not_open")
    zone = configuration["campaign"]["zone"]
    place = occurrence["id"], clock.day_of(at, zone)
    direction, hour = body.get("direction") or Direction.IN, clock.hour_of(at, zone)
    entry = Entry(scan_id, at, direction, headcount, "", "", hour)
    if payload is None:
        return OfflineVerdict(
            Verdict.STORED, headcount=headcount, entry=entry, place=place, unchecked=unchecked
        )
    verdict, since = _verdict(entry, seen(place, f"{payload.serial:010x}"), flags)
    return OfflineVerdict(
        verdict, None, since, tuple(flags), headcount, entry, place, ("elsewhere", *unchecked)
    )


def _events_for(payload: signatures.PassPayload | None, configuration: dict) -> list[dict]:
    """The events that the device serves; for a pass of one event, that one or the one that it was merged into."""
    events: list[dict] = configuration["events"]
    if not payload or not payload.event:
        return events
    return [event for event in events if payload.event in (event["id"], *event["merged"])]


def _occurrences(
    events: list[dict], payload: signatures.PassPayload | None, configuration: dict
) -> list[dict]:
    """Those of the events; of a pass that is good at one session alone, this one."""
    session = configuration["session_passes"].get(f"{payload.serial:010x}") if payload else None
    occurrences = [occurrence for event in events for occurrence in event["occurrences"]]
    return [one for one in occurrences if session in (None, one["id"])]


def _occurrence_at(
    occurrences: list[dict], at: datetime, earliest: datetime | None
) -> tuple[dict | None, datetime, tuple[str, ...]]:
    """The occurrence of a scan, the instant that counts, and what only the server can check.

    Where the time is not sure nothing is refused by it: the nearest occurrence takes the scan at its earliest instant."""
    occurrence = _open_then(occurrences, at)
    unchecked: tuple[str, ...] = ()
    if occurrence is None and earliest is not None:
        occurrence, at = _open_then(occurrences, earliest) or _nearest(occurrences, earliest), earliest
        unchecked = ("time",)
    if occurrence is not None and occurrence["capacity"] is not None:
        unchecked = ("capacity", *unchecked)
    return occurrence, at, unchecked


def _is_allowed(kind: str, configuration: dict) -> bool:
    """What a device needs to hand in a kind of scan; a supervisor may everything."""
    scopes = configuration["kiosk"]["scopes"]
    return ("tally" if kind == ScanKind.TALLY else "scan") in scopes or "supervisor" in scopes


@dataclass(frozen=True)
class UndoTarget:
    """The scan that an undo names. at: corrected. occurrence: None where nobody entered. undone: undone before."""

    at: datetime
    own: bool
    occurrence: int | None
    undone: bool = False


def decide_undo(target: UndoTarget | None, at: datetime, configuration: dict) -> OfflineVerdict:
    """Judge an undo made at an instant; None: the device knows no such scan."""
    if target is None or not _may_undo(target, at, configuration):
        return refused("not_allowed")
    return OfflineVerdict(Verdict.REPEAT if target.undone else Verdict.STORED)


def _may_undo(target: UndoTarget, at: datetime, configuration: dict) -> bool:
    within = timedelta(minutes=configuration["rules"]["undo_minutes"])
    if target.own and at - target.at <= within:
        return True
    served = {occurrence["id"] for event in configuration["events"] for occurrence in event["occurrences"]}
    return "supervisor" in configuration["kiosk"]["scopes"] and (
        target.occurrence is None or target.occurrence in served
    )


def read_pass(code: str | None, configuration: dict) -> signatures.PassPayload | OfflineVerdict:
    """The payload of a genuine pass of this campaign, or why it is none."""
    try:
        sealed = signatures.parse_code(code or "")
    except signatures.UnknownCodeError:
        return refused("unknown_code")
    if not isinstance(sealed, signatures.UnverifiedPass):
        return refused("unknown_code")
    key = configuration["keys"].get(str(sealed.payload.key_id))
    if key is None:
        return OfflineVerdict(None, "unverified")
    if not signatures.verify_pass(sealed, b64decode(key["public"])):
        return refused("bad_signature")
    if sealed.payload.campaign != configuration["campaign"]["number"]:
        return refused("wrong_campaign")
    return sealed.payload


def _headcount(payload: signatures.PassPayload, confirmed: int | None) -> tuple[int, list[str]]:
    if payload.purpose != Purpose.GROUP:
        return 1, []
    headcount = confirmed or payload.headcount
    return headcount, ["above_declared"] if headcount > payload.headcount else []


def _open_then(occurrences: list[dict], at: datetime) -> dict | None:
    """The occurrence that is open at an instant; of several, the one whose start is nearest, then the earliest."""

    def start(occurrence: dict) -> datetime:
        timed = len(occurrence["start"]) > len("2024-04-20")
        return clock.parse_instant(occurrence["start"] if timed else occurrence["opens"])

    def end(occurrence: dict) -> datetime:
        timed = occurrence["end"] and len(occurrence["end"]) > len("2024-04-20")
        return clock.parse_instant(occurrence["end"] if timed else occurrence["closes"])

    held = [occurrence for occurrence in occurrences if occurrence["held"]]
    open_ = [
        one for one in held if clock.parse_instant(one["opens"]) <= at < clock.parse_instant(one["closes"])
    ]
    first = min(
        open_,
        key=lambda occurrence: (abs(start(occurrence) - at), start(occurrence), occurrence["id"]),
        default=None,
    )
    if first is None or start(first) <= at:
        return first
    # Of two sessions of one event that abut, the one that runs.
    running = [
        one
        for one in open_
        if one["event"] == first["event"] and start(one) <= at < end(one) and end(one) >= start(first)
    ]
    return max(running, key=start, default=first)


def _nearest(occurrences: list[dict], at: datetime) -> dict | None:
    """The occurrence whose hours lie nearest to an instant, held ones first."""

    def order(occurrence: dict) -> tuple:
        opens, closes = clock.parse_instant(occurrence["opens"]), clock.parse_instant(occurrence["closes"])
        return not occurrence["held"], max(opens - at, at - closes, timedelta(0)), occurrence["id"]

    return min(occurrences, key=order, default=None)


def _verdict(entry: Entry, seen: Sequence[Entry], flags: list[str]) -> tuple[str, datetime | None]:
    before = derive(seen, identified=True)
    first = before.visit
    if entry.direction == Direction.OUT:
        return (Verdict.STORED, None) if first is None or before.inside else (Verdict.REPEAT, first.at)
    if first is None:
        return Verdict.STORED, None
    if came_back(seen, entry):
        flags.append("reentry")
    if entry.headcount > before.weight:
        flags.append("raised")
        return Verdict.STORED, None
    return (Verdict.STORED, None) if entry.order < first.order else (Verdict.REPEAT, first.at)
