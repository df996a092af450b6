"""What is kept for a time only is counted, deleted, and gone; what is younger stays."""

from datetime import timedelta

from sqlalchemy import func, select

from models import clock
from models.accounts.tables import AccountInvitation, FailedSignIn, PasswordReset
from models.db import db, transaction
from models.desk import form_files
from models.desk.attachments import Attachment
from models.devices import pairing
from models.operations import retention, tick
from models.organizations.tables import Role
from tests.support.records.people import make_people
from tests.support.records.week import load_week, make_event


def rows(table):
    return db.session.scalar(select(func.count()).select_from(table))


def plant():
    """Of each kind one that is due and one that is not."""
    now = clock.now()
    campaign = load_week()
    event, gu = make_event(campaign), make_people(campaign).gu
    for number, age in enumerate((timedelta(days=31), timedelta(days=29))):
        with transaction():
            db.session.add_all(
                [
                    AccountInvitation(
                        email=f"new{number}@example.cn", organization_id=gu.organization_id, role=Role.ORGANIZER,
                        digest=str(number), created_at=now - age, expires_at=now - age,
                    ),
                    PasswordReset(
                        account_id=gu.id, digest=str(number), created_at=now - age, expires_at=now - age
                    ),
                ]
            )  # fmt: skip
    for age in (timedelta(hours=25), timedelta()):
        form_files.keep(gu, Attachment("a.txt", "text/plain", b"a"), now - age)
    pairing.create_code(event, "secret", now - timedelta(days=2))
    pairing.create_code(event, "secret", now)
    return now


def counts(output):
    return [int(line.split("\t")[0]) for line in output.splitlines()]


def test_by_hand_and_as_a_dry_run(app, runner):
    plant()
    dry = runner.invoke(args=["retention", "--dry-run"])
    assert (rows(AccountInvitation), rows(PasswordReset)) == (2, 2)
    done = runner.invoke(args=["retention"])
    assert dry.output == done.output
    assert counts(done.output) == [0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert (rows(AccountInvitation), rows(PasswordReset), rows(pairing.PairingCode)) == (1, 1, 1)
    assert sum(counts(runner.invoke(args=["retention", "--dry-run"]).output)) == 0


def test_what_is_deleted_some_at_a_time_is_counted_once_a_time(monkeypatch):
    left, counted = [7], []

    def count(now):
        counted.append(now)
        return left[0]

    def delete(_now):
        left[0] = max(1, left[0] - 3)  # one stays

    rule = retention.Rule("Rows, some at a time", count, delete)
    monkeypatch.setattr(retention, "RULES", (rule,))
    now = clock.now()
    assert list(retention.delete_due(now)) == [(rule, 6)]
    assert len(counted) == 4


def test_the_tick_leaves_nothing_due(app):
    now = plant()
    with transaction():
        db.session.add(FailedSignIn(subject="a" * 64, network="192.0.2.1", at=now - timedelta(days=2)))
    assert sum(count for _rule, count in retention.due(now)) == 5
    tick.tick(now)
    assert sum(count for _rule, count in retention.due(now)) == 0
