"""The last day for summaries, by the State Council's calendar."""

from datetime import date

import pytest

from models.summaries.deadline import Deadline, deadline


@pytest.mark.parametrize(
    ("ends", "due", "provisional"),
    [
        (date(2024, 4, 26), date(2024, 5, 9), False),  # Sunday 28 April is worked, 1 to 5 May are off
        (date(2025, 4, 26), date(2025, 5, 8), False),  # Sunday 27 April is worked
        (date(2026, 4, 26), date(2026, 5, 8), False),
        (date(2023, 12, 28), date(2024, 1, 9), False),  # over the turn of the year
        (date(2039, 4, 26), date(2039, 5, 6), True),  # a Tuesday; 1 May is a Sunday, 2 May is off
    ],
)
def test_the_deadline_is_seven_working_days_after_the_week(ends, due, provisional):
    assert deadline(ends, 7) == Deadline(due, provisional)


def test_days_left_are_calendar_days():
    due = deadline(date(2024, 4, 26), 7)
    assert [due.days_left(date(2024, 5, day)) for day in (2, 9, 10)] == [7, 0, -1]
