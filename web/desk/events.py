"""The organizer's desk: the list of own events, and one event and the ways on from it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import ColumnElement, select
from werkzeug.datastructures import MultiDict

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.desk.missing import Missing
from models.desk.waiting import missing_conditions
from models.devices import status as roster
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event, EventStatus
from models.figures import event_overview
from models.figures.visits import visits_of
from models.imports import pictures
from models.ledger.tables import Decision
from models.organizations.tables import Account, Role
from models.places.tables import Region
from models.public import filters
from models.public.filters import Filters
from models.publishing import history, proposals, review
from web.words import proposals as proposal_words

Kind = TypeVar("Kind", bound=StrEnum)

pages = Blueprint("desk_events", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(status_name=status_name, events_title=events_title)


def events_title(role: Role) -> str:
    """What the list of events within somebody's reach is called."""
    return {
        Role.ORGANIZER: _("My events"),
        Role.OFFICE: _("Events in your area"),
        Role.COMMITTEE: _("All events"),
        Role.VIEWER: _("Events in your area"),
        Role.OPERATOR: _("Events of your organization"),
    }[role]


def status_name(status: EventStatus) -> str:
    return {
        EventStatus.DRAFT: _("Draft"),
        EventStatus.SUBMITTED: _("Awaiting review"),
        EventStatus.SENT_BACK: _("Sent back"),
        EventStatus.PUBLISHED: _("Published"),
        EventStatus.CANCELLED: _("Cancelled"),
    }[status]


@pages.get("/events/")
@login_required
def index() -> ResponseReturnValue:
    now = clock.now()
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), now)
    if campaign is None:
        return render_template("desk/events.html", campaign=None, campaigns=[])
    choice, today = filters.parse(campaign, request.args), campaign.today(now)
    page, state = request.args.get("page", 1, int), _one_of(EventStatus, "state", request.args)
    missing = _one_of(Missing, "missing", request.args)
    conditions = list_conditions(campaign, request.args, now)
    return render_template(
        "desk/events.html",
        campaign=campaign,
        campaigns=campaigns,
        choice=choice,
        today=today,
        overview=event_overview.overview(current_user, campaign, choice, page, today, conditions),
        state=state,
        missing=missing,
        states=list(EventStatus),
        below=regions_below(current_user),
        lines=campaign.terms_of(TermKind.LINE),
        rest=_filters_of_links(campaign, choice, state, missing),
    )


def list_conditions(
    campaign: Campaign, args: MultiDict[str, str], now: datetime
) -> list[ColumnElement[bool]]:
    """What the list is narrowed by beside the filters of the public page: state, and what is missing."""
    conditions = missing_conditions(_one_of(Missing, "missing", args), campaign, now)
    state = _one_of(EventStatus, "state", args)
    return [*conditions, Event.status == state] if state else conditions


def _one_of(kinds: type[Kind], name: str, args: MultiDict[str, str]) -> Kind | None:
    """The chosen value of a list; None where all are shown. Raises Mistake for a value that is not in it."""
    text = args.get(name, "")
    if text and text not in set(kinds):
        raise Mistake(N_("“%(value)s” is not a valid value for %(name)s."), value=text[:40], name=name)
    return kinds(text) if text else None


def _filters_of_links(campaign: Campaign, choice: Filters, state: str | None, missing: str | None) -> dict:
    """The filters as they are kept in links to other pages of the list."""
    pairs: dict[str, Any] = {"campaign": campaign.id, "state": state, "missing": missing}
    for name, value in choice.query():
        pairs.setdefault(name, []).append(value)
    return pairs


def regions_below(account: Account) -> list[Region]:
    """The regions directly below an account's, for the list of filters; the provinces for who sees the country."""
    own = None if scope.sees_everything(account) else account.organization.region_code
    if not account.oversees or (own is None and not scope.sees_everything(account)):
        return []
    query = select(Region).where(Region.parent_code == own).order_by(Region.code)
    return list(db.session.scalars(query))


@pages.get("/events/<int:event_id>")
@login_required
def event(event_id: int) -> ResponseReturnValue:
    return _event_page(scope.event_for(current_user, event_id))


def _event_page(event: Event, problem_of: int = 0, problem: str = "", typed: str = "") -> str:
    """problem_of: the proposed change whose refusal had the problem."""
    return render_template(
        "desk/event.html",
        campaign=event.campaign,
        event=event,
        version=history.version_of(event),
        sent_back=review.reason(event) if event.status == EventStatus.SENT_BACK else None,
        picture_fetch=pictures.fetch_of(event),
        visits=visits_of([event.id]).get(event.id, 0),
        refused=proposals.refused_of(event, current_user) if event.published_at else None,
        proposals=[(one, proposal_words.changes(one)) for one in proposals.open_of(event)],
        is_own=proposals.is_own,
        devices=[device for device in roster.statuses_of(event, clock.now()) if device.serves_event],
        problem_of=problem_of,
        problem=problem,
        typed=typed,
    )


@pages.post("/events/<int:event_id>/proposals/<int:proposal_id>")
@login_required
def decide(event_id: int, proposal_id: int) -> ResponseReturnValue:
    """An office accepts or refuses a proposed change."""
    event = scope.event_for(current_user, event_id, scope.reviews)
    if proposal_id not in {one.id for one in proposals.open_of(event)}:
        abort(404)
    if request.form.get("decision") == Decision.ACCEPT:
        proposals.accept(proposal_id, clock.now(), current_user)
    else:
        why = request.form.get("why", "").strip()[:300]
        if not why:
            return _event_page(event, proposal_id, proposal_words.reason_missing(), why), 422
        proposals.refuse(proposal_id, why, clock.now(), current_user)
    return redirect(url_for(".event", event_id=event.id), 303)


@pages.post("/events/<int:event_id>/proposals/<int:proposal_id>/withdraw")
@login_required
def withdraw_proposal(event_id: int, proposal_id: int) -> ResponseReturnValue:
    """An organization withdraws what it proposed, while it waits."""
    event = scope.event_for(current_user, event_id, scope.changes)
    if proposal_id not in proposals.ids_of(event):
        abort(404)
    proposals.withdraw(proposal_id, clock.now(), current_user)
    return redirect(url_for(".event", event_id=event.id), 303)


@pages.post("/events/<int:event_id>/publish")
@login_required
def publish(event_id: int) -> ResponseReturnValue:
    """Offices and the committee only: an organizer's event is reviewed first."""
    event = scope.event_for(current_user, event_id, scope.publishes)
    version = request.form.get("version", type=int)
    review.submit_and_approve(event, clock.now(), current_user, version)
    return redirect(url_for("desk_events.event", event_id=event.id), 303)
