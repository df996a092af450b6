"""Finds a Chromium for the browser tests; this module imports nothing of its neighbours, the tests use it too."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def runs(path: str | Path) -> bool:
    """Whether the program starts here at all: a downloaded browser may lack system libraries."""
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def on_machine() -> str | None:
    """CHROME if it is set (alone: a wrong one must not be papered over), else the machine's own Chromium or Chrome."""
    named = os.environ.get("CHROME")
    if named:
        path = shutil.which(named)
        return path if path and runs(path) else None
    return next((path for path in map(shutil.which, NAMES) if path and runs(path)), None)


def from_playwright(python: str | Path) -> str | None:
    """The Chromium that Playwright downloaded earlier, asked of the Playwright in `python`'s environment."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    return told if told and Path(told).exists() and runs(told) else None


def find(python: str | Path) -> str | None:
    """A Chromium that runs, or None."""
    found = on_machine()
    return found if found or os.environ.get("CHROME") else from_playwright(python)
