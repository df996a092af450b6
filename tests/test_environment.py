"""Settings from outside: a wrong one stops the start with one line that names it."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from wsgi import create_app

ROOT = Path(__file__).parent.parent
WRONG = {
    "OPENWEEK_DATABASE_URL": [
        "mysql://h/db",
        "postgresql://u:hidden@h:abc/db",
        "postgresql://h/db?bogus=1",
        "postgresql://[::1/db",
    ],
    # Beside SQLite there is no standby.
    "OPENWEEK_DATABASE_READ_URL": ["postgresql://u:hidden@h/db", "sqlite:///a", "postgresql://[::1/db"],
    "OPENWEEK_BASE_URL": [
        "week.example.cn",
        "ftp://week.example.cn",
        "https://week.example.cn/path",
        "https://week.example.cn?q",
        "http://[",
        "http://[::g]",
        "http://a b",
        "http://user:hidden@h",
        "http://a:99999",
        "http://a:0",
        "http://a:abc",
        "http://-a",
        "https://",
    ],
    "OPENWEEK_UID_DOMAIN": ["a b@c", "https://week.example.cn", "week/cn", "-", "a..b"],
    "OPENWEEK_TRUSTED_PROXIES": ["one", "-1", "１"],
    "OPENWEEK_DEMO_PASSWORD": ["short"],
    "OPENWEEK_METRICS_TOKEN": ["short", "sixteen with a space"],
    "OPENWEEK_LOG_FORMAT": ["xml"],
    "OPENWEEK_VIRUS_SCANNER": ["clamd", "127.0.0.1:0", "127.0.0.1:65536", "unix:clamd.sock", "http://a:3310"],
    "WEB_CONCURRENCY": ["many", "0", "65", "-1", "２"],
}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """An application with one setting in the environment."""

    def started(name, value):
        monkeypatch.setenv("OPENWEEK_INSTANCE", str(tmp_path / "instance"))
        monkeypatch.setenv(name, value)
        return create_app()

    return started


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_value_stops_the_start(start, name, value):
    with pytest.raises(click.ClickException) as caught:
        start(name, value)
    assert caught.value.message.startswith(name)
    assert len(caught.value.message.splitlines()) == 1
    assert "hidden" not in caught.value.message


def test_it_is_said_in_the_language_of_the_machine(start, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(click.ClickException) as caught:
        start("OPENWEEK_UID_DOMAIN", "a b")
    assert caught.value.message == "OPENWEEK_UID_DOMAIN 应为主机名，例如 week.example.cn。"


@pytest.mark.parametrize(
    "value",
    [
        "https://week.example.cn",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000",
        "HTTPS://W.CN".lower(),
        "http://localhost",
    ],
)
def test_addresses_that_fit(start, value):
    assert start("OPENWEEK_BASE_URL", value).config["BASE_URL"] == value.rstrip("/")


def test_a_database_whose_machine_is_gone_is_noticed(start):
    """Of several hosts only the primary is written to; what the address itself says stays."""
    url = "postgresql://one,two/week?connect_timeout=2"
    options = start("OPENWEEK_DATABASE_URL", url).config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert options == {
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "15000",
        "target_session_attrs": "read-write",
    }


def test_connections_to_sqlite_keep_few_statements(start, tmp_path):
    """A statement keeps tens of kB; the driver alone would keep 128 of them for each connection."""
    options = start("OPENWEEK_DATABASE_URL", f"sqlite:///{tmp_path}/week.db").config[
        "SQLALCHEMY_ENGINE_OPTIONS"
    ]
    assert options["connect_args"]["cached_statements"] <= 32
    assert options["pool_use_lifo"] is True


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_data_need_a_folder(start, tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(click.ClickException, match="OPENWEEK_INSTANCE"):
        start("OPENWEEK_INSTANCE", str(tmp_path / place))


def test_a_secret_that_cannot_be_read(start, tmp_path):
    (tmp_path / "instance" / "secret_key").mkdir(parents=True)
    with pytest.raises(click.ClickException, match="secret_key"):
        start("OPENWEEK_BASE_URL", "http://localhost")


@pytest.mark.parametrize(
    "setting",
    [
        {"WEB_CONCURRENCY": "abc"},
        {"OPENWEEK_DATABASE_URL": "postgresql://127.0.0.1:1/db"},
        {"OPENWEEK_DATABASE_URL": "postgresql://no-such-host.invalid/db"},
    ],
)
def test_commands_say_it_in_one_line(tmp_path, setting):
    environment = {**os.environ, "OPENWEEK_INSTANCE": str(tmp_path), **setting}
    command = [Path(sys.executable).parent / "openweek", "event", "list", "--campaign", "ip-2024"]
    process = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (process.returncode in (1, 2), process.stdout) == (True, "")
    assert len(process.stderr.strip().splitlines()) == 1
    assert next(iter(setting)) in process.stderr
