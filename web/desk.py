"""The organizer's desk: the list of own events, and one event with its live page, poster and kiosks."""

from datetime import datetime

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import access, clock, devices, figures, filters, overview, pairing, publishing
from models.events import CANCELLED, DRAFT, PUBLISHED, SUBMITTED, Event
from models.people import ORGANIZER
from models.site import site

pages = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
PAIRING = "pairing"


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["status_name"] = status_name


def status_name(status: str) -> str:
    return {
        DRAFT: _("Draft"),
        SUBMITTED: _("Submitted"),
        PUBLISHED: _("Publicly visible"),
        CANCELLED: _("Cancelled"),
    }[status]


@pages.get("/")
@login_required
def index():
    now = clock.now()
    held = overview.campaigns_of(current_user)
    campaign = overview.chosen(held, request.args.get("campaign"), now)
    if campaign is None:
        return render_template("desk.html", campaign=None, campaigns=[])
    choice, today = filters.parse(campaign, request.args), campaign.today(now)
    page = request.args.get("page", 1, int)
    return render_template(
        "desk.html",
        campaign=campaign,
        campaigns=held,
        choice=choice,
        today=today,
        found=overview.overview(current_user, campaign, choice, page, today),
    )


@pages.get("/events/<int:event_id>")
@login_required
def event(event_id: int):
    found = access.event_for(current_user, event_id)
    return render_template(
        "desk_event.html",
        campaign=found.campaign,
        event=found,
        visits=figures.visits_of([found.id]).get(found.id, 0),
        kiosks=access.kiosks_of(found),
        pairing=_offered(found, clock.now()),
        kiosk_address=site().url("/kiosk/"),
    )


@pages.post("/events/<int:event_id>/publish")
@login_required
def publish(event_id: int):
    """The word of an office or the committee: an organizer's event is reviewed before it is public."""
    found = access.event_for(current_user, event_id)
    if current_user.role == ORGANIZER:
        abort(403)
    publishing.publish(found, clock.now(), current_user)
    return redirect(url_for("desk.event", event_id=found.id), 303)


@pages.post("/events/<int:event_id>/kiosks")
@login_required
def pair(event_id: int):
    """Offer a pairing code. It stays on the page while it is good, because nobody can look it up again."""
    found, now = access.event_for(current_user, event_id), clock.now()
    code = pairing.offer(found, current_app.secret_key, now)
    session[PAIRING] = {"event": found.id, "code": code}
    return redirect(url_for("desk.event", event_id=found.id, _anchor="kiosks"), 303)


@pages.post("/events/<int:event_id>/kiosks/<int:kiosk_id>/revoke")
@login_required
def revoke(event_id: int, kiosk_id: int):
    found = access.event_for(current_user, event_id)
    devices.revoke(access.kiosk_of(found, kiosk_id).id, clock.now())
    return redirect(url_for("desk.event", event_id=found.id, _anchor="kiosks"), 303)


def _offered(event: Event, now: datetime) -> dict | None:
    """The pairing code that this browser was shown for this event, while a device can still use it."""
    held = session.get(PAIRING)
    if held is None or held["event"] != event.id:
        return None
    offer = pairing.open_offer(held["code"], current_app.secret_key, now)
    if offer is None:
        del session[PAIRING]
        return None
    return {"code": held["code"], "until": offer.expires_at}
