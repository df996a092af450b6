"""Compressed static files, once in a run: brotli takes seconds for them, and each server has an empty instance folder.
They are named by their content, and whoever writes one renames it, so servers share them as nodes share a disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.run.temporary_files import shared_folder

_FOLDER: list[Path] = []


@pytest.fixture(scope="session", autouse=True)
def _compressed_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    _FOLDER.append(shared_folder(tmp_path_factory) / "compressed")
    _FOLDER[0].mkdir(exist_ok=True)
    yield
    _FOLDER.clear()


def share(instance: Path) -> None:
    """Before an application with this instance folder compresses one."""
    instance.mkdir(parents=True, exist_ok=True)
    link = instance / "compressed"
    if not link.exists():
        link.symlink_to(_FOLDER[0])
