"""The scans at one occurrence on one day, in the order in which a device or phone sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from msgspec.structs import replace

from models import clock
from models.checkin.attempt import MAX_HEADCOUNT, Attempt
from models.codes.venue_codes import CodeMethod
from models.events.check_in_window import CheckInWindow
from models.ledger.tables import Direction, Nearness, Reason, ScanKind, Verdict
from models.synthetic.people import VisitorPass, Visitors

# Kinds of scans, in percent.
MIX = {
    "pass": 40, "class": 3, "touch": 17, "tally": 5, "phone": 19, "again": 6, "leaves": 3, "undo": 2,
    "foreign": 2, "forged": 1, "revoked": 1, "unreadable": 1,
}  # fmt: skip
NINE, FIVE = time(9, 0), time(17, 0)
RUSH = timedelta(
    minutes=13
)  # people come in rushes; a device sends a rush as one batch, so that nothing is late
IN_A_RUSH = 150
LATE_DEVICES, WRONG_CLOCKS = 0.08, 0.06
SKEWS_MS = (-86_400_000, -5_400_000, -170_000, 95_000, 400_000, 3_600_000)


@dataclass(frozen=True)
class OccurrenceDay:
    """One occurrence on one day. place: the position of its event among all, 0 to 1. codes: numbers of its venue codes
    by method."""

    window: CheckInWindow
    day: date
    place: float
    groups: tuple[str, ...]
    codes: dict[str, int]

    def hours(self, zone: str) -> tuple[datetime, datetime]:
        """When people come: around the occurrence, or from nine to five where it has no clock time."""
        opens, closes = clock.at_local(self.day, NINE, zone), clock.at_local(self.day, FIVE, zone)
        if self.window.opens < self.window.start:  # it has a clock time
            opens = self.window.start - timedelta(minutes=20)
            closes = self.window.closes - timedelta(minutes=75)
        return opens, max(closes, opens + timedelta(minutes=30))


@dataclass(frozen=True)
class ScanBatch:
    """Scans sent together, and when."""

    attempts: list[Attempt]
    now: datetime


class DayArrivals:
    """count scans at one occurrence on one day."""

    def __init__(
        self, occurrence_day: OccurrenceDay, count: int, visitors: Visitors, chance: Random, zone: str
    ) -> None:
        self.occurrence_day, self.visitors, self.chance = occurrence_day, visitors, chance
        self.begins, self.ends = occurrence_day.hours(zone)
        self.near = visitors.near(occurrence_day.place, count)
        self.seen: list[VisitorPass] = []
        self.scans: list[Attempt] = []
        self.phones: list[Attempt] = []
        self.browsers: list[str] = []
        self._fill(count)

    def _fill(self, count: int) -> None:
        rushes = max(1, -(-count // IN_A_RUSH))
        length = (self.ends - self.begins - RUSH) / rushes
        for number in range(rushes):
            # The start of each rush varies by half the time until the next one.
            start = self.begins + length * number + length * self.chance.random() / 2
            share = count // rushes + (number < count % rushes)
            moments = sorted(start + RUSH * self.chance.random() for _ in range(share))
            for moment in moments:
                self._add_scan(moment.replace(microsecond=self.chance.randrange(1000) * 1000))

    def _add_scan(self, at: datetime) -> None:
        kind = self.chance.choices(list(MIX), list(MIX.values()))[0]
        if kind == "phone":
            self.phones.append(self._phone(at))
        else:
            self.scans.append(self._scan(kind, at))

    def _scan(self, kind: str, at: datetime) -> Attempt:
        if kind in ("again", "leaves") and self.seen:
            return self._scan_again(at, kind == "leaves")
        if kind == "undo" and self.scans:
            return Attempt(self._id(), ScanKind.UNDO, at, undoes=self.scans[-1].id)
        if kind == "class":
            return self._first_scan(self.chance.choice(self.visitors.classes), at)
        if kind in (ScanKind.TOUCH, ScanKind.TALLY):
            most = 3 if kind == ScanKind.TOUCH else 20
            group = self.chance.choice(self.occurrence_day.groups or self.visitors.groups)
            return Attempt(self._id(), kind, at, group=group, headcount=self.chance.randint(1, most))
        return self._pass_scan(kind, at)

    def _pass_scan(self, kind: str, at: datetime) -> Attempt:
        """A valid pass, or something that is refused."""
        if kind == "foreign":
            digest = self.chance.randbytes(32).hex()
            length = self.chance.randint(8, 60)
            return Attempt(self._id(), ScanKind.PASS, at, foreign_length=length, foreign_hash=digest)
        if kind == "unreadable":
            return Attempt(self._id(), ScanKind.PASS, at, malformed=True, raw=self.chance.randbytes(32))
        if kind == Reason.REVOKED:
            return self._attempt(self.chance.choice(self.visitors.revoked), at)
        visitor = self.chance.choice(self.near)
        if kind == "forged":
            tail = "A" * 8 if not visitor.token.endswith("A" * 8) else "B" * 8
            return Attempt(self._id(), ScanKind.PASS, at, code=visitor.token[:-8] + tail)
        return self._first_scan(visitor, at)

    def _first_scan(self, visitor: VisitorPass, at: datetime) -> Attempt:
        self.seen.append(visitor)
        return self._attempt(visitor, at)

    def _attempt(self, visitor: VisitorPass, at: datetime, direction: Direction = Direction.IN) -> Attempt:
        headcount = None
        if visitor.headcount:
            headcount = max(1, min(visitor.headcount + self.chance.randint(-6, 1), MAX_HEADCOUNT))
        return Attempt(
            self._id(), ScanKind.PASS, at, code=visitor.token, headcount=headcount, direction=direction
        )

    def _scan_again(self, at: datetime, leaves: bool) -> Attempt:
        visitor = self.chance.choice(self.seen)
        return self._attempt(visitor, at, Direction.OUT if leaves else Direction.IN)

    def _phone(self, at: datetime) -> Attempt:
        rotating = CodeMethod.ROTATING in self.occurrence_day.codes and self.chance.random() < 0.7
        method = CodeMethod.ROTATING if rotating else CodeMethod.PRINTED
        if not self.browsers or self.chance.random() < 0.92:
            self.browsers.append(f"b:{self.chance.randbytes(16).hex()}")
        return Attempt(
            self._id(),
            ScanKind.VENUE,
            at,
            group=self.chance.choice(self.visitors.groups),
            holder=self.chance.choice(self.browsers[-20:]),
            method=method,
            code_number=self.occurrence_day.codes[method],
            occurrence_id=self.occurrence_day.window.occurrence_id,
            near=self.chance.choice((None, Nearness.NEAR, Nearness.NEAR, Nearness.FAR, Nearness.UNKNOWN))
            if method == CodeMethod.PRINTED
            else None,
        )

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def batches(self, most: int) -> list[ScanBatch]:
        """What the device sends: rush by rush, or everything in the evening where it was offline."""
        scans, late = self.scans, self.chance.random() < LATE_DEVICES
        if self.chance.random() < WRONG_CLOCKS:
            skew = self.chance.choice(SKEWS_MS)
            scans = [replace(scan, at=scan.at + timedelta(milliseconds=skew), skew_ms=skew) for scan in scans]
        if late:
            scans = [
                replace(scan, shown=Verdict.STORED if _let_in(scan) else Verdict.REFUSED) for scan in scans
            ]
            evening = self.ends + timedelta(hours=3)
            return [ScanBatch(scans[n : n + most], evening) for n in range(0, len(scans), most)]
        return [
            ScanBatch(part, _true_time(part[-1]) + timedelta(seconds=1)) for part in in_rushes(scans, most)
        ]


def in_rushes(scans: Sequence[Attempt], most: int) -> list[list[Attempt]]:
    """Cut scans in order of time into parts of at most `most`, each no longer than a RUSH."""
    parts: list[list[Attempt]] = []
    for scan in scans:
        if not parts or len(parts[-1]) == most or _true_time(scan) - _true_time(parts[-1][0]) > RUSH:
            parts.append([])
        parts[-1].append(scan)
    return parts


def _true_time(scan: Attempt) -> datetime:
    return scan.at - timedelta(milliseconds=scan.skew_ms or 0)


def _let_in(scan: Attempt) -> bool:
    return scan.kind in (ScanKind.TOUCH, ScanKind.TALLY, ScanKind.UNDO) or (
        scan.code is not None and not scan.malformed
    )
