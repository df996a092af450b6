"""Coverage: which regions, lines, focus points, groups and days of a week are reached; white spots down to the county."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.events.tables import PUBLIC, Event, EventAudience, EventStatus, Occurrence
from models.figures.filters import FiguresFilter
from models.figures.visits import visit_rows
from models.organizations.tables import Organization
from models.places import regions


class Reach(StrEnum):
    """Whether a region, line, focus, group or day has visits, a published event without any, or neither."""

    REACHED = "reached"
    PLANNED = "planned"
    SILENT = "silent"


@dataclass(frozen=True)
class Covered:
    """The values of one dimension with what is reached of them."""

    dimension: str
    values: dict[object, Reach]

    def of(self, reach: Reach) -> list[object]:
        return [value for value, one in self.values.items() if one == reach]


@dataclass(frozen=True)
class RegionCoverage:
    """A region and the counties in it; counties: by code. A region without any below it is its own county here."""

    code: str
    counties: Covered


@dataclass(frozen=True)
class Coverage:
    dimensions: list[Covered]  # line, focus, audience, day
    regions: list[RegionCoverage]  # those one level below the part, each with its counties


def coverage(campaign: Campaign, part: FiguresFilter, parent: str | None) -> Coverage:
    """parent: the region whose next level is listed; None: the provinces and the Corps."""
    planned = _planned(campaign, part)
    dimensions = [
        _covered(name, values, planned[name], _reached(campaign, part, name))
        for name, values in (
            ("line", [term.key for term in campaign.terms_of(TermKind.LINE)]),
            ("focus", [term.key for term in campaign.terms_of(TermKind.FOCUS)]),
            ("audience", [term.key for term in campaign.groups]),
            ("day", campaign.days),
        )
    ]
    reached = _reached(campaign, part, "region")
    return Coverage(
        dimensions,
        [
            RegionCoverage(code, _covered("region", _counties(code), planned["region"], reached))
            for code in _below(parent)
        ],
    )


def _covered(name: str, values: Iterable, planned: set, reached: set) -> Covered:
    return Covered(
        name,
        {
            value: Reach.REACHED if value in reached else Reach.PLANNED if value in planned else Reach.SILENT
            for value in values
        },
    )


def _reached(campaign: Campaign, part: FiguresFilter, name: str) -> set:
    return {key[0] for key in visit_rows(campaign, (name,), part)}


def _planned(campaign: Campaign, part: FiguresFilter) -> dict[str, set]:
    """What the published events of a part are for. Groups: all of them; line and focus: the one that
    counts."""
    query = (
        select(Event.id, Event.region_code, Organization.line, Event.main_focus)
        .outerjoin(Organization, Organization.id == Event.lead_id)
        .where(
            Event.campaign_id == campaign.id,
            Event.status.in_(PUBLIC),
            Event.status != EventStatus.CANCELLED,
            Event.withdrawn_at.is_(None),
            *part.conditions,
        )
    )
    if part.scope is not None:
        query = query.where(Event.id.in_(part.scope))
    if part.regions:
        query = query.where(or_(*(regions.within(Event.region_code, code) for code in part.regions)))
    if part.lines:
        query = query.where(Organization.line.in_(part.lines))
    rows = db.session.execute(query).all()
    ids = query.with_only_columns(Event.id)
    groups = db.session.scalars(select(EventAudience.group).where(EventAudience.event_id.in_(ids)).distinct())
    spans = select(Occurrence.start_day, Occurrence.end_day).where(Occurrence.event_id.in_(ids)).distinct()
    days = list(db.session.execute(spans))
    return {
        "region": {row.region_code for row in rows},
        "line": {row.line for row in rows},
        "focus": {row.main_focus for row in rows},
        "audience": set(groups),
        "day": {day for day in campaign.days if any(first <= day <= last for first, last in days)},
    }


def _below(parent: str | None) -> list[str]:
    """The regions one level below, or the region itself where there is none. Of the country those that the notice addresses."""
    if parent is None:
        return [row.code for row in regions.all_regions() if not row.parent and row.addressee]
    return [row.code for row in regions.all_regions() if row.parent == parent] or [parent]


def _counties(code: str) -> list[str]:
    """The regions in a region that have none below them: counties, cities without counties, the Corps. Areas that only official
    statistics number, such as development zones, are no white spots."""
    standard = [row for row in regions.all_regions() if not row.statistical or row.code == regions.CORPS]
    parents = {row.parent for row in standard}
    return [row.code for row in standard if regions.is_below(row.code, code) and row.code not in parents]
