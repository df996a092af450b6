"""What the doors of one sitting see in one day: attempts in the order in which a device or phone hands them in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from models import clock
from models.checkin.attempt import MAX_HEADCOUNT, Attempt
from models.events.check_in_window import CheckInWindow
from models.ledger.tables import Direction, Nearness, ScanKind, Verdict
from models.synthetic.people import VisitorPass, Visitors

# What happens at a door, out of a hundred times.
MIX = {
    "pass": 40, "class": 3, "touch": 17, "tally": 5, "phone": 19, "again": 6, "leaves": 3, "undo": 2,
    "foreign": 2, "forged": 1, "revoked": 1, "unreadable": 1,
}  # fmt: skip
NINE, FIVE = time(9, 0), time(17, 0)
RUSH = timedelta(
    minutes=13
)  # people come together; a device hands in a rush as one batch, so that nothing is late
IN_A_RUSH = 150
LATE_DEVICES, WRONG_CLOCKS = 0.08, 0.06
SKEWS_MS = (-86_400_000, -5_400_000, -170_000, 95_000, 400_000, 3_600_000)


@dataclass(frozen=True)
class OccurrenceDay:
    """One sitting on one day. place: where its event lies among all, 0 to 1. codes: numbers of its venue codes by
    method."""

    sitting: CheckInWindow
    day: date
    place: float
    groups: tuple[str, ...]
    codes: dict[str, int]

    def hours(self, zone: str) -> tuple[datetime, datetime]:
        """When people come: around the sitting, or by day where nobody told its hours."""
        opens, closes = clock.at_local(self.day, NINE, zone), clock.at_local(self.day, FIVE, zone)
        if self.sitting.opens < self.sitting.start:  # a clock time was told
            opens = self.sitting.start - timedelta(minutes=20)
            closes = self.sitting.closes - timedelta(minutes=75)
        return opens, max(closes, opens + timedelta(minutes=30))


@dataclass(frozen=True)
class ScanBatch:
    """What is handed in at once, and when."""

    attempts: list[Attempt]
    now: datetime


class DayArrivals:
    """The doors of one slot. count: how many attempts they see."""

    def __init__(self, slot: OccurrenceDay, count: int, guests: Visitors, chance: Random, zone: str) -> None:
        self.slot, self.guests, self.chance = slot, guests, chance
        self.begins, self.ends = slot.hours(zone)
        self.near = guests.near(slot.place, count)
        self.seen: list[tuple[datetime, VisitorPass]] = []
        self.scans: list[Attempt] = []
        self.phones: list[Attempt] = []
        self.browsers: list[str] = []
        self._fill(count)

    def _fill(self, count: int) -> None:
        rushes = max(1, -(-count // IN_A_RUSH))
        length = (self.ends - self.begins - RUSH) / rushes
        for number in range(rushes):
            # Most come early: the first rushes lie close together.
            start = self.begins + length * number + length * self.chance.random() / 2
            share = count // rushes + (number < count % rushes)
            moments = sorted(start + RUSH * self.chance.random() for _ in range(share))
            for moment in moments:
                self._somebody(moment.replace(microsecond=self.chance.randrange(1000) * 1000))

    def _somebody(self, at: datetime) -> None:
        what = self.chance.choices(list(MIX), list(MIX.values()))[0]
        if what == "phone":
            self.phones.append(self._phone(at))
        else:
            self.scans.append(self._scan(what, at))

    def _scan(self, what: str, at: datetime) -> Attempt:
        if what in ("again", "leaves") and self.seen:
            return self._returns(at, what == "leaves")
        if what == "undo" and self.scans:
            return Attempt(self._id(), ScanKind.UNDO, at, undoes=self.scans[-1].id)
        if what == "class":
            held = self.chance.choice(self.guests.classes)
            self.seen.append((at, held))
            return self._with(held, at)
        if what in ("touch", "tally"):
            most = 3 if what == "touch" else 20
            group = self.chance.choice(self.slot.groups or self.guests.groups)
            return Attempt(self._id(), what, at, group=group, headcount=self.chance.randint(1, most))
        return self._odd(what, at)

    def _odd(self, what: str, at: datetime) -> Attempt:
        """A pass as it should be, or something that is none."""
        if what == "foreign":
            mark = self.chance.randbytes(32).hex()
            length = self.chance.randint(8, 60)
            return Attempt(self._id(), ScanKind.PASS, at, foreign_length=length, foreign_hash=mark)
        if what == "unreadable":
            return Attempt(self._id(), ScanKind.PASS, at, malformed=True, raw=self.chance.randbytes(32))
        if what == "revoked":
            return self._with(self.chance.choice(self.guests.revoked), at)
        held = self.chance.choice(self.near)
        if what == "forged":
            tail = "A" * 8 if not held.token.endswith("A" * 8) else "B" * 8
            return Attempt(self._id(), ScanKind.PASS, at, code=held.token[:-8] + tail)
        self.seen.append((at, held))
        return self._with(held, at)

    def _with(self, held: VisitorPass, at: datetime, **more) -> Attempt:
        headcount = None
        if held.headcount:
            headcount = max(1, min(held.headcount + self.chance.randint(-6, 1), MAX_HEADCOUNT))
        return Attempt(self._id(), ScanKind.PASS, at, code=held.token, headcount=headcount, **more)

    def _returns(self, at: datetime, leaves: bool) -> Attempt:
        _came, held = self.chance.choice(self.seen)
        return self._with(held, at, **({"direction": Direction.OUT} if leaves else {}))

    def _phone(self, at: datetime) -> Attempt:
        method = "rotating" if "rotating" in self.slot.codes and self.chance.random() < 0.7 else "printed"
        if not self.browsers or self.chance.random() < 0.92:
            self.browsers.append(f"b:{self.chance.randbytes(16).hex()}")
        return Attempt(
            self._id(),
            ScanKind.VENUE,
            at,
            group=self.chance.choice(self.guests.groups),
            holder=self.chance.choice(self.browsers[-20:]),
            method=method,
            code_number=self.slot.codes[method],
            occurrence_id=self.slot.sitting.occurrence_id,
            near=self.chance.choice((None, Nearness.NEAR, Nearness.NEAR, Nearness.FAR, Nearness.UNKNOWN))
            if method == "printed"
            else None,
        )

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def batches(self, most: int) -> list[ScanBatch]:
        """What the device hands in: rush by rush, or all of it in the evening where it had no network."""
        scans, late = self.scans, self.chance.random() < LATE_DEVICES
        if self.chance.random() < WRONG_CLOCKS:
            skew = self.chance.choice(SKEWS_MS)
            scans = [replace(one, at=one.at + timedelta(milliseconds=skew), skew_ms=skew) for one in scans]
        if late:
            scans = [replace(one, shown=Verdict.STORED if _let_in(one) else "refused") for one in scans]
            evening = self.ends + timedelta(hours=3)
            return [ScanBatch(scans[n : n + most], evening) for n in range(0, len(scans), most)]
        return [ScanBatch(part, _true(part[-1]) + timedelta(seconds=1)) for part in in_rushes(scans, most)]


def in_rushes(scans: Sequence[Attempt], most: int) -> list[list[Attempt]]:
    """Cut what is in order of time so that no part holds more than `most`, nor anything older than a rush."""
    parts: list[list[Attempt]] = []
    for scan in scans:
        if not parts or len(parts[-1]) == most or _true(scan) - _true(parts[-1][0]) > RUSH:
            parts.append([])
        parts[-1].append(scan)
    return parts


def _true(scan: Attempt) -> datetime:
    return scan.at - timedelta(milliseconds=scan.skew_ms or 0)


def _let_in(scan: Attempt) -> bool:
    return scan.kind in (ScanKind.TOUCH, ScanKind.TALLY, ScanKind.UNDO) or (
        scan.code is not None and not scan.malformed
    )
