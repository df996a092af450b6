"""When the summaries of a campaign are due: working days by the State Council's calendar, make-up days included."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from models.campaigns.tables import Campaign

# 全国年节及纪念日放假办法 (2024): what is off in every year, as far as it needs no lunar calendar. Month and day.
_FIXED_DAYS_OFF = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True)
class Deadline:
    """day: the last day on which a summary is in time. provisional: the State Council has not published that year's calendar."""

    day: date
    provisional: bool

    def days_left(self, today: date) -> int:
        """Calendar days until the last day; 0 on that day, less than 0 after it."""
        return (self.day - today).days


def deadline_of(campaign: Campaign) -> Deadline:
    return deadline(campaign.ends, campaign.summary_working_days)


def deadline(ends: date, working_days: int) -> Deadline:
    """So many working days after the last day of the week."""
    try:
        return Deadline(_count_on(ends, working_days, chinese_calendar.is_workday), provisional=False)
    except NotImplementedError:  # raised by chinesecalendar for a year that it does not know
        return Deadline(_count_on(ends, working_days, _is_usual_working_day), provisional=True)


def _count_on(day: date, working_days: int, is_working_day: Callable[[date], bool]) -> date:
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day


def _is_usual_working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_DAYS_OFF
