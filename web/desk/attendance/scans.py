"""The scans of an event at the desk: any of them can be set aside, accepted or moved to another session, with a reason."""

from datetime import date, datetime
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from sqlalchemy import Select

from models import clock
from models.corrections import moves, scan_list, scan_review
from models.corrections.scan_list import MAX_RANGE, ScanChoice
from models.corrections.tally_sheets import groups_of
from models.db import LARGEST_ID, db
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event
from models.figures.checks.answers import answers_of
from models.figures.filters import FiguresFilter
from models.figures.visits import visit_rows, visits_of
from models.ledger.tables import Decision, Method, ScanKind
from web import errors
from web.desk.attendance.scan_review import selected_ids

KINDS = (ScanKind.PASS, ScanKind.VENUE, ScanKind.TOUCH, ScanKind.TALLY)
FIELDS = ("device", "day", "hour", "kind", "group")
MOVE, SHOW_SESSIONS = "move", "sessions"
MOST_OFFERED = 300  # events in the list of suggestions
CHOOSE_SESSION = N_("Now the sessions of that event are shown. Choose one of them, then move.")
NO_EVENT = N_("No event, or more than one, has “%(words)s” in its title. Choose one of the list.")

pages = Blueprint("desk_scans", __name__, url_prefix="/desk/events/<int:event_id>/scans")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    return _page(event, clock.now())


@pages.post("/")
@login_required
def correct(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    if request.form.get("decision") == SHOW_SESSIONS:
        return _page(event, now, keep=True)
    before = _visits(event)
    try:
        _correct(event, now)
    except Mistake as mistake:
        if mistake.status == 404:
            raise
        return _page(event, now, errors.sentence(mistake)), 422 if mistake.status == 400 else mistake.status
    query = urlencode({**_fields(), "before": before, "after": _visits(event)})
    return redirect(f"{url_for('.index', event_id=event.id)}?{query}", 303)


@pages.post("/moves/<int:move_id>/undo")
@login_required
def undo_move(event_id: int, move_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    before = _visits(event)
    moves.undo(event, move_id, request.form.get("why", ""), current_user, now)
    return redirect(url_for(".index", event_id=event.id, before=before, after=_visits(event)), 303)


def _correct(event: Event, now: datetime) -> None:
    """One correction of the ticked rows, or of all that are chosen. Raises Mistake."""
    ids = scan_list.ids_of(event, _choice()) if "all" in request.form else selected_ids()
    if not ids:
        raise Mistake(N_("Please tick at least one scan."))
    if len(ids) > MAX_RANGE:
        raise Mistake(
            N_("These are more than %(most)s scans. Choose a kiosk or an hour."), most=f"{MAX_RANGE:,}"
        )
    decision, why = request.form.get("decision", ""), request.form.get("why", "")
    if decision == MOVE:
        occurrence_id, _colon, day = request.form.get("to", "").partition(":")
        target = moves.target_for(
            current_user,
            int(occurrence_id) if occurrence_id.isdecimal() and int(occurrence_id) <= LARGEST_ID else 0,
            clock.parse_day(day) if day else None,
            now,
        )
        if request.form.get("to_event") and target.occurrence.event_id != _target_event(event).id:
            raise Mistake(CHOOSE_SESSION)  # the event was typed after the sessions were shown
        moves.move(event, ids, target, why, current_user, now)
    else:
        scan_review.decide_on_rows(event, ids, decision, why, current_user.id, now)


def _visits(event: Event) -> int:
    return visits_of([event.id]).get(event.id, 0)


def _fields() -> dict[str, str]:
    """The chosen filters as they travel in addresses and forms."""
    values = {name: request.values.get(name, "") for name in FIELDS}
    return {name: value for name, value in values.items() if value}


def _choice() -> ScanChoice:
    """Raises Mistake for a day that is none; other values that are none choose nothing."""
    chosen = _fields()
    return ScanChoice(
        device=_number(chosen.get("device"), LARGEST_ID),
        day=clock.parse_day(chosen["day"]) if "day" in chosen else None,
        hour=_number(chosen.get("hour"), 23),
        kind=ScanKind(chosen["kind"]) if chosen.get("kind") in KINDS else None,
        group=chosen.get("group"),
    )


def _number(text: str | None, most: int) -> int | None:
    return min(int(text), most) if text and text.isdecimal() and len(text) < 10 else None


def _target_event(event: Event) -> Event:
    """The event whose sessions are offered to move scans to: another one by its number or words of its title, else this
    one. Raises NotFound for a number out of reach, Mistake for a title that is not one event's."""
    words = request.values.get("to_event", "").strip()
    number = _number(words.partition(" ")[0], LARGEST_ID)
    if number:
        return scope.event_for(current_user, number, scope.changes)
    if not words:
        return event
    rows = db.session.scalars(
        _others(event).where(Event.title.icontains(words, autoescape=True)).limit(2)
    ).all()
    if len(rows) != 1:
        raise Mistake(NO_EVENT, words=words[:40])
    return rows[0]


def _others(event: Event) -> Select[tuple[Event]]:
    """The other events of the week that scans can be moved to."""
    query = scope.events_for(current_user, scope.changes)
    return query.where(
        Event.campaign_id == event.campaign_id, Event.id != event.id, Event.published_at.is_not(None)
    )


def _offered(event: Event) -> list[str]:
    """The list of suggestions: number and title of each, those of the same place first."""
    same_place = (Event.region_code == event.region_code).desc()
    columns = _others(event).with_only_columns(Event.id, Event.title)
    rows = db.session.execute(
        columns.order_by(same_place, Event.calendar_place, Event.id).limit(MOST_OFFERED)
    )
    return [f"{row.id} {row.title}" for row in rows]


def _target_sessions(event: Event, today: date) -> list[tuple]:
    """The sessions that have begun, each whole or, of several days, by day."""
    sessions: list[tuple] = []
    for row in event.occurrences:
        days = clock.days(row.start_day, min(row.end_day, today)) if row.start_day <= today else []
        sessions += (
            [(row, day) for day in days] if row.start_day != row.end_day else [(row, None)] * len(days)
        )
    return sessions


def _page(event: Event, now: datetime, error: str = "", *, keep: bool = False) -> str:
    """keep: ticks and words stay as they were sent, as they do after an error."""
    target, no_target = event, ""
    try:
        target = _target_event(event)
    except Mistake as mistake:
        if mistake.status == 404:
            raise
        no_target = errors.sentence(mistake)
    chosen, (devices, days) = _fields(), scan_list.filters_of(event)
    of_event = FiguresFilter(events=(event.id,))
    methods = {
        key[0]: row["visits"] for key, row in visit_rows(event.campaign, ("method",), of_event).items()
    }
    return render_template(
        "desk/attendance/scans.html",
        campaign=event.campaign,
        event=event,
        chosen=chosen,
        query=urlencode(chosen),
        visits=sum(methods.values()),
        declared=methods.get(Method.ESTIMATE, 0),
        listed=scan_list.page_of(event, _choice(), request.args.get("page", 1, type=int)),
        devices=devices,
        days=days,
        most=MAX_RANGE,
        kinds=KINDS,
        groups=groups_of(event.campaign),
        target=target,
        no_target=no_target,
        offered=_offered(event),
        sessions=_target_sessions(target, event.campaign.today(now)),
        moved=moves.moves_of(event),
        answered=list(answers_of([event.id]).values()),
        error=error,
        typed=request.form if error or keep else {},
        ticked=request.form.getlist("scan") if error or keep else [],
        decisions=(Decision.SET_ASIDE, Decision.ACCEPT),
        before=request.args.get("before", type=int),
        after=request.args.get("after", type=int),
    )
