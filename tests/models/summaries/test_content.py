"""What stands in a summary: the figures as the API counts them, events, outcomes, coverage, highlights."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.campaigns.tables import TermKind
from models.devices import kiosks
from models.errors import Mistake, NotFound
from models.figures.count import figures
from models.operations import campaign_loader
from models.summaries import event_facts
from models.summaries.content import collect, filter_of
from models.summaries.part import (
    Part,
    own_part,
    parse_part,
    part_below,
    part_for,
    parts_below,
    receives,
    writes,
)
from tests.support.records.week import NINE, THE_2024_WEEK, Device, make_event, session


def test_the_numbers_of_a_province(people):
    content = collect(Part(people.lecture.campaign, "320000"), NINE)
    assert (content["visits"], content["participants"]) == (53, 38)
    assert content["methods"] == {
        "pass": 38, "rotating": 0, "printed": 0, "touch": 3, "tally": 12, "estimate": 0
    }  # fmt: skip
    assert {row["key"]: row["visits"] for row in content["by"]["audience"]} == {
        "innovators": 0, "government": 0, "youth": 38, "public": 15, "unknown": 0
    }  # fmt: skip
    assert [row for row in content["by"]["region"] if row["visits"]] == [
        {"key": "320100", "visits": 3},
        {"key": "320700", "visits": 50},
    ]
    assert content["tables"]["region"] == {"320100": {"public": 3}, "320700": {"public": 12, "youth": 38}}
    assert content["tables"]["day"] == {"2024-04-22": {"public": 15, "youth": 38}}
    assert content["events"]["held"] == 3
    assert content["events"]["by"]["region"] == {"320100": 1, "320700": 2}
    assert content["outcomes"] == {
        "leaflets": {
            "events": 1,
            "number": 800,
            "exact": False,
            "at_least": True,
            "about": False,
            "unnumbered": 0,
            "reported": 0,
        },
        "views": {
            "events": 2,
            "number": 1230,
            "exact": True,
            "at_least": False,
            "about": False,
            "unnumbered": 0,
            "reported": 0,
        },
    }
    assert [row["text"] for row in content["highlights"]] == ["全县中学生首次走进庭审。"]
    assert content["coverage"]["reached"] == ["320102", "320723"]
    assert content["coverage"]["planned"] == []
    assert len(content["coverage"]["silent"]) == content["coverage"]["counties"] - 2
    assert content["earlier_weeks"] == []


def load_earlier_week(year, number, heads, **changes):
    """The week of an earlier year, with so many visits in Guanyun."""
    nine = NINE.replace(year=year)
    days = {"starts": date(year, 4, 20), "ends": date(year, 4, 26), "marked_day": None}
    file = replace(THE_2024_WEEK, id=f"ip-{year}", number=number, name_zh=f"{year}年", **days, **changes)
    event = make_event(campaign_loader.load_campaign(file), occurrences=(session(nine, day=nine.date()),))
    if heads:
        kiosk, _token = kiosks.create_kiosk(event, nine - timedelta(hours=3))
        Device(event.campaign, kiosk).touch("youth", nine, headcount=heads)


def test_earlier_weeks_are_laid_beside_it_where_their_lists_are_the_same(people):
    terms = dict(THE_2024_WEEK.terms)
    terms[TermKind.AUDIENCE] = terms[TermKind.AUDIENCE][:-1]
    load_earlier_week(2023, 2023, 7)
    load_earlier_week(2022, 2022, 0)
    load_earlier_week(2021, 2021, 5, terms=terms)
    campaign = people.lecture.campaign
    weeks = collect(Part(campaign, "320000"), NINE)["earlier_weeks"]
    same = {"events": 1, "participants": 0, "visits": 7, "differs": [], "groups": {"youth": 7}}
    other = {"events": 1, "participants": 0, "visits": 5, "differs": ["audience"], "groups": None}
    assert weeks == [
        {"campaign": "ip-2023", "name": "2023年", "year_before": True, **same},
        {"campaign": "ip-2021", "name": "2021年", "year_before": False, **other},
    ]
    assert collect(Part(campaign, "330000"), NINE)["earlier_weeks"] == []


@pytest.mark.parametrize(
    ("region", "line"), [("", ""), ("320000", ""), ("320723", ""), ("320000", "ip-offices")]
)
def test_every_number_is_that_of_the_figures(people, region, line):
    part = Part(people.lecture.campaign, region, line)
    content = collect(part, NINE)
    for name in ("audience", "day", "focus", "format", "line"):
        counted = figures(part.campaign, NINE, (name,), filter_of(part), exact=True)
        assert (content["visits"], content["participants"], content["methods"]) == (
            counted.visits, counted.participants, counted.methods
        )  # fmt: skip
        assert sum(row["visits"] for row in content["by"][name]) == counted.visits
    assert sum(row["visits"] for row in content["by"]["region"]) == content["visits"]
    for table in content["tables"].values():
        assert sum(sum(groups.values()) for groups in table.values()) == content["visits"]


def test_the_regions_below_are_shown_without_groupings():
    assert {row.name for row in parts_below("110000")} >= {"东城区", "西城区", "海淀区"}
    assert part_below("", "320723") == "320000"
    assert part_below("320000", "320723") == "320700"
    assert part_below("320000", "320000") == ""
    assert part_below("110000", "110105") == "110105"


def test_events_without_figures_stand_by_region(people):
    part = Part(people.lecture.campaign)
    assert event_facts.counts_below(part) == {
        "320000": (3, 1), "650000": (1, 1), "660000": (1, 1), "110000": (1, 1)
    }  # fmt: skip


def test_who_writes_and_receives_what(people):
    campaign = people.lecture.campaign
    county, province = Part(campaign, "320723"), Part(campaign, "320000")
    courts = Part(campaign, "320000", "courts")
    names = ("gu", "lian", "gang", "su", "fa", "bao", "cui", "kan")

    def who(question, part):
        accounts = {name: getattr(people, name) for name in names}
        return {name for name, one in accounts.items() if one.role != "organizer" and question(one, part)}

    assert who(writes, county) == {"lian"}
    assert who(receives, county) == {"gang", "su", "cui"}
    assert who(writes, courts) == {"su", "fa"}
    assert who(writes, Part(campaign, "320000", "customs")) == {"su"}
    assert who(receives, courts) == {"su", "cui"}
    assert who(receives, province) == {"cui"}
    assert who(writes, Part(campaign)) == {"cui"}


def test_a_part_out_of_reach_does_not_exist(people):
    campaign = people.lecture.campaign
    assert part_for(people.lian, campaign, None, None) == Part(campaign, "320723")
    assert own_part(people.fa, campaign) == Part(campaign, "320000", "courts")
    for account, region, line in (
        (people.lian, "320000", ""),
        (people.fa, "320000", ""),
        (people.bao, "650000", ""),
    ):
        with pytest.raises(NotFound):
            part_for(account, campaign, region, line)
    with pytest.raises(NotFound):
        own_part(people.gu, campaign)
    with pytest.raises(Mistake):
        parse_part(campaign, "999999", "")
