"""Entrance settings of an event: exits, capacities, nearness of phones."""

from datetime import datetime

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.checkin.entrance_settings import MAX_CAPACITY, save_entrance_settings
from models.checkin.phone import nearness
from models.errors import N_, Mistake
from models.events import check_in_window, scope
from models.events.tables import Event, Occurrence
from models.ledger.occupancy import occupancy
from web import errors

pages = Blueprint("desk_entrance", __name__, url_prefix="/desk/events/<int:event_id>")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/door")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.changes))


@pages.post("/door")
@login_required
def change(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    try:
        save_entrance_settings(
            event,
            clock.now(),
            track_exits="track_exits" in request.form,
            asks_opinion="asks_opinion" in request.form,
            near_metres=_whole_number(request.form.get("near_metres", "")),
            capacities={
                row.id: _whole_number(request.form.get(f"capacity-{row.id}", "")) for row in event.occurrences
            },
        )
    except Mistake as mistake:
        return _page(event, errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id, saved=1), 303)


def _whole_number(text: str) -> int | None:
    """A number as it is typed; None for an empty field. Raises Mistake."""
    text = text.strip()
    if text and not (text.isdecimal() and len(text) < 10):
        raise Mistake(
            N_("“%(text)s” is not a whole number. Enter a number such as 120, or leave the field empty."),
            text=text[:40],
        )
    return int(text) if text else None


def _overfull(event: Event, now: datetime) -> list[tuple[Occurrence, int]]:
    """The occurrences with more people inside now than their capacity, each with how many are inside."""
    windows = check_in_window.windows_of([event.id], event.campaign.zone)
    heads = occupancy([window.occurrence_id for window in windows if window.opens <= now < window.closes])
    inside = [(row, heads[row.id]) for row in event.occurrences if row.id in heads]
    return [(row, count) for row, count in inside if row.capacity is not None and count > row.capacity]


def _page(event: Event, error: str = "") -> str:
    return render_template(
        "desk/check_in/entrance.html",
        campaign=event.campaign,
        event=event,
        placed=nearness.has_coordinates(event),
        least=nearness.MIN_METRES,
        most=nearness.MAX_METRES,
        most_inside=MAX_CAPACITY,
        error=error,
        typed=request.form if error else None,
        saved="saved" in request.args,
        overfull=_overfull(event, clock.now()),
    )
