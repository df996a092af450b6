"""What the tests of the web share. A file that needs another beginning overrides one of these by its name:

cast         the week of 2024 with its people
english      a client that reads English
gus_browser  the same, signed in as Gu, an organizer
"""

import pytest

from tests.support.records.people import People, make_people, sign_in
from tests.support.records.week import load_week
from tests.support.servers.clients import Client


@pytest.fixture
def people(app) -> People:
    return make_people(load_week())


@pytest.fixture
def english(client: Client) -> Client:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def gus_browser(english: Client, people: People) -> Client:
    sign_in(english, people.gu)
    return english
