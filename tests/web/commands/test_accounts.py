"""`openweek account`: what it prints and what it makes."""

import re

from models.organizations.tables import find_account
from tests.support.records.week import load_week


def signed_in(client, password: str) -> int:
    return client.post("/desk/sign-in", data={"email": "gu@example.cn", "password": password}).status_code


def test_an_account_and_its_token(app, runner, client):
    load_week()
    given = [
        "add",
        "gu@example.cn",
        "--org",
        "灌云县知识产权局",
        "--region",
        "320723",
        "--role",
        "organizer",
    ]
    made = runner.invoke(args=["account", *given, "--password-stdin"], input="a good password\n")
    assert (made.exit_code, made.stdout) == (0, "")
    assert find_account("gu@example.cn").organization.name == "灌云县知识产权局"
    assert signed_in(client, "a good password") == 303
    told = runner.invoke(args=["account", "token", "gu@example.cn", "--json"])
    assert re.fullmatch(r'\{"token": "owp_[\w-]{43}"\}\n', told.stdout)


def test_what_does_not_fit_is_one_sentence(app, runner):
    load_week()
    answer = runner.invoke(args=["account", "token", "nobody@example.cn", "--json"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert len(answer.stderr.strip().splitlines()) == 1
    small = [
        "account",
        "add",
        "a@b.cn",
        "--org",
        "灌云县知识产权局",
        "--role",
        "organizer",
        "--password-stdin",
    ]
    short = runner.invoke(args=small, input="short\n")
    assert (short.exit_code, len(short.stderr.strip().splitlines())) == (2, 1)


def test_a_script_has_a_password_made(app, runner, client):
    load_week()
    asked = ["account", "add", "gu@example.cn", "--org", "灌云县知识产权局", "--role", "organizer"]
    made = runner.invoke(args=asked)
    assert made.exit_code == 0
    password = re.search(r"[\w-]{22}(?=\n$)", made.stdout)[0]
    assert signed_in(client, password) == 303
