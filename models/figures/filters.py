"""Which part of a campaign figures are counted of.

An event counts once (rule 10), and the visits of a merged event at the one that stands for it. So `organization`, `focus`
and `format` mean its lead, main focus and main format here, `audience` the group of the visit and `day` the day of the
visit. The calendar instead finds an event by any of its hosts, formats and audiences.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_

from models.campaigns.tables import Campaign
from models.events.tables import Event, Occurrence
from models.ledger.sum_tables import EventPlacement
from models.ledger.tables import Counter, Presence, Scan
from models.organizations.tables import Organization
from models.places import regions
from models.public import queries
from models.public.filters import Filters


@dataclass(frozen=True)
class FiguresFilter:
    """Empty: the whole campaign. scope: a select of the event ids that the account or device reaches; None: all.
    conditions: further ones on Event and Occurrence."""

    scope: Select[tuple[int]] | None = None
    regions: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    audiences: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    organizations: tuple[int, ...] = ()
    focuses: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    conditions: tuple[ColumnElement[bool], ...] = ()


def from_page_filters(filters: Filters, scope: Select[tuple[int]] | None = None) -> FiguresFilter:
    """The filters of the pages as a filter of figures. scope: see FiguresFilter."""
    return FiguresFilter(
        scope=scope,
        regions=filters.region,
        audiences=filters.audience,
        lines=filters.line,
        organizations=filters.organization,
        focuses=filters.focus,
        formats=filters.format,
        days=filters.day,
        conditions=(
            *queries.event_conditions(Filters(mode=filters.mode, q=filters.q)),
            *queries.occurrence_conditions(Filters(venue=filters.venue)),
        ),
    )


def apply_filter(
    query: Select, table: type[Counter] | type[Presence] | type[Scan], campaign: Campaign, part: FiguresFilter
) -> Select:
    """A query of counters, presences or scans, joined to Occurrence, Event and the lead's Organization, and filtered.

    Event: the one that stands for the occurrence's own event where that was merged."""
    query = (
        query.select_from(table)
        .join(Occurrence, Occurrence.id == table.occurrence_id)
        .join(EventPlacement, EventPlacement.event_id == Occurrence.event_id)
        .join(Event, Event.id == EventPlacement.kept_id)
        .outerjoin(Organization, Organization.id == Event.lead_id)
        .where(Event.campaign_id == campaign.id, *part.conditions)
    )
    if part.scope is not None:
        query = query.where(Event.id.in_(part.scope))
    if part.regions:
        query = query.where(or_(*(regions.within(Event.region_code, code) for code in part.regions)))
    for column, values in (
        (Event.id, part.events),
        (table.group, part.audiences),
        (Organization.line, part.lines),
        (Event.lead_id, part.organizations),
        (Event.main_focus, part.focuses),
        (Event.main_format, part.formats),
        (table.day, part.days),
    ):
        if values:
            query = query.where(column.in_(values))
    return query
