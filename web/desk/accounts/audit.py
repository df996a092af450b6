"""The audit log, newest first, by act, account and day."""

import json

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.accounts import scope
from models.accounts.audit_entries import AuditFilter, entries_for
from models.accounts.throttle import normalized_address
from models.audit.tables import AuditVerb
from models.errors import N_, Mistake
from web.desk.accounts import audit_words, current, words

pages = Blueprint("desk_audit", __name__, url_prefix="/desk/audit")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        audit_detail=_detail, audit_subject=audit_words.subject_name, verb_name=audit_words.verb_name
    )


def _detail(text: str) -> dict[str, object]:
    """What an entry says beside its act, by names in the reader's language, without what is empty."""
    detail: dict[str, object] = json.loads(text)
    changed = {"before", "after"}
    return {
        audit_words.detail_name(name): audit_words.detail_value(name, value)
        for name, value in detail.items()
        if value not in (None, "", False) or name in changed & detail.keys()
    }


def _verb(text: str) -> AuditVerb | None:
    if not text:
        return None
    try:
        return AuditVerb(text)
    except ValueError:
        raise Mistake(N_("There is no act “%(value)s”."), value=text[:40]) from None


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    query = request.args
    verb, day = _verb(query.get("verb", "")), query.get("day", "")
    choice = AuditFilter(
        zone=words.zone(),
        verb=verb,
        address=normalized_address(current.kept_search("audit")) or None,
        day=clock.parse_day(day) if day else None,
        before=query.get("before", type=int),
    )
    page = entries_for(current_user, choice)
    return render_template("desk/accounts/audit.html", page=page, choice=choice, verbs=list(AuditVerb))


@pages.post("/")
@login_required
def search() -> ResponseReturnValue:
    """The e-mail address of a person is looked for in a form's body, and stands in no address."""
    scope.require_manager(current_user)
    given = request.form
    verb, day, before = (given.get(name) or None for name in ("verb", "day", "before"))
    found = current.keep_search("audit", given.get("account", "").strip())
    return redirect(url_for(".index", verb=verb, day=day, before=before, found=found), 303)
