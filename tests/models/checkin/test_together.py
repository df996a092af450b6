"""Scans of several requests in one transaction: the answers and figures are those of the same scans one by one."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DataError, DBAPIError

from models.campaigns.tables import Campaign
from models.checkin import admit
from models.checkin.admit import Submission
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource, device_source
from models.codes import passes
from models.db import db, transaction
from models.devices import kiosks
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger.sum_tables import EventPlacement, FigureSum
from models.ledger.tables import Answer, Counter, Presence, Resend, Scan
from models.transactions.round_trip import commit_together
from tests.support.records.week import DAY, NINE, Device, load_week, make_device, make_event, minutes, session
from tests.support.servers.served_application import ROOT

NOON = NINE + minutes(180)


@pytest.fixture
def week(app):
    return load_week()


def submission(source: ScanSource, *attempts: Attempt, now: datetime = NOON) -> Submission:
    made = Submission(attempts, source, now, None)
    made.decode()
    return made


def answers(made: Submission) -> list[Answer]:
    return admit.resends.answers(made.scans, made.first, made.known)


def mornings(week, seed: int) -> list[tuple[Device, list[Attempt]]]:
    """Requests of five devices at three events: passes, groups, touches, counts, exits, undos, ids that come again."""
    chance = random.Random(seed)
    hall = make_event(week, f"报告厅{seed}", occurrences=(session(hours=3, capacity=7),))
    square = make_event(week, f"广场{seed}", region_code="110105", occurrences=(session(hours=3),))
    devices = [
        make_device(hall),
        make_device(hall, supervisor=True),
        make_device(square),
        make_device(square),
    ]
    codes = [made.token for made in passes.issue(week, "youth", NINE, count=5)]
    codes += [made.token for made in passes.issue(week, "public", NINE, count=2, headcount=4)]
    codes += [passes.issue(week, "public", NINE, event=square)[0].token, "https://example.org/pay", "A" * 128]
    known: list[Attempt] = []
    requests = []
    for _ in range(45):
        attempts = []
        for _ in range(chance.choice((1, 1, 1, 3))):
            attempt = some_attempt(chance, codes, known)
            known.append(attempt)
            attempts.append(attempt)
        requests.append((chance.choice(devices), attempts))
    return requests


def some_attempt(chance: random.Random, codes: list[str], known: list[Attempt]) -> Attempt:
    kind = chance.choice(("pass",) * 6 + ("touch", "tally", "undo", "again", "other"))
    at = NINE + minutes(chance.randrange(120))
    id = UUID(int=chance.getrandbits(128), version=4)
    shown = chance.choice((None, None, "stored"))
    if kind == "again" and known:
        return chance.choice(known)
    if kind == "other" and known:
        return replace(chance.choice(known), direction="out", at=at)
    if kind == "undo":
        target = (
            chance.choice(known).id if known and chance.random() < 0.8 else UUID(int=chance.getrandbits(128))
        )
        return Attempt(id, "undo", at, undoes=target)
    if kind in ("touch", "tally"):
        return Attempt(id, kind, at, group="public", headcount=chance.randrange(1, 4), shown=shown)
    direction = chance.choice(("in", "in", "in", "out"))
    return Attempt(id, "pass", at, code=chance.choice(codes), direction=direction, shown=shown)


def groups_of(requests: list[Submission], most: int) -> Iterator[list[Submission]]:
    """In order; requests that share an id are never in one group."""
    group: list[Submission] = []
    for each in requests:
        if len(group) == most or any(each.keys & other.keys for other in group):
            yield group
            group = []
        group.append(each)
    yield group


def outcome(week) -> dict:
    counted = figures(week, NOON, ("region", "event", "day", "hour", "audience"))
    return {
        "rows": counted.rows,
        "visits": counted.visits,
        "participants": counted.participants,
        "regions": figures(week, NOON, ("region",)).rows,
        "rows of the ledger": db.session.scalars(select(func.count()).select_from(Scan)).one(),
        "conflicts": db.session.scalars(select(func.count()).select_from(Resend)).one(),
        "inside": db.session.scalars(select(func.sum(Counter.inside))).one(),
    }


def forget() -> None:
    with transaction():
        for table in (Resend, Scan, Presence, Counter, FigureSum, EventPlacement):
            db.session.execute(delete(table))


@pytest.mark.parametrize("seed", range(4))
def test_together_is_as_one_by_one(week, seed):
    requests = mornings(week, seed)
    alone = [admit.admit(attempts, device.source(), NOON) for device, attempts in requests]
    expected = outcome(week)
    assert verify(week).differences == []
    for most in (8, 64):
        forget()
        submissions = [submission(device.source(), *attempts) for device, attempts in requests]
        sizes = []
        for group in groups_of(submissions, most):
            sizes.append(len(group))
            admit.admit_together(group)
        assert [answers(each) for each in submissions] == alone
        assert (outcome(week), verify(week).differences) == (expected, [])
        assert max(sizes) >= 4


def test_one_that_fails_fails_alone(week):
    device = make_device(make_event(week))
    [first, second] = passes.issue(week, "youth", NINE, count=2)

    def lost(_at: datetime) -> list[int]:
        raise LookupError

    group = [
        submission(device.source(), Attempt(UUID(int=1), "pass", NINE, code=first.token)),
        submission(device.source(served=lost), Attempt(UUID(int=2), "touch", NINE, group="youth")),
        submission(device.source(), Attempt(UUID(int=3), "pass", NINE, code=second.token)),
    ]
    admit.admit_together(group)
    assert [type(each.error) for each in group] == [type(None), LookupError, type(None)]
    assert [answers(each)[0].verdict for each in group[::2]] == ["stored", "stored"]
    assert db.session.scalars(select(Scan.id).order_by(Scan.id)).all() == [UUID(int=1), UUID(int=3)]
    assert (figures(week, NINE).visits, verify(week).agrees) == (2, True)


def test_of_values_that_the_driver_refuses_the_others_in_the_group_know_nothing(week):
    """A fault that stays is no busy database: as that it would come again and again, with all who were beside it."""
    device = make_device(make_event(week))

    def refused(_at: datetime) -> list[int]:
        raise DataError(
            "INSERT", {}, psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        )

    group = [
        submission(device.source(), Attempt(UUID(int=1), "touch", NINE, group="youth")),
        submission(device.source(served=refused), Attempt(UUID(int=2), "touch", NINE, group="youth")),
    ]
    admit.admit_together(group)
    assert [type(each.error) for each in group] == [type(None), DataError]
    assert db.session.scalars(select(Scan.id)).all() == [UUID(int=1)]


def test_a_device_that_ended_meanwhile_hands_in_nothing_and_holds_up_nobody(week):
    event = make_event(week)
    kiosk, token = kiosks.create_kiosk(event, NINE)
    source = device_source(token, NOON)
    ended = submission(source, Attempt(UUID(int=1), "touch", NINE, group="youth"))
    other = submission(make_device(event).source(), Attempt(UUID(int=2), "touch", NINE, group="youth"))
    with transaction():
        kiosk.revoked_at = NINE - kiosks.GRACE_AFTER_END
    admit.admit_together([ended, other])
    assert isinstance(ended.error, admit.EndedError)
    assert answers(other)[0].verdict == "stored"
    assert db.session.scalars(select(Scan.id)).all() == [UUID(int=2)]


@pytest.fixture
def together(monkeypatch) -> list[int | str]:
    """How many statements travelled together, on PostgreSQL."""
    seen: list[int | str] = []
    pipeline = psycopg.Connection.pipeline

    @contextmanager
    def counted(connection):
        before = len(sent)
        with pipeline(connection) as made:
            yield made
        seen.append(len(sent) - before or "commit")

    def execute(connection, *args):
        sent.append(1)
        return original(connection, *args)

    sent: list[int] = []
    original = psycopg.Connection.execute
    monkeypatch.setattr(psycopg.Connection, "pipeline", counted)
    monkeypatch.setattr(psycopg.Connection, "execute", execute)
    return seen


@pytest.mark.parametrize("size", [1, 30])
def test_fresh_passes_cost_few_statements(week, size, count_queries, together):
    """Alone or thirty of them. On PostgreSQL five more go by models.transactions.round_trip, four of them with others."""
    device = make_device(make_event(week))
    tokens = [made.token for made in passes.issue(week, "youth", NINE, count=size + 1)]
    device.scan(tokens.pop())
    group = [
        submission(device.source(), Attempt(UUID(int=n), "pass", NINE, code=code))
        for n, code in enumerate(tokens, 1)
    ]
    together.clear()
    with count_queries() as queries:
        admit.admit_together(group)
    assert [answers(each)[0].verdict for each in group] == ["stored"] * size
    if db.engine.dialect.name == "postgresql":
        # Versions with the lock on campaigns, passes, locks of sums with what they read, what is added with the commit.
        assert (len(queries), together) == (6, [2, 1, 2, "commit"])
    else:
        assert (len(queries), together) == (9, [])


def test_an_error_of_statements_that_travel_together_is_one_of_the_database(week):
    """So that the group is tried again, or its scans one by one; nothing of them is kept."""

    def fail() -> None:
        with transaction():
            connection = db.session.connection()
            connection.execute(text("UPDATE campaign SET number = 77"))
            with commit_together(connection):
                connection.execute(text("INSERT INTO figure_sum (campaign_id) VALUES (NULL)"))

    with pytest.raises(DBAPIError):
        fail()
    assert db.session.scalars(select(Campaign.number)).all() == [week.number]


_KILLED = """
import os, signal, sys
from uuid import UUID
from models.checkin import admit
from models.checkin.attempt import Attempt
from tests.support.records.week import NINE, DAY
from models.checkin.scan_source import device_source
from wsgi import create_app

def kill(*_args):
    os.kill(os.getpid(), signal.SIGKILL)

step, url, folder, token, code = sys.argv[1:]
setattr(admit.resends, step, kill)
with create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": folder}).app_context():
    admit.admit([Attempt(UUID(int=7), "pass", NINE, code=code)], device_source(token, NINE), NINE)
"""


@pytest.mark.parametrize(("step", "again"), [("answers", True), ("insert_conflicts", False)])
def test_a_process_killed_before_it_answers(week, database_url, tmp_path, step, again):
    """After the commit the first answer is given again, before it nothing is kept: counted once in both cases."""
    event = make_event(week)
    _kiosk, token = kiosks.create_kiosk(event, NINE)
    [made] = passes.issue(week, "youth", NINE)
    db.session.commit()
    command = [sys.executable, "-c", _KILLED, step, database_url, str(tmp_path), token, made.token]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    attempt = Attempt(UUID(int=7), "pass", NINE, code=made.token)
    [answer] = admit.admit([attempt], device_source(token, NINE), NINE)
    assert (answer.verdict, answer.again) == ("stored", again)
    assert db.session.scalars(select(Scan.id)).all() == [UUID(int=7)]
    assert (figures(week, NINE).visits, verify(week).agrees) == (1, True)
    assert db.session.scalars(select(Presence.day)).all() == [DAY]
