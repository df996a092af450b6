"""Registration in tests: settings of an event, and the form of its page as a browser sends it."""

import re
from datetime import datetime, timedelta

from models.events.tables import Event
from models.registration import settings
from models.registration.settings import SettingsDraft
from models.registration.tables import ContactRule, RegistrationSettings
from tests.support.records.week import NINE

BEFORE = NINE - timedelta(days=3)


def settings_draft(places: int, **changes) -> SettingsDraft:
    values = {
        "places": places,
        "largest_group": 999,
        "waiting_list": True,
        "opens_at": None,
        "closes_at": None,
        "contact": ContactRule.NONE,
        "questions": (),
    }
    return SettingsDraft(**values | changes)


def offer(event: Event, places: int, **changes) -> RegistrationSettings:
    """Registration for a whole event."""
    return settings.save(event, None, settings_draft(places, **changes), BEFORE, None)


def send_form(browser, event: Event, **typed):
    """The answer to the form with what was typed; its hidden fields are those of the page."""
    path = f"/{event.campaign_id}/events/{event.id}/register"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', browser.get(path).text))
    return browser.post(path, data=hidden | {"group": "youth", "headcount": "1"} | typed)


def freeze(monkeypatch, at: datetime) -> None:
    monkeypatch.setattr("models.clock.now", lambda: at)
