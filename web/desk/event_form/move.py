"""Move an event, or one of its sessions, to another day. Before, the page says what subscribers will see."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Conflict, Mistake
from models.events import scope
from models.events.draft import draft_of
from models.events.tables import Event
from models.publishing import proposals, session_moves
from web.errors import sentence
from web.public.listing import outside_week
from web.words import proposals as change_words

pages = Blueprint("desk_move", __name__, url_prefix="/desk/events")


@dataclass(frozen=True)
class MoveWords:
    """A session before and after its move. begun: people may have been counted on the old days."""

    before: str
    after: str
    begun: bool
    outside: bool


def move_words(step: session_moves.Step, campaign: Campaign, now: datetime) -> MoveWords:
    after, zone = step.after, campaign.zone
    return MoveWords(
        change_words.when(step.before, zone),
        change_words.when(after, zone),
        step.has_begun(campaign.today(now)),
        outside_week(campaign, after.start_day, after.end_day),
    )


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/<int:event_id>/move")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    if not (request.args.get("days") or request.args.get("day")):
        return _page(event)
    try:
        return _page(event, session_moves.steps(event, _days(event)))
    except Mistake as mistake:
        return _page(event, problem=sentence(mistake)), 422


@pages.post("/<int:event_id>/move")
@login_required
def carry_out(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    try:
        seen = request.form.get("seen", "")
        session_moves.move(event, _days(event), clock.now(), current_user, seen)
    except Conflict as conflict:
        db.session.expire_all()
        return _page(event, _steps(event), sentence(conflict)), 409
    except Mistake as mistake:
        return _page(event, problem=sentence(mistake)), mistake.status
    return redirect(url_for("desk_events.event", event_id=event.id), 303)


def _days(event: Event) -> dict[int, int]:
    """By occurrence, by how many days it is moved, as the form says. A day wins over a number of days."""
    chosen = request.values.get("session", type=int)
    day, days = request.values.get("day", ""), request.values.get("days", "").strip()
    if day:
        number = session_moves.days_until(event, chosen, clock.parse_day(day))
    else:
        digits = days.removeprefix("+").removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 5):
            raise Mistake(N_("Please give a day, or a number of days such as 1 or -2."))
        number = int(days)
    return {row.id: number for row in session_moves.movable(event) if chosen in (None, row.id)}


def _steps(event: Event) -> list[session_moves.Step]:
    """What the move would change now; nothing where it is refused."""
    try:
        return session_moves.steps(event, _days(event))
    except Mistake:
        return []


def _page(event: Event, steps: list[session_moves.Step] | None = None, problem: str = "") -> str:
    zone = event.campaign.zone
    return render_template(
        "desk/event_form/move.html",
        campaign=event.campaign,
        event=event,
        sessions=[
            (row.id, change_words.when(before, zone))
            for row, before in zip(session_moves.movable(event), draft_of(event).occurrences, strict=False)
        ],
        steps=[move_words(step, event.campaign, clock.now()) for step in steps or []],
        must_propose=proposals.must_propose(event, current_user),
        typed={name: request.values.get(name, "") for name in ("session", "day", "days")},
        seen=session_moves.days_mark(event),
        problem=problem,
    )
