"""The live view of an area: the course of the day on one axis, what is busy or silent, rooms and devices."""

import pytest

from models import clock
from models.codes import passes
from models.db import db, transaction
from models.devices.kiosks import Heartbeat
from models.figures.by_group import groups_by_day, groups_by_region
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.live import quarters
from models.live.area import Area
from models.live.area_figures import SlowFigures, area_figures, shown_day
from models.live.attention import attention_of
from models.live.quarters import day_course
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device, minutes

LATER = NINE + minutes(80)


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def county():
    return Area("ip-2024", "320723")


def test_visits_per_quarter_hour_and_group_add_up_to_the_day(people, county):
    lecture, court_day = make_device(people.lecture), make_device(people.court_day)
    lecture.touch("youth", NINE, headcount=3)
    lecture.touch("public", NINE + minutes(16))
    lecture.tally("youth", NINE + minutes(47), headcount=20)
    court_day.touch("public", NINE + minutes(74), headcount=2)
    make_device(people.nanjing).touch("public")
    course = day_course(people.lecture.campaign, county, DAY, 26)
    assert (course.slots, course.first, course.last) == (4, 32, 71)
    assert course.groups == {"youth": {36: 3, 39: 20}, "public": {37: 1, 40: 2}}
    assert [(one.event_id, one.visits) for one in course.events] == [
        (people.lecture.id, {36: 3, 37: 1, 39: 20}),
        (people.court_day.id, {40: 2}),
    ]
    assert sum(course.total.values()) == figures(people.lecture.campaign, LATER, (), county.part).visits == 26


def test_of_very_many_visits_the_hours_are_shown(people, county):
    make_device(people.lecture).touch("youth", NINE + minutes(47), headcount=3)
    course = day_course(people.lecture.campaign, county, DAY, quarters.MOST + 1)
    assert (course.slots, course.groups, course.first, course.last) == (1, {"youth": {9: 3}}, 8, 17)


def test_what_is_busy_and_what_is_silent(people, county):
    make_device(people.lecture).touch("youth", NINE + minutes(50), headcount=3)
    make_device(people.court_day).touch("youth", NINE - minutes(20))
    attention = attention_of(people.lecture.campaign, county, LATER)
    assert attention.running == 2
    assert [(one.event_id, one.visits) for one in attention.busiest] == [
        (people.lecture.id, 3),
        (people.court_day.id, 1),
    ]
    assert [one.event_id for one in attention.silent] == [people.court_day.id]
    assert attention_of(people.lecture.campaign, county, NINE + minutes(30)).silent == []
    assert attention_of(people.lecture.campaign, county, NINE + minutes(180)).running == 0


def test_rooms_with_a_capacity_the_fullest_first(people, county):
    with transaction():
        people.lecture.occurrences[0].capacity = 10
        people.court_day.track_exits = True
    campaign, device = people.lecture.campaign, make_device(people.lecture)
    (group,) = passes.issue(campaign, "youth", NINE, headcount=12)
    device.scan(group.token, headcount=9)
    rooms = attention_of(campaign, county, LATER).rooms
    assert [(one.event_id, one.inside, one.capacity, one.full) for one in rooms] == [
        (people.lecture.id, 9, 10, False),
        (people.court_day.id, 0, None, False),
    ]


def test_devices_that_are_silent_or_have_a_queue(people, county):
    lecture, court_day, third = (
        make_device(event) for event in (people.lecture, people.court_day, people.lecture)
    )
    with transaction():
        db.session.add_all(
            Heartbeat(kiosk_id=device.kiosk.id, at=at, waiting=waiting)
            for device, at, waiting in (
                (lecture, LATER, 7),
                (court_day, LATER - minutes(10), 0),
                (third, LATER, 0),
            )
        )
    attention = attention_of(people.lecture.campaign, county, LATER)
    assert [(one.event_id, one.waiting, one.silent) for one in attention.devices] == [
        (people.lecture.id, 7, False),
        (people.court_day.id, 0, True),
    ]
    assert (attention.devices_total, attention.devices_serving) == (2, 3)


def test_an_area_has_the_figures_of_its_part(people, county):
    make_device(people.lecture).touch("youth", headcount=3)
    make_device(people.court_day).tally("public", headcount=20)
    make_device(people.nanjing).touch("public")
    campaign = people.lecture.campaign
    slow = SlowFigures(day_course(campaign, county, DAY, 0), attention_of(campaign, county, LATER), {}, {})
    for area, visits in ((county, 23), (Area("ip-2024", "320000"), 24), (Area("ip-2024", "", "courts"), 20)):
        shown = area_figures(campaign, area, LATER, slow)
        assert shown.visits == shown.today_visits == visits
        assert visits == sum(shown.groups.values()) == sum(shown.methods.values()) == sum(shown.days.values())
    assert (
        shown_day(campaign, clock.at_local(campaign.ends, clock.datetime.min.time(), campaign.zone))
        == campaign.ends
    )


def test_groups_of_days_and_of_regions_add_up(people):
    make_device(people.lecture).touch("youth", headcount=3)
    make_device(people.nanjing).touch("public", headcount=2)
    campaign, province = people.lecture.campaign, Area("ip-2024", "320000")
    days = groups_by_day(campaign, province.part)
    assert (len(days), days[DAY]) == (7, {"youth": 3, "public": 2})
    assert groups_by_region(campaign, province.part, "320000") == {
        "320700": {"youth": 3},
        "320100": {"public": 2},
    }
    assert groups_by_region(campaign, FiguresFilter()) == {"320000": {"youth": 3, "public": 2}}
    assert groups_by_region(campaign, Area("ip-2024", "320723").part, "320723") == {"320723": {"youth": 3}}
