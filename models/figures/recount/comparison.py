"""Recount the ledger and compare every stored number with it: presences, counters, and the sums of figures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from models.campaigns.tables import Campaign
from models.db import db, on_postgresql, snapshot
from models.events.calendar_order import counted_sessions
from models.events.tables import Event, Occurrence
from models.figures.recount import sums as recount_sums
from models.figures.recount.estimates import estimated_cells
from models.figures.recount.visits import recounted
from models.ledger.tables import Counter, Scan

COUNTED = ("visits", "taken", "inside")  # columns of Counter, in this order
Rows = Mapping[tuple, Mapping[str, Any]]  # values by the name of their column, by key


@dataclass(frozen=True)
class Difference:
    """One stored value that differs from the recount. where: the key of the row and the name of the column."""

    table: str
    where: str
    stored: object
    recounted: object


@dataclass(frozen=True)
class Recount:
    """The result of a recount. visits: as recounted."""

    scans: int
    visits: int
    differences: list[Difference]

    @property
    def agrees(self) -> bool:
        return not self.differences


def verify(campaign: Campaign) -> Recount:
    """Recount a campaign in one read transaction."""
    with snapshot(), recounted(campaign):
        scanned = db.session.execute(text(_CELLS)).all()
        estimated = estimated_cells(campaign, scanned)
        cells = [*scanned, *estimated]
        counters = _by_cell(row[:8] for row in cells)
        differences = [*_compare_counters(campaign, counters), *_compare_presences(campaign)]
        places = recount_sums.places(campaign, {cell[0] for cell in estimated})
        # An event whose visits were all undone keeps its row.
        stored = recount_sums.stored_places(campaign)
        differences += _compare_session_counts(campaign)
        differences += _compare("event_placement", {key: stored.get(key, {}) for key in places}, places)
        sums = recount_sums.sums(campaign, places, cells)
        differences += _compare("figure_sum", recount_sums.stored_sums(campaign), sums)
        scan_count = (
            select(func.count())
            .select_from(Scan)
            .where(Scan.campaign_id == campaign.id, Scan.moved_from.is_(None))
        )
        scans = db.session.scalars(scan_count).one()
    return Recount(scans, sum(row["visits"] for row in counters.values()), differences)


def _compare(table: str, stored: Rows, recounted_rows: Rows) -> Iterator[Difference]:
    """A row that one side has not is taken as zeros."""
    for key in sorted(stored.keys() | recounted_rows.keys(), key=str):
        left, right = stored.get(key, {}), recounted_rows.get(key, {})
        for name in {**left, **right}:
            pair = left.get(name, 0), right.get(name, 0)
            if pair[0] != pair[1]:
                yield Difference(table, " ".join((*map(str, key), name)), *pair)


# The last number: heads that can be participants.
_CELLS = """
SELECT occurrence_id, day, hour, audience, method, SUM(weight), SUM(CASE WHEN taken = 1 THEN weight ELSE 0 END), SUM(inside),
  SUM(CASE WHEN identified = 1 THEN weight ELSE 0 END)
FROM recount_visit GROUP BY occurrence_id, day, hour, audience, method
"""


def _compare_counters(campaign: Campaign, counters: Rows) -> Iterator[Difference]:
    rows = db.session.execute(
        select(Counter.occurrence_id, Counter.day, Counter.hour, Counter.group, Counter.method)
        .add_columns(Counter.visits, Counter.taken, Counter.inside)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id)
    )
    return _compare("counter", _by_cell(rows), counters)


def _compare_session_counts(campaign: Campaign) -> Iterator[Difference]:
    """By it the public lists are counted and ordered."""
    sessions = counted_sessions()
    query = select(Event.id, Event.session_count, sessions).where(
        Event.campaign_id == campaign.id, Event.session_count != sessions
    )
    for event_id, stored, counted in db.session.execute(query.order_by(Event.id)):
        yield Difference("event", f"{event_id} session_count", stored, counted)


def _by_cell(rows: Iterable) -> Rows:
    """COUNTED by occurrence, day, hour, group and method. The day as text: raw SQL answers so on SQLite."""
    cells: dict[tuple, dict[str, int]] = {}
    for occurrence_id, day, hour, group, method, *sums in rows:
        if any(sums):
            key = (occurrence_id, str(day), hour, group, method)
            cells[key] = dict(zip(COUNTED, map(int, sums), strict=True))
    return cells


def _compare_presences(campaign: Campaign) -> Iterator[Difference]:
    """Every visit with the presence of its holder; then presences that no visit stands behind. Participants depend on both."""
    missing = 0
    for occurrence_id, day, presence_id, *values in db.session.execute(text(_different())):
        where = f"{occurrence_id} {day}"
        if presence_id is None:
            missing += 1
            yield Difference("presence", f"{where} weight", 0, values[0])
            continue
        for name, right, left in zip(_PRESENCE, values[::2], values[1::2], strict=True):
            if left != right:
                yield Difference("presence", f"{where} {name}", left, right)
    visits = db.session.scalar(text("SELECT COUNT(*) FROM recount_visit"))
    of_campaign = {"campaign": campaign.id}
    if db.session.scalar(text(_COUNT_PRESENCES), of_campaign) == visits - missing:
        return
    db.session.execute(text("CREATE INDEX ix_recount_visit ON recount_visit (presence_id)"))
    for occurrence_id, day, weight in db.session.execute(text(_UNFOUNDED), of_campaign):
        yield Difference("presence", f"{occurrence_id} {day} weight", weight, 0)


_PRESENCE = {
    "weight": "p.weight",
    "inside": "p.inside",
    "visit_id": "CAST(p.visit_id AS text)",
    "taken": "CASE WHEN p.taken THEN 1 ELSE 0 END",
    "identified": "CASE WHEN p.identified THEN 1 ELSE 0 END",
    "audience": "p.audience",
    "method": "p.method",
    "hour": "p.hour",
}


def _different() -> str:
    unlike = "IS DISTINCT FROM" if on_postgresql() else "IS NOT"
    return f"""
SELECT v.occurrence_id, v.day, p.id, {", ".join(f"v.{name}, {column}" for name, column in _PRESENCE.items())}
FROM recount_visit AS v
LEFT JOIN presence AS p
  ON p.id = v.presence_id AND p.occurrence_id = v.occurrence_id AND p.day = v.day AND p.holder = v.holder AND v.mixed = 0
WHERE p.id IS NULL OR {" OR ".join(f"v.{name} {unlike} {column}" for name, column in _PRESENCE.items())}
"""


_COUNTING_PRESENCES = """
FROM presence AS p
WHERE +p.occurrence_id IN (SELECT o.id FROM occurrence AS o JOIN event AS e ON e.id = o.event_id WHERE e.campaign_id = :campaign)
AND (p.weight <> 0 OR p.inside <> 0 OR p.visit_id IS NOT NULL OR p.taken
  OR p.audience IS NOT NULL OR p.method IS NOT NULL OR p.hour IS NOT NULL)
"""
_COUNT_PRESENCES = f"SELECT COUNT(*) {_COUNTING_PRESENCES}"
_UNFOUNDED = f"""
SELECT p.occurrence_id, p.day, p.weight {_COUNTING_PRESENCES} AND NOT EXISTS (
  SELECT 1 FROM recount_visit AS v WHERE v.presence_id = p.id AND v.holder = p.holder AND v.occurrence_id = p.occurrence_id
    AND v.day = p.day AND v.mixed = 0
)
"""
