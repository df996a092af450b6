"""Who reaches what (rule 14), person by person."""

import pytest

from models.db import db
from models.devices.scope import kiosk_serving
from models.errors import NotFound
from models.events import scope
from models.events.tables import Event
from models.organizations.tables import PublishingRegion
from models.publishing.lifecycle import withdraw
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device

REACH = {
    "gu": ["lecture", "abroad"],
    "he": ["lecture", "abroad"],
    "wang": ["court_day"],
    "lian": ["lecture", "court_day"],
    "su": ["lecture", "court_day", "nanjing"],
    "bao": ["corps"],
    "gang": ["lecture", "court_day"],
    "fa": ["court_day"],
    "kan": ["lecture", "court_day"],
    "shou": ["lecture", "abroad"],
    "cui": ["lecture", "court_day", "nanjing", "urumqi", "corps", "abroad"],
}


@pytest.fixture
def people(app):
    return make_people(load_week())


def titles(events) -> list[str]:
    return sorted(event.title for event in events)


def test_everybody_sees_own_reach_and_nothing_else(people):
    seen = {name: titles(db.session.scalars(scope.events_for(getattr(people, name)))) for name in REACH}
    assert seen == {
        name: titles(getattr(people, event) for event in events) for name, events in REACH.items()
    }


def test_the_lookup_finds_exactly_what_the_list_shows(people):
    for name, reached in REACH.items():
        account = getattr(people, name)
        for event in people.everything:
            if event in [getattr(people, title) for title in reached]:
                assert scope.event_for(account, event.id) == event
            else:
                with pytest.raises(NotFound):
                    scope.event_for(account, event.id)


def may(account, event) -> list[str]:
    return [
        question.__name__
        for question in (scope.sees, scope.changes, scope.runs_check_in, scope.reviews, scope.publishes)
        if event.id
        in set(db.session.scalars(scope.events_for(account, question).with_only_columns(Event.id)))
    ]


def test_each_role_does_what_it_is_for(people):
    everything = ["sees", "changes", "runs_check_in", "reviews", "publishes"]
    assert {name: may(getattr(people, name), people.lecture) for name in REACH} == {
        "gu": ["sees", "changes", "runs_check_in"],
        "he": ["sees", "changes", "runs_check_in"],
        "wang": [],
        "lian": everything,
        "su": everything,
        "bao": [],
        "gang": everything,
        "fa": [],
        "kan": ["sees"],
        "shou": ["sees", "runs_check_in"],
        "cui": everything,
    }


def test_an_organization_or_its_region_publishes_by_itself(people):
    people.gu.organization.publishes = True
    assert may(people.gu, people.lecture) == ["sees", "changes", "runs_check_in", "publishes"]
    assert may(people.shou, people.lecture) == ["sees", "runs_check_in"]
    db.session.add(PublishingRegion(region_code="320700", at=NINE))
    assert may(people.wang, people.court_day) == ["sees", "changes", "runs_check_in", "publishes"]


def test_an_office_limited_to_a_line_that_is_not_known_reaches_nothing(people):
    people.fa.organization.line = None
    assert may(people.fa, people.court_day) == []


def test_a_viewer_of_the_committee_sees_the_country(people):
    people.kan.organization = people.cui.organization
    db.session.flush()
    assert len(titles(db.session.scalars(scope.events_for(people.kan)))) == len(people.everything)


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_an_impossible_number_is_unknown(people, number):
    with pytest.raises(NotFound):
        scope.event_for(people.cui, number)


def test_the_scope_of_figures_is_the_same_reach(people):
    ids = set(db.session.scalars(scope.reachable_event_ids(people.lian)))
    assert ids == {people.lecture.id, people.court_day.id}


def test_a_withdrawn_event_leaves_the_desk_and_stays_in_the_figures(people):
    withdraw(people.lecture, NINE)
    assert titles(db.session.scalars(scope.events_for(people.gu))) == ["进京推介"]
    with pytest.raises(NotFound):
        scope.event_for(people.gu, people.lecture.id)
    assert set(db.session.scalars(scope.reachable_event_ids(people.gu))) == {
        people.lecture.id,
        people.abroad.id,
    }


def test_an_office_without_a_region_reaches_its_own_events_alone(people):
    people.lian.organization.region_code = None
    assert titles(db.session.scalars(scope.events_for(people.lian))) == []


def test_kiosks_are_found_by_the_event_they_serve(people):
    own, foreign = make_device(people.lecture).kiosk, make_device(people.court_day).kiosk
    assert kiosk_serving(people.lecture, own.id) == own
    with pytest.raises(NotFound):
        kiosk_serving(people.lecture, foreign.id)
