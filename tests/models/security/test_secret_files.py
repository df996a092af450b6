"""Secrets in files that a vault, systemd or a container writes."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from models import clock
from models.db import db
from models.operations import doctor
from models.operations.finding import Level
from models.security import secret_files
from wsgi import create_app

ROOT = Path(__file__).parents[3]
SECRET = "hidden-0123456789abcdef0123456789abcdef"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """`environment(NAME=value)` is set, beside a data folder."""
    monkeypatch.setenv("OPENWEEK_INSTANCE", str(tmp_path / "instance"))

    def set_all(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))

    return set_all


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


def refusal():
    with pytest.raises(click.ClickException) as caught:
        create_app()
    assert len(caught.value.message.splitlines()) == 1
    assert "hidden" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("OPENWEEK_SECRET_KEY", "SECRET_KEY"),
        ("OPENWEEK_CONTACT_KEY", "CONTACT_KEY"),
        ("OPENWEEK_METRICS_TOKEN", "METRICS_TOKEN"),
        ("OPENWEEK_DEMO_PASSWORD", "DEMO_PASSWORD"),
    ],
)
def test_a_secret_is_read_from_the_file_that_is_named(environment, secret, name, key):
    environment(**{name + "_FILE": secret})
    assert create_app().config[key] == SECRET
    assert SECRET not in os.environ.values()


def test_addresses_with_a_password_and_the_directorys_secret(environment, tmp_path, secret):
    database, mail = tmp_path / "database", tmp_path / "mail"
    database.write_text("postgresql://openweek:p%25w@127.0.0.1:5432/week")
    mail.write_text("smtps://user:hidden@mail.example.cn?from=desk@week.example.cn\r\n")
    environment(
        OPENWEEK_DATABASE_URL_FILE=database,
        OPENWEEK_DATABASE_READ_URL_FILE=database,
        OPENWEEK_SMTP_URL_FILE=mail,
        OPENWEEK_OIDC_ISSUER="https://login.example.cn",
        OPENWEEK_OIDC_CLIENT_ID="week",
        OPENWEEK_OIDC_CLIENT_SECRET_FILE=secret,
    )
    app = create_app()
    assert app.config["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://openweek:p%25w@127.0.0.1:5432/week"
    assert app.config["MAIL_SERVER"].password == "hidden"
    assert app.config["DIRECTORY"].client_secret == SECRET


def test_one_that_is_set_twice_stops_the_start(environment, secret):
    environment(OPENWEEK_SECRET_KEY_FILE=secret, OPENWEEK_SECRET_KEY="hidden")
    assert refusal() == "OPENWEEK_SECRET_KEY and OPENWEEK_SECRET_KEY_FILE are both set. Keep one of them."
    environment(OPENWEEK_SECRET_KEY="")
    assert create_app().config["SECRET_KEY"] == SECRET


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: {} (No such file or directory)."),
        (b"", "is empty: {}."),
        (b" \r\n", "is empty: {}."),
        (b"hidden\nhidden", "must hold one line: {}."),
        (b"hidden\x00", "must hold one line: {}."),
        (b"\xffhidden", "cannot be read: {} (UTF-8)."),
        (b"hidden" * 20_000, "must hold one line: {}."),
    ],
)
def test_one_that_cannot_be_used_stops_the_start(environment, tmp_path, content, sentence):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    environment(OPENWEEK_SMTP_URL_FILE=file)
    assert refusal() == "The file of OPENWEEK_SMTP_URL " + sentence.format(file)


def test_a_folder_is_no_file(environment, tmp_path):
    environment(OPENWEEK_SECRET_KEY_FILE=tmp_path)
    assert refusal() == f"The file of OPENWEEK_SECRET_KEY cannot be read: {tmp_path} (Is a directory)."


def test_what_the_file_holds_is_checked_as_a_setting_is(environment, tmp_path):
    file = tmp_path / "token"
    file.write_text("short")
    environment(OPENWEEK_METRICS_TOKEN_FILE=file)
    assert refusal().startswith("OPENWEEK_METRICS_TOKEN needs at least 16 letters")


def test_a_process_of_ours_gets_values_alone(secret):
    """As `openweek move` starts one with another database: also where a file .env names the first one's file."""
    environment = secret_files.resolved(
        {
            "OPENWEEK_DATABASE_URL_FILE": str(secret),
            "OPENWEEK_CONTACT_KEY_FILE": str(secret),
            "PATH": "/bin",
        }
    )
    assert (environment["OPENWEEK_CONTACT_KEY"], environment["PATH"]) == (SECRET, "/bin")
    again = secret_files.resolved(environment | {"OPENWEEK_DATABASE_URL": "sqlite:///a"})
    assert (again["OPENWEEK_DATABASE_URL"], again["OPENWEEK_DATABASE_URL_FILE"]) == ("sqlite:///a", "")


@pytest.mark.parametrize("file_mode", [0o600, 0o640, 0o644])
def test_the_doctor_warns_of_one_that_everybody_reads(environment, secret, file_mode):
    secret.chmod(file_mode)
    environment(OPENWEEK_SECRET_KEY_FILE=secret)
    app = create_app()
    with app.app_context():
        found = [
            finding
            for finding in doctor.findings(clock.now(), "", os.environ)
            if finding.values and finding.values.get("name", "").startswith("OPENWEEK_SECRET_KEY")
        ]
        db.engine.dispose()
    assert [finding.level for finding in found] == [Level.WARNING] * (file_mode == 0o644)


def test_every_command_says_what_is_wrong_in_one_line(tmp_path):
    environment = {
        **os.environ,
        "OPENWEEK_DATABASE_URL_FILE": str(tmp_path / "missing"),
        "OPENWEEK_INSTANCE": str(tmp_path / "instance"),
        "LC_ALL": "C.UTF-8",
    }
    command = [sys.executable, "-c", "from wsgi import cli; cli()", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [
            f"The file of OPENWEEK_DATABASE_URL cannot be read: {tmp_path / 'missing'} (No such file or directory)."
        ],
    )
