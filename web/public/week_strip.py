"""The week strip: seven days with their counts, on top of every public page."""

from dataclasses import dataclass
from datetime import date, datetime

from models.campaigns.tables import Campaign
from models.public import queries
from models.public.filters import EVERYTHING, Filters
from web.server.query_cache import Kept
from web.urls import address

BAR = 28  # height of the tallest bar, in the units of the drawing


@dataclass(frozen=True)
class Day:
    """One day of the strip. url chooses the day, or lets go of it where it is chosen. bar: 0 to BAR."""

    date: date
    count: int
    bar: int
    url: str
    chosen: bool
    marked: bool
    today: bool


def strip(
    campaign: Campaign, filters: Filters, page: str, now: datetime, kept: Kept | None = None
) -> list[Day]:
    """The days of a campaign under a choice. page: the path of the list that a day's link opens."""
    any_day = filters.replace(day=())
    kept = kept or Kept(campaign.id)
    counts = queries.day_counts(campaign, spread(campaign, any_day, kept))
    most = max(counts.values(), default=0)
    today = campaign.today(now)
    return [
        Day(
            date=day,
            count=count,
            bar=round(BAR * count / most) or 1 if count else 0,
            url=address(page, filters.replace(day=() if filters.day == (day,) else (day,))),
            chosen=day in filters.day,
            marked=day == campaign.marked_day,
            today=day == today,
        )
        for day, count in counts.items()
    ]


def spread(campaign: Campaign, any_day: Filters, kept: Kept) -> dict[int, int]:
    """agenda.spread() of a choice without days, asked once for the strip and the list of a page."""
    return kept.get(("spread", any_day), lambda: queries.day_set_counts(campaign, any_day))


def whole(campaign: Campaign, now: datetime) -> list[Day]:
    """The strip of a page that has no filters: each day leads to the list of its events."""
    return strip(campaign, EVERYTHING, f"/{campaign.id}/", now)
