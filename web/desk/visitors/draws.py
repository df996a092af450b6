"""Draws among the check-ins of an event: prepared and carried out at the desk, shown on the hall's screen."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event
from models.ledger.holder_link_end import destroyed_at
from models.visitors import draws
from web import errors

pages = Blueprint("desk_draws", __name__, url_prefix="/desk/events/<int:event_id>/draws")
screen = Blueprint("draw_screen", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(screen)


@pages.get("/")
@login_required
def index(event_id: int) -> str:
    return _page(scope.event_for(current_user, event_id, scope.runs_check_in))


@pages.post("/")
@login_required
def prepare(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    try:
        text = request.form.get("winners", "").strip()
        if not (text.isdecimal() and len(text) < 10):
            raise Mistake(N_("Enter how many win, as a whole number."))
        draws.prepare(event, event.campaign.today(now), int(text), now, current_user.id)
    except Mistake as mistake:
        return _page(event, errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id), 303)


@pages.post("/<int:draw_id>")
@login_required
def carry_out(event_id: int, draw_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    try:
        draws.carry_out(draws.find_draw(event, draw_id), clock.now())
    except Mistake as mistake:
        if mistake.status == 404:
            raise
        return _page(event, errors.sentence(mistake)), mistake.status
    return redirect(url_for("draw_screen.show", draw_id=draw_id), 303)


def _page(event: Event, error: str = "") -> str:
    now = clock.now()
    return render_template(
        "desk/visitors/draws.html",
        campaign=event.campaign,
        event=event,
        draws=draws.draws_of(event),
        entrants=len(draws.numbers_of(event, event.campaign.today(now))),
        most=draws.MOST_WINNERS,
        commitment=draws.commitment,
        typed=request.form.get("winners", ""),
        error=error,
        destroyed_at=destroyed_at(event.campaign),
    )


@screen.get("/draw/<int:draw_id>")
def show(draw_id: int) -> str:
    """For everybody in the hall: the commitment before, and afterwards the winners with all it takes to repeat the draw."""
    draw = draws.find(draw_id)
    entries = draw.entries or []
    return render_template(
        "desk/visitors/draw_screen.html",
        campaign=draw.event.campaign,
        draw=draw,
        event=draw.event,
        entries=entries,
        commitment=draws.commitment(draw.seed),
        winners=draws.winners_of(draw.seed, entries, draw.winners),
    )
