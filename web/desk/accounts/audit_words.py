"""Words of the audit log: acts, what they are about, and their details."""

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from models.audit.tables import AuditEntry, AuditSubject, AuditVerb
from models.ledger.tables import Decision
from models.organizations.tables import Role, TokenScope
from web.desk.accounts.words import current_week, role_name, scope_name
from web.words.terms import group_name, region_label


def detail_name(name: str) -> str:
    """A detail of an entry of the audit log. One that has no words yet keeps its own name."""
    return {
        "after": _("after"),
        "batch": _("pairing sheet no."),
        "before": _("before"),
        "browser": _("browser"),
        "by_link": _("by link"),
        "code": _("code no."),
        "decision": _("decision"),
        "email": _("e-mail address"),
        "event": _("event no."),
        "group": _("audience group"),
        "heads": _("people"),
        "invitation": _("invitation no."),
        "kind": _("kind"),
        "merged": _("merged no."),
        "method": _("by"),
        "move": _("move no."),
        "name": _("name"),
        "new": _("new pass no."),
        "occurrence": _("session of the event no."),
        "organization": _("organization no."),
        "other_person": _("another person at the directory"),
        "registration": _("registration no."),
        "role": _("role"),
        "rows": _("rows"),
        "scans": _("scans"),
        "scopes": _("scopes"),
        "screen": _("screen no."),
        "session": _("session no."),
        "sessions": _("sessions ended"),
        "setting": _("setting"),
        "sheet": _("counting sheet no."),
        "successor": _("handed over to account no."),
        "token": _("token no."),
        "tokens": _("tokens revoked"),
        "why": _("reason"),
        "url": _("address"),
        "webhook": _("webhook no."),
    }.get(name, name)


def detail_value(name: str, value: object) -> object:
    """A value of an entry of the audit log, in words where it is a code."""
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("before", "after") and isinstance(value, str):
        return _entrance(json.loads(value))
    if not isinstance(value, str):
        return value
    if name == "scopes":
        return _(", ").join(
            scope_name(scope) if scope in set(TokenScope) else scope for scope in value.split()
        )
    if name == "group" and (week := current_week()) is not None:
        return group_name(week, value)
    if name == "role" and value in set(Role):
        return role_name(Role(value))
    words = {
        ("method", "password"): _("password"),
        ("method", "code"): _("password and code"),
        ("method", "passkey"): _("passkey"),
        ("method", "invitation"): _("invitation"),
        ("method", "reset"): _("link for a new password"),
        ("method", "directory"): _("directory"),
        ("kind", "app"): _("Authenticator app"),
        ("kind", "passkey"): _("passkey"),
        ("kind", "all"): _("All"),
        ("setting", "publishes"): _("publishes by itself"),
        ("setting", "limited"): _("limited to its sector"),
        ("decision", Decision.ACCEPT): _("counts"),
        ("decision", Decision.SET_ASIDE): _("does not count"),
    }
    return words.get((name, value), value)


def _entrance(settings: Mapping[str, Any]) -> str:
    """The check-in settings of an event in one line."""
    parts = [_("exits are scanned") if settings["exits"] else _("exits are not scanned")]
    if settings["question"]:
        parts.append(_("visitors are asked one question"))
    if settings["metres"] is not None:
        parts.append(_("phones within %(metres)s m", metres=settings["metres"]))
    parts += [
        _("session %(id)s: %(capacity)s places", id=id, capacity=capacity)
        for id, capacity in settings["capacities"].items()
        if capacity is not None
    ]
    return _(", ").join(parts)


def subject_name(entry: AuditEntry, names: Mapping[tuple[str, int], str]) -> str:
    """What an entry is about. names: of accounts, organizations and events, by kind and id."""
    if entry.subject is None or entry.subject_id is None:
        return ""
    name = names.get((entry.subject, entry.subject_id))
    if name is not None:
        return name
    if entry.subject == AuditSubject.REGION:
        return region_label(str(entry.subject_id)) or str(entry.subject_id)
    kinds: dict[str, str] = {
        AuditSubject.ACCOUNT: _("account no. %(id)s", id=entry.subject_id),
        AuditSubject.INVITATION: _("invitation no. %(id)s", id=entry.subject_id),
        AuditSubject.ORGANIZATION: _("organization no. %(id)s", id=entry.subject_id),
        AuditSubject.EVENT: _("event no. %(id)s", id=entry.subject_id),
        AuditSubject.PASS: _("pass no. %(id)s", id=entry.subject_id),
        AuditSubject.KIOSK: _("kiosk no. %(id)s", id=entry.subject_id),
    }
    return kinds.get(entry.subject) or f"{entry.subject} {entry.subject_id}"


def verb_name(verb: str) -> str:
    """An act in words; of one that only a newer version knows, its own name."""
    names: dict[str, str] = {
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
        AuditVerb.DIRECTORY_BOUND: _("bound to a person at the directory"),
        AuditVerb.DIRECTORY_RELEASED: _("released from the directory"),
        AuditVerb.TOKEN_CREATED: _("token created"),
        AuditVerb.TOKEN_REVOKED: _("token revoked"),
        AuditVerb.ORGANIZATION_CHANGED: _("setting of an organization changed"),
        AuditVerb.ORGANIZATIONS_MERGED: _("organizations merged"),
        AuditVerb.REGION_CHANGED: _("setting of a region changed"),
        AuditVerb.PASS_REVOKED: _("pass revoked"),
        AuditVerb.PASS_REPLACED: _("pass replaced"),
        AuditVerb.VENUE_CODE_REPLACED: _("printed code replaced"),
        AuditVerb.KIOSK_REVOKED: _("kiosk taken out of service"),
        AuditVerb.PAIRING_REVOKED: _("pairing codes revoked"),
        AuditVerb.SCREEN_REVOKED: _("screen taken out of service"),
        AuditVerb.ENTRANCE_CHANGED: _("check-in settings changed"),
        AuditVerb.SCANS_DECIDED: _("scans decided on"),
        AuditVerb.SCANS_MOVED: _("attendance moved"),
        AuditVerb.MOVE_UNDONE: _("move of attendance undone"),
        AuditVerb.ESTIMATE_STATED: _("total declared afterwards"),
        AuditVerb.ESTIMATE_WITHDRAWN: _("declared total withdrawn"),
        AuditVerb.HEADCOUNT_NOTED: _("headcount noted"),
        AuditVerb.HEADCOUNT_REMOVED: _("headcount removed"),
        AuditVerb.PAPER_COUNT_ENTERED: _("count from paper entered"),
        AuditVerb.CONTACTS_EXPORTED: _("contacts exported"),
        AuditVerb.REGISTRATION_CANCELLED: _("registration cancelled"),
        AuditVerb.WEBHOOK_ADDED: _("webhook added"),
        AuditVerb.WEBHOOK_REMOVED: _("webhook removed"),
    }
    return names.get(verb, verb)
