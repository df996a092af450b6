"""What a summary says of events beside their visits: how many, by whom, their outcomes, highlights and pictures.

An event is in the summary when the public saw it: published or cancelled, not withdrawn. Its place is that of the figures
(rule 10): one region, the line of its lead, one focus, one format.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from models.db import db
from models.events.tables import PUBLIC, Event, EventStatus, Occurrence
from models.figures.visits import visits_of
from models.ledger.sum_tables import EventPlacement
from models.ledger.tables import Counter
from models.organizations.tables import Organization
from models.outcomes.highlights import Highlight, pictures_of
from models.outcomes.influence import influence
from models.outcomes.outcomes import OutcomeKind
from models.places import regions
from models.summaries.part import Part, part_below

MOST_ROWS = 200  # events in the annex of a document; more are left to the exports
MOST_HIGHLIGHTS, MOST_PICTURES = 12, 6


def _conditions(part: Part) -> list[ColumnElement[bool]]:
    conditions = [
        Event.campaign_id == part.campaign.id,
        Event.status.in_(PUBLIC),
        Event.withdrawn_at.is_(None),
    ]
    if part.region:
        conditions.append(regions.within(Event.region_code, part.region))
    if part.line:
        conditions.append(Organization.line == part.line)
    return conditions


def _select(part: Part, *columns: Any) -> Select:
    return (
        select(*columns)
        .select_from(Event)
        .outerjoin(Organization, Organization.id == Event.lead_id)
        .where(*_conditions(part))
    )


def numbers(part: Part) -> dict[str, Any]:
    """held: published; cancelled ones apart. by: the held ones by focus, format, line, region one level below; "": not given."""
    keys = (Event.status, Event.main_focus, Event.main_format, Organization.line, Event.region_code)
    by: dict[str, dict[str, int]] = {name: defaultdict(int) for name in ("focus", "format", "line", "region")}
    by_status: dict[str, int] = defaultdict(int)
    for status, focus, form, line, region, count in db.session.execute(
        _select(part, *keys, func.count()).group_by(*keys)
    ):
        by_status[status] += count
        if status == EventStatus.PUBLISHED:
            values = (focus or "", form or "", line or "", part_below(part.region, region))
            for name, value in zip(by, values, strict=True):
                by[name][value] += count
    leads = db.session.scalar(_select(part, func.count(Event.lead_id.distinct()))) or 0
    return {
        "held": by_status[EventStatus.PUBLISHED],
        "cancelled": by_status[EventStatus.CANCELLED],
        "organizations": leads,
        "by": {name: dict(sorted(values.items())) for name, values in by.items()},
    }


def regions_with_events(part: Part) -> set[str]:
    query = _select(part, Event.region_code.distinct()).where(
        Event.status == EventStatus.PUBLISHED, Event.region_code.is_not(None)
    )
    return set(db.session.scalars(query))


def rows(part: Part) -> list[dict[str, Any]]:
    """The held events in calendar order with their visits; [] where there are more than MOST_ROWS."""
    query = _select(part, Event.id, Event.title, Event.region_code, Organization.name).where(
        Event.status == EventStatus.PUBLISHED
    )
    found = db.session.execute(query.order_by(Event.calendar_place, Event.id).limit(MOST_ROWS + 1)).all()
    if len(found) > MOST_ROWS:
        return []
    visits = visits_of(row.id for row in found)
    return [
        {"id": id, "title": title, "region": region or "", "lead": lead or "", "visits": visits.get(id, 0)}
        for id, title, region, lead in found
    ]


def outcomes(part: Part) -> dict[str, dict[str, Any]]:
    """By kind: the events that have one, the sum of their numbers, whether it is exact (else a lower bound, about, or both),
    how many have words without a number, and for how many the published report speaks.

    Of other outcomes only the events: they are of many sorts and do not add up."""
    return {
        kind: {
            "events": one.events,
            "number": one.number if kind != OutcomeKind.OTHER else 0,
            "exact": not (one.at_least or one.about),
            "at_least": one.at_least,
            "about": one.about,
            "unnumbered": one.unnumbered,
            "reported": one.reported,
        }
        for kind, one in influence(_select(part, Event.id)).items()
    }


def highlights(part: Part) -> list[dict[str, Any]]:
    """Texts and pictures that events offer, those with the most visits first."""
    newest = select(func.max(Highlight.id)).group_by(Highlight.event_id)
    offered = _select(part, Event, Highlight.text).join(Highlight, Highlight.event_id == Event.id)
    found = db.session.execute(offered.where(Highlight.id.in_(newest), Highlight.text != "")).all()
    visits = visits_of(event.id for event, _text in found)
    found = sorted(found, key=lambda row: (-visits.get(row[0].id, 0), row[0].id))[:MOST_HIGHLIGHTS]
    room = MOST_PICTURES
    rows = []
    for event, text in found:
        pictures = [{"sha256": one.sha256, "alt": one.alt} for one in pictures_of(event)[:room]]
        room -= len(pictures)
        rows.append({"event": event.id, "title": event.title, "text": text, "pictures": pictures})
    return rows


def counts_below(part: Part) -> dict[str, tuple[int, int]]:
    """By the region one level below: held events, and those of them without a visit."""
    counted = exists().where(
        Counter.occurrence_id == Occurrence.id,
        EventPlacement.event_id == Occurrence.event_id,
        EventPlacement.kept_id == Event.id,
        Counter.visits > 0,
    )
    query = _select(part, Event.region_code, func.count(), func.sum(case((counted, 0), else_=1)))
    counts: dict[str, tuple[int, int]] = {}
    for code, held, silent in db.session.execute(
        query.where(Event.status == EventStatus.PUBLISHED).group_by(Event.region_code)
    ):
        key = part_below(part.region, code)
        before = counts.get(key, (0, 0))
        counts[key] = before[0] + held, before[1] + int(silent)
    return counts
