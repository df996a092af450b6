"""Words of registration: whether it is open, places left, states. Also for the desk and for messages."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from models import clock
from models.events.tables import Event
from models.registration import settings
from models.registration.settings import Openness
from models.registration.tables import RegistrationSettings, RegistrationState
from web.words import terms


@dataclass(frozen=True)
class RegistrationChoice:
    """Settings as a visitor meets them."""

    settings: RegistrationSettings
    openness: Openness
    words: str

    @property
    def id(self) -> int:
        return self.settings.id

    @property
    def can_register(self) -> bool:
        return self.openness == Openness.OPEN and (self.settings.left > 0 or self.settings.waiting_list)


def register(app: Flask) -> None:
    app.jinja_env.globals.update(registration_choices=registration_choices, state_name=state_name)


def registration_choices(event: Event, now: datetime | None = None) -> list[RegistrationChoice]:
    """What an event offers to register for, sessions that do not take place left out. One query."""
    now = now or clock.now()
    choices = [choice_of(row, now) for row in settings.settings_of(event.id)]
    return [choice for choice in choices if choice.openness != Openness.NOT_HELD]


def choice_of(row: RegistrationSettings, now: datetime) -> RegistrationChoice:
    state = settings.openness(row, now)
    return RegistrationChoice(row, state, openness_words(row, state))


def openness_words(row: RegistrationSettings, state: Openness) -> str:
    zone = row.event.campaign.zone
    if state == Openness.NOT_YET and row.opens_at is not None:
        return _("Registration opens on %(when)s.", when=terms.instant_label(row.opens_at, zone))
    if state == Openness.CLOSED:
        return _("Registration is closed.")
    if state == Openness.NOT_HELD:
        return _("This event does not take place, so nobody can register.")
    return left_words(row)


def left_words(row: RegistrationSettings) -> str:
    if row.left > 0:
        left = ngettext("%(num)s place left", "%(num)s places left", row.left)
        return _("%(left)s, of %(all)s", left=left, all=row.places)
    if row.waiting_list:
        return _("All places are taken. You can join the waiting list.")
    return _("All places are taken.")


def state_name(state: RegistrationState) -> str:
    return {
        RegistrationState.REGISTERED: _("Registered"),
        RegistrationState.WAITING: _("On the waiting list"),
        RegistrationState.CANCELLED: _("Cancelled"),
    }[state]
