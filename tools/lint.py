"""Every linter over everything of ours; each says what it found, the status is 1 if any found something."""

import subprocess
import sys
from pathlib import Path

import frontend
from shell import VENV
from stamps import ROOT
from words import say


def commands() -> list[list[str | Path]]:
    """What to run: Python always, JavaScript and CSS as soon as there is a file of it."""
    ruff, node, modules = VENV / "bin" / "ruff", frontend.node(), frontend.MODULES
    found: list[list[str | Path]] = [[ruff, "check", "--quiet"], [ruff, "format", "--check", "--quiet"]]
    if any(ROOT.glob("static/**/*.js")):
        found.append(
            [
                node,
                modules / "eslint" / "bin" / "eslint.js",
                "--max-warnings=0",
                "--no-error-on-unmatched-pattern",
                "static",
            ]
        )
    if any(ROOT.glob("static/css/**/*.css")):
        found.append([node, modules / "stylelint" / "bin" / "stylelint.mjs", "static/css/**/*.css"])
    return found


def main() -> None:
    """Run all of them, also after one has failed."""
    failed = [command for command in commands() if subprocess.run(command, cwd=ROOT, check=False).returncode]
    if failed:
        sys.exit(1)
    say(
        "Nothing to mend: ruff, eslint and stylelint agree.",
        "没有需要修改之处：ruff、eslint 和 stylelint 均通过。",
    )


if __name__ == "__main__":
    main()
