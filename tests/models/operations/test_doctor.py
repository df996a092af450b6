"""The doctor finds each fault that is planted, and nothing in an installation that is well."""

import os
import shutil
import time
from datetime import timedelta
from shutil import disk_usage

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from models import clock, installation
from models.codes import keys
from models.db import db, transaction
from models.devices.heartbeats import HeartbeatReport, save_report
from models.devices.kiosks import create_kiosk
from models.drawing import fonts
from models.installation import Setting
from models.operations import doctor, replication, startup, tick
from models.operations.finding import Level
from models.registration import contacts, registrations
from models.registration.requests import RegistrationRequest
from models.registration.tables import ContactRule
from tests.support.records.registering import BEFORE, offer
from tests.support.records.week import load_week, make_event
from tests.support.servers.applications import application, settings_for
from tests.support.servers.served_application import free_port
from web.server import certificate
from wsgi import NOT_SAVED, cli

VERSION = "0123456789ab"


@pytest.fixture
def settings(settings):
    return {**settings, "OPENWEEK_BASE_URL": "https://openweek.test"}


@pytest.fixture
def well(app):
    return installed()


def installed():
    """An installation that has run a minute ago, with a kiosk of this version; its folder has room."""
    now = clock.now()
    event = make_event(load_week())
    with transaction():
        installation.keep_secret_key()
    assert tick.claim(now)
    tick.release(now)
    kiosk, _token = create_kiosk(event, now)
    report(kiosk, VERSION)
    return kiosk


def report(kiosk, version):
    save_report(kiosk, HeartbeatReport(0, 0, None, version, None, None), clock.now())


def found(now=None, environment=()):
    return {
        finding.message.split(maxsplit=3)[0] + " " + finding.message.split(maxsplit=3)[1]: finding
        for finding in doctor.findings(now or clock.now(), VERSION, environment)
    }


def test_all_is_well(app, well, runner, monkeypatch):
    assert found(environment=["PATH", "OPENWEEK_BASE_URL"]) == {}
    monkeypatch.setattr(doctor, "_old_kiosks", lambda *_: ())  # the command compares with the real app
    result = runner.invoke(args=["doctor"])
    assert (result.output, result.exit_code) == ("All is well.\n", 0)


def test_twelve_faults_at_once(app, well, runner, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    now = clock.now()
    certificate.ensure_certificate(folder / "tls", now - certificate.LIFE + timedelta(days=3))
    (folder / "old.openweek").write_text("a backup")
    (folder / "old.openweek").chmod(0o644)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk_usage(path)._replace(free=100 << 20))
    monkeypatch.setattr(fonts, "missing_files", lambda: [tmp_path / "NotoSansYi-Regular.ttf"])
    monkeypatch.setitem(app.config, "BASE_URL", "http://week.example.cn")
    monkeypatch.setitem(app.config, "SECRET_KEY", "that of another node")
    report(well, "ba9876543210")
    with transaction():
        db.session.get_one(Setting, tick._KEY).value = clock.instant_text(now - timedelta(hours=1))
        well.seen_at = now + timedelta(hours=1)
        keys.find_key(keys.KeyPurpose.SLIP, 3).retired_at = now
        db.session.execute(text("UPDATE signing_key SET id = 250 WHERE purpose = 'summary'"))
    faults = found(now, ["OPENWEEK_BASEURL"])
    assert {name: finding.level for name, finding in faults.items()} == {
        "There is": Level.WARNING,
        "OPENWEEK_BASE_URL is": Level.WARNING,
        "Other users": Level.WARNING,
        "%(free)s MB": Level.WARNING,
        "The certificate": Level.WARNING,
        "Fonts are": Level.WARNING,
        "The secret": Level.ERROR,
        "The clock": Level.ERROR,
        "The tick": Level.WARNING,
        "No key": Level.ERROR,
        "%(left)s key": Level.WARNING,
        "Kiosks with": Level.WARNING,
    }
    assert faults["Other users"].values == {"path": folder / "old.openweek"}
    result = runner.invoke(args=["doctor"])
    assert (result.exit_code, f"{folder}/old.openweek" in result.output) == (2, True)


def test_a_clock_that_was_ahead(well):
    now = clock.now()
    with transaction():
        db.session.get_one(Setting, tick._KEY).value = clock.instant_text(now + timedelta(days=365))
    assert list(found(now)) == ["The next"]


def test_a_warning_alone_is_1(well, runner, monkeypatch):
    monkeypatch.setattr(doctor, "_old_kiosks", lambda *_: ())
    monkeypatch.setenv("OPENWEEK_BASEURL", "https://openweek.test")
    result = runner.invoke(args=["doctor"])
    assert (result.exit_code, "OPENWEEK_BASEURL" in result.output) == (1, True)


def test_a_disk_that_went_read_only(app, well, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder)
    assert {finding.values["path"] for finding in found().values()} == {folder}


def test_contacts_whose_key_is_gone(app, well, tmp_path):
    rule = offer(make_event(load_week(), "报名"), 5, contact=ContactRule.OPTIONAL)
    request = RegistrationRequest("youth", 1, contact="li@example.cn")
    registrations.register(rule, request, registrations.new_secret(), BEFORE)
    assert found() == {}
    app.config["CONTACT_KEY"] = "another key than that of the file, long enough"
    del app.extensions[contacts.CACHED_KEY]
    assert [finding.values for finding in found().values()] == [{"count": 1}]
    app.config["CONTACT_KEY"] = None
    del app.extensions[contacts.CACHED_KEY]
    (tmp_path / "instance" / "contact_key").unlink()
    assert [finding.values for finding in found().values()] == [{"count": 1}]
    assert not (tmp_path / "instance" / "contact_key").exists()


def test_where_nothing_is_installed_nothing_is_made(tmp_path, monkeypatch):
    folder = tmp_path / "none"
    monkeypatch.setenv("OPENWEEK_INSTANCE", str(folder))
    monkeypatch.delenv("OPENWEEK_DATABASE_URL", raising=False)
    result = CliRunner().invoke(cli, ["doctor"])
    assert (result.exit_code, "openweek init" in result.output, folder.exists()) == (2, True, False)


def test_an_older_schema(well):
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert [finding.level for finding in found().values()] == [Level.ERROR]


def test_a_database_that_is_away(app, well, monkeypatch):
    db.session.remove()
    monkeypatch.setattr(db.engine.dialect, "connect", _refuse)
    monkeypatch.setattr(db.engine.pool, "_creator", _refuse)
    db.engine.dispose()
    assert list(found()) == ["The database"]


def _refuse(*_args, **_kwargs):
    raise db.engine.dialect.dbapi.OperationalError("connection refused")


@pytest.fixture
def on_primary(postgresql_databases, tmp_path):
    """`set(name, value)`: a setting of the database, for the connections that follow."""
    with postgresql_databases.fresh() as url, psycopg.connect(url, autocommit=True) as operator:

        def set_(name, value):
            operator.execute(f"ALTER DATABASE {operator.info.dbname} SET {name} = '{value}'")

        set_("synchronous_commit", "on")
        settings = {**settings_for(url, tmp_path), "OPENWEEK_BASE_URL": "https://openweek.test"}
        with application(settings) as app:
            installed()
            yield app, set_


def test_what_a_failover_would_lose(on_primary, monkeypatch):
    assert found() == {}
    monkeypatch.setattr(replication, "has_standby", lambda: True)
    assert [finding.message for finding in found().values()] == [replication.LOSES_ACKNOWLEDGED]
    monkeypatch.setattr(replication, "_WAITS", text("SELECT true"))  # a setting of the whole server
    assert [finding.message for finding in found().values()] == [replication.WAITS_IN_VAIN]


@pytest.mark.parametrize(
    ("state", "in_vain"),
    [("async", True), ("potential", True), ("quorum", False), ("sync", False), (None, False)],
)
def test_a_standby_for_which_the_primary_does_not_wait_does_not_help(on_primary, monkeypatch, state, in_vain):
    monkeypatch.setattr(replication, "_WAITS", text("SELECT true"))
    db.session.execute(text("CREATE TEMPORARY TABLE pg_stat_replication (sync_state text)"))
    db.session.execute(text("INSERT INTO pg_stat_replication VALUES (:state)"), {"state": state})
    assert replication.problem() == (replication.WAITS_IN_VAIN if in_vain else None)
    db.session.rollback()


def _url(app):
    return app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")


def test_a_standby_that_is_away(on_primary, tmp_path):
    app, _set = on_primary
    standby = {"OPENWEEK_DATABASE_READ_URL": f"postgresql://openweek@127.0.0.1:{free_port()}/openweek"}
    settings = settings_for(_url(app), tmp_path) | standby
    with application({**settings, "OPENWEEK_BASE_URL": "https://openweek.test"}):
        assert {name: one.level for name, one in found().items()} == {
            "The standby": Level.WARNING,
            "The primary": Level.WARNING,
        }


@pytest.mark.parametrize(("minutes", "behind"), [(0, False), (4, False), (7, True), (None, True)])
def test_a_standby_that_answers_and_does_not_follow(
    on_primary, postgresql_databases, tmp_path, minutes, behind
):
    """The standby here is a database of its own. minutes: since its newest tick; None: it has none."""
    app, _set = on_primary
    with postgresql_databases.fresh() as standby:
        if minutes is not None:
            with application(settings_for(standby, tmp_path / "standby")), transaction():
                due = clock.now() - timedelta(minutes=minutes)
                db.session.add(Setting(key=tick._KEY, value=clock.instant_text(due)))
        both = settings_for(_url(app), tmp_path) | {"OPENWEEK_DATABASE_READ_URL": standby}
        with application({**both, "OPENWEEK_BASE_URL": "https://openweek.test"}):
            levels = {name: one.level for name, one in found().items()}
    expected = {"The primary": Level.WARNING}
    assert levels == (expected | {"The standby": Level.ERROR} if behind else expected)


def test_a_start_may_rest_for_long(on_primary):
    """The lock of a start is held by a transaction that does nothing meanwhile."""
    _app, set_ = on_primary
    set_("idle_in_transaction_session_timeout", "50ms")
    db.session.remove()
    db.engine.dispose()
    with startup.alone():
        time.sleep(0.3)


def test_a_database_that_takes_no_writes(on_primary):
    """As after a failover that a node has not followed yet: clients are told to come again, and it needs no restart."""
    app, set_ = on_primary
    client, code = app.test_client(), {"code": "ABCDEFGH"}
    set_("default_transaction_read_only", "on")
    db.session.remove()
    db.engine.dispose()
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "database is read-only\n")
    assert [finding.message for finding in found().values()] == [replication.READ_ONLY]
    set_("default_transaction_read_only", "off")
    refused = client.post("/api/v1/kiosk/pair", json=code)  # over a connection of before, the last one
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert client.post("/api/v1/kiosk/pair", json=code).status_code == 400
    assert client.get("/readyz").status_code == 200


def test_a_command_that_cannot_save_says_so(on_primary, tmp_path, monkeypatch):
    app, set_ = on_primary
    set_("default_transaction_read_only", "on")
    monkeypatch.setenv("OPENWEEK_DATABASE_URL", _url(app))
    monkeypatch.setenv("OPENWEEK_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("LANG", "C")
    result = CliRunner().invoke(cli, ["tick"])
    assert (result.exit_code, result.output) == (2, f"{NOT_SAVED}\n")


def test_a_key_is_made_and_the_old_one_retired(app, well, runner):
    assert runner.invoke(args=["key", "retire", "1"]).exit_code == 2
    assert runner.invoke(args=["key", "new", "pass"]).exit_code == 0
    assert runner.invoke(args=["key", "retire", "1"]).exit_code == 0
    first = runner.invoke(args=["key", "list"]).stdout.splitlines()[0].split("\t")
    assert (first[:3], len(first)) == (["1", "pass", "ed25519"], 5)
    assert keys.current_key(keys.KeyPurpose.PASS).id == 6
    assert found() == {}
