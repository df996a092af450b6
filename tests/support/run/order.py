"""Files that take long first: one that comes last keeps one worker busy while the other has nothing left to do. The browser waits
and computes beside its test, so its files are mixed with the others."""

from collections import Counter

import pytest

# Longer than the number of their tests says, the longest first.
LONG = (
    "tests/browser/test_every_page.py",
    "tests/web/test_route_rules.py",
    "tests/web/api/test_description_holds.py",
    "tests/browser/test_journeys.py",
    "tests/web/test_identifier_pairs.py",
    "tests/kiosk/phone/test_many_phones.py",
    "tests/test_environment.py",
    "tests/test_deploy_proxies.py",
    "tests/web/commands/test_demo.py",
    "tests/kiosk/simulator/test_fleet.py",
    "tests/web/server/test_rolling_upgrade.py",
    "tests/deploy/test_failover.py",
    "tests/models/backup/test_backup.py",
    "tests/test_readme.py",
    "tests/test_setup.py",
    "tests/test_many_pages.py",
    "tests/web/commands/test_first_start.py",
    "tests/models/figures/publication/test_withholding.py",
    "tests/web/server/test_standby.py",
    "tests/deploy/test_pgbouncer.py",
    "tests/corpus/test_office_files.py",
)
# How many tests with a database take as long as one with a browser, with a server, or with neither of these.
BROWSER, SERVER, PLAIN = 10, 5, 0.05
SERVERS = {"server", "live_server", "demo_server"}


def pytest_configure(config: pytest.Config) -> None:
    """Workers take files in the order of their tests, not by the number of tests in them."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file stay together, in their order."""
    weights: Counter[str] = Counter()
    for item in items:
        weights[file_of(item)] += weight(item)
    items.sort(key=lambda item: (place(file_of(item)), -weights[file_of(item)], file_of(item)))


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def weight(item: pytest.Item) -> float:
    if item.get_closest_marker("browser"):
        return BROWSER
    if not SERVERS.isdisjoint(item.fixturenames):
        return SERVER
    return 1 if "database_url" in item.fixturenames else PLAIN


def place(file: str) -> int:
    return LONG.index(file) if file in LONG else len(LONG)
