"""What waits for a person at an event: scans that count only once somebody accepts them, and scans that came twice."""

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from models import clock
from models.checkin import scan_review
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event
from web import errors

SHOWN, HISTORY = 100, 50
pages = Blueprint("desk_held", __name__, url_prefix="/desk/events/<int:event_id>")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["waiting_scans"] = scan_review.count


@pages.get("/held")
@login_required
def index(event_id: int):
    return _page(scope.event_for(current_user, event_id))


@pages.post("/held")
@login_required
def rule(event_id: int):
    event, now = scope.event_for(current_user, event_id), clock.now()
    try:
        before, after = scan_review.decide_many(
            event,
            _chosen(),
            request.form.get("decision", ""),
            request.form.get("why", ""),
            current_user.id,
            now,
        )
    except Mistake as mistake:
        return _page(event, errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id, before=before, after=after), 303)


def _chosen() -> list[UUID]:
    """The ids that were ticked; what is no id chooses nothing."""
    found = []
    for text in request.form.getlist("scan"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _page(event: Event, told: str = "") -> str:
    return render_template(
        "desk/scan_review.html",
        campaign=event.campaign,
        event=event,
        total=scan_review.count(event),
        waiting=scan_review.waiting(event, SHOWN),
        decided=scan_review.decided(event, HISTORY),
        twice=scan_review.twice(event, HISTORY),
        accepted=scan_review.accepted,
        told=told,
        why=request.form.get("why", ""),
        ticked=request.form.getlist("scan") if told else None,
        before=request.args.get("before", type=int),
        after=request.args.get("after", type=int),
    )
