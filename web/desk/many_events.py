"""Many events at once: chosen in the list, shown with what happens to each, and then done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import MultiDict

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event, Occurrence
from models.public import filters, queries
from models.publishing import history, many_events, session_moves
from models.publishing.many_events import ManyAction, Order, Outcome
from web.desk.event_form.move import MoveWords, move_words
from web.desk.events import list_conditions
from web.errors import sentence

pages = Blueprint("desk_many_events", __name__, url_prefix="/desk/events/many")


@dataclass(frozen=True)
class Line:
    """One event and what happens to it. refusal: a sentence, where nothing happens. move: of its first session. seen: as in
    Order."""

    event: Event
    outcome: Outcome | None
    refusal: str = ""
    move: MoveWords | None = None
    seen: str = ""


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        many_action_words=action_words, outcome_words=outcome_words, done_sentence=done_sentence
    )


def action_words() -> dict[ManyAction, str]:
    """What this account may do to many events, in the order of the list."""
    words = {
        ManyAction.PUBLISH: _("Publish"),
        ManyAction.SUBMIT: _("Submit for review"),
        ManyAction.MOVE: _("Move by days"),
        ManyAction.FOCUS: _("Set the publicity focus"),
        ManyAction.CANCEL: _("Cancel the events"),
    }
    if not current_user.may_publish:
        del words[ManyAction.PUBLISH]
        words[ManyAction.CANCEL] = _("Propose to cancel the events")
    return words


def outcome_words(outcome: Outcome) -> str:
    return {
        Outcome.PUBLISHED: _("is published"),
        Outcome.READ: _("is reviewed once; a second person publishes it"),
        Outcome.SUBMITTED: _("is submitted for review"),
        Outcome.MOVED: _("is moved"),
        Outcome.FOCUS: _("gets this focus"),
        Outcome.CANCELLED: _("is cancelled"),
        Outcome.PROPOSED: _("is proposed to an office; the public page stays as it is until then"),
    }[outcome]


def done_sentence(outcome: Outcome, number: int) -> str:
    return {
        Outcome.PUBLISHED: ngettext("%(num)s event is published.", "%(num)s events are published.", number),
        Outcome.READ: ngettext(
            "%(num)s event is reviewed once; a second person publishes it.",
            "%(num)s events are reviewed once; a second person publishes them.",
            number,
        ),
        Outcome.SUBMITTED: ngettext(
            "%(num)s event is submitted for review.", "%(num)s events are submitted for review.", number
        ),
        Outcome.MOVED: ngettext("%(num)s event is moved.", "%(num)s events are moved.", number),
        Outcome.FOCUS: ngettext(
            "%(num)s event has this focus now.", "%(num)s events have this focus now.", number
        ),
        Outcome.CANCELLED: ngettext("%(num)s event is cancelled.", "%(num)s events are cancelled.", number),
        Outcome.PROPOSED: ngettext(
            "%(num)s event is proposed to an office; its public page stays as it is until then.",
            "%(num)s events are proposed to an office; their public pages stay as they are until then.",
            number,
        ),
    }[outcome]


@pages.post("/")
@login_required
def act() -> ResponseReturnValue:
    """Show what happens to each of the chosen events; once that is confirmed, do it."""
    campaign = find_campaign(request.form.get("campaign", ""))
    events: list[Event] = []
    try:
        events = _chosen(campaign)
        order = replace(_order(request.form), seen=_seen())
        many_events.check_order(order, campaign, current_user)
    except Mistake as mistake:
        return _page(campaign, events, problem=sentence(mistake)), 422
    now = clock.now()
    if not request.form.get("confirmed"):
        return _page(campaign, events, [_foreseen(event, order, now) for event in events])
    done, refused = Counter[Outcome](), []
    for event in events:
        try:
            done[many_events.carry_out(event, order, now, current_user)] += 1
        except Mistake:
            db.session.rollback()
            refused.append(event.id)
    # A page that is loaded again must not move the events again.
    counts = [f"{outcome}-{number}" for outcome, number in done.items()]
    failed = ",".join(map(str, refused))
    return redirect(
        url_for(
            ".done",
            campaign=campaign.id,
            action=order.action,
            days=order.days,
            focus=order.focus,
            done=counts,
            refused=failed or None,
        ),
        303,
    )


@pages.get("/done")
@login_required
def done() -> ResponseReturnValue:
    """The summary: how many were done, and which were not. Their reasons are asked again: nothing has changed of them."""
    parts = request.args.get("refused", "").split(",")
    ids = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 10][
        : many_events.MOST
    ]
    order, now = _order(request.args), clock.now()
    return render_template(
        "desk/many_done.html",
        campaign=find_campaign(request.args.get("campaign", "")),
        done=[(one, number) for one in Outcome if (number := _count_of(one)) > 0],
        refused=[_foreseen(event, order, now) for event in _reached(ids)],
    )


def _count_of(outcome: Outcome) -> int:
    """How many events became this, from the address."""
    for text in request.args.getlist("done"):
        name, _dash, number = text.partition("-")
        if name == outcome and number.isascii() and number.isdecimal() and len(number) < 6:
            return int(number)
    return 0


def _order(typed: Mapping[str, str]) -> Order:
    action = typed.get("action", "")
    if action not in set(ManyAction):
        raise Mistake(N_("Please choose what to do with these events."))
    days = typed.get("days", "").strip()
    digits = days.removeprefix("+").removeprefix("-")
    number = int(days) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else 0
    return Order(ManyAction(action), typed.get("why", "").strip()[:300], number, typed.get("focus", ""))


def _chosen(campaign: Campaign) -> list[Event]:
    """The events that were chosen, or all of the list's filter, within this account's reach."""
    if request.form.get("all"):
        ids = _ids_of(campaign, MultiDict(parse_qsl(request.form.get("filter", ""))))
    else:
        ids = request.form.getlist("chosen", type=int)
    if len(ids) > many_events.MOST:
        raise Mistake(
            N_("These are more than %(most)s events. Please narrow the list first."), most=many_events.MOST
        )
    events = [event for event in _reached(ids) if event.campaign_id == campaign.id]
    if not events:
        raise Mistake(N_("Please choose at least one event of the list."))
    return events


def _ids_of(campaign: Campaign, args: MultiDict[str, str]) -> list[int]:
    choice = filters.parse(campaign, args)
    conditions = [*queries.event_conditions(choice), *list_conditions(campaign, args, clock.now())]
    query = scope.events_for(current_user, scope.changes).where(Event.campaign_id == campaign.id, *conditions)
    if choice.day:
        there = select(Occurrence.event_id).where(*queries.occurrence_conditions(choice))
        query = query.where(Event.id.in_(there))
    ids = (
        query.with_only_columns(Event.id).order_by(Event.calendar_place, Event.id).limit(many_events.MOST + 1)
    )
    return list(db.session.scalars(ids))


def _seen() -> dict[int, str]:
    """By event, what the confirmed page showed of it."""
    pairs = (value.partition(":") for value in request.form.getlist("seen"))
    return {int(number): mark for number, _colon, mark in pairs if number.isascii() and number.isdecimal()}


def _absent(events: list[Event]) -> int:
    """How many of the chosen ones are not there any more, or not within this account's reach."""
    chosen = set() if request.form.get("all") else set(request.form.getlist("chosen", type=int))
    return len(chosen - {event.id for event in events})


def _reached(ids: list[int]) -> list[Event]:
    query = scope.events_for(current_user, scope.changes).where(
        Event.id.in_([number for number in ids if 0 < number < 2**31])
    )
    options = (
        selectinload(Event.occurrences).joinedload(Occurrence.venue),
        *(
            selectinload(part)
            for part in (
                Event.lead,
                Event.hosts,
                Event.formats,
                Event.audiences,
                Event.venues,
                Event.spotlight_rows,
                Event.report,
            )
        ),
    )
    return list(db.session.scalars(query.options(*options).order_by(Event.calendar_place, Event.id)))


def _foreseen(event: Event, order: Order, now: datetime) -> Line:
    try:
        outcome = many_events.foresee(event, order, now, current_user)
    except Mistake as mistake:
        return Line(event, None, sentence(mistake))
    if order.action == ManyAction.PUBLISH:
        return Line(event, outcome, seen=str(history.version_of(event)))
    if order.action != ManyAction.MOVE:
        return Line(event, outcome)
    steps = [move_words(step, event.campaign, now) for step in many_events.steps(event, order)]
    return Line(event, outcome, move=steps[0], seen=session_moves.days_mark(event))


def _page(campaign: Campaign, events: list[Event], lines: list[Line] | None = None, problem: str = "") -> str:
    return render_template(
        "desk/many_events.html",
        campaign=campaign,
        events=events,
        lines=lines or [],
        ready=sum(line.outcome is not None for line in lines or []),
        proposed=sum(line.outcome == Outcome.PROPOSED for line in lines or []),
        absent=_absent(events) if lines else 0,
        typed={name: request.form.get(name, "") for name in ("action", "why", "days", "focus")},
        problem=problem,
    )
