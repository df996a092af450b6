"""Hostile input at length: mutated codes, tables, calendars, bodies of scans. CODES=N, EXAMPLES=N and SEED=N change how much."""

import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from models import clock
from models.devices import kiosks
from models.errors import Mistake
from models.imports.read_file import read_file
from tests.bench.measurement.arguments import number
from tests.bench.measurement.ratios import tell
from tests.support.files.hostile_input import BODIES, TABLES, accepts, mutated_codes
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.databases import Databases

CODES, EXAMPLES, SEED = 100_000, 2000, 15
_CALENDARS = st.lists(
    st.from_regex(r"(SUMMARY|DTSTART|DTEND|RRULE|EXDATE|DURATION|UID|RDATE)[;:].{0,60}")
    | st.text(max_size=60),
    max_size=12,
).map(
    lambda lines: "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()
)


def run(kinds: dict[str, Databases], folder: Path) -> None:
    count = number("CODES", CODES)
    accepted = sum(accepts(text) for text in mutated_codes(count, number("SEED", SEED)))
    tell(f"mutated codes accepted, of {count:,}", accepted, most=0)
    for name, files in (
        ("tables", TABLES),
        ("calendars", _CALENDARS),
        ("any bytes", st.binary(max_size=2000)),
    ):
        tell(
            f"slowest of {number('EXAMPLES', EXAMPLES):,} {name}, seconds of CPU",
            _slowest(files, _read),
            most=1,
        )
    for kind, databases in kinds.items():
        with databases.fresh() as url, application(settings_for(url, folder / f"attacks-{kind}")) as app:
            _kiosk, token = kiosks.create_kiosk(make_event(load_week()), clock.now())
            client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}

            def send(body: object, client=client, headers=headers) -> None:
                answer = client.post("/api/v1/scans", json=body, headers=headers)
                assert answer.status_code in (200, 400, 413, 422), answer.text

            tell(f"{kind}: slowest body of scans, seconds of CPU", _slowest(BODIES, send), most=1)


def _read(data: bytes) -> None:
    try:
        read_file(data, "a.csv")
    except Mistake:
        return


def _slowest(inputs: st.SearchStrategy, take: Callable) -> float:
    """The most that one of many took; an exception ends the bench with the smallest input that raises it."""
    slowest = 0.0

    @seed(number("SEED", SEED))
    @settings(
        max_examples=number("EXAMPLES", EXAMPLES),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def each(one: object) -> None:
        nonlocal slowest
        started = time.process_time()
        take(one)
        slowest = max(slowest, time.process_time() - started)

    each()
    return slowest
