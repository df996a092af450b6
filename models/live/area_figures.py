"""The figures of an area now, for the live view at the desk."""

from dataclasses import dataclass
from datetime import date, datetime

from models.campaigns.tables import Campaign
from models.figures.count import figures_by_each, visits_by_subregion
from models.figures.live import by_group
from models.ledger.tables import METHODS
from models.live.area import Area
from models.live.attention import Attention
from models.live.quarters import DayCourse


@dataclass(frozen=True)
class SlowFigures:
    """What reads many rows: counted seldom."""

    course: DayCourse
    attention: Attention
    days: dict[date, dict[str, int]]  # visits by group of each day of the week
    regions: dict[
        str | None, dict[str, int]
    ]  # visits by group of each region one level below; None: not known


@dataclass(frozen=True)
class AreaFigures:
    """groups and methods add up to visits. slow: may be some seconds older."""

    as_of: datetime
    visits: int
    participants: int
    today: date
    today_visits: int
    groups: dict[str, int]
    methods: dict[str, int]
    taken: int
    days: dict[date, int]
    regions: list[tuple[str | None, int]]  # one level below, the largest first; None: not known
    slow: SlowFigures


def area_figures(campaign: Campaign, area: Area, now: datetime, slow: SlowFigures) -> AreaFigures:
    parts = figures_by_each(campaign, now, ("audience", "day"), area.part, counting=())
    total, today = parts["audience"], campaign.today(now)
    by_day = {row["day"]: row["visits"] for row in parts["day"].rows}
    return AreaFigures(
        as_of=now,
        visits=total.visits,
        participants=total.participants,
        today=today,
        today_visits=by_day.get(today, 0),
        groups=by_group(campaign, total.rows),
        methods={name: total.methods[name] for name in METHODS},
        taken=total.taken,
        days=dict.fromkeys(campaign.days, 0) | dict(sorted(by_day.items())),
        regions=visits_by_subregion(campaign, area.part, area.region or None),
        slow=slow,
    )


def shown_day(campaign: Campaign, now: datetime) -> date:
    """Today, within the week; before and after it the nearest day of it."""
    return min(max(campaign.today(now), campaign.starts), campaign.ends)
