"""Finds a Chromium for the browser tests; this module imports nothing of its neighbours, the tests use it too."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find(python: str | Path) -> str | None:
    """CHROME if it is set (alone: a wrong one must not be papered over), else the machine's own Chromium or Chrome,
    else the one that the Playwright in `python`'s environment downloaded earlier; None where none runs."""
    named = os.environ.get("CHROME")
    found = next(filter(runs, map(shutil.which, [named] if named else NAMES)), None)
    if found or named:
        return found
    command = [python, "-c", ASK_PLAYWRIGHT]
    path = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return path if runs(path) else None


def runs(path: str | None) -> bool:
    """Whether the program starts here at all: a downloaded browser may lack system libraries."""
    try:
        command = [path or "", "--version"]
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
