"""Words of the pages about accounts: times, roles, acts of the audit log."""

from datetime import datetime

from flask import Flask, g
from flask_babel import gettext as _

from models import clock
from models.audit.tables import AuditVerb
from models.campaigns.tables import current_campaign
from models.organizations.tables import Role
from web.words.terms import instant_label

_ZONE = "Asia/Shanghai"  # where there is no week yet


def register(app: Flask) -> None:
    app.jinja_env.globals.update(account_time=account_time, role_name=role_name, verb_name=verb_name)


def zone() -> str:
    """Asked once in a request: a page has many times."""
    if "account_zone" not in g:
        campaign = current_campaign(clock.now())
        g.account_zone = campaign.zone if campaign is not None else _ZONE
    return str(g.account_zone)


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


def detail_name(name: str) -> str:
    """A detail of an entry of the audit log. One that has no words yet keeps its own name."""
    return {
        "browser": _("browser"),
        "by_link": _("by link"),
        "email": _("e-mail address"),
        "invitation": _("invitation no."),
        "kind": _("kind"),
        "method": _("by"),
        "name": _("name"),
        "organization": _("organization no."),
        "role": _("role"),
        "session": _("session no."),
        "sessions": _("sessions ended"),
        "successor": _("handed over to account no."),
        "token": _("token no."),
        "tokens": _("tokens revoked"),
    }.get(name, name)


def verb_name(verb: AuditVerb) -> str:
    return {
        AuditVerb.ACCOUNT_CREATED: _("account created"),
        AuditVerb.ACCOUNT_CLOSED: _("account closed"),
        AuditVerb.ACCOUNT_REOPENED: _("account reopened"),
        AuditVerb.INVITED: _("invited"),
        AuditVerb.INVITATION_REVOKED: _("invitation revoked"),
        AuditVerb.INVITATION_ACCEPTED: _("invitation accepted"),
        AuditVerb.PASSWORD_SET: _("password set"),
        AuditVerb.RESET_LINK_CREATED: _("link for a new password created"),
        AuditVerb.SIGNED_IN: _("signed in"),
        AuditVerb.SIGN_IN_FAILED: _("sign-in failed"),
        AuditVerb.SIGNED_OUT: _("signed out"),
        AuditVerb.SESSION_ENDED: _("signed out elsewhere"),
        AuditVerb.SECOND_FACTOR_ADDED: _("second factor added"),
        AuditVerb.SECOND_FACTOR_REMOVED: _("second factor removed"),
        AuditVerb.SECOND_FACTOR_FAILED: _("second factor failed"),
        AuditVerb.RECOVERY_CODES_CREATED: _("recovery codes created"),
        AuditVerb.TOKEN_CREATED: _("token created"),
        AuditVerb.TOKEN_REVOKED: _("token revoked"),
    }[verb]
