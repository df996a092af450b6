"""The wall's figures: sums of a country and of its parts, what is withheld, and what happens at this moment."""

import pytest

from models.codes import passes
from models.errors import NotFound
from models.figures.count import figures
from models.live.area import Area, area_for, area_of, sums_digest
from models.live.moments import latest_moments
from models.live.tiles import Reach, counties_of_addressees, places
from models.live.wall import coverage_of, shade_of, wall_of, without_small
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device, minutes

LATER = NINE + minutes(5)


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def area(people):
    """Of the country or, called with a region, of that."""
    return lambda region="": Area(people.lecture.campaign_id, region)


def wall(area, people, region=""):
    return wall_of(people.lecture.campaign, area(region), LATER)


def crowd(people):
    make_device(people.lecture).touch("youth", headcount=20)
    make_device(people.court_day).touch("public", headcount=10)
    make_device(people.nanjing).touch("public", headcount=7)
    make_device(people.corps).touch("public", headcount=6)


def test_the_country_is_31_tiles_the_corps_and_three_without_addressees():
    tiles = places("")
    assert len({(tile.row, tile.column) for tile in tiles}) == len(tiles) == 35
    assert sorted(tile.region.code for tile in tiles if not tile.region.addressee) == [
        "710000",
        "810000",
        "820000",
    ]
    assert max(tile.row for tile in tiles) == max(tile.column for tile in tiles) == 7


def test_a_province_has_its_cities_a_municipality_its_districts_and_a_county_nothing():
    assert {tile.region.code for tile in places("320000")} >= {"320100", "320700"}
    assert {tile.region.level for tile in places("110000")} == {"county"}
    assert places("320723") == ()


def test_the_tiles_of_the_country_and_of_a_province_follow_the_visits(people, area):
    crowd(people)
    country, province = wall(area, people), wall(area, people, "320000")
    assert {tile.place.region.code: tile.visits for tile in country.tiles if tile.visits} == {
        "320000": 37,
        "660000": 6,
    }
    assert (country.visits, country.reach) == (43, Reach(3, counties_of_addressees()))
    assert (country.provinces, country.days[DAY]) == (Reach(2, 32), 43)
    assert {tile.place.region.code: tile.visits for tile in province.tiles if tile.visits} == {
        "320100": 7,
        "320700": 30,
    }
    assert (province.visits, province.groups["youth"], province.groups["public"]) == (37, 20, 17)


def test_the_wall_says_what_the_figures_say(people, area):
    crowd(people)
    for region in ("", "320000", "320700", "320723"):
        shown = wall(area, people, region)
        counted = figures(people.lecture.campaign, LATER, ("audience",), area(region).part)
        assert (shown.visits, shown.participants) == (counted.visits, counted.participants)
        assert sum(shown.days.values()) == counted.visits


def test_a_county_lists_its_events(people, area):
    crowd(people)
    shown = wall(area, people, "320723")
    assert [(event.id, event.visits) for event in shown.events] == [
        (people.lecture.id, 20),
        (people.court_day.id, 10),
    ]
    assert shown.tiles == []


def test_a_cell_of_under_five_goes_and_takes_the_next_smallest_along():
    assert without_small({"a": 3, "b": 9, "c": 40, "d": 0}) == {"a": None, "b": None, "c": 40, "d": 0}
    assert without_small({"a": 5, "b": 9}) == {"a": 5, "b": 9}
    assert without_small({"a": 4, "b": 1}) == {"a": None, "b": None}


def test_shades_go_from_none_to_most():
    assert [shade_of(visits, 100) for visits in (0, 1, 25, 100)] == [0, 1, 4, 7]
    assert [coverage_of(Reach(reached, 100)) for reached in (0, 1, 20, 80, 100)] == [0, 1, 4, 7, 7]


def test_moments_are_events_that_begin_and_groups_of_ten_and_more(people, area):
    campaign, device = people.lecture.campaign, make_device(people.lecture)
    for heads in (45, 9):
        (group,) = passes.issue(campaign, "youth", NINE, headcount=heads)
        device.scan(group.token, NINE + minutes(1), headcount=heads)
    (single,) = passes.issue(campaign, "public", NINE)
    device.scan(single.token, NINE + minutes(2))
    device.touch("public", NINE + minutes(3), headcount=30)
    moments = latest_moments(area("320723"), LATER)
    assert [(moment.kind, moment.event_id, moment.heads, moment.group) for moment in moments] == [
        ("group", people.lecture.id, 45, "youth"),
        ("begins", people.court_day.id, 0, "unknown"),
        ("begins", people.lecture.id, 0, "unknown"),
    ]
    assert latest_moments(area("660000"), LATER)[0].event_id == people.corps.id


def test_a_group_that_was_undone_or_is_of_an_unreviewed_event_is_no_moment(people, area):
    device = make_device(people.lecture)
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45)
    answer = device.scan(group.token, NINE, headcount=45)
    device.undo(answer.id)
    assert [moment.kind for moment in latest_moments(area("320723"), LATER)] == ["begins", "begins"]


def test_the_digest_of_an_area_changes_with_its_visits_alone(people, area):
    before = {region: sums_digest(area(region)) for region in ("", "320000", "660000")}
    make_device(people.lecture).touch("youth")
    after = {region: sums_digest(area(region)) for region in ("", "320000", "660000")}
    assert {region for region in before if before[region] != after[region]} == {"", "320000"}


def test_who_reaches_which_area(people):
    campaign = people.lecture.campaign
    assert area_of(people.cui, campaign) == Area("ip-2024")
    assert area_of(people.su, campaign) == Area("ip-2024", "320000")
    assert area_of(people.fa, campaign) == Area("ip-2024", "320000", "courts")
    assert area_of(people.kan, campaign) == Area("ip-2024", "320723")
    assert area_of(people.gu, campaign) == Area("ip-2024", organization_id=people.gu.organization_id)
    assert area_for(people.su, campaign, "320723", "courts") == Area("ip-2024", "320723", "courts")
    for account, region, line in (
        (people.su, "330000", ""),
        (people.lian, "320700", ""),
        (people.fa, "", "customs"),
    ):
        with pytest.raises(NotFound):
            area_for(account, campaign, region, line)
