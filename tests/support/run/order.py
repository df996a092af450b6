"""Long files of tests first: one that comes last keeps one worker busy while the other has nothing left to do."""

import pytest

# More than half a minute each, the longest first.
LONG = (
    "tests/browser/test_every_page.py",
    "tests/test_environment.py",
    "tests/browser/test_journeys.py",
    "tests/web/test_route_rules.py",
    "tests/web/api/test_description_holds.py",
    "tests/kiosk/phone/test_many_phones.py",
    "tests/kiosk/simulator/test_fleet.py",
)
# Less than a second each.
SHORT = (
    "tests/test_imports.py",
    "tests/test_floors.py",
    "tests/test_raw_words.py",
    "tests/test_js_imports.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Workers take files in the order of their tests, not by the number of tests in them."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.nodeid.partition("::")[0]))


def place(file: str) -> int:
    """Files of one place stay as they were found: the browser's are long, and their name comes early."""
    if file in LONG:
        return LONG.index(file) - len(LONG)
    return 1 if file in SHORT else 0
