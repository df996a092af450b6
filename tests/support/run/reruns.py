"""How often a test has failed is kept in files, one for each that did. pytest-rerunfailures lets each process tell it to the
first one and ask that one, byte by byte, before every test: two thousandths of a second each, and there are thousands."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

FOLDER = "openweek_failures"  # in what a process is told at its start


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Where there are several processes; one alone asks nobody."""
    failures = getattr(config, "failures_db", None)
    if not hasattr(failures, "sock"):
        return
    if hasattr(config, "workerinput"):
        failures.sock.close()
        folder = Path(config.workerinput[FOLDER])
    else:
        temporary = TemporaryDirectory(prefix="openweek-failures-")
        config.add_cleanup(temporary.cleanup)
        folder = Path(temporary.name)
        config.pluginmanager.register(_Told(folder))
    keep_in_files(failures, folder, config.option.reruns or 0)


class _Told:
    def __init__(self, folder: Path):
        self._folder = folder

    def pytest_configure_node(self, node) -> None:
        node.workerinput[FOLDER] = str(self._folder)


def keep_in_files(failures, folder: Path, reruns: int) -> None:
    """The plugin's table: for each test how often it failed ("f"), and how often it is tried again ("r"), here all alike."""

    def get(test: str, kind: str) -> int:
        if kind == "r":
            return reruns
        file = folder / test
        return int(file.read_text()) if file.exists() else 0

    def put(test: str, kind: str, count: int) -> None:
        if kind == "f":
            (folder / test).write_text(str(count))

    failures._get, failures._set = get, put
