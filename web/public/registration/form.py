"""The form to register with, at an event. It works without JavaScript; a mistake keeps everything that was typed."""

from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, find_campaign
from models.codes import self_issue_limit
from models.errors import Mistake
from models.events.tables import Event
from models.public import queries
from models.registration import registrations, settings
from models.registration.requests import LONGEST_ANSWER, LONGEST_CONTACT, RegistrationRequest, problems_of
from models.registration.settings import Problems
from models.registration.tables import RegistrationSettings
from web import errors
from web.public import week_strip
from web.public.registration.words import choice_of, registration_choices

pages = Blueprint("registration_form", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _keep_nothing(response: Response) -> Response:
    """Each form carries the secret of the registration that it will make."""
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/<campaign_id>/events/<int:event_id>/register")
def show(campaign_id: str, event_id: int) -> ResponseReturnValue:
    event, now = queries.find_event(find_campaign(campaign_id), event_id), clock.now()
    rows = settings.settings_of(event.id)
    if "session" in request.args:
        return _page(event, _chosen(event, request.args["session"]), now)
    if len(rows) == 1:
        return _page(event, rows[0], now)
    return _page(event, None, now)


@pages.post("/<campaign_id>/events/<int:event_id>/register")
def send(campaign_id: str, event_id: int) -> ResponseReturnValue:
    event, now = queries.find_event(find_campaign(campaign_id), event_id), clock.now()
    chosen, sent = _chosen(event, request.form.get("session", "")), _sent()
    problems = problems_of(chosen, sent)
    if problems:
        return _page(event, chosen, now, problems), 422
    secret = request.form.get("form", "").upper()
    if not registrations.is_secret(secret):
        secret = registrations.new_secret()
    try:
        secret = _register(chosen, sent, secret, now)
    except Mistake as mistake:
        return _page(event, chosen, now, error=mistake), mistake.status
    return redirect(url_for("registration.show", secret=secret), 303)


def _register(chosen: RegistrationSettings, sent: RegistrationRequest, secret: str, now: datetime) -> str:
    """The secret of the registration. Sent twice it registers once. Sent again with another choice, after going back, it is
    a registration of its own."""
    address = request.remote_addr or ""
    self_issue_limit.count_registration(address, current_app.config["SECRET_KEY"], now)
    row = registrations.register(chosen, sent, secret, now)
    if (row.settings_id, row.group, row.headcount) != (chosen.id, sent.group, sent.headcount):
        secret = registrations.new_secret()
        registrations.register(chosen, sent, secret, now)
    return secret


def _chosen(event: Event, text: str) -> RegistrationSettings:
    return settings.find_settings(event, int(text) if text.isdecimal() and len(text) < 10 else 0)


def _sent() -> RegistrationRequest:
    form = request.form
    heads = form.get("headcount", "").strip()
    answers = [form.get(f"answer-{number}", "") for number in range(1, settings.MOST_QUESTIONS + 1)]
    return RegistrationRequest(
        group=form.get("group", ""),
        headcount=int(heads) if heads.isdecimal() and len(heads) < 10 else None,
        contact=form.get("contact", ""),
        answers=tuple(answers),
    )


def _page(
    event: Event,
    chosen: RegistrationSettings | None,
    now: datetime,
    problems: Problems | None = None,
    error: Mistake | None = None,
) -> Response:
    campaign = event.campaign
    return make_response(
        render_template(
            "public/registration/form.html",
            campaign=campaign,
            event=event,
            strip=week_strip.full_week(campaign, now),
            choices=registration_choices(event, now),
            choice=choice_of(chosen, now) if chosen else None,
            form_secret=registrations.new_secret(),
            typed=request.form,
            problems={name: errors.sentence(one) for name, one in (problems or {}).items()},
            error=errors.sentence(error) if error else "",
            longest_contact=LONGEST_CONTACT,
            longest_answer=LONGEST_ANSWER,
            unknown=UNKNOWN_GROUP,
        )
    )
