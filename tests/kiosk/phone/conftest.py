"""One event with a printed code, and phones in front of it."""

import pytest

from models import clock
from models.codes import venue_codes
from tests.support.browser.phone import Phone
from tests.support.records.week import NINE, load_week, make_event


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def at(monkeypatch):
    """`at(instant)` is the time from now on."""

    def set_time(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_time(NINE)
    return set_time


@pytest.fixture
def event(week, at):
    return make_event(week, "知识产权进校园", venue_text="第一中学")


@pytest.fixture
def token(event):
    return venue_codes.code_for_event(event, NINE).token(NINE)


@pytest.fixture
def phone(client):
    return Phone(client)


@pytest.fixture
def another(app):
    return lambda **how: Phone(app.test_client(), **how)
