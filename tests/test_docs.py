"""What the documentation names exists: paths, links, make targets, settings, commands."""

import re
import shlex
from pathlib import Path

import pytest
from click import Context, Group

import wsgi
from models.security import secret_files

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")),
    ]
)
IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"(?:models|kiosk|web|static|tests|tools|docs|translations|deploy)/[\w./-]*|[\w-]+\.(?:py|toml|json|md|in)"
)
# Made at set-up or at the first start.
MADE = (".venv", "node_modules", "static/vendor", "instance")
# Paths of a reader's own files in examples, and names of files in the text about a format.
EXAMPLES = {"posters.pdf", "openweek-K7-20270420093005.json"}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def words(page: Path) -> list[str]:
    return IN_BACKTICKS.findall(text(page))


def paths(page: Path) -> list[str]:
    return sorted(
        {word for word in words(page) if PATH.fullmatch(word) and not word.startswith(MADE)} - EXAMPLES
    )


def commands() -> list[str]:
    """Every `openweek` command of every page, in backticks and in fences."""
    command = re.compile(r"(?:\.venv/bin/|sudo )openweek ([^`\n#…]+)")
    found = {line.strip() for page in PAGES for line in command.findall(text(page))}
    return sorted(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_exists(page):
    assert [path for path in paths(page) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(page))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def anchors(page: Path) -> set[str]:
    """The names of its headings, as they are linked to."""
    heads = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_section_has_one(page):
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text(page))
    assert [name for file, name in links if name not in anchors(page.parent / file if file else page)] == []


def test_what_operators_install_is_in_deploy():
    """Also in the lines that are typed as they stand."""
    named = {name for page in PAGES for name in re.findall(r"(?<!tests/)\bdeploy/[\w.-]*\w", text(page))}
    assert {"deploy/openweek.service", "deploy/pgbouncer.ini"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_and_setting_exists(page):
    makefile = text(ROOT / "Makefile")
    targets = {word.split()[1] for word in words(page) if re.fullmatch(r"make [a-z]+( .*)?", word)}
    assert {name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()
    named = {word for word in words(page) if re.fullmatch(r"OPENWEEK_[A-Z_]+", word)}
    assert named <= set(wsgi.KNOWN_SETTINGS) | set(secret_files.FILE_SETTINGS)


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_exists(command):
    """Parsed by the real command line, which then does nothing."""
    arguments, current = shlex.split(command), wsgi.cli
    context = Context(current, info_name="openweek")
    while isinstance(current, Group):
        name = arguments.pop(0)
        current = current.get_command(context, name)
        assert current is not None, name
        context = Context(current, parent=context, info_name=name)
    if "--help" not in arguments:
        current.parse_args(context, arguments)


def test_on_a_server_every_command_is_given_with_its_settings():
    """Without them it would be about another installation. A section without a unit has none."""
    pages = ("install.md", "upgrade.md", "operating.md")
    sections = "\n".join(text(ROOT / "docs" / page) for page in pages).split("\n## ")
    with_unit = "\n".join(section for section in sections if not section.startswith("Start without a unit"))
    assert re.findall(r"(?<!/opt/openweek/)(?<!exec app )\.venv/bin/openweek [^`\n]+", with_unit) == []
    verified = [command for command in commands() if command.startswith("verify")]
    assert verified
    assert all("--campaign" in command for command in verified)


def test_the_test_sees_what_the_pages_name():
    assert "models/checkin/admit.py" in paths(ROOT / "docs/architecture.md")
    assert "verify --campaign rehearsal" in commands()
