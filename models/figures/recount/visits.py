"""The visits of a campaign, counted anew from its scans into a temporary table.

SQL over the rows of the ledger alone. It shares no arithmetic with models.ledger.visit, so that an error there shows as a
difference. Each step reads a table once, whatever the statistics: the joins are by hash on PostgreSQL, and in the written
order on SQLite (CROSS JOIN).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text
from sqlalchemy.orm import aliased

from models.campaigns.tables import Campaign
from models.db import db, on_postgresql
from models.ledger.in_effect import Undo, counts, undo_of
from models.ledger.tables import HELD_BACK, Review, Scan, ScanKind, Verdict

_TABLES = ("recount_void", "recount_undone", "recount_decision", "recount_several", "recount_visit")
_SETTINGS = ("enable_nestloop = off", "work_mem = '128MB'", "jit = off")

_COUNTS = "s.campaign_id = :campaign AND s.kind <> 'undo' AND s.verdict IN ('stored', 'repeat')"
_NOT_HELD = f"s.flags & {int(HELD_BACK)} = 0"
# A presence is one holder at one occurrence on one day; that a scan names the one of its own holder is compared later.
# Those with several scans, or with a scan that was undone or decided on, are few: _SEVERAL_SCANS looks at their scans.
_SEVERAL = """
CREATE TEMPORARY TABLE recount_several AS
SELECT presence_id FROM scan WHERE presence_id IS NOT NULL GROUP BY presence_id HAVING COUNT(*) > 1
UNION SELECT s.presence_id FROM recount_undone AS u CROSS JOIN scan AS s WHERE s.id = u.scan_id AND s.presence_id IS NOT NULL
UNION SELECT s.presence_id FROM recount_decision AS d CROSS JOIN scan AS s WHERE s.id = d.scan_id AND s.presence_id IS NOT NULL
"""
_ONE_SCAN = f"""
CREATE TEMPORARY TABLE recount_visit AS
SELECT s.presence_id, s.occurrence_id, s.day, s.holder, 0 AS mixed,
  CASE WHEN s.direction = 'in' THEN CAST(s.id AS text) END AS visit_id, s.hour, s.audience, s.method,
  CASE WHEN s.direction = 'in' AND s.taken THEN 1 ELSE 0 END AS taken,
  CASE WHEN s.holder LIKE 's:%' THEN 0 ELSE 1 END AS identified,
  CASE WHEN s.direction = 'in' THEN s.headcount ELSE 0 END AS weight,
  CASE WHEN s.direction = 'in' THEN s.headcount ELSE -s.headcount END AS inside
FROM scan AS s
WHERE {_COUNTS} AND {_NOT_HELD} AND (s.direction = 'in' OR s.holder LIKE 's:%')
  AND NOT EXISTS (SELECT 1 FROM recount_several AS m WHERE m.presence_id = s.presence_id)
"""
# The visit is the earliest scan in; its weight the largest headcount of those in; the last scan says who is still inside.
_SEVERAL_SCANS = f"""
INSERT INTO recount_visit
SELECT presence_id, occurrence_id, day, holder, mixed, CASE WHEN weight > 0 THEN CAST(id AS text) END, hour, audience, method,
  CASE WHEN weight > 0 AND taken THEN 1 ELSE 0 END, CASE WHEN holder LIKE 's:%' THEN 0 ELSE 1 END, weight, inside
FROM (
  SELECT r.*, CASE
    WHEN last_direction = 'in' THEN weight WHEN weight = 0 AND holder LIKE 's:%' THEN -headcount ELSE 0 END AS inside
  FROM (
    SELECT s.presence_id, s.occurrence_id, s.day, s.holder, s.id, s.hour, s.audience, s.method, s.taken, s.headcount,
      CASE WHEN MIN(s.occurrence_id) OVER each = MAX(s.occurrence_id) OVER each AND MIN(s.day) OVER each = MAX(s.day) OVER each
        AND MIN(s.holder) OVER each = MAX(s.holder) OVER each THEN 0 ELSE 1 END AS mixed,
      MAX(CASE WHEN s.direction = 'in' THEN s.headcount ELSE 0 END) OVER each AS weight,
      ROW_NUMBER() OVER (
        PARTITION BY s.presence_id ORDER BY CASE WHEN s.direction = 'in' THEN 0 ELSE 1 END, s.at, s.id
      ) AS place,
      FIRST_VALUE(s.direction) OVER (PARTITION BY s.presence_id ORDER BY s.at DESC, s.id DESC) AS last_direction
    FROM recount_several AS m CROSS JOIN scan AS s LEFT JOIN recount_undone AS u ON u.scan_id = s.id
      LEFT JOIN recount_decision AS d ON d.scan_id = s.id
    WHERE m.presence_id = s.presence_id AND {_COUNTS} AND u.scan_id IS NULL
      AND (d.decision = 'accept' OR d.decision IS NULL AND {_NOT_HELD})
    WINDOW each AS (PARTITION BY s.presence_id)
  ) AS r
) AS each_scan
WHERE place = 1 AND (weight > 0 OR inside <> 0)
"""


@contextmanager
def recounted(campaign: Campaign) -> Iterator[None]:
    """The temporary table recount_visit: one row for each holder at an occurrence on a day who counts there, with the presence
    that the scans name, whether they are mixed, visit_id (of the scan that is the visit, as text), hour, audience, method,
    taken, identified, weight and inside as in Presence."""
    _drop()
    try:
        if on_postgresql():
            for setting in _SETTINGS:
                db.session.execute(text(f"SET LOCAL {setting}"))
        _collect_exceptions(campaign)
        values = {"campaign": campaign.id}
        db.session.execute(text(_SEVERAL))
        db.session.execute(text("CREATE UNIQUE INDEX ix_recount_several ON recount_several (presence_id)"))
        db.session.execute(text(_ONE_SCAN), values)
        db.session.execute(text(_SEVERAL_SCANS), values)
        yield
    finally:
        if db.session.is_active:
            _drop()


def _drop() -> None:
    for table in _TABLES:
        db.session.execute(text(f"DROP TABLE IF EXISTS {table}"))


def _collect_exceptions(campaign: Campaign) -> None:
    """Which scans were undone, and what people decided on scans."""
    db.session.execute(text("CREATE TEMPORARY TABLE recount_void (number bigint PRIMARY KEY)"))
    if void := _ineffective_undos(campaign):
        numbers = [{"number": number} for number in void]
        db.session.execute(text("INSERT INTO recount_void (number) VALUES (:number)"), numbers)
    for query in (
        "CREATE TEMPORARY TABLE recount_undone AS SELECT DISTINCT undoes AS scan_id FROM scan WHERE undoes IS NOT NULL"
        " AND kind = 'undo' AND verdict = 'stored' AND number NOT IN (SELECT number FROM recount_void)",
        # What undoes a scan undoes the row that took its place, too.
        "INSERT INTO recount_undone SELECT s.id FROM scan AS s WHERE s.moved_from IS NOT NULL"
        " AND s.moved_from IN (SELECT scan_id FROM recount_undone)",
        "CREATE INDEX ix_recount_undone ON recount_undone (scan_id)",
        "CREATE TEMPORARY TABLE recount_decision AS SELECT scan_id, decision FROM ruling"
        " WHERE id IN (SELECT MAX(id) FROM ruling GROUP BY scan_id)",
        "CREATE INDEX ix_recount_decision ON recount_decision (scan_id)",
    ):
        db.session.execute(text(query))


def _ineffective_undos(campaign: Campaign) -> list[int]:
    """Numbers of the stored undos without effect: out of their reach, or held back.

    Decided in Python: they are few, and SQLite and PostgreSQL subtract instants differently."""
    target = aliased(Scan)
    rows = db.session.execute(
        select(Scan.number, Scan.id, Scan.kiosk_id, Scan.at, Scan.flags, Scan.supervisor)
        .add_columns(target.kiosk_id.label("target_kiosk"), target.event_id, target.at.label("target_at"))
        .join(target, target.id == Scan.undoes)
        .where(Scan.undoes.is_not(None), Scan.kind == ScanKind.UNDO, Scan.verdict == Verdict.STORED)
        .where(target.campaign_id == campaign.id)
    ).all()
    oldest_first = db.session.execute(
        select(Review.scan_id, Review.decision)
        .join(Scan, Scan.id == Review.scan_id)
        .where(Scan.kind == ScanKind.UNDO)
        .order_by(Review.id)
    )
    decisions = {row.scan_id: row.decision for row in oldest_first}
    void = []
    for row in rows:
        reached = row.target_kiosk, row.event_id, row.target_at
        reaches = Undo(row.kiosk_id, row.at).reaches(*reached)
        if not reaches and row.supervisor:
            reaches = undo_of(db.session.get_one(Scan, row.number)).reaches(*reached)
        if not (reaches and counts(row.flags, decisions.get(row.id))):
            void.append(row.number)
    return void
