"""Totals of sessions that people state afterwards: estimates (rule 9), and headcounts of everybody in the room."""

from datetime import datetime, time

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.corrections import estimates, headcounts
from models.corrections.tally_sheets import groups_of
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event
from models.figures.headcounts import latest_headcount
from models.figures.visits import visits_of_sessions
from models.ledger.estimates import MAX_BASIS
from web import errors
from web.desk.attendance.paper_counts import NO_TIME

pages = Blueprint("desk_session_totals", __name__, url_prefix="/desk/events/<int:event_id>/totals")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["latest_headcount"] = latest_headcount


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.changes), clock.now())


@pages.post("/estimate")
@login_required
def estimate(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    form = request.form
    try:
        estimates.state(
            event,
            form.get("session", 0, type=int),
            form.get("group", ""),
            _number(form.get("heads", "")),
            form.get("basis", ""),
            current_user,
            now,
        )
    except Mistake as mistake:
        return _page(event, now, "estimate", errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id, saved="estimate"), 303)


@pages.post("/estimate/withdraw")
@login_required
def withdraw(event_id: int) -> ResponseReturnValue:
    event, now, form = scope.event_for(current_user, event_id, scope.changes), clock.now(), request.form
    why = form.get("why", "").strip() or _("Withdrawn at the desk.")
    estimates.withdraw(event, form.get("session", 0, type=int), form.get("group", ""), why, current_user, now)
    return redirect(url_for(".index", event_id=event.id), 303)


@pages.post("/headcount")
@login_required
def headcount(event_id: int) -> ResponseReturnValue:
    event, now, form = scope.event_for(current_user, event_id, scope.changes), clock.now(), request.form
    try:
        occurrence_id, _colon, day = form.get("when", "").partition(":")
        occurrence = next(
            (row for row in estimates.sessions_of(event, now) if str(row.id) == occurrence_id), None
        )
        if occurrence is None:
            raise Mistake(estimates.NO_SESSION)
        at = clock.at_local(clock.parse_day(day), _time(form.get("time", "")), event.campaign.zone)
        headcounts.note(event, occurrence, at, _number(form.get("people", "")), current_user, now)
    except Mistake as mistake:
        return _page(event, now, "headcount", errors.sentence(mistake)), 422
    return redirect(url_for(".index", event_id=event.id, saved="headcount", _anchor="headcounts"), 303)


@pages.post("/headcount/<int:headcount_id>/back")
@login_required
def take_back(event_id: int, headcount_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    headcounts.take_back(event, headcount_id, current_user, clock.now())
    return redirect(url_for(".index", event_id=event.id, _anchor="headcounts"), 303)


def _number(text: str) -> int:
    """-1 for what is no number: the rules refuse it with their own sentence."""
    text = text.strip().replace(",", "").replace("，", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip().replace("：", ":")).replace(tzinfo=None)
    except ValueError:
        raise Mistake(NO_TIME) from None


def _page(event: Event, now: datetime, part: str = "", error: str = "") -> str:
    sessions = estimates.sessions_of(event, now)
    today = event.campaign.today(now)
    return render_template(
        "desk/attendance/session_totals.html",
        campaign=event.campaign,
        event=event,
        sessions=sessions,
        days=[(row, day) for row in sessions for day in clock.days(row.start_day, min(row.end_day, today))],
        by_id={row.id: row for row in event.occurrences},
        groups=groups_of(event.campaign),
        stated=estimates.stated_at(event),
        noted=headcounts.noted(event),
        visits=visits_of_sessions(event.id),
        most_basis=MAX_BASIS,
        part=part,
        error=error,
        typed=request.form if error else {},
        saved=request.args.get("saved"),
    )
