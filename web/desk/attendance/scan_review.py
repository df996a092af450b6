"""Scan review: held scans that count only once accepted, and conflicts."""

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.corrections import scan_review
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event
from web import errors

MAX_WAITING, MAX_DECIDED = 100, 50
pages = Blueprint("desk_scan_review", __name__, url_prefix="/desk/events/<int:event_id>")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["waiting_scans"] = scan_review.count


@pages.get("/held")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.changes))


@pages.post("/held")
@login_required
def decide(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    try:
        before, after = scan_review.decide_many(
            event,
            selected_ids(),
            request.form.get("decision", ""),
            request.form.get("why", ""),
            current_user.id,
            now,
        )
    except Mistake as mistake:
        return _page(event, errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id, before=before, after=after), 303)


def selected_ids() -> list[UUID]:
    """The ticked ids; malformed ones are ignored."""
    ids = []
    for text in request.form.getlist("scan"):
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(ids))


def _page(event: Event, error: str = "") -> str:
    return render_template(
        "desk/attendance/scan_review.html",
        campaign=event.campaign,
        event=event,
        total=scan_review.count(event),
        waiting=scan_review.waiting(event, MAX_WAITING),
        decided=scan_review.decided(event, MAX_DECIDED),
        conflicting=scan_review.conflicting(event, MAX_DECIDED),
        accepted=scan_review.accepted,
        error=error,
        why=request.form.get("why", ""),
        ticked=request.form.getlist("scan") if error else None,
        before=request.args.get("before", type=int),
        after=request.args.get("after", type=int),
    )
