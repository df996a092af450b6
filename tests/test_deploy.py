"""The examples of deploy/: what they name exists, and they agree with each other and with the server."""

import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from click import Context, Group

import wsgi
from models import config
from models.security import secret_files
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
    assert set(values) <= set(config.KNOWN_SETTINGS) | set(secret_files.FILE_SETTINGS) | FOREIGN
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


def test_the_command_has_what_the_unit_has(tmp_path):
    """Settings as they stand, data folder and user; whoever is not root is told so."""
    unit, script = read("openweek.service"), read("openweek")
    (tmp_path / "settings").write_text(
        "# no setting\n\nURL=postgresql://a:$b&c@d/e?f=1 2\nLAST='as it stands'"
    )
    (tmp_path / "runuser").write_text('#!/bin/sh\necho "$*|$URL|$LAST|$OPENWEEK_INSTANCE"; umask\n')
    (tmp_path / "id").write_text('#!/bin/sh\necho "$TEST_UID"\n')
    (tmp_path / "install").write_text('#!/bin/sh\necho "$*"\n')
    for name in ("runuser", "id", "install"):
        (tmp_path / name).chmod(0o755)
    named = re.search(r"EnvironmentFile=(.*)", unit)[1]
    assert script.count(f"< {named}\n") == 1
    instance = re.search(r"OPENWEEK_INSTANCE=(.*)", unit)[1]
    script = script.replace(f"< {named}", f"< {tmp_path}/settings")
    command = [
        "sh",
        "-c",
        script.replace(f"OPENWEEK_INSTANCE={instance}", f"OPENWEEK_INSTANCE={tmp_path}/data"),
        "openweek",
        "doctor",
        "--x y",
    ]

    def run(uid):
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TEST_UID": uid}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    program = re.search(r"ExecStart=(\S+)", unit)[1]
    user = re.search(r"User=(.*)", unit)[1]
    values = f"postgresql://a:$b&c@d/e?f=1 2|'as it stands'|{tmp_path}/data\n0077\n"
    made = (
        f"-d -m 700 -o {user} -g {user} {tmp_path}/data\n"  # a backup can be restored before the first start
    )
    assert run("0") == (0, f"{made}-u {user} -- {program} doctor --x y|{values}", "")
    (tmp_path / "data").mkdir()
    assert run("0") == (0, f"-u {user} -- {program} doctor --x y|{values}", "")
    assert run("1000") == (2, "", "Settings and data are closed to others. Run: sudo openweek doctor --x y\n")


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
    assert "install -d -m 700 -o openweek" in dockerfile  # a new volume gets owner and mode of this folder
    assert all(path in dockerfile for path in ("/readyz", "/var/lib/openweek"))
    for command in re.findall(r"\.venv/bin/openweek ([^\"&]+)", dockerfile):
        check_command(command)
    assert {".venv", "instance", ".env*", "static/vendor", "**/__pycache__"} <= set(
        read("Dockerfile.dockerignore").split()
    )
    assert services["proxy"]["environment"].keys() == set(re.findall(r"\{\$(\w+)", read("Caddyfile")))


def image_files():
    """What the image is built from: the paths that its first stage copies."""
    stage = read("Dockerfile").replace("\\\n", "").split("\nFROM")[1]
    copied = [line.split()[1:-1] for line in stage.splitlines() if line.startswith("COPY ")]
    return {name for names in copied for name in names}


def test_the_image_has_all_that_is_installed_and_served():
    files = image_files()
    assert [name for name in files if not (ROOT / name).exists()] == []
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    named = {f"{module}.py" for module in packages["py-modules"]}
    named |= {name.rstrip("*") for name in packages["packages"]["find"]["include"]}
    named |= set(packages["dynamic"]["dependencies"]["file"])
    assert named | {"static", "translations", "tools"} <= files
    # What tools/steps.py installs and copies for `run`, and no more.
    locks = {name for name in files if name.endswith(".lock")}
    assert locks == {"requirements.lock", "requirements-node.lock"}
    assert {"package.json", "package-lock.json"} <= files
    assert not files & {".", "tests", "docs", "instance"}
    node = {
        line.split("==")[0]
        for line in (ROOT / "requirements-node.lock").read_text().splitlines()
        if "==" in line
    }
    assert all(f" {name} " in read("Dockerfile") for name in node)  # taken out again


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_of_the_image(status, healthy):
    check = json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.*?\])\n", read("Dockerfile"), re.DOTALL)[1])
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_values):
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        command = [part.replace(":8000", f":{server.server_port}") for part in check]
        run = subprocess.run([sys.executable, *command[1:]], capture_output=True, check=False)
        thread.join()
    assert (paths, run.returncode == 0) == (["/readyz"], healthy)


def test_proxies(client):
    *others, secure = nginx_blocks(read("nginx.conf"))
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
    # Of one address so many bodies lie on disk at once; an address that only reads is not counted.
    assert ("limit_conn", ["desk", "20"], None) in inner
    (senders,) = (block for name, _words, block in others if name == "map")
    assert senders == [("default", ['""'], None), ("POST", ["$binary_remote_addr"], None)]
    assert ("listen", "443") in directives
    assert directives["listen", "443"][0] == ["443", "ssl", "http2"]
    caddy = read("Caddyfile")
    assert re.findall(r"max_size (.*)", caddy) == [
        "65MiB"
    ]  # below the application's own limits Caddy would answer 502
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
