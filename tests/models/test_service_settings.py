"""On a machine with a service, a command without its settings makes no second installation."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import wsgi
from models import service_settings

ROOT = Path(wsgi.__file__).parent
UNIT = (ROOT / "deploy/openweek.service").read_text()


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Calls the program on a machine with a service, or one without; answers exit code and what it said."""
    monkeypatch.delenv("OPENWEEK_INSTANCE", raising=False)
    monkeypatch.delenv("OPENWEEK_DATABASE_URL", raising=False)
    monkeypatch.setattr(wsgi, "load_dotenv", lambda _path: None)
    monkeypatch.setattr(service_settings, "SETTINGS_FILE", tmp_path / "openweek.env")

    def called(*arguments, user=0, folder=ROOT, service=True, **environment):
        if service:
            (tmp_path / "openweek.env").touch()
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(wsgi, "ROOT", folder)
        done = CliRunner(env={"LC_ALL": "C", **environment}).invoke(wsgi.cli, list(arguments))
        return done.exit_code, done.output

    return called


def test_root_without_the_settings_is_told_how(call, tmp_path):
    for command in ("init", "doctor", "backup week.openweek"):
        code, said = call(*command.split(), folder=tmp_path)
        assert (code, len(said.splitlines())) == (2, 1)
        assert f"sudo openweek {command}." in said
    assert [path.name for path in tmp_path.iterdir()] == ["openweek.env"]


def test_so_is_whoever_calls_the_services_own_program(call, tmp_path, monkeypatch):
    monkeypatch.setattr(service_settings, "SERVICE_FOLDER", tmp_path)
    assert "sudo openweek init" in call("init", user=1000, folder=tmp_path)[1]


def test_everybody_else_has_an_installation_of_his_own(call, tmp_path):
    own = str(tmp_path / "own")
    assert "sudo" not in call("doctor", user=1000, folder=tmp_path / "clone", service=False)[1]
    assert call("init", OPENWEEK_INSTANCE=own)[0] == 0
    assert call("init", "--help")[0] == 0


def test_a_missing_database_says_how_to_make_it_here(call, tmp_path):
    said = call("doctor", user=1000, folder=tmp_path, service=False)[1]
    assert said.endswith("with: .venv/bin/openweek init\n")
    assert call("doctor", OPENWEEK_INSTANCE=str(tmp_path))[1].endswith("with: sudo openweek init\n")


def test_the_paths_are_those_of_the_unit():
    assert f"EnvironmentFile={service_settings.SETTINGS_FILE}\n" in UNIT
    assert f"WorkingDirectory={service_settings.SERVICE_FOLDER}\n" in UNIT
