"""A ledger of any size in seconds: rows made by SQL as check-ins would have left them, but for the rules (`verify` agrees).

Of the scans one in twenty is at the first event. Most holders come once; one in thirty-three is at a second event, one in
thirty-three is scanned twice, one in two hundred is undone, one in ten is a touch."""

from importlib import import_module

from sqlalchemy import insert, text

from models.campaigns.tables import Campaign, TermKind
from models.db import db, on_postgresql, transaction
from models.events.tables import Event, EventStatus, Occurrence
from models.organizations.tables import Organization
from models.places import regions
from tests.support.records.week import NINE

_OF_DIALECT = {
    "sqlite": {
        "series": "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < :scans)",
        "id": "printf('%032x', {0})",
        "hex": "printf('%010x', {0})",
        "at": "o.start_day || printf(' %02d:{1}:00.000000', p.hour - 8)",
        "digest": "zeroblob(16)",
    },
    "postgresql": {
        "series": "WITH series(i) AS (SELECT generate_series(1, :scans))",
        "id": "CAST(LPAD(to_hex({0}), 32, '0') AS uuid)",
        "hex": "LPAD(to_hex({0}), 10, '0')",
        "at": "(o.start_day + make_time(p.hour - 8, {1}, 0)) AT TIME ZONE 'UTC'",
        "digest": "decode('00000000000000000000000000000000', 'hex')",
    },
}
_GROUPS = "CASE i % 4 WHEN 0 THEN 'youth' WHEN 1 THEN 'public' WHEN 2 THEN 'innovators' ELSE 'unknown' END"


def fill(campaign: Campaign, events: int, scans: int) -> None:
    """Events in as many counties and of as many lines as there are, then scans at them. On an empty database."""
    with transaction():
        _insert_events(campaign, events)
        for statement in _statements(events):
            db.session.execute(text(statement), {"scans": scans, "campaign": campaign.id})
        import_module("models.migrations.versions.0016_sums_of_figures").fill(db.session.connection())


def _insert_events(campaign: Campaign, events: int) -> None:
    counties = [row.code for row in regions.all_regions() if row.level == regions.COUNTY]
    lines = [term.key for term in campaign.terms if term.kind == TermKind.LINE]
    leads = [{"id": n + 1, "name": f"单位{n}", "line": line} for n, line in enumerate(lines)]
    db.session.execute(insert(Organization), leads)
    now, days = NINE, campaign.days
    rows = [
        {
            "id": n + 1,
            "campaign_id": campaign.id,
            "title": f"活动{n}",
            "status": EventStatus.PUBLISHED,
            "region_code": counties[n * 7 % len(counties)],
            "lead_id": n % len(leads) + 1,
            "created_at": now,
            "changed_at": now,
            "published_at": now,
            "session_count": 1,
        }
        for n in range(events)
    ]
    db.session.execute(insert(Event), rows)
    sessions = [
        {"id": n + 1, "event_id": n + 1, "start_day": days[n % 7], "end_day": days[n % 7], "changed_at": now}
        for n in range(events)
    ]
    db.session.execute(insert(Occurrence), sessions)


def _statements(events: int) -> list[str]:
    sql = _OF_DIALECT["postgresql" if on_postgresql() else "sqlite"]
    return [
        _presences(sql, events),
        _scans(sql, number="p.id", minute="00", verdict="stored", where="true"),
        _scans(
            sql,
            number="p.id + :scans",
            minute="30",
            verdict="repeat",
            where="p.id % 33 = 2 AND p.id % 10 <> 5 AND p.id % 200 <> 7",
        ),
        _undos(sql),
        "UPDATE presence SET weight = 0, inside = 0, visit_id = NULL, audience = NULL, method = NULL, hour = NULL "
        "WHERE id % 200 = 7",
        "INSERT INTO counter (occurrence_id, day, hour, audience, method, visits, taken, inside) "
        "SELECT occurrence_id, day, hour, audience, method, SUM(weight), 0, SUM(inside) FROM presence "
        "WHERE weight > 0 GROUP BY 1, 2, 3, 4, 5",
    ]


def _presences(sql: dict[str, str], events: int) -> str:
    holder = f"""CASE WHEN i % 10 = 5 THEN 's:' || CAST({sql["id"].format("i")} AS text)
  WHEN i % 33 = 1 AND i > 40 THEN 'p:' || {sql["hex"].format("i - 39")} ELSE 'p:' || {sql["hex"].format("i")} END"""
    return f"""
INSERT INTO presence
  (id, occurrence_id, day, holder, identified, visit_id, audience, method, hour, weight, inside, taken)
{sql["series"]}
SELECT i, o.id, o.start_day, {holder}, i % 10 <> 5, {sql["id"].format("i")}, {_GROUPS},
  CASE i % 10 WHEN 5 THEN 'touch' ELSE 'pass' END, 9 + i % 8, CASE WHEN i % 50 = 0 THEN 45 ELSE 1 END,
  CASE WHEN i % 50 = 0 THEN 45 ELSE 1 END, false
FROM series JOIN occurrence AS o ON o.id = CASE WHEN i % 20 = 0 THEN 1 ELSE i % {events} + 1 END"""


def _scans(sql: dict[str, str], number: str, minute: str, verdict: str, where: str) -> str:
    at = sql["at"].format("", minute)
    return f"""
INSERT INTO scan (number, id, campaign_id, supervisor, kind, direction, method, event_id, occurrence_id, presence_id, holder,
  audience, headcount, taken, device_at, at, received_at, day, hour, verdict, flags, digest)
SELECT {number}, {sql["id"].format(number)}, :campaign, false, p.method, 'in', p.method, o.event_id, o.id, p.id, p.holder,
  p.audience, p.weight, false, {at}, {at}, {at}, p.day, p.hour, '{verdict}', 0, {sql["digest"]}
FROM presence AS p JOIN occurrence AS o ON o.id = p.occurrence_id WHERE {where}"""


def _undos(sql: dict[str, str]) -> str:
    number = "number + 2 * :scans"
    return f"""
INSERT INTO scan (number, id, campaign_id, supervisor, kind, direction, undoes, taken, device_at, at, received_at, day, hour,
  verdict, flags, digest)
SELECT {number}, {sql["id"].format(number)}, campaign_id, false, 'undo', 'in', id, false, at, at, at, day, hour,
  'stored', 0, digest
FROM scan WHERE number <= :scans AND number % 200 = 7"""
