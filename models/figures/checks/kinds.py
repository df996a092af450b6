"""The kinds of questions, each a pure look at the rows of one event. The limits are far above what honest counting reaches."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, pstdev

from models.ledger.network_counts import BURST, Burst
from models.ledger.tables import Flag, ScanKind

SHORT, MINUTE = timedelta(seconds=10), timedelta(seconds=60)
MOST_IN_SHORT = 30  # entries of a device
MOST_TALLIES, MOST_TALLIED = 15, 400  # counts of a device in a minute, and the heads in them
TIMES_CAPACITY = 4  # visits of a day; people come and go
FEW = 20  # heads or rows below which no question arises
LATE_AFTER = timedelta(hours=48)
MOST_OF_BROWSER = 15  # rows of one browser in a day
ROUND, LARGE_ESTIMATE = 100, 200
SERIES = 15  # passes in the order of their numbers
EVEN_RUN, EVENNESS = 20, 0.08  # entries at intervals that vary by less than this share of their mean
TIMES_HEADCOUNT, ABOVE_HEADCOUNT = 3, 50


class CheckKind(StrEnum):
    DEVICE_BURST = "device_burst"
    TALLY_BURST = "tally_burst"
    OVER_CAPACITY = "over_capacity"
    OUTSIDE_HOURS = "outside_hours"
    ONE_BROWSER = "one_browser"
    TWO_PLACES = "two_places"
    LATE_UPLOAD = "late_upload"
    ROUND_ESTIMATE = "round_estimate"
    ONE_MINUTE = "one_minute"
    PASS_SERIES = "pass_series"
    ABOVE_HEADCOUNT = "above_headcount"
    EVEN_STEPS = "even_steps"
    ONE_NETWORK = "one_network"


@dataclass(frozen=True)
class Row:
    """One scan that was stored or is a repeat. weight: the visits that it stands for, 0 for one that adds none."""

    kind: ScanKind
    occurrence_id: int
    kiosk_id: int | None
    code_number: int | None
    holder: str
    pass_id: int | None
    weight: int
    at: datetime
    received_at: datetime
    day: date
    flags: int


@dataclass(frozen=True)
class EventRows:
    """What of an event is looked at. rows: by time. estimated: of each occurrence and group what was stated, and what it adds.
    headcounts: the largest of each occurrence. elsewhere: devices that counted in another region in the same hour.
    bursts: minutes in which one network checked in many phones."""

    event_id: int
    rows: Sequence[Row]
    capacity: dict[int, int]
    estimates: Sequence[tuple[int, int]]
    headcounts: dict[int, int]
    elsewhere: dict[int, int]
    bursts: Sequence[Burst] = ()

    @property
    def visits(self) -> int:
        return sum(row.weight for row in self.rows)


@dataclass(frozen=True)
class Question:
    """key: what of the event is asked about, the same each time. visits: how many are in question. amount, limit: in words."""

    kind: CheckKind
    event_id: int
    key: str
    visits: int
    amount: int
    limit: int


def questions_of(event: EventRows) -> list[Question]:
    found = [question for look in _LOOKS for question in look(event)]
    return sorted(found, key=lambda one: (one.kind, one.key))


def _windows(rows: Sequence[Row], length: timedelta) -> Iterable[Sequence[Row]]:
    """For each row those of a stretch of time that ends with it."""
    first = 0
    for last, row in enumerate(rows):
        while row.at - rows[first].at > length:
            first += 1
        yield rows[first : last + 1]


def _by_device(event: EventRows, *kinds: ScanKind) -> dict[int, list[Row]]:
    devices: dict[int, list[Row]] = defaultdict(list)
    for row in event.rows:
        if row.kiosk_id is not None and row.weight and row.kind in kinds:
            devices[row.kiosk_id].append(row)
    return devices


def _device_burst(event: EventRows) -> Iterable[Question]:
    for kiosk, rows in _by_device(event, ScanKind.PASS, ScanKind.TOUCH).items():
        most = max(_windows(rows, SHORT), key=len)
        if len(most) >= MOST_IN_SHORT:
            yield _question(CheckKind.DEVICE_BURST, event, kiosk, most, len(most), MOST_IN_SHORT)


def _tally_burst(event: EventRows) -> Iterable[Question]:
    for kiosk, rows in _by_device(event, ScanKind.TALLY).items():
        most = max(_windows(rows, MINUTE), key=_heads)
        if len(most) >= MOST_TALLIES or _heads(most) >= MOST_TALLIED:
            yield _question(CheckKind.TALLY_BURST, event, kiosk, most, _heads(most), MOST_TALLIED)


def _over_capacity(event: EventRows) -> Iterable[Question]:
    days: Counter[tuple[int, date]] = Counter()
    for row in event.rows:
        days[row.occurrence_id, row.day] += row.weight
    for (occurrence, day), visits in sorted(days.items()):
        limit = event.capacity.get(occurrence)
        if limit is not None and visits > TIMES_CAPACITY * limit:
            yield Question(
                CheckKind.OVER_CAPACITY, event.event_id, f"{occurrence}:{day}", visits - limit, visits, limit
            )


def _outside_hours(event: EventRows) -> Iterable[Question]:
    rows = [row for row in event.rows if row.flags & Flag.OUTSIDE_HOURS and row.weight]
    if _heads(rows) >= FEW and 4 * _heads(rows) >= event.visits:
        yield _question(CheckKind.OUTSIDE_HOURS, event, "", rows, _heads(rows), FEW)


def _one_browser(event: EventRows) -> Iterable[Question]:
    rows: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in event.rows:
        if row.holder.startswith("b:"):
            rows[row.holder, row.day].append(row)
    for (holder, _day), of_browser in sorted(rows.items()):
        if len(of_browser) >= MOST_OF_BROWSER:
            yield _question(
                CheckKind.ONE_BROWSER,
                event,
                browser_key(holder),
                of_browser,
                len(of_browser),
                MOST_OF_BROWSER,
            )


def browser_key(holder: str) -> str:
    """With the number that the card of a phone shows, so models.operations.holder_links destroys it."""
    return holder[:12]


def _two_places(event: EventRows) -> Iterable[Question]:
    for kiosk, hours in sorted(event.elsewhere.items()):
        rows = [row for row in event.rows if row.kiosk_id == kiosk]
        yield _question(CheckKind.TWO_PLACES, event, kiosk, rows, hours, 0)


def _late_upload(event: EventRows) -> Iterable[Question]:
    for kiosk, rows in _by_device(event, ScanKind.PASS, ScanKind.TOUCH, ScanKind.TALLY).items():
        late = [row for row in rows if row.received_at - row.at > LATE_AFTER]
        if _heads(late) >= FEW:
            hours = int(max(row.received_at - row.at for row in late) / timedelta(hours=1))
            yield _question(CheckKind.LATE_UPLOAD, event, kiosk, late, hours, 48)


def _round_estimate(event: EventRows) -> Iterable[Question]:
    for heads, added in event.estimates:
        if heads >= LARGE_ESTIMATE and heads % ROUND == 0 and added * 2 >= heads:
            yield Question(CheckKind.ROUND_ESTIMATE, event.event_id, str(heads), added, heads, LARGE_ESTIMATE)


def _one_minute(event: EventRows) -> Iterable[Question]:
    rows = [row for row in event.rows if row.weight]
    if len(rows) >= 5 and _heads(rows) >= 30 and rows[-1].at - rows[0].at <= MINUTE:
        yield _question(CheckKind.ONE_MINUTE, event, "", rows, _heads(rows), 60)


def _pass_series(event: EventRows) -> Iterable[Question]:
    for kiosk, rows in _by_device(event, ScanKind.PASS).items():
        longest: list[Row] = []
        run: list[Row] = []
        for row in rows:
            step = abs((row.pass_id or 0) - (run[-1].pass_id or 0)) if run else 0
            run = [*run, row] if run and step == 1 else [row]
            longest = max(longest, run, key=len)
        if len(longest) >= SERIES:
            yield _question(CheckKind.PASS_SERIES, event, kiosk, longest, len(longest), SERIES)


def _above_headcount(event: EventRows) -> Iterable[Question]:
    visits: Counter[int] = Counter()
    for row in event.rows:
        visits[row.occurrence_id] += row.weight
    for occurrence, heads in sorted(event.headcounts.items()):
        above = visits[occurrence] - heads
        if visits[occurrence] > TIMES_HEADCOUNT * heads and above >= ABOVE_HEADCOUNT:
            yield Question(
                CheckKind.ABOVE_HEADCOUNT, event.event_id, str(occurrence), above, visits[occurrence], heads
            )


def _even_steps(event: EventRows) -> Iterable[Question]:
    sources: dict[str, list[Row]] = defaultdict(list)
    for row in event.rows:
        if row.weight:
            sources[f"{row.kiosk_id or ''}:{row.code_number or ''}"].append(row)
    for source, rows in sorted(sources.items()):
        for start in range(0, len(rows) - EVEN_RUN + 1, EVEN_RUN // 2):
            part = rows[start : start + EVEN_RUN]
            gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(part)]
            if fmean(gaps) >= 0.5 and pstdev(gaps) < EVENNESS * fmean(gaps):
                yield _question(CheckKind.EVEN_STEPS, event, source, part, round(fmean(gaps)), EVEN_RUN)
                break


def _one_network(event: EventRows) -> Iterable[Question]:
    days: dict[date, list[Burst]] = defaultdict(list)
    for burst in event.bursts:
        days[burst.minute.date()].append(burst)
    for day, found in sorted(days.items()):
        most, stored = max(burst.tried for burst in found), sum(burst.stored for burst in found)
        yield Question(CheckKind.ONE_NETWORK, event.event_id, str(day), stored, most, BURST)


def _question(
    kind: CheckKind, event: EventRows, key: object, rows: Sequence[Row], amount: int, limit: int
) -> Question:
    return Question(kind, event.event_id, str(key), _heads(rows), amount, limit)


def _heads(rows: Iterable[Row]) -> int:
    return sum(row.weight for row in rows)


_LOOKS: tuple[Callable[[EventRows], Iterable[Question]], ...] = (
    _device_burst, _tally_burst, _over_capacity, _outside_hours, _one_browser, _two_places, _late_upload, _round_estimate,
    _one_minute, _pass_series, _above_headcount, _even_steps, _one_network,
)  # fmt: skip
