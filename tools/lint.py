"""Every linter over everything of ours; each says what it found, the status is 1 if any found something."""

import subprocess
import sys
from pathlib import Path

from steps import BIN, MODULES, with_node
from terminal import ROOT, say

NODE = MODULES / ".bin"
COMMANDS: list[list[str | Path]] = [
    [BIN / "ruff", "check", "--quiet"],
    [BIN / "ruff", "format", "--check", "--quiet"],
    [BIN / "mypy", "--no-error-summary"],
    [NODE / "eslint", "--max-warnings=0", "static"],
    [NODE / "stylelint", "static/css/**/*.css"],
    [NODE / "tsc", "-p", "tsconfig.json"],
    [NODE / "tsc", "-p", "tsconfig.workers.json"],
]


def main() -> None:
    """Run all of them, also after one has failed."""
    env = with_node()
    failed = [
        command for command in COMMANDS if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    ]
    if failed:
        sys.exit(1)
    say(
        "Nothing to mend: ruff, mypy, eslint, tsc and stylelint agree.",
        "没有需要修改之处：ruff、mypy、eslint、tsc 和 stylelint 均通过。",
    )


if __name__ == "__main__":
    main()
