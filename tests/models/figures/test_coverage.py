"""Coverage with white spots, influence with lower bounds, and calendar subscribers whose salt is destroyed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.db import db
from models.events.tables import Event, EventReport
from models.figures import subscribers
from models.figures.coverage import Reach, coverage
from models.figures.filters import FiguresFilter
from models.outcomes import outcomes
from models.outcomes.influence import OutcomeSum, influence
from models.outcomes.outcomes import OutcomeKind, Precision, StatedOutcome
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device
from web.feeds.subscriber_count import write


@pytest.fixture
def people(app):
    people = make_people(load_week())
    make_device(people.lecture).tally("youth", headcount=5)
    return people


def test_white_spots_down_to_the_county(people):
    (lianyungang,) = [
        one
        for one in coverage(people.lecture.campaign, FiguresFilter(), "320000").regions
        if one.code == "320700"
    ]
    assert lianyungang.counties.of(Reach.REACHED) == ["320723"]
    assert lianyungang.counties.of(Reach.PLANNED) == []
    assert lianyungang.counties.of(Reach.SILENT) == ["320703", "320706", "320707", "320722", "320724"]
    country = {
        one.code: one.counties for one in coverage(people.lecture.campaign, FiguresFilter(), None).regions
    }
    assert len(country) == 32
    assert country["660000"].values == {"660000": Reach.PLANNED}
    assert country["320000"].of(Reach.PLANNED) == ["320102"]


def test_other_dimensions(people):
    told = {one.dimension: one for one in coverage(people.lecture.campaign, FiguresFilter(), None).dimensions}
    assert told["line"].of(Reach.REACHED) == ["ip-offices"]
    assert told["line"].of(Reach.PLANNED) == ["courts"]
    assert told["audience"].of(Reach.REACHED) == ["youth"]
    assert told["day"].of(Reach.REACHED) == [DAY]
    assert len(told["day"].of(Reach.SILENT)) == 6


def test_outcomes_are_summed_with_their_lower_bounds(people, count_queries):
    for event, leaflets in (
        (people.lecture, StatedOutcome(Precision.EXACT, "120")),
        (people.court_day, StatedOutcome(Precision.REPORTED, "800余份")),
        (people.nanjing, StatedOutcome(Precision.REPORTED, "大量")),
    ):
        outcomes.state(event, {OutcomeKind.LEAFLETS: leaflets}, people.gu, NINE)
    outcomes.state(
        people.lecture, {OutcomeKind.VIEWS: StatedOutcome(Precision.EXACT, "9000")}, people.gu, NINE
    )
    outcomes.state(people.nanjing, {OutcomeKind.VIEWS: StatedOutcome(Precision.ABOUT, "50")}, people.gu, NINE)
    with count_queries() as queries:
        sums = influence(select(Event.id))
    assert sums == {
        OutcomeKind.LEAFLETS: OutcomeSum(920, at_least=True, unnumbered=1, events=3),
        OutcomeKind.VIEWS: OutcomeSum(9050, at_least=False, unnumbered=0, events=2, about=True),
    }
    assert len(queries) == 2  # no event has a report: what was stated is not read again


def test_a_published_report_stands_where_nobody_stated_the_outcome(people):
    people.lecture.report = EventReport(materials="800余份", consultations="近20次", attendance="1000余人")
    people.court_day.report = EventReport(materials="13种790册", views="", consultations="36人次")
    db.session.commit()
    outcomes.state(
        people.court_day, {OutcomeKind.LEAFLETS: StatedOutcome(Precision.EXACT, "120")}, people.gu, NINE
    )
    assert influence(select(Event.id)) == {
        OutcomeKind.LEAFLETS: OutcomeSum(920, at_least=True, unnumbered=0, events=2, reported=1),
        OutcomeKind.CONSULTATIONS: OutcomeSum(36, at_least=True, unnumbered=1, events=2, reported=2),
    }
    withdrawn = {OutcomeKind.LEAFLETS: StatedOutcome(Precision.EXACT, "")}
    outcomes.state(people.court_day, withdrawn, people.gu, NINE)
    assert influence(select(Event.id))[OutcomeKind.LEAFLETS] == OutcomeSum(1590, True, 0, 2, 2)


def test_subscribers_are_distinct_per_day_and_the_salt_is_destroyed(people):
    campaign = people.lecture.campaign
    readers = [(campaign.id, "a"), (campaign.id, "b"), (campaign.id, "a"), ("nowhere", "c")]
    write(readers, NINE, NINE)
    write(readers[:1], NINE, NINE + timedelta(minutes=5))
    write([(campaign.id, "d")], NINE - timedelta(days=1), NINE)  # of a day that is over
    assert subscribers.subscribers_by_day(campaign) == {DAY: 2}
    subscribers.close_all(NINE + timedelta(hours=20))
    assert subscribers.subscribers_by_day(campaign) == {DAY: 2}
    for table in (subscribers.SubscriberSalt, subscribers.CalendarReader):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_calendar_program_is_counted(client, people, monkeypatch):
    campaign = people.lecture.campaign
    now = NINE
    monkeypatch.setattr("models.clock.now", lambda: now)
    for agent, after in (("one", 0), ("two", 1), ("one", 2), ("three", 6)):
        now = NINE + timedelta(seconds=after)
        assert client.get("/ip-2024/events.ics", headers={"User-Agent": agent}).status_code == 200
    assert subscribers.subscribers_by_day(campaign) == {DAY: 2}
