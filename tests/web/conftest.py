"""What the tests of the web share. A file that needs another beginning overrides one of these by its name:

cast         the week of 2024 with its people
english      a client that reads English
gus_browser  the same, signed in as Gu, an organizer
"""

import pytest

from tests.support.cast import Cast, make_cast, sign_in
from tests.support.clients import Client
from tests.support.week import load_week


@pytest.fixture
def cast(app) -> Cast:
    return make_cast(load_week())


@pytest.fixture
def english(client: Client) -> Client:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def gus_browser(english: Client, cast: Cast) -> Client:
    sign_in(english, cast.gu)
    return english
