"""The organizer's desk: the list of own events, and one event and the ways on from it."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.devices import status as roster
from models.events import scope
from models.events.tables import EventStatus
from models.figures import event_overview
from models.figures.visits import visits_of
from models.imports import pictures
from models.ledger.tables import Decision
from models.organizations.tables import Role
from models.public import filters
from models.publishing import proposals, review
from web.words import proposals as proposal_words

pages = Blueprint("desk_events", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(status_name=status_name, events_title=events_title)


def events_title(role: Role) -> str:
    """What the list of events within somebody's reach is called."""
    return {
        Role.ORGANIZER: _("My events"),
        Role.OFFICE: _("Regional events"),
        Role.COMMITTEE: _("National events"),
    }[role]


def status_name(status: EventStatus) -> str:
    return {
        EventStatus.DRAFT: _("Draft"),
        EventStatus.SUBMITTED: _("Awaiting review"),
        EventStatus.SENT_BACK: _("Sent back"),
        EventStatus.PUBLISHED: _("Published"),
        EventStatus.CANCELLED: _("Cancelled"),
    }[status]


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    now = clock.now()
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), now)
    if campaign is None:
        return render_template("desk/events.html", campaign=None, campaigns=[])
    choice, today = filters.parse(campaign, request.args), campaign.today(now)
    page = request.args.get("page", 1, int)
    return render_template(
        "desk/events.html",
        campaign=campaign,
        campaigns=campaigns,
        choice=choice,
        today=today,
        overview=event_overview.overview(current_user, campaign, choice, page, today),
    )


@pages.get("/events/<int:event_id>")
@login_required
def event(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id)
    return render_template(
        "desk/event.html",
        campaign=event.campaign,
        event=event,
        sent_back=review.reason(event) if event.status == EventStatus.SENT_BACK else None,
        picture_fetch=pictures.fetch_of(event),
        visits=visits_of([event.id]).get(event.id, 0),
        proposals=[(one, proposal_words.changes(one)) for one in proposals.open_of(event)],
        devices=[device for device in roster.statuses_of(event, clock.now()) if device.serves_event],
    )


@pages.post("/events/<int:event_id>/proposals/<int:proposal_id>")
@login_required
def decide(event_id: int, proposal_id: int) -> ResponseReturnValue:
    """An office accepts or refuses a proposed change."""
    event = scope.event_for(current_user, event_id)
    if not current_user.reviews or proposal_id not in {one.id for one in proposals.open_of(event)}:
        abort(404)
    if request.form.get("decision") == Decision.ACCEPT:
        proposals.accept(proposal_id, clock.now(), current_user)
    else:
        proposals.refuse(proposal_id, request.form.get("why", ""), clock.now(), current_user)
    return redirect(url_for(".event", event_id=event.id), 303)


@pages.post("/events/<int:event_id>/publish")
@login_required
def publish(event_id: int) -> ResponseReturnValue:
    """Offices and the committee only: an organizer's event is reviewed first."""
    event = scope.event_for(current_user, event_id)
    if not current_user.may_publish:
        abort(403)
    now = clock.now()
    review.submit(event, now, current_user)
    review.approve(event, now, current_user)
    return redirect(url_for("desk_events.event", event_id=event.id), 303)
