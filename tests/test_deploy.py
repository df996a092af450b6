"""The examples of deploy/: what they name exists, and they agree with each other and with the server."""

import json
import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from click import Context, Group

import wsgi
from models import config
from web.commands import serve
from web.desk.form_files import limits

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FOREIGN = {"WEB_CONCURRENCY"}  # a setting of gunicorn


def read(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def check_command(text):
    """Raises where the command line does not know it."""
    arguments, current = shlex.split(text), wsgi.cli
    while isinstance(current, Group):
        current = current.get_command(Context(current), arguments.pop(0))
        assert current is not None, text
    current.parse_args(Context(current), arguments)


def nginx_blocks(text):
    """(directive, arguments, block or None) as nginx reads them. Raises where braces or semicolons are missing."""
    tokens = re.findall(r'"[^"]*"|[{};]|[^\s{};"]+', re.sub(r"#.*", "", text))

    def block(depth):
        found, words = [], []
        while tokens:
            token = tokens.pop(0)
            if token == "}":
                assert (depth > 0, words) == (True, [])
                return found
            if token in (";", "{"):
                assert words
                found.append((words[0], words[1:], block(depth + 1) if token == "{" else None))
                words = []
            else:
                words.append(token)
        assert (depth, words) == (0, [])
        return found

    return block(0)


def test_environment_file(tmp_path):
    lines = [line.lstrip("#") for line in read("openweek.env").splitlines() if re.match(r"#?[A-Z_]+=", line)]
    values = dict(line.split("=", 1) for line in lines)
    assert set(values) <= set(config.KNOWN_SETTINGS) | FOREIGN
    settings = {name: value for name, value in values.items() if value and name not in FOREIGN}
    settings["OPENWEEK_INSTANCE"] = str(tmp_path / "instance")
    assert wsgi.create_app(settings).config["BASE_URL"] == "https://week.example.cn"


@pytest.mark.parametrize("name", ["openweek.service", "openweek-backup.service", "openweek-backup.timer"])
def test_systemd_units(name):
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read_string(read(name))
    assert "Description" in unit["Unit"]
    commands = re.findall(r"/opt/openweek/\.venv/bin/openweek ([^'\n]+)", read(name))
    for command in commands:
        check_command(command.replace("$(date +%%Y-%%m-%%d-%%H%%M)", "now"))
    if name.endswith(".service"):
        assert (len(commands) >= 1, unit["Service"]["User"]) == (True, "openweek")
        assert unit["Service"]["Environment"] == "OPENWEEK_INSTANCE=/var/lib/openweek"
        assert unit["Service"]["EnvironmentFile"] == "/etc/openweek.env"


def test_compose_and_dockerfile():
    compose = yaml.safe_load(read("compose.yaml"))
    services = compose["services"]
    app = services["app"]
    assert set(services) == {"database", "app", "proxy"}
    assert (DEPLOY / app["build"]["context"] / app["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert set(app["environment"]) <= set(config.KNOWN_SETTINGS)
    named = {volume.split(":")[0] for service in services.values() for volume in service["volumes"]}
    assert {name for name in named if not name.startswith(".")} == set(compose["volumes"])
    assert all((DEPLOY / name).is_file() for name in named if name.startswith("."))
    assert (
        "ports" not in app
    )  # reached through the proxy alone, which the number of trusted proxies counts on
    dockerfile = read("Dockerfile")
    assert dockerfile.rindex("\nUSER openweek") < dockerfile.rindex("\nCMD ")
    assert all(path in dockerfile for path in ("/readyz", "/var/lib/openweek"))
    for command in re.findall(r"\.venv/bin/openweek ([^\"&]+)", dockerfile):
        check_command(command)
    assert {".venv", "instance", ".env*"} <= set(read("Dockerfile.dockerignore").split())
    assert services["proxy"]["environment"].keys() == set(re.findall(r"\{\$(\w+)", read("Caddyfile")))


def test_proxies(client):
    (_upstream, _plain, secure) = nginx_blocks(read("nginx.conf"))
    directives = {(name, *arguments[:1]): (arguments, block) for name, arguments, block in secure[2]}
    everything = {(name, *arguments) for name, arguments, _block in directives["location", "/"][1]}
    sent = {words[1] for words in everything if words[0] == "proxy_set_header"}
    assert {"Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"} <= sent
    assert ("proxy_buffering", "off") in everything  # live pages
    assert ("access_log", "off") in directives  # codes are in paths
    assert directives["location", "="][0] == ["=", "/metrics"]
    most = client.application.config["MAX_CONTENT_LENGTH"] >> 20
    assert int(directives["client_max_body_size", "5m"][0][0].rstrip("m")) > most
    (inner,) = (block for name, _path, block in directives["location", "/"][1] if name == "location")
    assert [arguments for name, arguments, _none in inner if name == "client_max_body_size"] == [["65m"]]
    assert limits.MOST_RECEIVED >> 20 < 65
    caddy = read("Caddyfile")
    assert "max_size 65MiB" in caddy
    assert caddy.count("{") == caddy.count("}")
    assert ("path /metrics" in caddy, "health_uri /healthz" in caddy) == (True, True)
    assert client.get("/readyz").status_code == 200


def test_open_files_of_the_unit_are_enough():
    limit = int(re.search(r"LimitNOFILE=(\d+)", read("openweek.service"))[1])
    assert limit >= 4 * serve.THREADS


def test_dashboard_is_one():
    dashboard = json.loads(read("grafana-dashboard.json"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert (len(ids), dashboard["title"]) == (len(set(ids)), "Openweek")
