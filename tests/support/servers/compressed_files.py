"""Compressed static files, once in a test process: brotli takes seconds for them, and each server has an empty instance folder.
They are named by their content, and whoever writes one renames it, so servers share them as nodes share a disk."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def _folder() -> TemporaryDirectory:
    return TemporaryDirectory(prefix="openweek-compressed-")


def share(instance: Path) -> None:
    """Before the server of this instance folder starts."""
    instance.mkdir(parents=True, exist_ok=True)
    link = instance / "compressed"
    if not link.exists():
        link.symlink_to(_folder().name)


def remove() -> None:
    """At the end of the tests."""
    _folder().cleanup()
    _folder.cache_clear()
