"""Pairing many devices at once: a sheet with a code for each, or one code for all, with an end."""

from datetime import datetime, time, timedelta
from io import BytesIO

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.devices import pairing_batches
from models.drawing import pdf
from models.errors import N_, Mistake
from models.events import check_in_window, scope
from models.events.tables import Event
from web import errors
from web.desk.check_in import pairing_sheet_layout
from web.desk.check_in.pairing import ENTRANCE, KINDS, PHONE
from web.words.terms import language

SHEET_KINDS = {name: may for name, may in KINDS.items() if name != PHONE}

pages = Blueprint("desk_pairing_batches", __name__, url_prefix="/desk/events/<int:event_id>/pairing-codes")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.runs_check_in), clock.now())


@pages.post("/")
@login_required
def make(event_id: int) -> ResponseReturnValue:
    """The sheet itself: its codes are stored as hashes and cannot be printed again."""
    event, now, form = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now(), request.form
    try:
        if form.get("may") not in SHEET_KINDS:
            raise Mistake(N_("Choose what the kiosk is allowed to do."))
        batch, codes = pairing_batches.create_batch(
            event,
            current_app.config["SECRET_KEY"],
            current_user,
            now,
            devices=form.get("devices", 0, type=int),
            shared=form.get("codes") == "shared",
            until=_end_of(form.get("until", ""), event),
            **SHEET_KINDS[form["may"]],
        )
    except Mistake as mistake:
        return _page(event, now, errors.sentence(mistake)), 422 if mistake.status == 400 else mistake.status
    out = BytesIO()
    sheets = pairing_sheet_layout.pages(event, batch, codes)
    pdf.write(out, _("Pairing codes") + " · " + event.title, sheets, "en" if language() == "en" else "zh-CN")
    response: Response = make_response(out.getvalue())
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="pairing-codes-{event.id}-{batch.id}.pdf"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post("/<int:batch_id>/revoke")
@login_required
def revoke(event_id: int, batch_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    pairing_batches.revoke_batch(event, batch_id, clock.now())
    return redirect(url_for(".index", event_id=event.id), 303)


def _end_of(day: str, event: Event) -> datetime:
    """The end of a day in the campaign's zone."""
    return clock.at_local(clock.parse_day(day), time(23, 59), event.campaign.zone)


def _page(event: Event, now: datetime, error: str = "") -> str:
    latest = now + pairing_batches.LONGEST - timedelta(days=1)
    last = min(check_in_window.closing_time(event), latest) if event.occurrences else latest
    zone = event.campaign.zone
    return render_template(
        "desk/check_in/pairing_batches.html",
        campaign=event.campaign,
        event=event,
        now=now,
        batches=pairing_batches.batches_of(event),
        kinds=tuple(SHEET_KINDS),
        until=clock.day_of(max(last, now), zone),
        first_day=clock.day_of(now, zone),
        last_day=clock.day_of(latest, zone),
        most=pairing_batches.MAX_DEVICES,
        entrance=ENTRANCE,
        error=error,
        typed=request.form if error else {},
    )
