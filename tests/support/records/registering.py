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


def address(event: Event) -> str:
    return f"/{event.campaign_id}/events/{event.id}/register"


def hidden_fields(browser, event: Event) -> dict[str, str]:
    page = browser.get(address(event)).text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))


def send_form(browser, event: Event, **typed):
    """The answer to the form with what was typed; its hidden fields are those of the page."""
    fields = hidden_fields(browser, event) | {"group": "youth", "headcount": "1"} | typed
    return browser.post(address(event), data=fields)


def freeze(monkeypatch, at: datetime) -> None:
    monkeypatch.setattr("models.clock.now", lambda: at)
