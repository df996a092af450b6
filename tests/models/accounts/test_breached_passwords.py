"""A list of breached passwords: what is refused, how the file is searched, and lists that cannot be used."""

import hashlib
import os
import random
from datetime import timedelta

import click
import pytest

from models import clock
from models.accounts import breached_passwords
from models.accounts.passwords import check_password
from models.errors import Mistake
from models.operations import doctor
from wsgi import create_app

BREACHED = "a long sentence that leaked"
SENTENCE = "This password is known from a breach of other services"


def line_of(password: str, end: str = ":3\r\n") -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper() + end


def write_list(path, passwords, end=":3\r\n"):
    path.write_text("".join(sorted(line_of(password, end) for password in passwords)), newline="")
    return path


@pytest.fixture
def listed(tmp_path):
    return write_list(tmp_path / "breached.txt", [BREACHED, "泄露过的密码很长", *map(str, range(500))])


@pytest.fixture
def settings(settings, listed):
    return settings | {"OPENWEEK_BREACHED_PASSWORDS": str(listed)}


@pytest.mark.parametrize("password", [BREACHED, "泄露过的密码很长"])
def test_a_breached_one_is_refused(app, password):
    with pytest.raises(Mistake, match=SENTENCE):
        check_password(password, "gu@example.cn", "灌云县知识产权局")
    check_password(password + "!", "gu@example.cn", "灌云县知识产权局")


def test_without_a_list_nothing_is_looked_up(app, monkeypatch):
    monkeypatch.setitem(app.config, "BREACHED_PASSWORDS", None)
    check_password(BREACHED, "gu@example.cn", "灌云县知识产权局")


@pytest.mark.parametrize("end", [":3\r\n", ":3\n", "\n", ":12345678\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 64, 333])
def test_each_line_is_found_and_no_other(app, monkeypatch, tmp_path, end, count):
    words = [f"word {number}" for number in range(2 * count)]
    random.Random(count).shuffle(words)
    path = write_list(tmp_path / "list.txt", words[:count], end)
    monkeypatch.setitem(app.config, "BREACHED_PASSWORDS", path)
    for word in words[:count]:
        with pytest.raises(Mistake, match=SENTENCE):
            breached_passwords.check_not_breached(word)
    for word in [*words[count:], "another"]:
        breached_passwords.check_not_breached(word)


def test_a_line_at_the_end_without_its_end_and_small_letters(app, monkeypatch, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("".join(sorted(line_of(word, "\n") for word in "abc")).strip().lower())
    monkeypatch.setitem(app.config, "BREACHED_PASSWORDS", path)
    for word in "abc":
        with pytest.raises(Mistake, match=SENTENCE):
            breached_passwords.check_not_breached(word)


def test_a_large_file_is_read_at_a_few_places(tmp_path):
    """A hole stands for 8 GB of lines: whoever read it all would take minutes."""
    path = tmp_path / "list.txt"
    with path.open("wb") as file:
        file.write(b"0" * 40 + b":1\n")
        file.truncate(1 << 33)
    with path.open("rb") as file:
        reads = 0

        class Counted:
            def __getattr__(self, name):
                return getattr(file, name)

            def readline(self, most):
                nonlocal reads
                reads += 1
                return file.readline(most)

        assert not breached_passwords._has_line(Counted(), 1 << 33, b"F" * 40)
    assert reads < 100


@pytest.mark.parametrize(
    "content",
    [
        "",
        "password\n123456\n",
        line_of("b")[:39] + "\n",
        "F" * 40 + "\n" + "0" * 40 + "\n",
        "PK\x03\x04" * 99,
    ],
)
def test_a_file_of_another_kind_stops_the_start(settings, tmp_path, content):
    path = tmp_path / "other.txt"
    path.write_text(content)
    with pytest.raises(click.ClickException, match="is no list of SHA-1 digests") as caught:
        create_app(settings | {"OPENWEEK_BREACHED_PASSWORDS": str(path)})
    assert "\n" not in caught.value.message


def test_a_file_that_cannot_be_read_stops_the_start(settings, tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(
            click.ClickException, match=r"OPENWEEK_BREACHED_PASSWORDS: .* cannot be read"
        ) as caught:
            create_app(settings | {"OPENWEEK_BREACHED_PASSWORDS": str(path)})
        assert "\n" not in caught.value.message


def test_a_list_that_is_gone_refuses_new_passwords_in_a_sentence(app, listed):
    listed.unlink()
    with pytest.raises(Mistake, match="cannot be read at the moment"):
        check_password("another good one", "gu@example.cn", "灌云县知识产权局")


def test_the_doctor_names_an_old_list(app, listed):
    now = clock.now()
    assert list(doctor._breached_passwords(now)) == []
    then = (now - timedelta(days=900)).timestamp()
    os.utime(listed, (then, then))
    (finding,) = doctor._breached_passwords(now)
    assert finding.message.startswith("The list of OPENWEEK_BREACHED_PASSWORDS is of")
    listed.unlink()
    (finding,) = doctor._breached_passwords(now)
    assert "cannot be read" in finding.message
