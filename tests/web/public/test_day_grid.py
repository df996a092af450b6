"""A day as a grid: columns by venue or region, sessions that overlap side by side, what is all day above."""

import re
from datetime import timedelta

import pytest

from models.events.draft import OccurrenceDraft, VenueDraft
from models.public.filters import Filters
from models.publishing.lifecycle import cancel
from tests.support.records.week import DAY, NINE, load_week, make_event, session
from web.public.schedule.day_cells import Cell, cells_by_slot
from web.public.schedule.day_grid import Column, DayGrid, day_grid

MONDAY = Filters(day=(DAY,))


@pytest.fixture
def campaign(app):
    with app.test_request_context():
        yield load_week()


def at(hour: float, hours: float = 1):
    return session(NINE + timedelta(hours=hour - 9), hours)


def event(campaign, title: str, *sessions, venue: str = "图书馆", **fields):
    return make_event(campaign, title, occurrences=sessions, venues=(VenueDraft(venue),), **fields)


def lanes(column: Column) -> list[list[tuple[str, float, float]]]:
    """Each lane of a column: titles, and from which to which hour their blocks stand."""
    return [[(block.event.title, block.first / 4, block.last / 4) for block in lane] for lane in column.lanes]


def grid_of(campaign, filters=MONDAY, now=NINE - timedelta(days=9)) -> DayGrid:
    grid = day_grid(campaign, filters, now, 1)
    assert grid is not None
    return grid


def test_sessions_stand_under_their_venue_and_side_by_side_where_they_overlap(campaign):
    event(campaign, "讲座", at(9, 2), at(11, 1))
    event(campaign, "沙龙", at(10, 1.5))
    event(campaign, "电影", at(20, 0.25), venue="礼堂")
    columns = {column.name: lanes(column) for column in grid_of(campaign).columns}
    assert columns == {
        "图书馆": [[("讲座", 9, 11), ("讲座", 11, 12)], [("沙龙", 10, 11.5)]],
        "礼堂": [[("电影", 20, 20.75)]],  # a quarter of an hour would not show its title
    }


def test_the_rows_run_from_the_first_hour_to_the_last_and_mark_now(campaign):
    event(campaign, "讲座", at(9.5, 2))
    grid = grid_of(campaign, now=NINE + timedelta(minutes=50))
    assert [hour for hour, _cells, _now in grid.slots if hour is not None] == [9, 10, 11]
    assert [number for number, (_hour, _cells, now) in enumerate(grid.slots) if now] == [3]
    assert not any(now for _hour, _cells, now in grid_of(campaign).slots)


def test_what_lasts_the_whole_day_or_has_no_time_stands_above(campaign):
    event(campaign, "讲座", at(9))
    event(campaign, "全天", OccurrenceDraft(DAY, DAY))
    event(campaign, "昼夜", session(NINE - timedelta(hours=9), 24))
    grid = grid_of(campaign)
    assert [block.event.title for block in grid.all_day] == ["全天", "昼夜"]
    assert [lanes(column) for column in grid.columns] == [[[("讲座", 9, 10)]]]


def test_many_venues_become_regions_each_with_the_way_to_its_list(campaign):
    for number in range(60):
        code = ("320723", "320706", "110105")[number % 3]
        event(campaign, f"活动{number}", at(9 + number % 5), venue=f"地点{number}", region_code=code)
    columns = grid_of(campaign).columns
    assert [(column.name, column.url, len(column.lanes), column.more) for column in columns] == [
        ("朝阳区", "/ip-2024/events?region=110105&day=2024-04-22", 4, 0),
        ("海州区", "/ip-2024/events?region=320706&day=2024-04-22", 4, 0),
        ("灌云县", "/ip-2024/events?region=320723&day=2024-04-22", 4, 0),
    ]


def test_more_than_fits_is_counted(campaign):
    for number in range(15):
        event(campaign, f"活动{number}", at(9))
    (column,) = grid_of(campaign).columns
    assert (len(column.lanes), column.more) == (12, 3)


def test_there_is_no_grid_for_several_days_or_without_clock_times(campaign):
    event(campaign, "全天", OccurrenceDraft(DAY, DAY))
    assert day_grid(campaign, Filters(), NINE, 1) is None
    assert day_grid(campaign, MONDAY, NINE, 1) is None


def test_the_page_hides_the_grid_from_the_keyboard_and_has_the_same_in_the_list(campaign, client):
    event(campaign, "讲座", at(9))
    cancel(event(campaign, "取消", at(10)), NINE - timedelta(days=2))
    html = client.get("/ip-2024/?day=2024-04-22").text
    grid = re.search(r'<div class="day-grid card" aria-hidden="true".*?</table>', html, re.DOTALL)
    links = re.findall(r'<a [^>]*class="(grid-block[^"]*)"', grid[0])
    assert [name.split()[:2] for name in links] == [["grid-block"], ["grid-block", "is-cancelled"]]
    assert grid[0].count("<a ") == grid[0].count('tabindex="-1"')
    assert "day-grid" not in client.get("/ip-2024/").text


class Rows:
    def __init__(self, first: int, last: int):
        self.first, self.last = first, last


def test_gaps_and_blocks_are_cells_over_their_rows():
    one, two = Rows(2, 4), Rows(4, 5)
    assert cells_by_slot([[one, two], [Rows(0, 6)]], 0, 6)[2] == [Cell(one, 2)]
    cells = cells_by_slot([[one, two]], 0, 6)
    assert cells == {
        0: [Cell(None, 2)],
        1: [],
        2: [Cell(one, 2)],
        3: [],
        4: [Cell(two, 1)],
        5: [Cell(None, 1)],
    }
