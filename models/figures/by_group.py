"""Visits by group of each day, and of each region one level below another: what the charts of figures show."""

from datetime import date

from models.campaigns.tables import Campaign
from models.figures.filters import FiguresFilter
from models.figures.visits import visit_rows
from models.places import regions


def groups_by_day(campaign: Campaign, part: FiguresFilter) -> dict[date, dict[str, int]]:
    """Every day of the week or of the part, also those without visits, and days around the week that have some."""
    days: dict[date, dict[str, int]] = {day: {} for day in part.days or campaign.days}
    for row in visit_rows(campaign, ("day", "audience"), part).values():
        days.setdefault(row["day"], {})[row["audience"]] = row["visits"]
    return dict(sorted(days.items()))


def groups_by_region(
    campaign: Campaign, part: FiguresFilter, region: str = ""
) -> dict[str | None, dict[str, int]]:
    """The largest first. region: whose parts; "" is the country."""
    digits = min(6, len(regions.code_prefix(region)) + 2) if region else 2
    sums: dict[str | None, dict[str, int]] = {}
    for (code, group), row in visit_rows(campaign, ("region", "audience"), part).items():
        counts = sums.setdefault(code[:digits].ljust(6, "0") if code else None, {})
        counts[group] = counts.get(group, 0) + row["visits"]
    return dict(sorted(sums.items(), key=lambda item: (-sum(item[1].values()), item[0] or "")))
