"""What the browser tests of the kiosk's app share beside tests/browser/conftest.py: one profile for each file, where its service
worker is installed by the first test. Installing it takes longer than most of these tests. Each begins with a page of its own,
and nothing of an earlier one is stored there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.chromium import without_errors
from tests.support.browser.device_profile import Profile
from tests.support.servers.served_application import Server


@pytest.fixture(scope="module")
def device_profile(browser: Browser) -> Iterator[Profile]:
    profile = Profile(browser)
    yield profile
    profile.close()


@pytest.fixture
def page(device_profile: Profile, server: Server) -> Iterator[Page]:
    with without_errors(device_profile.open(server.url)) as page:
        yield page
        device_profile.close_pages(page)
