"""`openweek demo`: a week around today that runs at any hour, safe to run again, and moving on when its days are over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.campaigns.tables import Campaign
from models.codes.passes import Pass
from models.corrections.headcounts import Headcount
from models.corrections.tally_sheets import TallySheetEntry
from models.db import db
from models.demo import accounts, crowd, desk, reports, week
from models.desk import notices, waiting
from models.errors import Mistake
from models.events.check_in_window import windows_of
from models.events.tables import Event, Occurrence
from models.figures.checks.questions import questions
from models.figures.count import figures
from models.figures.publication.release import FiguresRelease
from models.ledger.estimates import Estimate
from models.ledger.tables import Presence, Scan
from models.organizations.tables import Account, Role, authenticate, find_account
from models.outcomes.highlights import Highlight
from models.outcomes.outcomes import Outcome
from models.publishing import review
from models.publishing.duplicates import possible_duplicates
from models.publishing.organizations import merges
from models.registration.tables import Registration
from models.summaries import handing_in
from models.summaries.tables import SummaryStep, SummaryText
from tests.support.records.week import load_week

SHANGHAI = clock.zone("Asia/Shanghai")
SUMMARIES = {
    ("330106", ""): "accepted",
    ("330100", ""): "sent_back",
    ("330000", "courts"): "handed_in",
    ("320000", ""): "accepted",
    ("440000", ""): "handed_in",
    ("510000", ""): "sent_back",
}
TODAY = datetime(2027, 3, 3, 10, 20, tzinfo=SHANGHAI)


def add_rehearsal() -> Campaign:
    load_week()
    return week.ensure_week(TODAY)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """The rehearsal is written once; a test that loads the demo itself begins without it."""
    databases = request.getfixturevalue(f"{request.param}_databases")
    rehearsal = "campaign" in request.fixturenames
    with databases.filled(add_rehearsal) if rehearsal else databases.fresh() as url:
        yield url


@pytest.fixture
def campaign(app):
    return db.session.get_one(Campaign, week.ID)


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def states() -> dict[tuple[str, str], str]:
    return {
        part: str(verb) for part, verb in handing_in.states_by_part(db.session.get(Campaign, week.ID)).items()
    }


def registered() -> list[tuple[str, int]]:
    """People by the state of their registration."""
    query = select(Registration.state, func.sum(Registration.headcount)).group_by(Registration.state)
    return [tuple(row) for row in db.session.execute(query.order_by(Registration.state))]


def test_seven_days_with_events_of_every_kind(campaign):
    assert [day.isoformat() for day in campaign.days] == [f"2027-03-0{n}" for n in range(1, 8)]
    assert (campaign.number, campaign.rehearsal, campaign.figures_released) == (2, True, True)

    events = week.events_of(campaign)
    assert len(events) == 62
    assert {group for event in events for group in event.groups} == {term.key for term in campaign.groups}
    assert {row.format for event in events for row in event.formats} == {
        "other", *(term.key for term in campaign.terms_of("format")),
    }  # fmt: skip
    assert {occurrence.start_day for event in events for occurrence in event.occurrences} == set(
        campaign.days
    )
    assert {event.mode for event in events} == {"onsite", "online", "mixed"}
    assert [event.status for event in events].count("cancelled") == 1
    assert len({event.region_code[:2] for event in events}) == 32
    shown = [(event.title, event.picture.width) for event in events if event.picture]
    assert shown == [
        ("从一张图纸到一件好物：专利转化成果展", 1600),
        ("少年发明家工作坊", 1600),
        ("宣传周开幕式", 1600),
    ]
    assert all("（演练）" in host.name for event in events for host in event.hosts)
    assert db.session.scalar(select(func.count()).where(Occurrence.capacity.is_not(None))) > 5


def test_at_every_hour_of_every_day_there_is_an_event_to_check_in_at(campaign):
    """Some sessions have begun and go on for an hour at least, one of them the organizer's own."""
    events = week.events_of(campaign)
    own = {
        event.id
        for event in events
        if event.lead.name == week.host_of("xihu").name and event.mode == "onsite"
    }
    occurrences = [
        occurrence
        for occurrence in windows_of([event.id for event in events], campaign.zone)
        if occurrence.takes_place
    ]
    first = datetime(2027, 3, 1, 0, 45, tzinfo=SHANGHAI)
    for now in (first + timedelta(hours=hour) for hour in range(7 * 24)):
        running = {s.event_id for s in occurrences if s.start <= now and now + timedelta(hours=1) < s.closes}
        assert len(running) >= 3, now
        assert running & own, now


def test_the_crowd_is_derived_by_the_rules_and_comes_once(campaign):
    events = week.events_of(campaign)
    crowd.ensure_crowd(campaign, events, TODAY)
    scans = count(Scan)
    assert scans > 300
    assert db.session.scalars(select(Scan.verdict).distinct()).all() == ["stored"]
    assert db.session.scalars(select(Scan.flags).distinct()).all() == [0]
    assert max(db.session.scalars(select(Scan.received_at))) <= TODAY
    shown = figures(campaign, TODAY, ["method"])
    assert {row["method"] for row in shown.rows} == {"pass", "printed", "touch", "tally"}
    assert shown.visits == db.session.scalar(select(func.sum(Presence.weight)))
    crowd.ensure_crowd(campaign, events, TODAY + timedelta(hours=1))
    assert count(Scan) == scans


def test_when_its_days_are_over_it_moves_on_and_keeps_what_happened(campaign):
    old = week.events_of(campaign)
    crowd.ensure_crowd(campaign, old, TODAY)
    scans, visits = count(Scan), db.session.scalar(select(func.sum(Presence.weight)))
    assert week.ensure_week(TODAY + timedelta(days=4)).starts.isoformat() == "2027-03-01"
    moved = week.ensure_week(TODAY + timedelta(days=5))
    assert (moved.starts.isoformat(), moved.ends.isoformat()) == ("2027-03-06", "2027-03-12")
    fresh = week.events_of(moved)
    assert len(fresh) == 62
    assert {event.id for event in fresh}.isdisjoint(event.id for event in old)
    assert count(Event) == 124
    assert (count(Scan), db.session.scalar(select(func.sum(Presence.weight)))) == (scans, visits)


def test_accounts_keep_their_password_until_another_is_asked_for(campaign):
    first = accounts.ensure_accounts(None, TODAY)
    assert len(first) >= 12
    assert [account.role for account in db.session.scalars(select(Account).order_by(Account.id))] == [
        "organizer", "organizer", "office", "office", "office", "viewer", "operator", "office", "committee",
    ]  # fmt: skip
    assert accounts.ensure_accounts(None, TODAY) is None
    assert all(authenticate(role.email, first) for role in accounts.roles())
    assert accounts.ensure_accounts("asked for now", TODAY) == "asked for now"
    assert all(authenticate(role.email, "asked for now") for role in accounts.roles())
    with pytest.raises(Mistake, match="at least 8"):
        accounts.ensure_accounts("short", TODAY)


def test_example_passes_are_made_once(campaign):
    made = accounts.example_passes(campaign, TODAY)
    assert [(entry.group, entry.headcount) for entry in made] == [
        ("innovators", 1), ("government", 1), ("youth", 1), ("public", 1), ("unknown", 1), ("youth", 45),
    ]  # fmt: skip
    assert [entry.id for entry in accounts.example_passes(campaign, TODAY)] == [entry.id for entry in made]


def test_the_command_twice(app, runner):
    app.config["DEMO_PASSWORD"] = "tried by a newcomer"
    first = runner.invoke(args=["demo"])
    assert (first.exit_code, first.stderr) == (0, "")
    for expected in (
        "Reported events: 159 rows: new 37, other year 118, not imported 4.",
        "  http://openweek.test/rehearsal/  the rehearsal around today, with everything live",
        "  organizer@example.org  organizer",
        "  Password for all of them: tried by a newcomer",
        "  Young people, group of 45",
    ):
        assert expected in first.stdout
    assert states() == SUMMARIES
    tables = (Campaign, Event, Scan, Pass, Account, SummaryStep, SummaryText, FiguresRelease)
    before = [count(table) for table in tables]
    second = runner.invoke(args=["demo"])
    assert "no change 37" in second.stdout
    assert [count(table) for table in tables] == before
    assert count(FiguresRelease) == 2

    def pairing(told) -> str:
        return told.stdout.splitlines()[-1].rsplit(" ", 1)[1]

    assert len(pairing(first)) == len(pairing(second)) == 8
    assert pairing(first) != pairing(second)
    assert runner.invoke(args=["verify", "--campaign", "rehearsal"]).exit_code == 0


def test_every_role_finds_a_living_desk(campaign):
    """Made once: every state, scans to decide on, notices read and unread."""
    events = week.events_of(campaign)
    accounts.ensure_accounts("a good password", TODAY)
    crowd.ensure_crowd(campaign, events, TODAY)
    for _time in range(2):
        desk.ensure_desk(campaign, events, TODAY)
    people = {role.email.partition("@")[0]: find_account(role.email) for role in accounts.roles()}
    assert sorted({account.role for account in people.values()}) == sorted(Role)
    organizer = waiting.waiting_for(people["organizer"], campaign, clock.now())
    groups = (organizer.drafts, organizer.own_submitted, organizer.sent_back)
    assert ([group.total for group in groups], [one.scans for one in organizer.held]) == ([2, 4, 1], [3])
    school = waiting.waiting_for(people["school"], campaign, clock.now())
    assert [group.total for group in (school.drafts, school.own_submitted, school.sent_back)] == [1, 1, 1]
    county = waiting.waiting_for(people["county"], campaign, clock.now())
    assert (county.reviews, county.proposed.total) == (6, 1)
    court = waiting.waiting_for(people["court"], campaign, clock.now())
    assert (court.reviews, court.proposed.total) == (1, 1)
    readers = {item.event.title: item.reader for item in review.queue(people["city"], campaign)}
    assert readers.pop(desk.LECTURE) == people["county"]
    assert set(readers.values()) == {None}
    (pair,) = merges.alike_pairs(merges.organizations_for(people["county"]))
    assert desk.SHORT_NAME in (pair.left.name, pair.right.name)
    assert possible_duplicates(people["county"], campaign)[1] == 1
    assert {name: notices.unread(account) for name, account in people.items()} == {
        "organizer": 2, "school": 2, "county": 1, "city": 2, "court": 2, "viewer": 1, "operator": 2, "province": 0,
        "committee": 0,
    }  # fmt: skip
    assert registered() == [("registered", 36), ("waiting", 36)]
    reported = (Estimate, Headcount, TallySheetEntry, Highlight)
    assert [count(table) for table in reported] == [2, 1, 1, 1]
    assert count(Outcome) == len(reports.OUTCOMES)
    asked = questions([event.id for event in events])
    kinds = [(one.question.kind, one.event.region_code, list(one.answers)) for one in asked]
    assert sorted(kinds) == [("round_estimate", "330106", []), ("tally_burst", "330106", [])]
