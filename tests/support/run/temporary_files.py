"""Where tests write: in memory, where the machine lends enough of it. A database of PostgreSQL is some 300 small files, made and
deleted for every second test, which takes a disk ten times as long; so do the profiles of Chromium.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30  # bytes; a container often lends 64 MB


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """For this process and those it starts; a TMPDIR that somebody named stays."""
    if "TMPDIR" not in os.environ and usable(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The same for all processes of a run: their own folders have one parent."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def usable(folder: Path) -> bool:
    """Scripts of tests must run there too."""
    return (
        os.access(folder, os.W_OK | os.X_OK)
        and not os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0)
        and shutil.disk_usage(folder).free >= ENOUGH
    )
