"""What waits for a person at an event: scans that count only once somebody accepts them, and scans that came twice."""

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from models import access, clock, held
from models.errors import Mistake
from models.events import Event
from web import errors

SHOWN, HISTORY = 100, 50
pages = Blueprint(
    "desk_held", __name__, url_prefix="/desk/events/<int:event_id>", template_folder="templates"
)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["waiting_scans"] = held.count


@pages.get("/held")
@login_required
def index(event_id: int):
    return _page(access.event_for(current_user, event_id))


@pages.post("/held")
@login_required
def rule(event_id: int):
    event, now = access.event_for(current_user, event_id), clock.now()
    try:
        before, after = held.rule(
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
        "desk_held.html",
        campaign=event.campaign,
        event=event,
        total=held.count(event),
        waiting=held.waiting(event, SHOWN),
        decided=held.decided(event, HISTORY),
        twice=held.twice(event, HISTORY),
        accepted=held.accepted,
        told=told,
        why=request.form.get("why", ""),
        ticked=request.form.getlist("scan") if told else None,
        before=request.args.get("before", type=int),
        after=request.args.get("after", type=int),
    )
