"""`openweek rehearse`: what it tells, where it refuses to go."""

import json

import pytest
from sqlalchemy import func, select

from models import clock
from models.campaigns.tables import find_campaign
from models.db import db, transaction
from models.devices.kiosks import Kiosk
from models.events.draft import OccurrenceDraft
from models.ledger.tables import Scan
from tests.support.browser.kiosk_page import open_week
from tests.support.records.week import load_week, make_event


@pytest.fixture
def openweek(runner, monkeypatch):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    def run(line, *more):
        return runner.invoke(args=["rehearse", *line.split(), *more])

    return run


@pytest.fixture
def refusal(openweek):
    """The one sentence with which a rehearsal is refused."""

    def told(line):
        result = openweek(line)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr.strip()

    return told


def make_rehearsal() -> None:
    with transaction():
        find_campaign("ip-2024").rehearsal = True


class TestKiosks:
    def test_against_a_running_server(self, live_server):
        week = open_week(live_server)
        with week.rows():
            make_rehearsal()
        told = json.loads(
            live_server.openweek(*"rehearse --campaign ip-2024 --kiosks 3 --scans 30 --json".split())
        )
        assert (told["kiosks"], told["sent"], told["lost"], told["verified"]) == (3, 30, 0, True)
        assert told["stored"] + told["repeated"] + told["refused"] == 30
        with week.rows():
            assert db.session.scalar(select(func.count()).select_from(Scan)) == 30
            # Its devices were made for this one rehearsal.
            assert [kiosk.revoked_at is None for kiosk in db.session.scalars(select(Kiosk))] == [False] * 3

    def test_as_a_table_and_with_pairing_codes(self, live_server):
        week = open_week(live_server)
        with week.rows():
            make_rehearsal()
        codes = [part for _ in range(2) for part in ("--pair", week.offer())]
        told = live_server.openweek(*"rehearse --campaign ip-2024 --scans 20 --loss 0".split(), *codes)
        rows = dict(line.strip().rsplit(maxsplit=1) for line in told.splitlines() if line.startswith("  "))
        assert rows["sent"] == "20" or rows["扫码"] == "20"
        assert len(week.scans()) == 20
        with week.rows():
            assert [kiosk.revoked_at for kiosk in db.session.scalars(select(Kiosk))] == [None] * 2

    def test_only_for_a_rehearsal(self, app, refusal):
        load_week()
        told = refusal("--campaign ip-2024 --kiosks 2")
        assert told == "Campaign “ip-2024” is real. Simulated kiosks can only be used in a rehearsal."

    def test_only_while_an_event_is_open(self, app, refusal):
        make_event(load_week())
        make_rehearsal()
        told = refusal("--campaign ip-2024 --kiosks 2 --server http://127.0.0.1:9")
        assert told == (
            "No event of campaign “ip-2024” is open for check-in now. Run the rehearsal while one is open."
        )

    def test_not_on_another_machine_unless_that_is_meant(self, app, refusal):
        load_week()
        make_rehearsal()
        told = refusal("--campaign ip-2024 --kiosks 2 --server https://week.example.cn")
        assert told == (
            "“https://week.example.cn” is another machine. "
            "Add --elsewhere if simulated kiosks should really go there."
        )

    def test_an_address_is_scheme_and_host(self, app, refusal):
        for server in ("week.example.cn", "ftp://127.0.0.1", "http://127.0.0.1:8000/kiosk/"):
            told = refusal(f"--campaign ip-2024 --pair ABCDEFGH --server {server}")
            assert told == "Give the server as scheme and host, for example http://127.0.0.1:8000."

    def test_a_server_that_does_not_answer(self, app, refusal):
        load_week()
        told = refusal("--campaign ip-2024 --server http://127.0.0.1:9 --pair ABCDEFGH")
        assert told == (
            "The server at http://127.0.0.1:9 does not answer. Start it, or choose another one with --server."
        )

    def test_a_server_over_another_database(self, live_server, app, refusal):
        week = load_week()
        make_rehearsal()
        day = week.today(clock.now())
        make_event(week, occurrences=(OccurrenceDraft(day, day),))
        told = refusal(f"--campaign ip-2024 --kiosks 2 --server {live_server.url}")
        assert told == (
            f"The server at {live_server.url} does not know a kiosk of this rehearsal. Does it use another database?"
        )
        assert [kiosk.revoked_at is None for kiosk in db.session.scalars(select(Kiosk))] == [False, False]

    def test_devices_of_a_real_week_are_refused_by_what_the_server_says(self, live_server, app, refusal):
        week = open_week(live_server)
        told = refusal(f"--campaign ip-2024 --server {live_server.url} --pair {week.offer()}")
        assert told == "Campaign “ip-2024” is real. Simulated kiosks can only be used in a rehearsal."
        told = refusal(f"--campaign rehearsal --server {live_server.url} --pair {week.offer()}")
        assert told == "A kiosk of this rehearsal belongs to campaign “ip-2024”, not “rehearsal”."
        told = refusal(f"--campaign rehearsal --server {live_server.url} --pair AAAAAAAA")
        assert "配对码有误、已使用或已失效" in told

    def test_a_code_for_each_kiosk(self, app, refusal):
        load_week()
        assert refusal("--campaign ip-2024 --kiosks 2 --pair ABCDEFGH") == (
            "Give one pairing code for each simulated kiosk."
        )
