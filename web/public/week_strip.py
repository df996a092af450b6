"""The week strip: seven days with their counts, on top of every public page."""

from dataclasses import dataclass
from datetime import date, datetime

from models.campaigns.tables import Campaign
from models.public import queries
from models.public.filters import EVERYTHING, Filters
from web.query_cache import QueryCache
from web.urls import address

BAR_HEIGHT = 28  # height of the tallest bar, in the units of the drawing


@dataclass(frozen=True)
class StripDay:
    """One day of the strip. url chooses the day, or lets go of it where it is chosen. bar: 0 to BAR."""

    date: date
    count: int
    bar: int
    url: str
    chosen: bool
    marked: bool
    today: bool


def week_strip(
    campaign: Campaign, filters: Filters, page: str, now: datetime, cache: QueryCache | None = None
) -> list[StripDay]:
    """The days of a campaign under a choice. page: the path of the list that a day's link opens."""
    any_day = filters.replace(day=())
    cache = cache or QueryCache(campaign.id)
    counts = queries.day_counts(campaign, queries.day_set_counts(day_sets(campaign, any_day, cache)))
    most = max(counts.values(), default=0)
    today = campaign.today(now)
    return [
        StripDay(
            date=day,
            count=count,
            bar=round(BAR_HEIGHT * count / most) or 1 if count else 0,
            url=address(page, filters.replace(day=() if filters.day == (day,) else (day,))),
            chosen=day in filters.day,
            marked=day == campaign.marked_day,
            today=day == today,
        )
        for day, count in counts.items()
    ]


def day_sets(campaign: Campaign, any_day: Filters, cache: QueryCache) -> queries.DaySets:
    """queries.day_sets() under a choice without days, kept until something changes."""
    return cache.get(("day sets", any_day), lambda: queries.day_sets(campaign, any_day))


def full_week(campaign: Campaign, now: datetime) -> list[StripDay]:
    """The strip of a page that has no filters: each day leads to the list of its events."""
    return week_strip(campaign, EVERYTHING, f"/{campaign.id}/", now)
