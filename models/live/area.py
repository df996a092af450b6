"""A region, a line, or an organization's events within a campaign: what a live view shows, and who may see it."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.errors import N_, NotFound
from models.events import scope
from models.events.tables import Event
from models.figures.filters import FiguresFilter
from models.ledger.sum_tables import SUM_COLUMNS, FigureSum, SumKind
from models.organizations.tables import Account, Organization, Role
from models.places import regions
from models.text.fingerprint import fingerprint


@dataclass(frozen=True)
class Area:
    """region: "" is the country; line: "" is all; organization_id: the lead of the events, None is all."""

    campaign_id: str
    region: str = ""
    line: str = ""
    organization_id: int | None = None

    @property
    def part(self) -> FiguresFilter:
        return FiguresFilter(
            regions=(self.region,) if self.region else (),
            lines=(self.line,) if self.line else (),
            organizations=(self.organization_id,) if self.organization_id is not None else (),
        )

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On Event: published in this area, or cancelled after it was."""
        of_line = select(Organization.id).where(Organization.line == self.line)
        return [
            Event.campaign_id == self.campaign_id,
            Event.published_at.is_not(None),
            Event.withdrawn_at.is_(None),
            *([regions.within(Event.region_code, self.region)] if self.region else []),
            *([Event.lead_id.in_(of_line)] if self.line else []),
            *([Event.lead_id == self.organization_id] if self.organization_id is not None else []),
        ]


def area_of(account: Account, campaign: Campaign) -> Area:
    """The whole area of an account: the country, its office's region and line, or what its organization leads."""
    organization = account.organization
    if scope.sees_country(account):
        return Area(campaign.id)
    if account.role in (Role.OFFICE, Role.VIEWER) and organization.region_code:
        line = organization.line or "" if organization.line_limited else ""
        return Area(campaign.id, organization.region_code, line)
    return Area(campaign.id, organization_id=organization.id)


def area_for(account: Account, campaign: Campaign, region: str = "", line: str = "") -> Area:
    """The account's area, or the part of it in a region or line. Raises NotFound for what it does not reach."""
    area = area_of(account, campaign)
    if region:
        inside = not area.region or regions.is_below(region, area.region)
        if region not in regions.regions_by_code() or not inside:
            raise NotFound(N_("There is no region with the code “%(code)s” in your area."), code=region[:40])
        area = replace(area, region=region)
    if line:
        if campaign.term(TermKind.LINE, line) is None or area.line not in ("", line):
            raise NotFound(N_("There is no sector “%(key)s” in your area."), key=line[:40])
        area = replace(area, line=line)
    return area


def sums_digest(area: Area) -> str:
    """A digest that changes with the figures of an area, sometimes with those around it: one query of few rows."""
    kind, condition = SumKind.TOTAL, None
    if area.region:
        kind, condition = SumKind.REGION, regions.within(FigureSum.value, area.region)
    elif area.line:
        kind, condition = SumKind.LINE, FigureSum.value == area.line
    sums = (func.sum(getattr(FigureSum, name)) for name in SUM_COLUMNS)
    query = select(*sums).where(FigureSum.campaign_id == area.campaign_id, FigureSum.kind == kind)
    row = db.session.execute(query if condition is None else query.where(condition)).one()
    return fingerprint([int(number or 0) for number in row])
