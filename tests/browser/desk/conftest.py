"""What the browser tests of the desk share beside tests/browser/conftest.py: the named people of the week."""

import pytest

from tests.support.browser.kiosk_page import Week
from tests.support.records.people import People, make_people


@pytest.fixture(scope="module")
def people(week: Week) -> People:
    with week.rows() as campaign:
        return make_people(campaign)
