"""Every participation figure, from one place: pages, API, exports and documents all ask here.

visits (人次): one pass, browser, touch or tallied head, once per occurrence and campaign day; the sum of its methods.
participants (参与者): distinct passes and browsers, each with its largest headcount: a lower bound; not additive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.tables import Event, Occurrence
from models.ledger.tables import METHODS, Counter, Presence
from models.organizations.tables import Organization
from models.places import regions

# Where each dimension stands: the counters and the presences share these names.
DIMENSIONS = (
    "audience", "region", "line", "organization", "event", "occurrence", "focus", "format", "method", "day", "hour",
)  # fmt: skip
EXACT_ALONE = ("region", "line", "event", "audience", "day")


@dataclass(frozen=True)
class Where:
    """Which part of a campaign is counted. Empty: all of it. scope: a select of event ids that the asker reaches.
    more: further conditions on Event and Occurrence."""

    scope: Select | None = None
    regions: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    audiences: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    organizations: tuple[int, ...] = ()
    focuses: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    more: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class Figures:
    """as_of: when it was counted. rows: one dict per combination of `by`, in a stable order, with visits,
    participants (None where only the slow count would tell), methods, and taken: the visits within the method "pass"
    by passes that visitors took themselves."""

    as_of: datetime
    visits: int
    participants: int
    methods: dict[str, int]
    taken: int = 0
    rows: list[dict] = field(default_factory=list)


def parse_by(text: str) -> tuple[str, ...]:
    """The dimensions in "audience,region". Raises Mistake for an unknown or repeated one."""
    by = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in by:
        if name not in DIMENSIONS:
            raise Mistake(
                N_("Figures cannot be grouped by “%(name)s”. Use: %(known)s."),
                name=name[:40],
                known=", ".join(DIMENSIONS),
            )
    if len(set(by)) != len(by):
        raise Mistake(N_("Use each dimension only once."))
    return by


def figures(
    campaign: Campaign,
    now: datetime,
    by: Sequence[str] = (),
    where: Where | None = None,
    *,
    exact: bool = False,
) -> Figures:
    """Count a campaign, or the part of it that `where` names, by any of DIMENSIONS.

    participants of a row are exact for one of EXACT_ALONE; for other crossings only with exact, which is slow."""
    where = where or Where()
    rows = _visit_rows(campaign, by, where)
    heads = _participants(campaign, by, where) if by and (exact or _exact_alone(by)) else None
    for key, row in rows.items():
        row["participants"] = heads.get(key, 0) if heads is not None else None
    methods = _merge(row["methods"] for row in rows.values())
    total = _participants(campaign, (), where).get((), 0)
    ordered = [rows[key] for key in sorted(rows, key=_order)] if by else []
    taken = sum(row["taken"] for row in rows.values())
    return Figures(now, sum(methods.values()), total, methods, taken, ordered)


def _exact_alone(by: Sequence[str]) -> bool:
    return len(by) == 1 and by[0] in EXACT_ALONE


def _merge(many: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = dict.fromkeys(METHODS, 0)
    for methods in many:
        for name, visits in methods.items():
            total[name] += visits
    return total


def _order(key: tuple) -> tuple:
    return tuple(
        (value is not None, str(value) if not isinstance(value, int) else f"{value:012d}") for value in key
    )


def _columns(table: type[Counter] | type[Presence], by: Sequence[str]) -> list[ColumnElement]:
    known = {
        "audience": table.group,
        "region": Event.region_code,
        "line": Organization.line,
        "organization": Event.lead_id,
        "event": Event.id,
        "occurrence": table.occurrence_id,
        "focus": Event.main_focus,
        "format": Event.main_format,
        "method": table.method,
        "day": table.day,
        "hour": table.hour,
    }
    return [known[name].label(f"by_{name}") for name in by]


def _joined(asked: Select, table: type[Counter] | type[Presence], campaign: Campaign, where: Where) -> Select:
    asked = (
        asked.select_from(table)
        .join(Occurrence, Occurrence.id == table.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .outerjoin(Organization, Organization.id == Event.lead_id)
        .where(Event.campaign_id == campaign.id, *where.more)
    )
    if where.scope is not None:
        asked = asked.where(Event.id.in_(where.scope))
    if where.regions:
        asked = asked.where(or_(*(regions.within(Event.region_code, code) for code in where.regions)))
    for column, values in (
        (Event.id, where.events),
        (table.group, where.audiences),
        (Organization.line, where.lines),
        (Event.lead_id, where.organizations),
        (Event.main_focus, where.focuses),
        (Event.main_format, where.formats),
        (table.day, where.days),
    ):
        if values:
            asked = asked.where(column.in_(values))
    return asked


def _visit_rows(campaign: Campaign, by: Sequence[str], where: Where) -> dict[tuple, dict]:
    """Visits by dimension and method, summed from the counters."""
    columns, sums = _columns(Counter, by), (func.sum(Counter.visits), func.sum(Counter.taken))
    asked = _joined(select(*columns, Counter.method, *sums), Counter, campaign, where)
    found: dict[tuple, dict] = {}
    for *key, method, visits, taken in db.session.execute(asked.group_by(*columns, Counter.method)):
        if not visits:
            continue
        row = found.setdefault(
            tuple(key),
            {
                **dict(zip(by, key, strict=True)),
                "visits": 0,
                "methods": dict.fromkeys(METHODS, 0),
                "taken": 0,
            },
        )
        row["methods"][method] += int(visits)
        row["visits"] += int(visits)
        row["taken"] += int(taken)
    return found


def _participants(campaign: Campaign, by: Sequence[str], where: Where) -> dict[tuple, int]:
    """Distinct passes and browsers by dimension, each with its largest headcount there."""
    columns = _columns(Presence, by)
    heads = func.max(Presence.weight).label("heads")
    query = _joined(select(*columns, Presence.holder, heads), Presence, campaign, where)
    counted = query.where(Presence.identified, Presence.weight > 0)
    holders = counted.group_by(*columns, Presence.holder).subquery()
    keys = [holders.c[f"by_{name}"] for name in by]
    sums = select(*keys, func.sum(holders.c.heads)).group_by(*keys)
    return {tuple(key): int(total or 0) for *key, total in db.session.execute(sums)}


def visits_of(event_ids: Iterable[int]) -> dict[int, int]:
    """The visits of each of these events, from the counters alone: for lists, which show no participants."""
    asked = (
        select(Occurrence.event_id, func.sum(Counter.visits))
        .select_from(Counter)
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .where(Occurrence.event_id.in_(set(event_ids)))
        .group_by(Occurrence.event_id)
    )
    return {event_id: int(visits) for event_id, visits in db.session.execute(asked)}


def inside_now(campaign: Campaign, event_id: int, day: date) -> int:
    """Heads in the room by the rows: those who came today and have not been scanned out."""
    asked = (
        select(func.sum(Counter.inside))
        .join(Occurrence, Occurrence.id == Counter.occurrence_id)
        .where(Occurrence.event_id == event_id, Counter.day == day)
    )
    return int(db.session.scalar(asked) or 0)
