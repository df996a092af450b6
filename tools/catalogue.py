"""Bring the Chinese catalogue up to the code: `make catalogue`. What lost its sentence is dropped; what is new waits
empty for its translation, and tests/test_catalogue.py fails until it has one."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
BABEL = Path(sys.executable).with_name("pybabel")
# What a compiler must know, and nothing that changes with every run. Without it the whole catalogue counts as fuzzy.
HEAD = """msgid ""
msgstr ""
"Language: zh\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def extract(target: Path) -> None:
    """Every marked sentence of the code into a template file."""
    options = ["-F", "babel.cfg", "-k", "N_", "-k", "_l", "--no-location", "--sort-output", "--omit-header"]
    subprocess.run([BABEL, "-q", "extract", *options, "-o", target, "."], cwd=ROOT, check=True)


def update() -> None:
    options = ["--omit-header", "--ignore-obsolete", "--no-fuzzy-matching", "-w", "110"]
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        files: list[str | Path] = ["-i", template, "-o", CATALOGUE]
        subprocess.run([BABEL, "-q", "update", "-l", "zh", *files, *options], check=True)
    CATALOGUE.write_text(HEAD + CATALOGUE.read_text())


if __name__ == "__main__":
    update()
