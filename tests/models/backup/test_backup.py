"""The restore drill: a demo with scans, saved from one kind of database, restored into the other, verified, and the same."""

import hashlib
import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import clock
from models.backup import container
from models.backup.write import write_backup
from models.campaigns.tables import Campaign
from models.codes import passes
from models.db import db, transaction
from models.errors import Mistake
from models.installation import Setting
from models.operations import tick
from tests.support.records.week import NINE, load_week, make_device, make_event
from tests.support.servers.applications import SECRET, application, settings_for
from tests.support.servers.clients import Runner

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def filled(app):
    """A week with an event, a class that came, and a touch that was undone."""
    event = make_event(load_week(), capacity=50)
    device = make_device(event)
    (group,) = passes.issue(event.campaign, "youth", NINE, headcount=45)
    device.scan(group.token, headcount=43)
    device.touch("public", NINE)
    return event


def contents():
    """A digest of every row of every table, as Python sees them."""
    digests = {}
    for table in db.metadata.sorted_tables:
        rows = sorted(map(repr, db.session.execute(select(table)).all()))
        digests[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    db.session.rollback()
    # What the triggers count while rows are written.
    return {name: digest for name, digest in digests.items() if name != "knowledge_version"}


def restored_into(databases, folder, runner_args):
    with databases.empty() as url, application(settings_for(url, folder)) as app:
        result = Runner(app).invoke(args=runner_args)
        verdict = (
            Runner(app).invoke(args=["verify", "--campaign", "ip-2024"]) if result.exit_code == 0 else None
        )
        yield result, verdict, contents() if verdict else None


@pytest.mark.parametrize("passphrase", [None, "correct horse battery"])
def test_the_restore_drill(request, filled, runner, database_url, tmp_path, passphrase):
    secret = tmp_path / "passphrase"
    secret.write_text(f"{passphrase}\n")
    more = ["--passphrase-file", str(secret)] if passphrase else []
    (tmp_path / "instance" / "contact_key").write_text("the key of contacts, made here")
    file = tmp_path / "week.openweek"
    assert runner.invoke(args=["backup", str(file), *more]).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert (SECRET.encode() in file.read_bytes()) is False
    kind = OTHER["postgresql" if database_url.startswith("postgresql") else "sqlite"]
    before, last = contents(), filled.id
    databases = request.getfixturevalue(f"{kind}_databases")
    for result, verdict, after in restored_into(databases, tmp_path / "new", ["restore", str(file), *more]):
        assert (result.exit_code, verdict.exit_code) == (0, 0), result.stderr
        assert after == before
        assert (tmp_path / "new/instance/contact_key").read_text() == "the key of contacts, made here"
        with transaction():  # ids go on where they ended
            db.session.execute(text("INSERT INTO setting VALUES ('x', 'y')"))
        assert make_event(db.session.get(Campaign, "ip-2024")).id == last + 1


def test_what_comes_while_it_is_written_is_left_out_whole(filled, tmp_path, app):
    """The backup shows one moment: a row that is committed after its beginning is not in it."""
    added = []

    def add_meanwhile(_done, _total):
        if not added:
            added.append(1)
            with app.app_context(), transaction():
                db.session.add(Setting(key="late", value="x"))

    file = tmp_path / "week.openweek"
    write_backup(file, None, NINE, add_meanwhile)
    counts = []

    def note(done, total):
        counts.append((done, total))

    write_backup(tmp_path / "again", None, NINE, note)
    from models.backup import container

    with container.opened(file, None) as frames:
        first = next(frames)
        assert {"end": sum(first["counts"].values())} in list(frames)
    assert counts[-1] == (sum(first["counts"].values()) + 1,) * 2


def test_what_cannot_be_restored_says_so(sqlite_databases, filled, runner, tmp_path):
    secret, wrong = tmp_path / "passphrase", tmp_path / "wrong"
    secret.write_text("correct horse battery")
    wrong.write_text("not the passphrase")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff" * 20)
    plain, sealed, cut, none, changed = (
        tmp_path / name for name in ("plain", "sealed", "cut", "none", "changed")
    )
    runner.invoke(args=["backup", str(plain)])
    runner.invoke(args=["backup", str(sealed), "--passphrase-file", str(secret)])
    cut.write_bytes(plain.read_bytes()[:-2000])
    none.write_bytes(b"PK\x03\x04")
    whole = plain.read_bytes()
    changed.write_bytes(whole[:3000] + bytes([whole[3000] ^ 16]) + whole[3001:])
    here = runner.invoke(args=["restore", str(plain)])
    assert (here.exit_code, "This database is not empty" in here.stderr) == (2, True)
    assert runner.invoke(args=["backup", str(plain)]).exit_code == 2
    for arguments, said in (
        ([str(cut)], "damaged, or cut off"),
        ([str(changed)], "damaged, or cut off"),
        ([str(none)], "is not a backup"),
        ([str(sealed)], "This backup is encrypted"),
        ([str(sealed), "--passphrase-file", str(wrong)], "does not open this backup"),
        ([str(sealed), "--passphrase-file", str(binary)], "is not text in UTF-8"),
    ):
        for result, _verdict, _after in restored_into(
            sqlite_databases, tmp_path / "new", ["restore", *arguments]
        ):
            assert (result.exit_code, said in result.stderr, result.stderr.count("\n")) == (2, True, 1), (
                result.stderr
            )


def test_no_changed_byte_is_taken_for_rows(tmp_path):
    """Wherever it stands, and before a row is read: gzip says so at the end of the file, or in words of its own."""
    file, changed = tmp_path / "file", tmp_path / "changed"
    with container.written(file, None) as frames:
        for number in range(50):
            frames.write([number, "字" * number, random.Random(number).randbytes(40)])
    whole = file.read_bytes()
    first = len(container.PLAIN) + 10  # gzip's own head says when and where it was made
    for at in range(first, len(whole), 7):
        changed.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(Mistake, match="damaged"), container.opened(changed, None):
            pytest.fail(f"byte {at}")


def test_a_backup_of_an_earlier_schema_is_migrated(sqlite_databases, tmp_path):
    """Made with the tables of an earlier version, restored by this one."""
    from flask_migrate import upgrade

    from models.backup import restore
    from models.operations import schema

    with sqlite_databases.empty() as url, application(settings_for(url, tmp_path / "old")):
        upgrade(revision="0022")
        db.session.execute(text("INSERT INTO setting (key, value) VALUES ('uid_domain', 'old.example')"))
        db.session.commit()
    frames = [
        {
            "made_at": "2024-04-20T00:00:00.000+00:00",
            "revision": "0022",
            "secret_key": "old",
            "counts": {"setting": 1},
        },
        {"table": "setting", "columns": [("key", "text"), ("value", "text")]},
        [("uid_domain", "old.example")],
        {"end": 1},
    ]
    from models.backup import container

    with container.written(tmp_path / "old.openweek", None) as file:
        for frame in frames:
            file.write(frame)
    with sqlite_databases.empty() as url, application(settings_for(url, tmp_path / "new")):
        restored = restore.restore_backup(tmp_path / "old.openweek", None, lambda done, total: None)
        assert (restored.counts, schema.is_newest()) == ({"setting": 1}, True)
        assert db.session.get(Setting, "uid_domain").value == "old.example"


def test_the_move_to_postgresql(postgresql_databases, sqlite_databases, tmp_path):
    with (
        postgresql_databases.empty() as target,
        sqlite_databases.fresh() as url,
        application(settings_for(url, tmp_path)) as app,
    ):
        make_device(make_event(load_week())).touch("public", NINE)
        runner = Runner(app)
        assert runner.invoke(args=["move", "--to", url]).exit_code == 2
        now = clock.now()
        assert tick.claim(now)  # a server that was stopped within its tick
        answer = runner.invoke(args=["move", "--to", target])
        assert (answer.exit_code, "try again after 10 min." in answer.stderr) == (2, True)
        tick.release(now + timedelta(days=365))  # one whose clock was ahead
        before = contents()
        result = runner.invoke(args=["move", "--to", target])
        assert result.exit_code == 0, result.stderr
        for command in (["serve"], ["move", "--to", target]):
            refused = runner.invoke(args=command)
            assert (refused.exit_code, "were moved" in refused.stderr) == (2, True)
        with application(settings_for(target, tmp_path)):
            assert contents() == before
