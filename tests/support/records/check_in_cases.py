"""The cases of tests/cases/check_in.json, set up in a database: what server and device are asked, and the table of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from models.campaigns.tables import Campaign
from models.checkin.attempt import Attempt
from models.codes import keys, passes, signatures
from models.db import db, transaction
from models.devices import kiosks
from models.devices.kiosks import KioskService
from models.events.draft import OccurrenceDraft
from models.events.tables import Event, Occurrence
from tests.support.records.week import DAY, NINE, Device, make_event, minutes, session

ROOT = Path(__file__).resolve().parents[3]
CASES = json.loads((ROOT / "tests/cases/check_in.json").read_text())
NAMES = [case["name"] for case in CASES]
SIDES = ("online", "offline", "delivered")
HEAD = (
    "| at the entrance | online | offline, by the device | when it is handed in later |\n|---|---|---|---|\n"
)


@dataclass
class Scene:
    """One case in a database. token: of its device. made: its pass, where it is about a genuine one."""

    case: dict
    campaign: Campaign
    event: Event
    other: Event
    device: Device
    elsewhere: Device
    token: str
    code: str | None
    made: passes.Pass | None
    done: dict[str, list[Attempt]] = field(default_factory=lambda: {"own": [], "elsewhere": []})

    def attempt(self, step: dict, shown: str | None = None) -> Attempt:
        """One step of the case: its scan, or an earlier one of the same pass."""
        at = self.true(step) + minutes(step.get("clock", 0))
        scan = self.case["scan"]
        common = {
            "headcount": step.get("headcount"),
            "shown": shown,
            "direction": step.get("direction", "in"),
            "skew_ms": self._skew(step, shown),
            # What the device decides by itself it places, too.
            "occurrence_id": self._session().id if shown in ("stored", "repeat") else None,
        }
        if "undo" in step:
            return Attempt(uuid4(), "undo", at, undoes=self.done[step["undo"]][-1].id, shown=shown)
        for kind in ("touch", "tally"):
            if kind in scan:
                return Attempt(uuid4(), kind, at, group=scan[kind], **common)
        return Attempt(uuid4(), "pass", at, code=self.code, **common)

    def _session(self) -> Occurrence:
        return self.event.occurrences[self.case["scan"].get("pass", {}).get("session", 1) - 1]

    def true(self, step: dict) -> datetime:
        """When it happens, whatever the device's clock says."""
        return NINE + minutes(step.get("minute", 0))

    def _skew(self, step: dict, shown: str | None) -> int | None:
        """Asked live a device knows what it measured before its clock was set; until it hands in later it knows better."""
        if "clock" not in step:
            return None
        return 0 if shown is None else step["clock"] * 60_000

    def happen(self) -> None:
        """All that came before, at this device and at another."""
        for whose, device in (("own", self.device), ("elsewhere", self.elsewhere)):
            for step in self.case.get("before" if whose == "own" else whose, ()):
                attempt = self.attempt(step)
                self.done[whose].append(attempt)
                device.hand_in(attempt)
                if step.get("undone"):
                    device.undo(attempt.id, attempt.at + minutes(1))
        for _ in range(self.case.get("crowd", 0)):
            self.elsewhere.tally("public", NINE)

    def move(self) -> None:
        """The desk has moved the device to the other event, and the device has not heard."""
        if self.case.get("moved"):
            moved = NINE - timedelta(hours=2)
            with transaction():
                [here] = self.device.kiosk.services
                here.until = moved
                other = KioskService(kiosk_id=self.device.kiosk.id, event_id=self.other.id, since=moved)
                db.session.add(other)
                self.device.kiosk.services.append(other)

    def revoke(self) -> None:
        if self.made and self.case["scan"].get("pass", {}).get("revoked"):
            passes.revoke(self.made.id, NINE - timedelta(hours=2))

    def body(self, step: dict) -> dict:
        """The same step as a device posts it, with its instant in milliseconds as far as the device knows it: it sees that
        its clock was set back, and doubts one that leapt ahead. An undo says whose scan it takes back."""
        attempt = self.attempt(step) if "undo" not in step else self._undo(step)
        ahead = max(step.get("clock", 0), 0)
        at = _milliseconds(self.true(step) + minutes(ahead))
        earliest = _milliseconds(self.true(step)) if ahead or step.get("unsure") else None
        told = {"kind": attempt.kind, "code": attempt.code, "direction": attempt.direction}
        told |= {"group": attempt.group, "headcount": attempt.headcount}
        kept = {name: value for name, value in told.items() if value is not None}
        told = {"id": str(attempt.id), "at": at, "body": kept, "undone": bool(step.get("undone"))}
        return {**told, "earliest": earliest, "whose": step.get("undo")}

    def _undo(self, step: dict) -> Attempt:
        return Attempt(uuid4(), "undo", NINE + minutes(step["minute"]), undoes=uuid4())


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def stage(campaign: Campaign, case: dict) -> Scene:
    later = tuple(session(NINE + timedelta(hours=2 * number)) for number in range(1, case.get("sessions", 1)))
    event = make_event(campaign, case["name"], occurrences=(_occurrence(case), *later))
    other = make_event(campaign, "别处的活动")
    before = NINE - timedelta(hours=3)
    kiosk, token = kiosks.create_kiosk(event, before, **_allowed(case))
    elsewhere, _ = kiosks.create_kiosk(event, before)
    scan = case["scan"]
    code, made = scan.get("text"), None
    if "pass" in scan or "undo" in scan:
        wanted = scan.get("pass", {})
        bound = {"here": event, "other": other}.get(wanted.get("event"))
        headcount = wanted.get("headcount")
        [made] = passes.issue(campaign, "youth", before, headcount=headcount, event=bound)
        if "session" in wanted:
            with transaction():
                made.occurrence_id = event.occurrences[wanted["session"] - 1].id
        code = _spoiled(made, wanted)
    devices = Device(campaign, kiosk), Device(campaign, elsewhere)
    return Scene(case, campaign, event, other, *devices, token, code, made)


def _occurrence(case: dict) -> OccurrenceDraft:
    """From 09:00 to 11:00, or the whole of several days."""
    if days := case.get("days"):
        return OccurrenceDraft(DAY, DAY + timedelta(days=days - 1), capacity=case.get("capacity"))
    return session(capacity=case.get("capacity"))


def _allowed(case: dict) -> dict:
    """What the device may do; where the case says nothing, all that does not need a supervisor."""
    scopes = case.get("scopes", ["scan", "tally"])
    return {
        "may_scan": "scan" in scopes,
        "may_tally": "tally" in scopes,
        "supervisor": "supervisor" in scopes,
    }


def _spoiled(made: passes.Pass, wanted: dict) -> str:
    """The code of a pass, or of one that is not as it should be."""
    if wanted.get("forged"):
        return made.token[:-8] + ("AAAAAAAA" if not made.token.endswith("AAAAAAAA") else "BBBBBBBB")
    if not (wanted.get("campaign") or wanted.get("key")):
        return made.token
    campaign = made.campaign.number + (1 if wanted.get("campaign") else 0)
    payload = signatures.PassPayload(1, wanted.get("key", made.key_id), campaign, 3, 1, 0, made.serial)
    return signatures.sign_pass(payload, keys.current_key(keys.KeyPurpose.PASS).secret)


def table() -> str:
    """All cases as the table that docs/check-in.md shows."""
    rows = [" | ".join([case["name"], *(_told(case[side]) for side in SIDES)]) for case in CASES]
    return HEAD + "".join(f"| {row} |\n" for row in rows)


def _told(expected: dict) -> str:
    parts = [expected["verdict"] or "kept, undecided"]
    if expected.get("reason"):
        parts.append(f"`{expected['reason']}`")
    parts += [f"`{flag}`" for flag in expected.get("flags", ())]
    told = ", ".join(parts)
    unchecked = expected.get("unchecked")
    return f"{told}; unchecked: {' and '.join(unchecked)}" if unchecked else told
