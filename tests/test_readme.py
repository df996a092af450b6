"""What the READMEs say is run: every command, every address, every file, every setting; and both say the same."""

import re
import shlex
import urllib.request
from pathlib import Path

import pytest

import wsgi

ROOT = Path(__file__).resolve().parent.parent
BOTH = {name: (ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md")}
FENCE = re.compile(r"```\n(.*?)```", re.DOTALL)


def commands(text: str) -> list[str]:
    """Every `openweek` command, in fences and in the running text, in the order of the page."""
    return re.findall(r"\.venv/bin/openweek [^`\n#]+", text)


def addresses(text: str) -> list[str]:
    return sorted(set(re.findall(r"http://127\.0\.0\.1:8000(/[^\s`;；)）]*)", text)))


def test_both_readmes_name_the_same_things():
    english, chinese = BOTH.values()
    assert commands(english) == commands(chinese)
    assert addresses(english) == addresses(chinese)
    assert re.findall(r"^## ", english, re.M) == re.findall(r"^## ", chinese, re.M)
    assert sorted(set(re.findall(r"`([A-Z_]{6,})`", english))) == sorted(
        set(re.findall(r"`([A-Z_]{6,})`", chinese))
    )
    assert sorted(set(re.findall(r"`make \w+", english))) == sorted(set(re.findall(r"`make \w+", chinese)))


@pytest.mark.parametrize("command", commands(BOTH["README.md"]))
def test_every_command_runs(demo_server, command, tmp_path):
    words = shlex.split(command)[1:]
    words = [str(tmp_path / word) if word == "posters.pdf" else word for word in words]
    told = demo_server.openweek(*words)
    if "posters.pdf" in command:
        assert (tmp_path / "posters.pdf").read_bytes().startswith(b"%PDF")
    elif "kiosk pair" in command:
        assert re.search(r"[A-Z2-9]{4}-?[A-Z2-9]{4}", told)
    else:
        assert told.strip()


@pytest.mark.parametrize("path", addresses(BOTH["README.md"]))
def test_every_address_answers(demo_server, path):
    with urllib.request.urlopen(demo_server.url + path, timeout=30) as answer:
        assert answer.status == 200
        assert len(answer.read()) > 200


def test_what_it_says_of_the_week(demo_server):
    _status, page = demo_server.get("/ip-2024/", **{"Accept-Language": "zh"})
    assert re.search(r">\s*37\s*<", page.decode())


def test_every_file_it_names_is_there():
    named = re.findall(
        r"\]\(([^)]+)\)|`((?:models|docs|static|tests|kiosk|web)/[\w/.-]*)`", "".join(BOTH.values())
    )
    assert [path for pair in named for path in pair if path and not (ROOT / path).exists()] == []


def test_every_setting_is_known():
    named = set(re.findall(r"`(OPENWEEK_\w+)`", BOTH["README.md"]))
    assert named == set(wsgi.KNOWN_SETTINGS)


def test_every_make_target_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:^|`)make (\w+)", BOTH["README.md"], re.M))
    assert named == {"run", "test", "lint", "bench", "clean"}
    assert named <= targets
