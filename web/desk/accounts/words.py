"""Words of the pages about accounts: times and roles."""

from datetime import datetime

from flask import Flask, g
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import Campaign, current_campaign
from models.organizations.tables import Role, TokenScope
from web.words.terms import instant_label

_ZONE = "Asia/Shanghai"  # where there is no week yet


def register(app: Flask) -> None:
    app.jinja_env.globals.update(account_time=account_time, role_name=role_name, scope_name=scope_name)


def current_week() -> Campaign | None:
    """Asked once in a request: a page has many times."""
    if "account_week" not in g:
        g.account_week = current_campaign(clock.now())
    week: Campaign | None = g.account_week
    return week


def zone() -> str:
    week = current_week()
    return week.zone if week is not None else _ZONE


def account_time(instant: datetime) -> str:
    """The time of something that belongs to no week, in the zone of the current one."""
    return instant_label(instant, zone())


def role_name(role: Role) -> str:
    names = {
        Role.ORGANIZER: _("organizer"),
        Role.OFFICE: _("office"),
        Role.COMMITTEE: _("committee"),
        Role.VIEWER: _("viewer"),
        Role.OPERATOR: _("check-in staff"),
    }
    return names[role]


def scope_name(scope: str) -> str:
    """What a token with this scope may do."""
    names = {
        TokenScope.READ: _("read everything"),
        TokenScope.WRITE: _("create and change events, issue and revoke passes"),
        TokenScope.EVENTS: _("read events"),
        TokenScope.FIGURES: _("read figures"),
    }
    return names[TokenScope(scope)]
