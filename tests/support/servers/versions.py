"""Two versions of the program, to run side by side: one as it was before the newest migration, and the one after it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.servers.served_application import ROOT, Server, launch

MIGRATIONS = Path("models/migrations/versions")
PARTS = ("wsgi.py", "models", "kiosk", "web", "static", "translations")

_COMMANDS = """
import json, sys
from wsgi import cli, create_app
runner = create_app().test_cli_runner()
for args, text in json.load(sys.stdin):
    answer = runner.invoke(cli, args, input=text)
    print(json.dumps([answer.exit_code, answer.stdout, answer.stderr]), flush=True)
"""
# Its static files are compressed when they are asked for, and no test does: all of them take seconds.
_PROGRAM = """
from contextlib import suppress
with suppress(ImportError):
    from web.server import precompressed
    precompressed.compress_all = lambda: None
from wsgi import cli
cli()
"""
_NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{number:04}", "{before:04}", None, None


def upgrade() -> None:
    op.add_column("kiosk", sa.Column("made_up", sa.String(), server_default="", nullable=False))
    op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("made_up")
    op.drop_column("kiosk", "made_up")
"""


def old_and_new(folder: Path) -> tuple["Version", "Version"]:
    """This version and the one before its newest migration, from the history. Where there is no history: this one is the
    old one, and the new one a copy of it with a migration more."""
    newest = max((ROOT / MIGRATIONS).glob("[0-9]*.py")).name
    archive = _before(MIGRATIONS / newest)
    if archive is None:
        return Version(ROOT), Version(_next(folder / "next", int(newest[:4])))
    old = folder / "previous"
    old.mkdir()
    # Not by tarfile: that of Debian 12's Python knows no filter yet.
    subprocess.run(["tar", "-x", "-C", old], input=archive, check=True)
    return Version(_completed(old)), Version(ROOT)


def _before(migration: Path) -> bytes | None:
    """The program before this migration was added, as a tar; None where git or the history is missing."""
    try:
        added = _git("log", "--diff-filter=A", "--format=%H", "--", str(migration)).decode().split()
        return _git("archive", f"{added[-1]}^" if added else "HEAD", *PARTS)
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*args: str) -> bytes:
    return subprocess.run(["git", "-C", ROOT, *args], check=True, capture_output=True).stdout


def _next(tree: Path, newest: int) -> Path:
    tree.mkdir()
    shutil.copy(ROOT / PARTS[0], tree)
    for part in PARTS[1:]:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    number = newest + 1
    (tree / MIGRATIONS / f"{number:04}_made_up.py").write_text(_NEXT.format(number=number, before=newest))
    return _completed(tree)


def _completed(tree: Path) -> Path:
    """With what set-up adds: libraries of the pages and compiled catalogues."""
    (tree / "static" / "vendor").symlink_to(ROOT / "static" / "vendor")
    for catalogue in (ROOT / "translations").rglob("*.mo"):
        shutil.copy(catalogue, tree / catalogue.relative_to(ROOT))
    return tree


class Version:
    """One version of the program in a folder of its own, run by the libraries of this one."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def run(self, server: Server, *commands: list[str], text: str = "") -> list[str]:
        """What these commands print, on the database of the server. text: what they read."""
        if self._tree == ROOT and not text:
            return [server.openweek(*command) for command in commands]
        process = subprocess.run(
            [sys.executable, "-c", _COMMANDS],
            input=json.dumps([(command, text) for command in commands]),
            env=self._environment({**os.environ, **server.settings}),
            cwd=self._tree,
            capture_output=True,
            text=True,
            check=False,
        )
        answers = [json.loads(line) for line in process.stdout.splitlines()]
        failed = [said for code, _out, said in answers if code]
        assert (failed, len(answers)) == ([], len(commands)), process.stderr
        return [out for _code, out, _said in answers]

    def serve(self, server: Server) -> None:
        if self._tree != ROOT:
            server.launch = self._launch
        server.start()

    def _launch(
        self, command: list, _folder: Path, environment: dict[str, str], log: Path
    ) -> subprocess.Popen:
        program = [sys.executable, "-c", _PROGRAM, *command[1:]]
        return launch(program, self._tree, self._environment(environment), log)

    def _environment(self, environment: dict[str, str]) -> dict[str, str]:
        return {**environment, "PYTHONPATH": str(self._tree), "PYTHONSAFEPATH": "1"}
