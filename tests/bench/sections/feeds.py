"""Feeds against the icalendar library building the same calendar, and against a bare Flask "hello" behind the same
gunicorn."""

import http.client
import re
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import icalendar
from sqlalchemy import text

from models.campaigns.tables import Campaign
from models.db import db, on_postgresql
from models.events.draft import EventDraft, VenueDraft
from models.events.tables import Occurrence
from models.public import queries
from models.public.filters import EVERYTHING
from models.publishing import lifecycle
from models.publishing.change import event_transaction
from tests.bench.measurement.ratios import interleaved, tell
from tests.bench.measurement.reads import reads
from tests.bench.measurement.yardsticks import started, yardsticks
from tests.support.records.week import NINE, load_week, session
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import Server

LARGE, SMALL, PORTION = 14_708, 1_577, 250


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        with databases.fresh() as url:
            home = folder / f"feeds-{kind}"
            home.mkdir()
            server = Server(url, home)
            try:
                with server.app.app_context():
                    _fill(load_week())
                server.start()
                _cold(kind, server)
                _warm(kind, server, home)
            finally:
                server.close()
            _memory(kind, url, home, server.url)


def _fill(campaign: Campaign) -> None:
    """LARGE events; SMALL of them in one province, so that its feed is the small one."""
    for first in range(0, LARGE, PORTION):
        with event_transaction():
            for number in range(first, min(first + PORTION, LARGE)):
                lifecycle.write_new(campaign, _draft(number), NINE - timedelta(days=30))
        db.session.expunge_all()
    if on_postgresql():
        db.session.execute(text("ANALYZE"))  # as autovacuum does within a minute
        db.session.commit()


def _draft(number: int) -> EventDraft:
    code, place = ("320723", "灌云县") if number < SMALL else ("440103", "荔湾区")
    start = NINE + timedelta(days=number % 5, minutes=number % 240)
    return EventDraft(
        title=f"知识产权宣传进社区第 {number} 场：学法用法，保护创新",
        description="现场讲解商标、专利与著作权常识，发放宣传资料，解答群众提问。" * 2,
        region_code=code,
        hosts=(f"{place}市场监督管理局", f"{place}人民法院"),
        groups=("public", "youth"),
        venues=(VenueDraft(f"{place}文化广场 {number % 50} 号"),),
        occurrences=(session(start, 2, date(2024, 4, 22) + timedelta(days=number % 5)),),
    )


def _cold(kind: str, server: Server) -> None:
    """The first request after a change, against building the calendar object by object."""
    with server.app.app_context():
        campaign = db.session.get(Campaign, "ip-2024")
        rows = db.session.scalars(queries.occurrences(campaign, EVERYTHING)).all()
        facts = [_facts(row) for row in rows]
        small = [_facts(row) for row in rows if row.event.region_code == "320723"]

    def ours(form: str, query: str = "", **headers: str) -> float:
        _change(server, small[0]["id"])
        start = time.perf_counter()
        status, body = server.get(f"/ip-2024/events.{form}{query}", **headers)
        spent = time.perf_counter() - start
        assert (status, len(body) > LARGE) == (200, True)
        return spent

    def library(built: list[dict]) -> float:
        start = time.perf_counter()
        assert _build(built).count(b"BEGIN:VEVENT") == len(built)
        return time.perf_counter() - start

    forms = {form: partial(ours, form) for form in ("ics", "json", "csv", "atom")}
    packed = partial(ours, "ics", **{"Accept-Encoding": "gzip"})
    of_province = partial(ours, "ics", "?region=320000")
    found = interleaved(
        library=partial(library, facts),
        library_small=partial(library, small),
        small=of_province,
        packed=packed,
        **forms,
    )
    ratio, note = found["library_small"] / found["small"], f"[{found['small'] * 1000:.0f} ms]"
    tell(f"{kind}: first calendar of {SMALL:,} events after a change: icalendar ÷ ours", ratio, 40, note)
    yardstick = found["library"]
    for name, what, aim in (
        ("ics", "calendar", 60),
        ("packed", "calendar, gzipped", 60),
        ("json", "JSON", None),
        ("csv", "table", None),
        ("atom", "Atom", None),
    ):
        note = f"[{yardstick:.2f} s against {found[name] * 1000:.0f} ms]"
        tell(
            f"{kind}: first {what} of {LARGE:,} events after a change: icalendar ÷ ours",
            yardstick / found[name],
            aim,
            note,
        )


def _change(server: Server, occurrence_id: int) -> None:
    with server.app.app_context():
        event = db.session.get(Occurrence, occurrence_id).event
        draft = lifecycle.draft_of(event)
        changed = {"title": f"{draft.title[:30]} {time.monotonic_ns()}"}
        lifecycle.change(event, EventDraft(**{**_fields(draft), **changed}), NINE - timedelta(days=1))


def _fields(draft: EventDraft) -> dict:
    return {name: getattr(draft, name) for name in EventDraft.__dataclass_fields__}


def _facts(row: Occurrence) -> dict:
    return {
        "id": row.id, "start": row.start_at, "end": row.end_at, "sequence": row.sequence, "changed": row.changed_at,
        "title": row.event.title, "text": row.event.description, "place": row.event.venues[0].venue.name,
    }  # fmt: skip


def _build(facts: list[dict]) -> bytes:
    """The yardstick: the library's objects, one event after the other."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//yardstick//")
    calendar.add("version", "2.0")
    for fact in facts:
        event = icalendar.Event()
        event.add("uid", f"occ-{fact['id']}@openweek.test")
        event.add("dtstamp", fact["changed"])
        event.add("last-modified", fact["changed"])
        event.add("dtstart", fact["start"])
        event.add("dtend", fact["end"])
        event.add("sequence", fact["sequence"])
        event.add("summary", fact["title"])
        event.add("description", fact["text"])
        event.add("location", fact["place"])
        event.add("status", "CONFIRMED")
        event.add("categories", ["社会公众", "青少年"])
        event.add("url", f"http://openweek.test/ip-2024/events/{fact['id']}")
        calendar.add_component(event)
    return calendar.to_ical()


def _warm(kind: str, server: Server, folder: Path) -> None:
    path = "/ip-2024/events.ics?region=320000"
    etag = _etag(server, path)
    packed = {"Accept-Encoding": "gzip"}
    known = {"If-None-Match": etag, **packed}
    bare = yardsticks(server.settings["OPENWEEK_DATABASE_URL"], folder / "yardsticks")
    with started(bare) as hello:
        found = interleaved(
            hello=lambda: reads(hello.port, "/hello").rate,
            plain=lambda: reads(server.port, path).rate,
            packed=lambda: reads(server.port, path, packed).rate,
            unchanged=lambda: reads(server.port, path, known, status=b"304").rate,
        )
    for name, what, aim in (
        ("plain", f"a feed of {SMALL:,} events", 0.5),
        ("packed", f"a gzipped feed of {SMALL:,} events", 0.9),
        ("unchanged", "a 304 of a feed", 1.2),
    ):
        tell(f"{kind}: {what} ÷ hello", found[name] / found["hello"], aim, f"[{found[name]:.0f} a second]")


def _memory(database: str, url: str, folder: Path, base_url: str) -> None:
    """How far a worker that has answered small requests grows at most while it builds and sends a large one.

    base_url: the one that the stored entries were rendered for."""
    if not Path("/proc/self/clear_refs").exists():
        print("memory: this machine has no /proc to read it from; not measured", flush=True)
        return
    for kind in ("ics", "json", "csv", "atom"):
        server = _OneWorker(url, folder / f"memory-{kind}", workers=1, base_url=base_url)
        server.folder.mkdir()
        try:
            server.start()
            for _ in range(2):
                server.get(
                    f"/ip-2024/events.{kind}?region=320000&day=2024-04-22", **{"Accept-Encoding": "gzip"}
                )
            before = server.memory("VmRSS")
            server.forget_peak()
            server.get(f"/ip-2024/events.{kind}", **{"Accept-Encoding": "gzip"})
            grown = server.memory("VmHWM") - before
            body = len(server.get(f"/ip-2024/events.{kind}")[1])
        finally:
            server.close()
        note = f"[{grown / 1e6:.1f} MB for {body / 1e6:.1f} MB]"
        tell(
            f"{database}: growth of a worker over a .{kind} of {LARGE:,} events ÷ body",
            grown / body,
            note=note,
            most=3,
        )


class _OneWorker(Server):
    """A server whose only worker tells what memory it uses."""

    def _worker(self) -> Path:
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return Path("/proc") / children[0]

    def memory(self, name: str) -> int:
        """Bytes: VmRSS now, VmHWM at most since forget_peak()."""
        told = (self._worker() / "status").read_text()
        return int(re.search(rf"{name}:\s*(\d+) kB", told)[1]) * 1024

    def forget_peak(self) -> None:
        (self._worker() / "clear_refs").write_text("5")


def _etag(server: Server, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]
