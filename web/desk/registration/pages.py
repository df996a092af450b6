"""Registration at the desk: what is offered, who registered as groups and numbers, cancelling, contacts for the organizer."""

from datetime import datetime

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.ledger.holder_link_end import destroyed_at
from models.registration import contacts, lists, registrations, settings
from models.registration.settings import Problems
from models.registration.tables import ContactRule, RegistrationSettings, RegistrationState
from web import errors
from web.public.registration.words import choice_of

pages = Blueprint("desk_registration", __name__, url_prefix="/desk/events/<int:event_id>/registration")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    return overview(event, now)


def overview(event: Event, now: datetime, error: str = "") -> str:
    rows = settings.settings_of(event.id)
    offered = {row.occurrence_id for row in rows}
    return render_template(
        "desk/registration/index.html",
        campaign=event.campaign,
        event=event,
        rows=[(row, choice_of(row, now), lists.sums(row, now)) for row in rows],
        without=[one for one in _sessions(event) if one.id not in offered] if None not in offered else [],
        contacts=contacts.may_see(current_user, event),
        longest=lists.LONGEST_REASON,
        error=error,
        typed=request.form,
        destroyed_at=destroyed_at(event.campaign),
    )


def _sessions(event: Event) -> list[Occurrence]:
    return [row for row in event.occurrences if row.status == OccurrenceStatus.SCHEDULED]


@pages.get("/settings")
@login_required
def edit(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    return _form(event, _session(event, request.args.get("session", "")))


@pages.post("/settings")
@login_required
def save(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    session = _session(event, request.form.get("session", ""))
    draft, problems = settings.read_draft(request.form, event.campaign.zone)
    if draft is None:
        return _form(event, session, problems), 422
    try:
        row = settings.save(event, session, draft, now, current_user)
    except Mistake as mistake:
        return _form(event, session, error=errors.sentence(mistake)), mistake.status
    registrations.move_up(row, now)
    return redirect(url_for(".index", event_id=event.id), 303)


@pages.post("/<int:settings_id>/off")
@login_required
def switch_off(event_id: int, settings_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    try:
        settings.switch_off(settings.find_settings(event, settings_id))
    except Mistake as mistake:
        return overview(event, clock.now(), errors.sentence(mistake)), mistake.status
    return redirect(url_for(".index", event_id=event.id), 303)


@pages.get("/<int:settings_id>")
@login_required
def listed(event_id: int, settings_id: int) -> ResponseReturnValue:
    """Who registered, by state. With contacts where the organizer asks for them."""
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    row = settings.find_settings(event, settings_id)
    state, page = _state(request.args.get("state", "")), max(1, request.args.get("page", 1, int))
    found = lists.page_of(row, state, page)
    may_see = contacts.may_see(current_user, event)
    shown = found[: lists.PAGE]
    with_contacts = may_see and "contacts" in request.args
    return render_template(
        "desk/registration/list.html",
        campaign=event.campaign,
        event=event,
        row=row,
        sums=lists.sums(row, now),
        state=state,
        states=list(RegistrationState),
        shown=shown,
        page=page,
        more=len(found) > lists.PAGE,
        may_see=may_see,
        with_contacts=with_contacts,
        contacts=contacts.read_contacts([one.id for one in shown]) if with_contacts else {},
        over=settings.ends_at(row) <= now,
    )


@pages.post("/<int:settings_id>/<int:registration_id>/cancel")
@login_required
def cancel(event_id: int, settings_id: int, registration_id: int) -> ResponseReturnValue:
    """For somebody who has lost the address, or who called."""
    event = scope.event_for(current_user, event_id, scope.changes)
    row = settings.find_settings(event, settings_id)
    found = registrations.find_in(row, registration_id)
    back = found.state
    registrations.cancel(found, clock.now(), by_staff=True)
    return redirect(url_for(".listed", event_id=event.id, settings_id=row.id, state=back), 303)


def _state(text: str) -> RegistrationState:
    return RegistrationState(text) if text in set(RegistrationState) else RegistrationState.REGISTERED


def _session(event: Event, text: str) -> Occurrence | None:
    """The session that is named; None for the whole event, also of one that is not there."""
    return next((one for one in _sessions(event) if str(one.id) == text), None)


def _form(event: Event, session: Occurrence | None, problems: Problems | None = None, error: str = "") -> str:
    stored = next(
        (
            one
            for one in settings.settings_of(event.id)
            if one.occurrence_id == (session.id if session else None)
        ),
        None,
    )
    return render_template(
        "desk/registration/settings.html",
        campaign=event.campaign,
        event=event,
        session=session,
        stored=stored,
        typed=request.form if problems or error else _typed(event, session, stored),
        problems={name: errors.sentence(one) for name, one in (problems or {}).items()},
        error=error,
        rules=list(ContactRule),
        most_questions=settings.MOST_QUESTIONS,
    )


def _typed(event: Event, session: Occurrence | None, stored: RegistrationSettings | None) -> dict[str, str]:
    """The stored settings as the form has them, or its beginning: as many places as the room holds."""
    if stored is None:
        rooms = {one.capacity for one in ([session] if session else _sessions(event))}
        room = rooms.pop() if len(rooms) == 1 else None
        return {
            "places": str(room or ""),
            "largest_group": "50",
            "waiting_list": "1",
            "contact": ContactRule.NONE,
        }
    zone = clock.zone(event.campaign.zone)
    opens, closes = (
        one.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if one else ""
        for one in (stored.opens_at, stored.closes_at)
    )
    typed = {
        "places": str(stored.places),
        "largest_group": str(stored.largest_group),
        "opens_at": opens,
        "closes_at": closes,
        "contact": stored.contact,
        "questions": "\n".join(stored.questions),
    }
    return typed | ({"waiting_list": "1"} if stored.waiting_list else {})
