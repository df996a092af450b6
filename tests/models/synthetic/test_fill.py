"""Made-up events and scans: through the same rules as real ones, the same for the same seed, never in a real week."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models import clock
from models.campaigns import file as campaign_file
from models.campaigns.tables import Campaign
from models.codes.passes import Pass
from models.db import db
from models.events.tables import Event, Occurrence
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger.tables import METHODS, Scan
from models.operations import campaign_loader
from models.synthetic.fill import FillResult, fill
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.databases import migrate
from wsgi import create_app

SHAPE = ("audience", "region", "line", "focus", "format", "method", "day", "hour")


@pytest.fixture
def week(app):
    return load_week()


def another_week():
    """The same lists under another name, as a rehearsal."""
    file = replace(campaign_file.default_campaign_file(), id="again", number=7)
    return campaign_loader.load_campaign(file, rehearsal=True)


def totals(campaign) -> list:
    """All the figures that do not name a row by its id."""
    result = figures(campaign, NINE, SHAPE)
    rows = sorted(str({name: row[name] for name in (*SHAPE, "visits")}) for row in result.rows)
    return [result.visits, result.participants, rows]


class TestWhatIsMade:
    """Looked at by several tests, changed by none."""

    @pytest.fixture(scope="class", params=["sqlite", "postgresql"])
    @classmethod
    def filled(cls, request, tmp_path_factory) -> Iterator[tuple[Campaign, FillResult]]:
        databases = request.getfixturevalue(f"{request.param}_databases")
        with databases.fresh() as url, application(settings_for(url, tmp_path_factory.mktemp("filled"))):
            week = load_week()
            yield week, fill(week, 30, 1500, 5, NINE)

    @pytest.fixture
    def week(self, filled) -> Campaign:
        return filled[0]

    @pytest.fixture
    def done(self, filled) -> FillResult:
        return filled[1]

    def test_as_many_as_asked_and_the_recount_agrees(self, week, done):
        assert (done.events, done.scans) == (30, 1500)
        assert db.session.scalar(select(func.count()).select_from(Event)) == 30
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 1500
        assert sum(done.verdicts.values()) == 1500
        recount = verify(week)
        assert (recount.scans, recount.differences) == (1500, [])

    def test_it_looks_like_a_week(self, week, done):
        """Every kind of evidence, verdict and usual trouble; all groups, many regions, lines, hours, every day."""
        by = {name: {row[name] for row in figures(week, NINE, (name,)).rows} for name in SHAPE}
        assert set(METHODS) - by["method"] == {"estimate"}
        assert by["audience"] == {term.key for term in week.groups} | {"unknown"}
        assert len(by["region"]) > 15
        assert len(by["line"]) > 8
        assert len(by["hour"]) > 6
        assert set(by["day"]) == set(week.days)
        assert {"unknown_code", "bad_scan", "bad_signature", "revoked"} <= set(done.reasons)
        assert {"late", "clock", "reentry", "raised", "above_declared"} <= set(done.flags)
        kinds = set(db.session.scalars(select(Scan.kind).distinct()))
        assert kinds == {"pass", "touch", "tally", "undo", "venue"}
        assert db.session.scalar(select(func.max(Scan.headcount))) > 30
        assert db.session.scalar(select(func.count()).select_from(Scan).where(Scan.taken)) > 10

    def test_nobody_comes_where_nothing_takes_place(self, week, done):
        elsewhere = select(Event.id).where((Event.mode == "online") | (Event.status == "cancelled"))
        assert (
            db.session.scalar(select(func.count()).select_from(Scan).where(Scan.event_id.in_(elsewhere))) == 0
        )
        days = db.session.execute(
            select(Scan.day, Occurrence.start_day, Occurrence.end_day)
            .join(Occurrence, Occurrence.id == Scan.occurrence_id)
            .where(Scan.flags.bitwise_and(2) == 0)  # of devices whose clock was right
        )
        assert all(first <= day <= last for day, first, last in days)

    def test_people_meet_at_several_events(self, week, done):
        most = (
            select(func.count(Scan.event_id.distinct()))
            .where(Scan.kind == "pass", Scan.verdict == "stored")
            .group_by(Scan.holder)
        )
        assert max(db.session.scalars(most)) > 2


class TestTheSeed:
    def test_two_campaigns_of_one_database_share_no_scan(self, week):
        again = another_week()
        assert [fill(campaign, 6, 200, 5, NINE).scans for campaign in (week, again)] == [200, 200]
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 400
        assert totals(week) != totals(again)

    def test_the_same_seed_makes_the_same_figures_in_another_database(self, week, tmp_path):
        fill(week, 12, 400, 5, NINE)
        expected = totals(week)
        url = f"sqlite:///{tmp_path}/other.sqlite"
        migrate(url, tmp_path / "instance")
        other = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(tmp_path / "instance")})
        with other.app_context():
            other_week = load_week()
            fill(other_week, 12, 400, 5, clock.now())
            assert totals(other_week) == expected
            db.session.remove()
            db.engine.dispose()

    def test_another_seed_adds_others(self, week):
        again = another_week()
        fill(again, 6, 200, 1, NINE)
        first = totals(again)
        fill(again, 6, 200, 2, NINE)
        assert totals(again)[0] > first[0]
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 400
        assert verify(again).differences == []


class TestTheCommand:
    @pytest.fixture
    def openweek(self, runner, monkeypatch):
        monkeypatch.setenv("LANG", "en_GB.UTF-8")
        return lambda line: runner.invoke(args=["rehearse", *line.split()])

    def test_it_tells_what_it_made_and_is_quiet_in_a_pipe(self, openweek, week):
        result = openweek("--campaign ip-2024 --events 5 --scans 120 --seed 3")
        assert (result.exit_code, result.stderr) == (0, "")
        lines = [line.split()[:2] for line in result.stdout.splitlines()]
        assert lines[:3] == [["Synthetic", "data,"], ["events", "5"], ["scans", "120"]]
        counts = [int(re.findall(r"\d+", line)[0]) for line in result.stdout.splitlines()[3:]]
        assert sum(counts) == 120

    def test_a_real_week_with_events_is_never_filled(self, openweek, week):
        make_event(week)
        result = openweek("--campaign ip-2024 --events 5 --scans 120")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.strip() == (
            "Campaign “ip-2024” is real and already has events. "
            "Only a rehearsal or an empty campaign can be filled."
        )
        assert db.session.scalar(select(func.count()).select_from(Event)) == 1
        assert db.session.scalar(select(func.count()).select_from(Pass)) == 0

    def test_not_twice_with_one_seed(self, openweek, app):
        load_week()
        another_week()
        assert openweek("--campaign again --events 3 --scans 0 --seed 4 --json").exit_code == 0
        result = openweek("--campaign again --events 3 --scans 10 --seed 4")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.strip() == (
            "Campaign “again” was already filled with seed 4. Use another seed to add more."
        )
        assert openweek("--campaign again --events 3 --scans 10 --seed 40").exit_code == 0

    def test_one_thing_at_a_time(self, openweek, week):
        message = openweek("--campaign ip-2024 --events 3 --kiosks 3").stderr.strip()
        assert message == "Fill the campaign first (--events), then send simulated kiosks (--kiosks)."
        message = openweek("--campaign ip-2024").stderr.strip()
        assert (
            message
            == "Say what to rehearse: --events 200 fills the campaign, --kiosks 5 starts simulated kiosks."
        )
